/// placeholder
package enum OpenAPIDocument {
    package static let json: [String: String] = [:]
}

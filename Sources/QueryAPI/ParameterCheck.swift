/// For paths that take no parameters at all.
package enum ParameterCheck {
    /// - Throws: ``Problem`` of kind `bad-parameter` naming the first parameter given.
    package static func none(_ items: [QueryItem]) throws(Problem) {
        let reader = ParameterReader(items, known: [])
        try reader.finish()
    }
}

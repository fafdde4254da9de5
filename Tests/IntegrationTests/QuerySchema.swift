import FoundationEssentials
import QueryAPI

/// Holds an answer against its schema in the OpenAPI document: the parts of JSON Schema that the document uses.
///
/// Stricter than JSON Schema in one point: a property that is not documented is a fault.
struct QuerySchema {
    private let schemas = OpenAPIDocument.json["components"]?["schemas"]?.object ?? [:]

    /// Of the whole answer to a request for `route`.
    static func ofAnswer(to route: APIRoute) -> JSONValue? {
        OpenAPIDocument.json["paths"]?[route.path]?[route.method.rawValue.lowercased()]?["responses"]?["200"]?[
            "content"]?[MediaTypeName.json]?["schema"]
    }

    /// Everything in which a JSON text departs from the schema of this name.
    func faults(text: String, _ name: String) -> [String] {
        guard let value = try? WireJSON.decode(JSONValue.self, from: Data(text.utf8)) else {
            return ["no JSON: \(text)"]
        }
        return faults(value, ["$ref": .string("#/components/schemas/\(name)")])
    }

    /// Everything in which `value` departs from `schema`, with its place.
    func faults(_ value: JSONValue, _ schema: JSONValue, at place: String = "$") -> [String] {
        if let reference = schema["$ref"]?.string {
            let name = reference.split(separator: "/").last.map(String.init) ?? ""
            guard let schema = schemas[name] else { return ["\(place): no schema \(name)"] }
            return faults(value, schema, at: place)
        }
        if let choices = schema["anyOf"]?.array {
            let tries = choices.map { faults(value, $0, at: place) }
            if tries.contains([]) { return [] }
            return tries.min { $0.count < $1.count } ?? []
        }
        if let constant = schema["const"], constant != value { return ["\(place): not \(constant)"] }
        if let allowed = schema["enum"]?.array, !allowed.contains(value) { return ["\(place): \(value) not allowed"] }
        switch schema["type"]?.string {
        case "object": return objectFaults(value, schema, at: place)
        case "array":
            guard let items = value.array else { return ["\(place): no array"] }
            guard let schema = schema["items"] else { return [] }
            return items.enumerated().flatMap { faults($1, schema, at: "\(place)[\($0)]") }
        case "string": return value.string == nil ? ["\(place): no string"] : []
        case "number":
            if case .number = value { return [] }
            return ["\(place): no number"]
        case "integer":
            if case .number(let number) = value, number == number.rounded() { return [] }
            return ["\(place): no integer"]
        case "boolean":
            if case .boolean = value { return [] }
            return ["\(place): no boolean"]
        case "null": return value == .null ? [] : ["\(place): not null"]
        default: return []
        }
    }

    private func objectFaults(_ value: JSONValue, _ schema: JSONValue, at place: String) -> [String] {
        guard let members = value.object else { return ["\(place): no object"] }
        if let each = schema["additionalProperties"] {
            return members.flatMap { faults($1, each, at: "\(place).\($0)") }
        }
        guard let properties = schema["properties"]?.object else { return [] }
        let required = Set(schema["required"]?.array?.compactMap(\.string) ?? [])
        let missing = required.subtracting(members.keys).map { "\(place).\($0): missing" }
        return missing
            + members.flatMap { name, member -> [String] in
                guard let schema = properties[name] else { return ["\(place).\(name): not documented"] }
                return faults(member, schema, at: "\(place).\(name)")
            }
    }
}

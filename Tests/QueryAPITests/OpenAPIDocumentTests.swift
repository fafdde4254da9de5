import Testing

@testable import QueryAPI

@Suite struct OpenAPIDocumentTests {
    @Test func itHasExactlyTheRoutesThereAre() throws {
        let paths = try #require(OpenAPIDocument.json["paths"]?.object)
        var documented: Set<APIRoute> = []
        for (path, operations) in paths {
            for method in try #require(operations.object?.keys) {
                let known = try #require(APIRoute.Method(rawValue: method.uppercased()))
                documented.insert(APIRoute(method: known, path: path))
            }
        }
        #expect(documented == Set(APIRoute.all))
    }

    @Test func everyReferenceLeadsSomewhereAndEverySchemaIsUsed() throws {
        let schemas = try #require(OpenAPIDocument.json["components"]?["schemas"]?.object)
        let used = Set(
            references(in: OpenAPIDocument.json).compactMap { $0.split(separator: "/").last.map(String.init) })
        #expect(used.subtracting(["Problem"]).isSubset(of: schemas.keys))
        // Told in words only, as the data of a live feed and the last line of an export.
        #expect(Set(schemas.keys).subtracting(used) == ["Heartbeat", "Truncation"])
    }

    @Test func queryParametersAreThoseTheParsersKnow() throws {
        #expect(try names(APIPath.events, "get") == EventQuery.Shape.page.parameterNames)
        #expect(try names(APIPath.events, "get") == EventQuery.Shape.export.parameterNames)
        #expect(try names(APIPath.eventStream, "get") == EventQuery.Shape.stream.parameterNames)
        #expect(try names(APIPath.areas, "get") == AreaQuery.parameterNames)
        #expect(try names(APIPath.place, "get") == PlaceQuery.parameterNames)
        #expect(try names(APIPath.areaImports, "post") == AreaImportQuery.parameterNames)
        #expect(try names(APIPath.cameraImports, "post") == ImportQuery.parameterNames)
        #expect(try names(APIPath.officialImports, "post") == ImportQuery.parameterNames)
    }

    @Test func concretePathsFindTheirMethods() {
        #expect(APIRoute.methods(at: "/v1/events") == ["GET"])
        #expect(APIRoute.methods(at: "/v1/events/stream") == ["GET"])
        #expect(APIRoute.methods(at: "/v1/areas/imports") == ["POST"])
        #expect(APIRoute.methods(at: "/v1/cameras/imports") == ["POST"])
        #expect(APIRoute.methods(at: "/v1/cameras/w.2") == ["GET"])
        #expect(APIRoute.methods(at: "/v1/cameras/") == [])
        #expect(APIRoute.methods(at: "/v2/events") == [])
    }

    private func names(_ path: String, _ method: String) throws -> [String] {
        let parameters = try #require(OpenAPIDocument.json["paths"]?[path]?[method]?["parameters"]?.array)
        return parameters.compactMap { $0["name"]?.string }
    }

    private func references(in value: JSONValue) -> [String] {
        switch value {
        case .object(let members):
            members.flatMap { name, value in name == "$ref" ? [value.string ?? ""] : references(in: value) }
        case .array(let items): items.flatMap(references)
        default: []
        }
    }
}

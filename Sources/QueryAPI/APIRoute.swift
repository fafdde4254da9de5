/// One route of the API: what exists, for the server's 405, the OpenAPI document and the tests that compare them.
package struct APIRoute: Hashable, Sendable {
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
    }

    package var method: Method
    /// A path with `{id}` where a name stands.
    package var path: String

    /// Every route there is.
    package static let all: [APIRoute] = [
        APIRoute(method: .get, path: APIPath.events),
        APIRoute(method: .get, path: APIPath.eventStream),
        APIRoute(method: .get, path: APIPath.events + "/{id}"),
        APIRoute(method: .get, path: APIPath.events + "/{id}/documents"),
        APIRoute(method: .get, path: APIPath.documents + "/{id}"),
        APIRoute(method: .get, path: APIPath.cameras),
        APIRoute(method: .get, path: APIPath.cameras + "/{id}"),
        APIRoute(method: .get, path: APIPath.cameras + "/{id}/streams"),
        APIRoute(method: .get, path: APIPath.cameras + "/{id}/bitrate"),
        APIRoute(method: .get, path: APIPath.coverage),
        APIRoute(method: .get, path: APIPath.areas),
        APIRoute(method: .get, path: APIPath.officials),
        APIRoute(method: .get, path: APIPath.place),
        APIRoute(method: .get, path: APIPath.health),
        APIRoute(method: .get, path: APIPath.openAPI),
        APIRoute(method: .post, path: APIPath.areaImports),
        APIRoute(method: .post, path: APIPath.cameraImports),
        APIRoute(method: .post, path: APIPath.officialImports),
        APIRoute(method: .post, path: APIPath.cameraProbes),
        APIRoute(method: .post, path: APIPath.cameraDiscoveries),
    ]

    /// Methods that exist at a concrete path; empty when there is no such path.
    package static func methods(at path: String) -> [String] {
        var methods: [String] = []
        for route in all where route.matches(path) && !methods.contains(route.method.rawValue) {
            // A literal path hides the pattern with a name in its place.
            if route.path.contains("{"), all.contains(where: { $0.path == path }) { continue }
            methods.append(route.method.rawValue)
        }
        return methods
    }

    private func matches(_ concrete: String) -> Bool {
        let mine = path.split(separator: "/", omittingEmptySubsequences: false)
        let theirs = concrete.split(separator: "/", omittingEmptySubsequences: false)
        return mine.count == theirs.count
            && zip(mine, theirs).allSatisfy { $0 == $1 || $0 == "{id}" && !$1.isEmpty }
    }
}

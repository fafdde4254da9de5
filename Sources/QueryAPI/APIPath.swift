package import MKDSCore

/// Paths of the query API, said in this one place for server, `mkdsctl` and OpenAPI document.
package enum APIPath {
    package static let events = "/v1/events"
    package static let eventStream = "/v1/events/stream"
    package static let cameras = "/v1/cameras"
    package static let cameraImports = "/v1/cameras/imports"
    package static let areas = "/v1/areas"
    package static let areaImports = "/v1/areas/imports"
    package static let officialImports = "/v1/officials/imports"
    package static let place = "/v1/place"
    package static let health = "/v1/health"
    package static let openAPI = "/v1/openapi.json"

    package static func event(_ id: UUIDv7) -> String { "\(events)/\(id)" }

    package static func camera(_ id: CameraID) -> String { "\(cameras)/\(id)" }
}

/// Media types the query API speaks.
package enum MediaTypeName {
    package static let json = "application/json"
    package static let problem = "application/problem+json"
    package static let lines = "application/x-ndjson"
    package static let csv = "text/csv"
    package static let eventStream = "text/event-stream"
    package static let geoJSON = "application/geo+json"
}

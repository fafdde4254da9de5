package import MKDSCore

/// Paths of the query API, said in this one place for server, `mkdsctl` and OpenAPI document.
package enum APIPath {
    package static let events = "/v1/events"
    package static let eventStream = "/v1/events/stream"
    package static let documents = "/v1/documents"
    package static let cameras = "/v1/cameras"
    package static let cameraImports = "/v1/cameras/imports"
    package static let cameraProbes = "/v1/cameras/probes"
    package static let cameraDiscoveries = "/v1/cameras/discoveries"
    package static let coverage = "/v1/coverage"
    package static let areas = "/v1/areas"
    package static let areaImports = "/v1/areas/imports"
    package static let officials = "/v1/officials"
    package static let officialImports = "/v1/officials/imports"
    package static let place = "/v1/place"
    package static let health = "/v1/health"
    package static let openAPI = "/v1/openapi.json"

    package static func event(_ id: UUIDv7) -> String { "\(events)/\(id)" }

    package static func eventDocuments(_ id: UUIDv7) -> String { "\(events)/\(id)/documents" }

    package static func document(_ id: UUIDv7) -> String { "\(documents)/\(id)" }

    package static func camera(_ id: CameraID) -> String { "\(cameras)/\(id)" }

    package static func streams(_ id: CameraID) -> String { "\(camera(id))/streams" }

    package static func bitrate(_ id: CameraID) -> String { "\(camera(id))/bitrate" }
}

/// Media types the query API speaks.
package enum MediaTypeName {
    package static let json = "application/json"
    package static let problem = "application/problem+json"
    package static let lines = "application/x-ndjson"
    package static let csv = "text/csv"
    package static let eventStream = "text/event-stream"
    package static let bytes = "application/octet-stream"
    package static let geoJSON = "application/geo+json"
}

package import EventIndex
package import MKDSCore

/// What the routes ask the index.
package protocol EventQuerying: Sendable {
    func events(_ filter: EventFilter, before: EventCursor?, limit: Int) async throws -> [IndexedEvent]
    func event(_ id: UUIDv7) async throws -> IndexedEvent?
    func changes(after: Int64, filter: EventFilter, limit: Int) async throws -> [IndexedEvent]
    func lastChange() async throws -> Int64
}

/// What the routes ask the register.
package protocol RegisterQuerying: Sendable {
    func cameras() async throws -> [CameraRecord]
    func areas(kind: AreaKind?, obec: String?, at: UTCTime?) async throws -> [Area]
    func place(_ point: GeoPoint, at: UTCTime) async throws -> PlaceAnswer
    func importAreas(_ document: [UInt8], options: AreaImportOptions) async throws -> AreaImportReport
    func importCameras(_ document: [UInt8], options: CameraImportOptions) async throws -> CameraImportReport
    func importOfficials(_ document: [UInt8], options: OfficialImportOptions) async throws -> OfficialImportReport
}

/// What the live feed listens to.
package protocol ChangeAnnouncing: Sendable {
    func changes() -> AsyncStream<Int64>
}

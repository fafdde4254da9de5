package import EventIndex
package import MKDSCore

/// What the routes ask the register.
package protocol RegisterQuerying: Sendable {
    func cameras() async throws -> [CameraRecord]
    func areas(kind: AreaKind?, obec: String?, at: UTCTime?) async throws -> [Area]
    func place(_ point: GeoPoint, at: UTCTime) async throws -> PlaceAnswer
    func importAreas(_ document: [UInt8], options: AreaImportOptions) async throws -> AreaImportReport
    func importCameras(_ document: [UInt8], options: CameraImportOptions) async throws -> CameraImportReport
    func importOfficials(_ document: [UInt8], options: OfficialImportOptions) async throws -> OfficialImportReport
}

package import MKDSCore
internal import Postgres

/// A camera's document as the index holds it, without its bytes.
package struct IndexedDocument: Hashable, Sendable {
    package var id: UUIDv7
    package var camera: CameraID
    package var received: UTCTime
    package var path: DocumentPath
    /// SHA-256 of what was sent, 32 bytes.
    package var digest: [UInt8]
    package var byteCount: Int
    package var isCompressed: Bool
    /// Elements with face or plate data that were cut out.
    package var cutCount: Int
    package var pan: Float?
    package var tilt: Float?
    package var zoom: Float?
    package var preset: String
    /// False when pieces were given up in capture, while the disk was full for long.
    package var isWhole: Bool
}

extension IndexReader {
    /// Most documents named of one event.
    private static let documentLimit: Int64 = 1_000

    private static let documentSelection = """
        id, camera, received, path, sha256, byte_count, compressed, cut_count, pan, tilt, zoom, preset, part_count, tail,
        (SELECT count(*) FROM mkds.document_part AS p WHERE p.day = d.day AND p.document = d.id) AS parts
        """

    /// The documents that opened, extended or closed an event, oldest first; the first 1000.
    package func documents(of event: UUIDv7) async throws -> [IndexedDocument] {
        try await pool.withConnection { connection in
            let ids = try connection.query(
                "SELECT document FROM mkds.event_document WHERE day = $1 AND event = $2 ORDER BY document LIMIT $3",
                [.day(event.day), .id(event), .int8(Self.documentLimit)]
            ).map { try $0.id("document") }
            guard !ids.isEmpty else { return [] }
            return try connection.query(
                """
                SELECT \(Self.documentSelection) FROM mkds.document AS d
                WHERE day = ANY ($1) AND id = ANY ($2::text[]::uuid[]) ORDER BY id
                """, [.days(Set(ids.map(\.day))), .textArray(ids.map(\.description))]
            ).map(Self.document)
        }
    }

    /// One document with its bytes as they are kept; nil when there is none of this id.
    package func document(_ id: UUIDv7) async throws -> (document: IndexedDocument, bytes: [UInt8])? {
        try await pool.withConnection { connection in
            let rows = try connection.query(
                "SELECT \(Self.documentSelection) FROM mkds.document AS d WHERE day = $1 AND id = $2",
                [.day(id.day), .id(id)])
            guard let row = rows.first else { return nil }
            let parts = try connection.query(
                "SELECT content FROM mkds.document_part WHERE day = $1 AND document = $2 ORDER BY number",
                [.day(id.day), .id(id)])
            let bytes = try parts.flatMap { try $0.bytes("content") } + row.bytes("tail")
            return (try Self.document(row), bytes)
        }
    }

    private static func document(_ row: PostgresRow) throws -> IndexedDocument {
        guard let camera = CameraID(try row.text("camera")),
            let path = DocumentPath(rawValue: UInt8(clamping: try row.int("path")))
        else { throw IndexError(.damagedRow, "a row of mkds.document holds what this program does not know") }
        return IndexedDocument(
            id: try row.id("id"), camera: camera, received: try row.time("received"), path: path,
            digest: try row.bytes("sha256"), byteCount: Int(try row.int("byte_count")),
            isCompressed: try row.bool("compressed"), cutCount: Int(try row.int("cut_count")),
            pan: try row.optionalDouble("pan").map { Float($0) },
            tilt: try row.optionalDouble("tilt").map { Float($0) },
            zoom: try row.optionalDouble("zoom").map { Float($0) }, preset: try row.text("preset"),
            isWhole: try row.int("part_count") == row.int("parts"))
    }
}

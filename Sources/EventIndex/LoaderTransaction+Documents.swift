internal import MKDSCore
internal import Postgres

/// Documents, their parts and their links become rows. Nothing of them is ever revised: what is there already stays.
extension LoaderTransaction {
    private static let documentColumns = """
        day, id, camera, received, path, sha256, byte_count, compressed, cut_count, pan, tilt, zoom, preset, part_count, tail,
        spool
        """
    private static let documentColumnCount = 16

    /// Temporary tables of the connection: rows are copied there and then taken over, so that one that is stored already
    /// (a spool that lost its id file) stops nothing.
    static let makeDocumentStaging = """
        CREATE TEMPORARY TABLE IF NOT EXISTS staged_document ON COMMIT DELETE ROWS AS
            SELECT \(documentColumns) FROM mkds.document WITH NO DATA;
        CREATE TEMPORARY TABLE IF NOT EXISTS staged_document_part ON COMMIT DELETE ROWS AS
            SELECT * FROM mkds.document_part WITH NO DATA;
        CREATE TEMPORARY TABLE IF NOT EXISTS staged_event_document ON COMMIT DELETE ROWS AS
            SELECT * FROM mkds.event_document WITH NO DATA;
        """

    /// Stores the documents of all sessions of the batch.
    func storeDocuments(_ connection: isolated PostgresConnection) throws {
        let parts = plan.sessions.flatMap(\.documentParts)
        if !parts.isEmpty {
            try connection.copyIn("COPY staged_document_part FROM STDIN (FORMAT binary)", rows: parts) { part, writer in
                writer.beginRow(columns: 4)
                writer.date(part.document.day.daysSinceEpoch)
                writer.uuid(high: part.document.high, low: part.document.low)
                writer.int4(Int32(part.number))
                writer.bytea(part.bytes)
            }
            try takeOver("document_part", connection)
        }
        let documents = plan.sessions.flatMap(\.documents)
        guard !documents.isEmpty else { return }
        let copy = "COPY staged_document (\(Self.documentColumns)) FROM STDIN (FORMAT binary)"
        try connection.copyIn(copy, rows: documents) { encode($0, &$1) }
        try takeOver("document", connection)
        let links = documents.flatMap { document in document.events.map { (event: $0, document: document.id) } }
        guard !links.isEmpty else { return }
        try connection.copyIn("COPY staged_event_document FROM STDIN (FORMAT binary)", rows: links) { link, writer in
            writer.beginRow(columns: 3)
            writer.date(link.event.day.daysSinceEpoch)
            writer.uuid(high: link.event.high, low: link.event.low)
            writer.uuid(high: link.document.high, low: link.document.low)
        }
        try takeOver("event_document", connection)
    }

    private func takeOver(_ table: String, _ connection: isolated PostgresConnection) throws {
        let columns = table == "document" ? "(\(Self.documentColumns))" : ""
        try connection.query(
            "INSERT INTO mkds.\(table) \(columns) SELECT * FROM staged_\(table) ON CONFLICT DO NOTHING")
    }

    private func encode(_ document: RawDocument, _ writer: inout BinaryCopyWriter) {
        writer.beginRow(columns: Self.documentColumnCount)
        writer.date(document.id.day.daysSinceEpoch)
        writer.uuid(high: document.id.high, low: document.id.low)
        writer.text(document.camera.rawValue)
        writer.timestamp(document.received.microseconds)
        writer.int2(Int16(document.path.rawValue))
        writer.bytea(document.digest)
        writer.int8(Int64(document.byteCount))
        writer.bool(document.isCompressed)
        writer.int8(Int64(document.cutCount))
        for value in [document.pan, document.tilt, document.zoom] {
            if let value { writer.float4(value) } else { writer.null() }
        }
        writer.text(document.preset)
        writer.int4(Int32(document.partCount))
        writer.bytea(document.tail)
        writer.uuid(high: spool.high, low: spool.low)
    }
}

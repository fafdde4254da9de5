package import MKDSCore
package import Postgres

/// The register in the database: areas, cameras, people in charge. The only writer of the tables of `0001_register.sql`.
///
/// Each import is one transaction: all of a document or nothing. Imports act as `mkds_owner` on one connection and wait
/// for each other; reads act as `mkds_query` on up to four and wait for nobody.
package final class Register: Sendable {
    /// "mkdr" in ASCII: imports of all programs wait for each other here.
    private static let lockKey: Int64 = 0x6d6b_6472

    private let writers: PostgresPool
    private let readers: PostgresPool

    /// - Parameter settings: a login that may act as `mkds_owner` and `mkds_query`, to a migrated database.
    package init(_ settings: ConnectionSettings) {
        writers = PostgresPool(limit: 1, waiterLimit: 8) {
            try await settings.connect(as: .owner, name: "register", statementTimeout: .seconds(120))
        }
        readers = PostgresPool(limit: 4) {
            try await settings.connect(as: .query, name: "register", statementTimeout: .seconds(10))
        }
    }

    /// Closes idle connections; the register may still be used.
    package func close() async {
        await writers.closeIdle()
        await readers.closeIdle()
    }

    // MARK: - Imports

    /// Imports a map of areas from GeoJSON.
    ///
    /// - Throws: ``RegisterError`` with every problem found; nothing is stored then.
    package func importAreas(
        _ document: [UInt8], options: AreaImportOptions
    ) async throws(RegisterError) -> AreaImportReport {
        try await changing(dryRun: options.dryRun) { connection in
            var work = AreaImport(document, options)
            return try work.run(connection)
        }
    }

    /// Imports cameras: those of the document are added or changed, all others stay as they are.
    ///
    /// `credentialExists` says whether a credential of this name is there; a missing one is a warning.
    ///
    /// - Throws: ``RegisterError`` with every problem found; nothing is stored then.
    package func importCameras(
        _ document: [UInt8], options: CameraImportOptions,
        credentialExists: @escaping @Sendable (String) -> Bool = { _ in true }
    ) async throws(RegisterError) -> CameraImportReport {
        try await changing(dryRun: options.dryRun) { connection in
            var work = try CameraImport(document, options, credentialExists: credentialExists)
            return try work.run(connection)
        }
    }

    /// Imports people in charge of areas from CSV: those of the document are added or changed, all others stay.
    ///
    /// - Throws: ``RegisterError`` with every problem found; nothing is stored then.
    package func importOfficials(
        _ document: [UInt8], options: OfficialImportOptions
    ) async throws(RegisterError) -> OfficialImportReport {
        try await changing(dryRun: options.dryRun) { connection in
            var work = try OfficialImport(document, options)
            return try work.run(connection)
        }
    }

    static func areaReference(_ row: PostgresRow) throws -> AreaReference {
        guard let kind = AreaKind(rawValue: try row.text("kind")) else {
            throw IndexError(.damagedRow, "area \(try row.int("id")) has an unknown kind")
        }
        return AreaReference(id: try row.int("id"), kind: kind, code: try row.text("code"), name: try row.text("name"))
    }

    // MARK: - Connections

    /// Carries a dry run's report out of the transaction that must not be committed.
    private struct DryRun<Report: Sendable>: Error {
        var report: Report
    }

    /// Runs an import in a transaction, alone among imports; a dry run is rolled back.
    ///
    /// The pool may run it a second time when the connection broke. That does no harm even if the first try was
    /// committed: a document that is in the register already changes nothing.
    private func changing<Report: Sendable>(
        dryRun: Bool, _ body: @Sendable (isolated PostgresConnection) throws -> Report
    ) async throws(RegisterError) -> Report {
        do {
            return try await writers.withConnection { connection in
                try connection.inTransaction {
                    try connection.query("SELECT pg_advisory_xact_lock($1)", [.int8(Self.lockKey)])
                    let report = try body(connection)
                    if dryRun { throw DryRun(report: report) }
                    return report
                }
            }
        } catch let end as DryRun<Report> {
            return end.report
        } catch {
            throw Self.importError(error)
        }
    }

    /// Runs several reads on one state of the database.
    func reading<Answer: Sendable>(
        _ body: @Sendable (isolated PostgresConnection) throws -> Answer
    ) async throws(RegisterError) -> Answer {
        do {
            return try await readers.withConnection { connection in
                try connection.inTransaction("ISOLATION LEVEL REPEATABLE READ READ ONLY") { try body(connection) }
            }
        } catch {
            throw error as? RegisterError ?? RegisterError(.database, detail: "\(error)")
        }
    }

    private static func importError(_ error: any Error) -> RegisterError {
        if let error = error as? RegisterError { return error }
        let detail = "\(error)"
        guard let error = error as? PostgresError else { return RegisterError(.database, detail: detail) }
        if error.sqlState == "55P03" {
            return RegisterError(
                .conflict, "another import is under way; try again when it is done",
                cs: "probíhá jiný import; zkuste to po jeho skončení")
        }
        // query_canceled: the server's own statement_timeout.
        if error.sqlState == "57014" || (error.code == .deadline && error.during != nil) {
            return RegisterError(
                .tooLarge, "examining the document took longer than allowed; its shapes are too intricate",
                cs: "kontrola dokumentu trvala déle, než je dovoleno; jeho tvary jsou příliš složité")
        }
        return RegisterError(.database, detail: detail)
    }
}

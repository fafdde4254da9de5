internal import Logging
package import MKDSCore
package import Postgres
internal import Synchronization

/// The register in the database: areas, cameras, people in charge. The only writer of the tables of `0001_register.sql`.
///
/// Each import is one transaction: all of a document or nothing. Imports wait for each other; reads wait for nobody. It
/// keeps at most two idle connections and acts as role `mkds_owner`.
package final class Register: Sendable {
    private static let idleLimit = 2
    /// "mkdr" in ASCII: imports of all programs wait for each other here.
    private static let lockKey: Int64 = 0x6d6b_6472

    private let settings: ConnectionSettings
    private let idle = Mutex<[PostgresConnection]>([])

    /// - Parameter settings: a login that may act as `mkds_owner`, to a migrated database.
    package init(_ settings: ConnectionSettings) {
        self.settings = settings
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
    func changing<Report: Sendable>(
        dryRun: Bool, _ body: @Sendable (isolated PostgresConnection) throws -> Report
    ) async throws(RegisterError) -> Report {
        try await withConnection { connection in
            do {
                return try connection.inTransaction {
                    try connection.query(
                        "SELECT pg_advisory_xact_lock($1)", [.int8(Self.lockKey)], deadline: .seconds(300))
                    let report = try body(connection)
                    if dryRun { throw DryRun(report: report) }
                    return report
                }
            } catch let end as DryRun<Report> {
                return end.report
            }
        }
    }

    /// Runs several reads on one state of the database.
    func reading<Answer: Sendable>(
        _ body: @Sendable (isolated PostgresConnection) throws -> Answer
    ) async throws(RegisterError) -> Answer {
        try await withConnection { connection in
            try connection.inTransaction("ISOLATION LEVEL REPEATABLE READ READ ONLY") { try body(connection) }
        }
    }

    /// Lends a connection. One that broke while idle is noticed at its first statement and replaced once.
    private func withConnection<Answer: Sendable>(
        _ body: @Sendable (isolated PostgresConnection) throws -> Answer
    ) async throws(RegisterError) -> Answer {
        if let connection = idle.withLock({ $0.popLast() }) {
            do {
                _ = try await connection.run { connection in try connection.query("SELECT") }
                return try await lend(connection, body)
            } catch let error as RegisterError {
                throw error
            } catch {
                await connection.close()
            }
        }
        do {
            let connection = try await PostgresConnection.connect(settings, name: "register")
            try await connection.run { connection in try connection.execute("SET ROLE mkds_owner") }
            return try await lend(connection, body)
        } catch {
            throw Self.registerError(error)
        }
    }

    private func lend<Answer: Sendable>(
        _ connection: PostgresConnection, _ body: @Sendable (isolated PostgresConnection) throws -> Answer
    ) async throws(RegisterError) -> Answer {
        do {
            let answer = try await connection.run(body)
            await giveBack(connection)
            return answer
        } catch {
            await giveBack(connection)
            throw Self.registerError(error)
        }
    }

    private func giveBack(_ connection: PostgresConnection) async {
        let usable = await connection.isUsable
        let inTransaction = await connection.isInTransaction
        let kept =
            usable && !inTransaction
            && idle.withLock { idle in
                guard idle.count < Self.idleLimit else { return false }
                idle.append(connection)
                return true
            }
        if !kept { await connection.close() }
    }

    private static func registerError(_ error: any Error) -> RegisterError {
        if let error = error as? RegisterError { return error }
        guard let error = error as? PostgresError else { return RegisterError(.database, detail: "\(error)") }
        if error.code == .deadline {
            return RegisterError(
                .tooLarge, "examining the map took longer than allowed; its shapes are too intricate",
                cs: "kontrola mapy trvala déle, než je dovoleno; její tvary jsou příliš složité")
        }
        return RegisterError(.database, detail: "\(error)")
    }
}

/// What went wrong between us and PostgreSQL. Its description holds no password and no parameter values.
package struct PostgresError: Error, Hashable, Sendable {
    /// What kind of failure it is, so that a caller can decide whether to try again.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String { case settings, connection, server, deadline, cancelled, protocolBreach, cluster }
        private let kind: Kind

        /// The connection settings cannot be used as they are.
        package static let settings = Code(kind: .settings)
        /// No connection, or it broke: trying again later may help.
        package static let connection = Code(kind: .connection)
        /// The server refused a statement; ``PostgresError/sqlState`` says why.
        package static let server = Code(kind: .server)
        /// The statement took longer than allowed and was cancelled.
        package static let deadline = Code(kind: .deadline)
        /// The asking task was cancelled.
        package static let cancelled = Code(kind: .cancelled)
        /// The server answered something we did not ask for, or a column is not of the expected type.
        package static let protocolBreach = Code(kind: .protocolBreach)
        /// The private cluster cannot be made, started or stopped.
        package static let cluster = Code(kind: .cluster)

        package var description: String { kind.rawValue }
    }

    package var code: Code
    /// Five characters of SQLSTATE when the server spoke.
    package var sqlState: String?
    package var message: String
    /// May quote values of a row: for the log of an engineer only.
    package var detail: String?
    package var hint: String?
    /// What was being done: a statement's first words, never its parameters.
    package var during: String?

    package init(
        _ code: Code, _ message: String, sqlState: String? = nil, detail: String? = nil, hint: String? = nil,
        during: String? = nil
    ) {
        self.code = code
        self.message = message
        self.sqlState = sqlState
        self.detail = detail
        self.hint = hint
        self.during = during
    }

    /// Whether the fault lies in the connection or the server's state and not in what was asked: worth trying again.
    ///
    /// Classes 08 (connection), 25006 (read only after a failover), 40 (rollback), 53 (resources), 55P03 (lock),
    /// 57 (operator intervention) and 58 (system error) of SQLSTATE.
    package var isTransient: Bool {
        if code == .connection { return true }
        guard code == .server, let sqlState else { return false }
        return ["08", "40", "53", "57", "58"].contains(String(sqlState.prefix(2)))
            || sqlState == "25006" || sqlState == "55P03"
    }
}

extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String {
        let place = during.map { " (\($0))" } ?? ""
        let state = sqlState.map { " [\($0)]" } ?? ""
        return "PostgreSQL: \(message)\(state)\(place)"
    }

    package var debugDescription: String {
        [description, detail.map { "detail: \($0)" }, hint.map { "hint: \($0)" }]
            .compactMap { $0 }.joined(separator: "; ")
    }
}

internal import Postgres

extension PostgresError {
    /// Whether the server refused what a row holds (classes 22, 23 and 54 of SQLSTATE), so that only that row is to
    /// blame. Anything else, a missing right or table above all, must hold up the spool instead of emptying it.
    var blamesTheRecord: Bool {
        guard code == .server, let sqlState else { return false }
        return ["22", "23", "54"].contains(String(sqlState.prefix(2)))
    }
}

internal import CLibpq
internal import Glibc
internal import Linux

/// One connection to PostgreSQL on a thread of its own, used by async callers one after another.
///
/// libpq is driven without blocking on the socket: the thread waits in `poll` with a deadline and can be woken, so a
/// statement ends when its deadline passes, when the asking task is cancelled, or when it is done; in the first two
/// cases the server is told to stop it and the connection stays usable. After a broken connection every call fails with
/// code `connection`; make a new one.
package actor PostgresConnection {
    private let executor: ThreadExecutor
    /// Wakes the thread out of `poll`: cancellation of the asking task.
    nonisolated let waker: WakeCounter
    /// Nil once closed. Only this actor's thread touches it.
    var handle: OpaquePointer?
    /// Longest time a statement may take when the caller names no deadline.
    package var statementDeadline: Duration = .seconds(60)

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private init(threadName: String) throws(PostgresError) {
        do throws(SystemError) {
            executor = try ThreadExecutor(name: threadName)
            waker = try WakeCounter()
        } catch {
            throw PostgresError(.connection, "\(error)")
        }
    }

    /// Connects; each host of the settings gets `connect_timeout` (5 s when not set).
    ///
    /// `name` shows as the thread's name and, as `mkdsd NAME`, in `pg_stat_activity`. Throws ``PostgresError`` of code
    /// `connection`.
    package static func connect(_ settings: ConnectionSettings, name: String) async throws -> PostgresConnection {
        let connection = try PostgresConnection(threadName: "pg-\(name)")
        try await connection.open(settings, name: name)
        return connection
    }

    isolated deinit {
        if let handle { PQfinish(handle) }
    }

    private func open(_ settings: ConnectionSettings, name: String) throws(PostgresError) {
        var settings = settings
        if settings["application_name"] == nil { settings["application_name"] = "mkdsd \(name)" }
        let (keys, values) = settings.effective
        let opened = withCStringArray(keys) { keys in
            withCStringArray(values) { PQconnectdbParams(keys, $0, 0) }
        }
        guard let opened else { throw PostgresError(.connection, "out of memory while connecting") }
        guard PQstatus(opened) == CONNECTION_OK else {
            defer { PQfinish(opened) }
            let text = settings["password"].map { libpqText(opened).replacing($0, with: "***") } ?? libpqText(opened)
            throw PostgresError(.connection, "cannot connect to \(settings): \(text)")
        }
        PQsetnonblocking(opened, 1)
        PQsetNoticeProcessor(opened, { _, _ in }, nil)
        handle = opened
    }

    /// Closes the connection in order. Calls made afterwards fail with code `connection`.
    package func close() {
        if let handle { PQfinish(handle) }
        handle = nil
    }

    /// Whether the connection was good when last used.
    package var isUsable: Bool {
        guard let handle else { return false }
        return PQstatus(handle) == CONNECTION_OK
    }

    /// Whether a transaction is open (or failed and waits for its ROLLBACK).
    package var isInTransaction: Bool {
        guard let handle else { return false }
        return [PQTRANS_INTRANS, PQTRANS_INERROR].contains(PQtransactionStatus(handle))
    }

    package func setStatementDeadline(_ deadline: Duration) { statementDeadline = deadline }

    // MARK: - Using it

    /// Runs several steps on the connection's thread without anyone else's between them.
    ///
    /// Cancelling the calling task stops the statement under way; `body` then throws code `cancelled`.
    package nonisolated func run<T: Sendable>(
        _ body: @Sendable (isolated PostgresConnection) throws -> T
    ) async throws -> T {
        let waker = waker
        return try await withTaskCancellationHandler {
            try await self.perform(body)
        } onCancel: {
            waker.signal()
        }
    }

    private func perform<T: Sendable>(
        _ body: @Sendable (isolated PostgresConnection) throws -> T
    ) async throws -> T {
        try body(self)
    }

    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws.
    ///
    /// `mode` is what follows BEGIN, e.g. `ISOLATION LEVEL REPEATABLE READ READ ONLY`.
    package nonisolated func transaction<T: Sendable>(
        _ mode: String = "", _ body: @Sendable (isolated PostgresConnection) throws -> T
    ) async throws -> T {
        try await run { connection in
            try connection.inTransaction(mode) { try body(connection) }
        }
    }

    /// The same for callers that are already on the connection's thread.
    package func inTransaction<T>(_ mode: String = "", _ body: () throws -> T) throws -> T {
        try execute("BEGIN \(mode)")
        do {
            let value = try body()
            try execute("COMMIT")
            return value
        } catch {
            // The first error is the one that matters; a connection on which ROLLBACK fails is of no more use.
            do { try rollback() } catch { close() }
            throw error
        }
    }

    private func rollback() throws(PostgresError) {
        guard isInTransaction else { return }
        try collect("ROLLBACK", deadline: .seconds(10), cancellable: false) { PQsendQuery($0, "ROLLBACK") }
    }

    /// Runs one statement with bound parameters `$1…` and copies its rows out.
    ///
    /// It may take `deadline`, or ``statementDeadline`` when that is nil.
    @discardableResult
    package func query(
        _ sql: String, _ parameters: [PostgresValue] = [], deadline: Duration? = nil
    ) throws(PostgresError) -> PostgresRows {
        try collect(sql, deadline: deadline) { handle in
            withParameters(parameters) { count, types, values, lengths, formats in
                PQsendQueryParams(handle, sql, count, types, values, lengths, formats, 1)
            }
        }
    }

    /// Runs a script of one or more statements without parameters, e.g. a migration.
    package func execute(_ script: String, deadline: Duration? = nil) throws(PostgresError) {
        try collect(script, deadline: deadline) { PQsendQuery($0, script) }
    }

    /// Quotes a name for use in SQL where a parameter cannot stand.
    package static func quoted(identifier: String) -> String {
        "\"" + identifier.replacing("\"", with: "\"\"").filter { $0 != "\0" } + "\""
    }

    // MARK: - Statements

    /// Sends by `send`, waits for all results and returns the last; throws the first error among them.
    @discardableResult
    func collect(
        _ sql: String, deadline: Duration?, cancellable: Bool = true, send: (OpaquePointer) -> Int32
    ) throws(PostgresError) -> PostgresRows {
        let handle = try usable(sql)
        if cancellable, Task.isCancelled { throw PostgresError(.cancelled, "cancelled", during: summary(of: sql)) }
        guard send(handle) == 1 else { throw connectionError(sql) }
        let limit = ContinuousClock.now + (deadline ?? statementDeadline)
        return try drain(sql, until: limit, cancellable: cancellable).get()
    }

    /// Reads results until there are none, so that the connection is ready for the next statement.
    func drain(
        _ sql: String, until limit: ContinuousClock.Instant, cancellable: Bool
    ) throws(PostgresError) -> Result<PostgresRows, PostgresError> {
        var last: PostgresRows?
        var failure: PostgresError?
        while let result = try nextResult(sql, until: limit, cancellable: cancellable, stopped: &failure) {
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
                last = PostgresRows(copying: result)
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                close()
                throw PostgresError(.protocolBreach, "a COPY was begun where none may be", during: summary(of: sql))
            default:
                failure = failure ?? serverError(result, during: sql)
            }
        }
        if let failure { return .failure(failure) }
        guard let last else { return .failure(connectionError(sql)) }
        return .success(last)
    }

    /// The next result, nil when the statement is done.
    ///
    /// When the deadline passes or the task is cancelled the server is asked to stop; what it answers then is read to
    /// its end for at most 5 s more, and `stopped` tells why.
    func nextResult(
        _ sql: String, until limit: ContinuousClock.Instant, cancellable: Bool, stopped: inout PostgresError?
    ) throws(PostgresError) -> OpaquePointer? {
        let handle = try usable(sql)
        var limit = stopped == nil ? limit : ContinuousClock.now + .seconds(5)
        while true {
            let flushed = PQflush(handle)
            guard flushed >= 0 else { throw connectionError(sql) }
            if flushed == 0, PQisBusy(handle) == 0 { return PQgetResult(handle) }
            switch wait(forWriting: flushed > 0, until: limit, cancellable: cancellable && stopped == nil) {
            case .ready:
                guard PQconsumeInput(handle) == 1 else { throw connectionError(sql) }
            case .cancelled, .deadline:
                guard stopped == nil else {
                    close()
                    throw PostgresError(.connection, "the server did not stop a statement; connection closed")
                }
                stopped =
                    Task.isCancelled && cancellable
                    ? PostgresError(.cancelled, "cancelled", during: summary(of: sql))
                    : PostgresError(.deadline, "took longer than allowed", during: summary(of: sql))
                guard try requestCancel(handle) else {
                    close()
                    throw PostgresError(.connection, "the server does not take an order to stop; connection closed")
                }
                limit = .now + .seconds(5)
            }
        }
    }

    /// Asks the server, on a connection of its own, to stop the statement under way, and waits until it has taken the
    /// order, so that it cannot meet a later statement. False when it has not within 5 s.
    private func requestCancel(_ handle: OpaquePointer) throws(PostgresError) -> Bool {
        guard let cancel = PQgetCancel(handle) else { return false }
        return try CancelRequest(cancel).isTaken(within: .seconds(5))
    }
}

extension PostgresConnection {
    func usable(_ sql: String) throws(PostgresError) -> OpaquePointer {
        guard let handle else {
            throw PostgresError(.connection, "the connection is closed", during: summary(of: sql))
        }
        return handle
    }

    enum WaitOutcome { case ready, deadline, cancelled }

    /// Waits until the socket can be read (or written), the deadline passes or the task is cancelled.
    func wait(forWriting: Bool, until limit: ContinuousClock.Instant, cancellable: Bool) -> WaitOutcome {
        guard let handle else { return .deadline }
        while true {
            if cancellable, Task.isCancelled { return .cancelled }
            let remaining = limit - .now
            guard remaining > .zero else { return .deadline }
            let milliseconds = min(Int64(Int32.max), remaining.components.seconds * 1000 + 1000)
            var descriptors = [
                pollfd(fd: PQsocket(handle), events: Int16(forWriting ? POLLIN | POLLOUT : POLLIN), revents: 0),
                pollfd(fd: waker.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            let exact = remaining < .seconds(2) ? Int32(remaining / .milliseconds(1)) + 1 : Int32(milliseconds)
            let count = poll(&descriptors, 2, exact)
            // A wake may have been meant for a task still queued behind this one; it checks for itself when it begins.
            if count > 0, descriptors[1].revents != 0 { waker.drain() }
            if count > 0, descriptors[0].revents != 0 { return .ready }
        }
    }

    func connectionError(_ sql: String) -> PostgresError {
        let text = handle.map(libpqText) ?? "no connection"
        return PostgresError(.connection, text, during: summary(of: sql))
    }

    func serverError(_ result: OpaquePointer, during sql: String) -> PostgresError {
        func field(_ code: Int32) -> String? {
            PQresultErrorField(result, code).map { String(cString: $0) }
        }
        guard let state = field(clibpq_diag_sqlstate) else { return connectionError(sql) }
        let broken = handle.map { PQstatus($0) != CONNECTION_OK } ?? true
        return PostgresError(
            broken ? .connection : .server, field(clibpq_diag_message) ?? "unknown error", sqlState: state,
            detail: field(clibpq_diag_detail), hint: field(clibpq_diag_hint), during: summary(of: sql))
    }

    /// The statement's first words: enough to find it, never its parameters.
    func summary(of sql: String) -> String {
        let line = sql.split(whereSeparator: \.isWhitespace).prefix(8).joined(separator: " ")
        return String(line.prefix(80))
    }
}

/// libpq's last complaint, on one line.
private func libpqText(_ handle: OpaquePointer) -> String {
    let text = PQerrorMessage(handle).map { String(cString: $0) } ?? ""
    return text.split(separator: "\n").map { $0.filter { $0 != "\t" } }.joined(separator: "; ")
}

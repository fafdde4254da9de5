internal import CLibpq

extension PostgresConnection {
    /// Bytes gathered before they are handed to libpq.
    private static var pieceByteCount: Int { 64 * 1024 }

    /// Copies rows into a table: `COPY … FROM STDIN (FORMAT binary)`, encoded and sent piece by piece.
    ///
    /// `encode` writes one row with ``BinaryCopyWriter/beginRow(columns:)`` and its values. When it throws, or the task
    /// is cancelled, the COPY is broken off and none of its rows exist. Returns the number of rows the server took.
    @discardableResult
    package func copyIn<Rows: Sequence>(
        _ sql: String, rows: Rows, deadline: Duration? = nil,
        encode: (Rows.Element, inout BinaryCopyWriter) throws -> Void
    ) throws -> Int {
        let limit = ContinuousClock.now + (deadline ?? statementDeadline)
        try beginCopy(sql, until: limit)
        do {
            var writer = BinaryCopyWriter(capacity: 2 * Self.pieceByteCount)
            writer.header()
            for row in rows {
                try encode(row, &writer)
                if writer.byteCount >= Self.pieceByteCount {
                    try send(writer, sql, until: limit)
                    writer.removeAll()
                }
            }
            writer.trailer()
            try send(writer, sql, until: limit)
        } catch {
            throw breakOff(sql, because: error)
        }
        try endCopy(sql, refusing: nil, until: limit)
        return try drain(sql, until: limit, cancellable: true).get().affected
    }

    private func beginCopy(_ sql: String, until limit: ContinuousClock.Instant) throws(PostgresError) {
        let handle = try usable(sql)
        if Task.isCancelled { throw PostgresError(.cancelled, "cancelled", during: summary(of: sql)) }
        guard PQsendQuery(handle, sql) == 1 else { throw connectionError(sql) }
        var stopped: PostgresError?
        guard let result = try nextResult(sql, until: limit, cancellable: true, stopped: &stopped) else {
            throw connectionError(sql)
        }
        defer { PQclear(result) }
        if PQresultStatus(result) == PGRES_COPY_IN, stopped == nil { return }
        let failure = stopped ?? serverError(result, during: sql)
        if PQresultStatus(result) == PGRES_COPY_IN {
            close()
        } else {
            _ = try drain(sql, until: limit, cancellable: false)
        }
        throw failure
    }

    private func send(
        _ writer: borrowing BinaryCopyWriter, _ sql: String, until limit: ContinuousClock.Instant
    ) throws(PostgresError) {
        let handle = try usable(sql)
        try writer.withBytes { (bytes) throws(PostgresError) in
            guard let base = bytes.baseAddress?.assumingMemoryBound(to: CChar.self) else { return }
            while true {
                switch PQputCopyData(handle, base, Int32(bytes.count)) {
                case 1: break
                case 0:
                    try waitToWrite(sql, until: limit)
                    continue
                default: throw connectionError(sql)
                }
                break
            }
            // Sent at once, so that libpq's own buffer stays at one piece.
            while true {
                let flushed = PQflush(handle)
                guard flushed >= 0 else { throw connectionError(sql) }
                if flushed == 0 { return }
                try waitToWrite(sql, until: limit)
            }
        }
    }

    private func waitToWrite(_ sql: String, until limit: ContinuousClock.Instant) throws(PostgresError) {
        switch wait(forWriting: true, until: limit, cancellable: true) {
        case .ready:
            // Whatever the server says meanwhile (an error, a notice) must be read, or both sides would wait for ever.
            guard let handle, PQconsumeInput(handle) == 1 else { throw connectionError(sql) }
        case .cancelled: throw PostgresError(.cancelled, "cancelled", during: summary(of: sql))
        case .deadline: throw PostgresError(.deadline, "took longer than allowed", during: summary(of: sql))
        }
    }

    private func endCopy(
        _ sql: String, refusing reason: String?, until limit: ContinuousClock.Instant
    ) throws(PostgresError) {
        let handle = try usable(sql)
        while true {
            switch PQputCopyEnd(handle, reason) {
            case 1: return
            case 0: try waitToWrite(sql, until: limit)
            default: throw connectionError(sql)
            }
        }
    }

    /// Ends a COPY that cannot be finished; returns what to throw: the server's own complaint when it had one.
    private func breakOff(_ sql: String, because error: any Error) -> any Error {
        guard isUsable else { return error }
        let limit = ContinuousClock.now + .seconds(5)
        do {
            try endCopy(sql, refusing: "broken off by the client", until: limit)
            let outcome = try drain(sql, until: limit, cancellable: false)
            // 57014 is the server repeating our own refusal.
            if case .failure(let complaint) = outcome, complaint.sqlState != "57014" { return complaint }
            return error
        } catch {
            close()
            return error
        }
    }
}

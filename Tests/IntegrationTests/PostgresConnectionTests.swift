import Postgres
import Testing

@Suite(.enabled(if: PostgresTestServer.isAvailable, PostgresTestServer.skipReason), .timeLimit(.minutes(10)))
struct PostgresConnectionTests {
    private func connection(_ settings: ConnectionSettings) async throws -> PostgresConnection {
        try await PostgresConnection.connect(settings, name: "test")
    }

    @Test func bindsAndReadsEveryParameterType() async throws {
        try await PostgresTestServer.withDatabase { settings in
            let connection = try await connection(settings)
            let rows = try await connection.query(
                """
                SELECT $1::bool AS b, $2::int2 AS i2, $3::int4 AS i4, $4::int8 AS i8, $5::float4 AS f4, $6::float8 AS f8,
                    $7::text AS t, $8::jsonb AS j, $9::bytea AS y, $10::uuid AS u, $11::date AS d, $12::timestamptz AS z,
                    $13::int8[] AS a8, $14::text[] AS at, $15::int4 AS n, $16::int8[] AS empty
                """,
                [
                    .bool(true), .int2(-2), .int4(.min), .int8(.max), .float4(1.5), .float8(-2.25),
                    .text("Bory – č. 1"),
                    .untyped(#"{"a": 1}"#), .bytes([0, 255, 7]),
                    .uuid(high: 0x0123_4567_89ab_7def, low: 0x8123_4567_89ab_cdef),
                    .date(-1), .timestamp(1_700_000_000_123_456), .int8Array([1, -2]), .textArray(["", "x,\"y"]), .null,
                    .int8Array([]),
                ])
            let row = rows[0]
            #expect(try row.bool("b"))
            #expect(try row.int("i2") == -2)
            #expect(try row.int("i4") == Int64(Int32.min))
            #expect(try row.int("i8") == .max)
            #expect(try row.double("f4") == 1.5)
            #expect(try row.double("f8") == -2.25)
            #expect(try row.text("t") == "Bory – č. 1")
            #expect(try row.text("j") == #"{"a": 1}"#)
            #expect(try row.bytes("y") == [0, 255, 7])
            #expect(try row.uuid("u") == (0x0123_4567_89ab_7def, 0x8123_4567_89ab_cdef))
            #expect(try row.date("d") == -1)
            #expect(try row.timestamp("z") == 1_700_000_000_123_456)
            #expect(try row.intArray("a8") == [1, -2])
            #expect(try row.textArray("at") == ["", "x,\"y"])
            #expect(try row.optionalInt("n") == nil)
            #expect(try row.intArray("empty") == [])
            #expect(throws: PostgresError.self) { try row.int("t") }
            #expect(throws: PostgresError.self) { try row.int("absent") }
            #expect(throws: PostgresError.self) { try row.int("n") }
        }
    }

    @Test func stopsAStatementWhenItsDeadlinePassesAndStaysUsable() async throws {
        try await PostgresTestServer.withDatabase { settings in
            let connection = try await connection(settings)
            let error = await #expect(throws: PostgresError.self) {
                try await connection.query("SELECT pg_sleep(3600)", deadline: .milliseconds(50))
            }
            #expect(error?.code == .deadline)
            #expect(try await connection.query("SELECT 1 AS one")[0].int("one") == 1)
        }
    }

    @Test func stopsAStatementWhenTheTaskIsCancelledAndStaysUsable() async throws {
        try await PostgresTestServer.withDatabase { settings in
            let connection = try await connection(settings)
            let observer = try await self.connection(settings)
            let task = Task {
                try await connection.run {
                    try $0.query("SELECT pg_sleep(3600) /* to cancel */", deadline: .seconds(600))
                }
            }
            var running = false
            while !running {
                running =
                    try await observer.query(
                        "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%to cancel%' AND pid <> pg_backend_pid()"
                    ).count == 1
            }
            task.cancel()
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            #expect(try await connection.query("SELECT 1 AS one")[0].int("one") == 1)
        }
    }

    @Test func rollsBackWhenTheBodyThrowsAndReportsTheServersReason() async throws {
        try await PostgresTestServer.withDatabase { settings in
            let connection = try await connection(settings)
            try await connection.execute("CREATE TABLE t (n int PRIMARY KEY)")
            let error = await #expect(throws: PostgresError.self) {
                try await connection.transaction { connection in
                    try connection.query("INSERT INTO t VALUES ($1)", [.int4(1)])
                    try connection.query("INSERT INTO t VALUES ($1)", [.int4(1)])
                }
            }
            #expect(error?.sqlState == "23505")
            #expect(error?.isTransient == false)
            #expect(try await connection.query("SELECT * FROM t").count == 0)
        }
    }

    @Test func copiesRowsInAndUndoesACopyThatFails() async throws {
        try await PostgresTestServer.withDatabase { settings in
            let connection = try await connection(settings)
            try await connection.execute("CREATE TABLE t (n int8 PRIMARY KEY, s text)")
            let copied = try await connection.run { connection in
                try connection.copyIn("COPY t FROM STDIN (FORMAT binary)", rows: 0..<20_000) { number, writer in
                    writer.beginRow(columns: 2)
                    writer.int8(Int64(number))
                    writer.text("row \(number)")
                }
            }
            #expect(copied == 20_000)
            struct Refused: Error {}
            await #expect(throws: Refused.self) {
                try await connection.run { connection in
                    try connection.copyIn("COPY t FROM STDIN (FORMAT binary)", rows: 20_000..<60_000) {
                        number, writer in
                        if number == 59_999 { throw Refused() }
                        writer.beginRow(columns: 2)
                        writer.int8(Int64(number))
                        writer.null()
                    }
                }
            }
            let duplicate = await #expect(throws: PostgresError.self) {
                try await connection.run { connection in
                    try connection.copyIn("COPY t FROM STDIN (FORMAT binary)", rows: [Int64(5)]) { number, writer in
                        writer.beginRow(columns: 2)
                        writer.int8(number)
                        writer.null()
                    }
                }
            }
            #expect(duplicate?.sqlState == "23505")
            let row = try await connection.query("SELECT count(*) AS n, min(s) AS s FROM t")[0]
            #expect(try row.int("n") == 20_000)
            #expect(try row.text("s") == "row 0")
        }
    }

    @Test func receivesNotifications() async throws {
        try await PostgresTestServer.withDatabase { settings in
            let listener = try await connection(settings)
            try await listener.listen("mkds_change")
            async let received = listener.notifications(waitingUpTo: .seconds(60))
            let sender = try await connection(settings)
            try await sender.query("SELECT pg_notify('mkds_change', '42')")
            #expect(try await received == [PostgresNotification(channel: "mkds_change", payload: "42")])
            #expect(try await listener.notifications(waitingUpTo: .zero) == [])
        }
    }

    @Test func reportsABrokenConnectionAsOne() async throws {
        try await PostgresTestServer.withDatabase { settings in
            let victim = try await connection(settings)
            let process = try await victim.query("SELECT pg_backend_pid() AS pid")[0].int("pid")
            let killer = try await connection(settings)
            try await killer.query("SELECT pg_terminate_backend($1, 5000)", [.int4(Int32(process))])
            let error = await #expect(throws: PostgresError.self) { try await victim.query("SELECT 1") }
            #expect(error?.isTransient == true)
            #expect(await victim.isUsable == false)
        }
    }

    @Test func neverShowsAPassword() async throws {
        var settings = try ConnectionSettings("postgresql://kdo:tajne-heslo@127.0.0.1:1/mkds")
        #expect(!"\(settings) \(String(reflecting: settings))".contains("tajne"))
        settings["connect_timeout"] = "2"
        let error = await #expect(throws: PostgresError.self) {
            try await PostgresConnection.connect(settings, name: "test")
        }
        #expect(error?.code == .connection)
        #expect(error.map { "\($0) \(String(reflecting: $0))".contains("tajne") } == false)
        let unreadable = #expect(throws: PostgresError.self) { try ConnectionSettings("password=tajne-heslo oops") }
        #expect(unreadable.map { "\($0)".contains("tajne") } == false)
    }
}

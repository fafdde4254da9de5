import EventIndex
import Linux
import MKDSCore
import Postgres
import Testing

@Suite(.enabled(if: PostgresTestServer.isAvailable, PostgresTestServer.skipReason), .timeLimit(.minutes(10)))
struct HostClockLogTests {
    @Test func whatTheKernelSaysOfTheClockIsOneRow() async throws {
        try await LoaderFixture.with { fixture in
            let state = try HostClockState.current()
            #expect(state.maximumError >= .zero && state.estimatedError >= .zero)
            let log = HostClockLog(fixture.settings)
            try await log.record(state)
            try await log.record(state)
            let rows = try await fixture.admin.query("SELECT * FROM mkds.host_clock")
            #expect(rows.count == 1)
            let row = try #require(rows.first)
            #expect(try row.time("at") == state.time)
            #expect(try row.bool("synchronised") == state.isSynchronised)
            #expect(try row.int("maximum_error_us") == state.maximumError.inMicroseconds)
            #expect(try !row.text("host").isEmpty)
        }
    }
}

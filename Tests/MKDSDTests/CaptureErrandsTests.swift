import FoundationEssentials
import Glibc
import Logging
import MKDSCore
import QueryServer
import Settings
import TestMedia
import Testing

@testable import mkdsd

/// Errands with programs that behave worse than `mkds-capture` ever should.
@Suite(.timeLimit(.minutes(10))) struct CaptureErrandsTests {
    /// A shell script as the capture program.
    private final class Script {
        let directory: TemporaryDirectory
        let errands: CaptureErrands

        init(_ body: String) throws {
            directory = try TemporaryDirectory()
            let path = try directory.write("#!/bin/sh\n\(body)\n".utf8, to: "program")
            chmod(path, 0o755)
            let store = CredentialStore(systemDirectory: nil, directory: directory.path)
            errands = CaptureErrands(
                program: .init(
                    path: path, arguments: ["--files", "/srv"], environment: ["PATH=/usr/bin:/bin", "A=b"]),
                credentials: { store }, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        }

        /// Longer than the busiest machine takes to come back to a test.
        private static let order = ProbeOrder(url: "rtsp://a/b", seconds: 3600)

        func probe(credential: String? = nil, for uid: UInt32 = 7) async throws -> ErrandRun {
            try await errands.start(.probe(Self.order, credential: credential), for: uid)
        }
    }

    private func lines(_ run: ErrandRun) async throws -> [String] {
        var lines: [String] = []
        for try await line in run.lines { lines.append(String(decoding: line, as: UTF8.self)) }
        return lines
    }

    @Test func theOrderGoesOverInputAndTheEnvironmentIsTheOneGiven() async throws {
        let script = try Script(#"read order; echo "$order"; echo "$@"; env | sort | grep -v -e ^PWD -e ^_ -e ^SHLVL"#)
        chmod(try script.directory.write("u:p:w".utf8, to: "door"), 0o600)
        let said = try await lines(script.probe(credential: "door"))
        withExtendedLifetime(script) {}
        let order = try JSONDecoder().decode(ProbeOrder.self, from: Data(try #require(said.first).utf8))
        #expect(order.user == "u" && order.password == "p:w" && order.url == "rtsp://a/b")
        #expect(said.dropFirst() == ["probe --files /srv", "A=b", "PATH=/usr/bin:/bin"])
    }

    @Test func aProcessThatIgnoresTheOrderToStopIsKilled() async throws {
        let script = try Script("trap '' TERM HUP; echo $$; exec 0</dev/null; while :; do sleep 1; done")
        let run = try await script.probe()
        var iterator = run.lines.makeAsyncIterator()
        let first = try #require(try await iterator.next())
        let pid = try #require(pid_t(String(decoding: first, as: UTF8.self)))
        run.stop()
        run.stop()
        #expect(try await iterator.next() == nil)
        #expect(kill(pid, 0) == -1 && errno == ESRCH)
        withExtendedLifetime(script) {}
    }

    @Test func aProcessThatSaysTooMuchIsEnded() async throws {
        let script = try Script("while :; do echo x; done")
        let run = try await script.probe()
        await #expect(throws: ErrandError.overdue) { _ = try await lines(run) }
        withExtendedLifetime(script) {}
    }

    @Test func lostAndRefusedProcessesAreToldApart() async throws {
        let crashing = try Script("kill -SEGV $$")
        let crashed = try await crashing.probe()
        await #expect(throws: ErrandError.crashed) { _ = try await lines(crashed) }
        let refusing = try Script("exit 71")
        let refused = try await refusing.probe()
        await #expect(throws: ErrandError.notStarted) { _ = try await lines(refused) }
        let script = try Script("")
        await #expect(throws: ErrandError.self) { _ = try await script.probe(credential: "missing") }
        // What was refused holds no place.
        for _ in 0..<CaptureErrands.limit { #expect(try await lines(script.probe()) == []) }
        withExtendedLifetime((crashing, refusing, script)) {}
    }

    @Test func placesAreFewAndOfOneUserFewer() async throws {
        let script = try Script("read order; echo up; read more")
        var runs: [ErrandRun] = []
        for uid: UInt32 in [1, 1, 2, 2] { runs.append(try await script.probe(for: uid)) }
        let busy = ErrandError.busy(limit: CaptureErrands.limit, userLimit: CaptureErrands.userLimit)
        await #expect(throws: busy) { _ = try await script.probe(for: 1) }
        await #expect(throws: busy) { _ = try await script.probe(for: 3) }
        runs[0].stop()
        _ = try await lines(runs[0])
        // Whoever hears of the end finds the place free.
        runs[0] = try await script.probe(for: 3)
        for run in runs { run.stop() }
    }
}

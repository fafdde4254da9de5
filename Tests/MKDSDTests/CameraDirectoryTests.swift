import Glibc
import Logging
import MKDSCore
import Settings
import Synchronization
import TestMedia
import Testing

@testable import mkdsd

/// The camera directory with a register that answers when a test lets it.
@Suite(.timeLimit(.minutes(10))) struct CameraDirectoryTests {
    private struct Away: Error {}
    private struct NoPlan: Error {}

    private final class Fixture: Sendable {
        let files: TemporaryDirectory
        let directory: CameraDirectory
        let imports: AsyncStream<Int>.Continuation
        let plans: AsyncStream<CaptureSupervisor.Plan>

        /// Knows one camera, with a credential that is not there yet, from the file of the last run.
        init(registerAnswers: Bool) throws {
            files = try TemporaryDirectory()
            let camera = CameraRecord(
                id: try #require(CameraID("a")), name: "A", owner: "O", purposeClass: .mkds, legalBasis: "Z",
                url: "rtsp://10.0.0.1/", credential: "door", mast: [13, 49], retentionHours: 1)
            var grouping = CaptureGrouping()
            grouping.update(cameras: [camera.id], size: 32)
            try CameraListFile(cameras: [camera], grouping: grouping).write(files.file("cameras.json"))
            let (changes, imports) = AsyncStream.makeStream(of: Int.self)
            let (plans, plan) = AsyncStream.makeStream(of: CaptureSupervisor.Plan.self)
            (self.imports, self.plans) = (imports, plans)
            directory = CameraDirectory(
                path: files.file("cameras.json"), configuration: Self.configuration(files),
                read: {
                    guard registerAnswers else { throw Away() }
                    return [camera]
                },
                registerChanges: { changes }, apply: { plan.yield($0) }, heartbeats: HeartbeatBoard(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        }

        static func configuration(_ files: TemporaryDirectory) -> CameraDirectory.Configuration {
            CameraDirectory.Configuration(
                groupSize: 32, credentials: CredentialStore(systemDirectory: nil, directory: files.path))
        }

        func reload() { directory.reload(Self.configuration(files)) }

        /// Runs the directory while `body` looks at what it decides.
        func run(_ body: () async throws -> Void) async throws {
            let running = Task { try await directory.run() }
            defer { running.cancel() }
            try await body()
        }

        func nextPlan() async throws -> CaptureSupervisor.Plan {
            for await plan in plans { return plan }
            throw NoPlan()
        }
    }

    /// The administrator mended the password while the database was away: the camera went on with the old one.
    @Test func aReloadTakesNewCredentialsOverWhileTheRegisterDoesNotAnswer() async throws {
        let fixture = try Fixture(registerAnswers: false)
        try await fixture.run {
            let first = try await fixture.nextPlan()
            #expect(first.groups["g01"]?.cameras.map(\.user) == [nil])
            #expect(!first.releasesQuarantine)
            chmod(try fixture.files.write("u:p".utf8, to: "door"), 0o600)
            fixture.reload()
            let second = try await fixture.nextPlan()
            #expect(second.groups["g01"]?.cameras.map(\.user) == ["u"])
            #expect(second.releasesQuarantine)
        }
    }

    /// The database was restarted, and a camera in quarantine crashed its group three times more.
    @Test func onlyImportsAndReloadsReleaseTheQuarantine() async throws {
        let fixture = try Fixture(registerAnswers: true)
        try await fixture.run {
            var released: [Bool] = []
            // That of the last run's list, and that of the register.
            for _ in 0..<2 { released.append(try await fixture.nextPlan().releasesQuarantine) }
            for imports in [0, 0, 2, 2, 3] {
                fixture.imports.yield(imports)
                let plan = try await fixture.nextPlan()
                released.append(plan.releasesQuarantine)
            }
            fixture.reload()
            let last = try await fixture.nextPlan()
            released.append(last.releasesQuarantine)
            #expect(released == [false, false, false, false, true, false, true, true])
        }
    }
}

import MKDSCore
import QueryAPI
import QueryServer
import Testing

@Suite struct QueryHealthTests {
    private let time = UTCTime(seconds: 1_795_000_000)

    private func report(_ change: (inout DaemonSnapshot) -> Void) -> HealthReport {
        var snapshot = DaemonSnapshot(
            time: time, version: "1", started: time - .seconds(100), cameras: [],
            groups: [.init(name: "g1", isRunning: true, since: time - .seconds(100), lastReport: time)],
            loader: .init(), database: .init(state: .up, since: time - .seconds(100)),
            spool: .init(freeByteCount: 1 << 40))
        change(&snapshot)
        return HealthReport(snapshot)
    }

    private func camera(_ name: String, _ state: CameraStatus.State) -> CameraStatus {
        CameraStatus(camera: LoaderFixture.camera(name), state: state, since: time)
    }

    @Test func allWellIsOk() {
        #expect(report { _ in }.status == .ok)
        #expect(report { $0.cameras = [camera("a", .live), camera("b", .finished)] }.status == .ok)
    }

    @Test func oneCameraAwayDegradesAndAllAwayFail() {
        let some = report { $0.cameras = [camera("a", .live), camera("b", .waiting)] }
        #expect(some.status == .degraded)
        let part = some.components.first { $0.name == "cameras" }
        #expect(part?.reason?.contains("b") == true)
        #expect(part?.reasonCS?.contains("Bez obrazu") == true)
        #expect(report { $0.cameras = [camera("a", .connecting), camera("b", .waiting)] }.status == .failing)
    }

    @Test func eachTroubleIsNamedInItsPart() {
        func verdict(_ name: String, _ change: (inout DaemonSnapshot) -> Void) -> HealthReport.Status? {
            let part = report(change).components.first { $0.name == name }
            if part?.status != .ok { #expect(part?.reason != nil && part?.reasonCS != nil) }
            return part?.status
        }
        #expect(verdict("database") { $0.database.state = .down } == .failing)
        #expect(verdict("database") { $0.database.state = .starting } == .degraded)
        #expect(verdict("loader") { $0.loader.trouble = "refused" } == .degraded)
        #expect(verdict("loader") { $0.loader.lag = .seconds(61) } == .degraded)
        #expect(verdict("loader") { $0.loader.lag = .seconds(59) } == .ok)
        #expect(verdict("loader") { $0.loader.rejected = 1 } == .degraded)
        #expect(verdict("loader") { $0.loader.damages = 1 } == .degraded)
        #expect(verdict("spool") { $0.spool.trouble = "disk full" } == .failing)
        #expect(verdict("spool") { $0.spool.freeByteCount = 1 << 29 } == .degraded)
        #expect(verdict("capture/g1") { $0.groups[0].isRunning = false } == .failing)
        #expect(
            verdict("capture/g1") {
                $0.groups[0].isRunning = false
                $0.groups[0].since = $0.time - .seconds(1)
            } == .degraded)
        #expect(verdict("capture/g1") { $0.groups[0].spoolTrouble = "disk full" } == .failing)
        #expect(verdict("capture/g1") { $0.groups[0].lastReport = $0.time - .seconds(11) } == .failing)
    }
}

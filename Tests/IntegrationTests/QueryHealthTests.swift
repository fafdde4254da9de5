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

    @Test func whatAnotherPartSaidInEnglishIsMarkedAsItsWordsForACzechReader() {
        let part = report {
            $0.database = .init(state: .down, since: time, detail: "connection refused.")
        }.components.first { $0.name == "database" }
        #expect(part?.reasonCS?.hasSuffix("na disku. Hlášení programu: „connection refused“.") == true)
        let plain = report { $0.database = .init(state: .down, since: time) }.components.first { $0.name == "database" }
        #expect(plain?.reasonCS?.hasSuffix("ve frontě na disku.") == true)
    }

    @Test func aMissingWallDegradesItsGroupWithAdvice() throws {
        func part(_ walls: CaptureWalls) throws -> HealthReport.Component {
            try #require(report { $0.groups[0].walls = walls }.components.first { $0.name == "capture/g1" })
        }
        let whole = try part(CaptureWalls(landlock: 2, addressFilter: .stands))
        #expect(whole.status == .ok)
        #expect(whole.figures["landlock"] == 2 && whole.figures["address_filter"] == 1)
        // A child of mkdsd, as in the demo, has no unit to be missed.
        let child = try part(CaptureWalls(landlock: 2))
        #expect(child.status == .ok && child.figures["address_filter"] == 0)
        for (walls, advice) in [
            (CaptureWalls(landlock: 0), "lsm="),
            (CaptureWalls(landlock: 2, addressFilter: .absent), "mkds-capture.slice"),
            (CaptureWalls(landlock: 2, addressFilter: .narrow), "IPAddressDeny"),
        ] {
            let part = try part(walls)
            #expect(part.status == .degraded)
            #expect(part.reason?.contains(advice) == true && part.reasonCS?.contains(advice) == true)
        }
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
        #expect(verdict("loader") { $0.loader.misdated = 1 } == .degraded)
        #expect(verdict("loader") { $0.loader.readerBusy = .seconds(11) } == .failing)
        #expect(verdict("loader") { $0.loader.readerBusy = .seconds(9) } == .ok)
        #expect(
            verdict("host_clock") {
                $0.hostClock = HostClockState(
                    time: time, isSynchronised: false, offset: .zero, estimatedError: .seconds(16),
                    maximumError: .seconds(16), frequency: 0)
            } == .degraded)
        #expect(
            verdict("camera_clocks") {
                $0.cameras = [camera("a", .live)]
                $0.cameras[0].clockOffset = -2.5
            } == .degraded)
        #expect(
            verdict("camera_clocks") {
                $0.cameras = [camera("a", .live)]
                $0.cameras[0].clockOffset = 1.5
            } == .ok)
        #expect(verdict("spool") { $0.spool.trouble = "disk full" } == .failing)
        #expect(verdict("spool") { $0.spool.freeByteCount = 1 << 29 } == .degraded)
        #expect(verdict("capture/g1") { $0.groups[0].isRunning = false } == .degraded)
        #expect(verdict("capture/g1") { $0.groups[0].spoolTrouble = "disk full" } == .failing)
        for isRunning in [true, false] {
            #expect(
                verdict("capture/g1") {
                    $0.groups[0].isRunning = isRunning
                    $0.groups[0].lastReport = $0.time - .seconds(11)
                } == .failing)
            #expect(
                verdict("capture/g1") {
                    $0.groups[0].isRunning = isRunning
                    $0.groups[0].lastReport = nil
                } == .failing)
        }
    }
}

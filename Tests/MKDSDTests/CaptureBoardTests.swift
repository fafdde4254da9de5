import MKDSCore
import QueryServer
import Testing

@testable import mkdsd

struct CaptureBoardTests {
    private let start = UTCTime(seconds: 1_795_000_000)
    private let board = CaptureBoard()

    private func report(_ second: Int64) throws {
        let camera = CameraStatus(camera: try #require(CameraID("a")), state: .live, since: start)
        board.reported(
            CaptureReport(
                time: start + .seconds(second), cameras: [camera], unsyncedEntries: 0, spoolTrouble: nil, cpuSeconds: 0,
                walls: CaptureWalls(landlock: 2)),
            group: "g01")
    }

    private func group() throws -> DaemonSnapshot.Group { try #require(board.snapshots.first) }

    /// The program was missing, and health said that all was well.
    @Test func aGroupThatNeverStartsIsMissedSinceItWasPlanned() throws {
        board.planned(group: "g01", at: start)
        board.planned(group: "g01", at: start + .seconds(5))
        #expect(try group().since == start)
        #expect(try !group().isRunning && group().lastReport == nil)
    }

    /// Each start and each end made the silence begin anew, so that it never grew beyond the limit.
    @Test func processesThatDieBeforeTheyReportDoNotEndTheSilence() throws {
        board.planned(group: "g01", at: start)
        for second in 1...20 {
            board.started(group: "g01")
            #expect(try group().isRunning)
            board.ended(group: "g01", at: start + .seconds(second))
        }
        #expect(try group().since == start)
        #expect(try group().restarts == 19)
    }

    @Test func aProcessThatReportedIsMissedSinceItsEnd() throws {
        board.planned(group: "g01", at: start)
        board.started(group: "g01")
        try report(4)
        board.ended(group: "g01", at: start + .seconds(5))
        #expect(try group().since == start + .seconds(5))
        board.started(group: "g01")
        board.ended(group: "g01", at: start + .seconds(7))
        #expect(try group().since == start + .seconds(5))
        #expect(try group().lastReport == start + .seconds(4))
    }

    @Test func camerasOfASilentGroupAreNotSpokenOf() throws {
        board.planned(group: "g01", at: start)
        board.started(group: "g01")
        try report(4)
        board.ended(group: "g01", at: start + .seconds(5))
        #expect(board.cameras(at: start + .seconds(14)).map(\.state) == [.live])
        #expect(board.cameras(at: start + .seconds(15)) == [])
    }

    @Test func aGroupWithoutCamerasIsNotBroughtBackByItsLastProcess() throws {
        board.planned(group: "g01", at: start)
        board.forget(group: "g01")
        board.started(group: "g01")
        try report(1)
        board.ended(group: "g01", at: start)
        #expect(board.snapshots.isEmpty)
    }
}

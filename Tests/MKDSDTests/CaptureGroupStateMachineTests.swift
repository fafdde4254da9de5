import MKDSCore
import Testing

@testable import mkdsd

struct CaptureGroupStateMachineTests {
    typealias Machine = CaptureGroupStateMachine
    typealias Action = CaptureGroupStateMachine.Action

    private let start = ContinuousClock.now
    private let one = CaptureGroupStateMachineTests.assignment("a")
    private let two = CaptureGroupStateMachineTests.assignment("a", "b")

    @Test func startsWhenItGetsCamerasAndSendsThem() {
        var machine = Machine()
        #expect(machine.handle(.assign(one), at: start) == [.start])
        #expect(machine.handle(.started, at: start) == [.send(one)])
        #expect(machine.isRunning)
    }

    @Test func doesNothingWithoutCameras() {
        var machine = Machine()
        #expect(machine.handle(.assign(Self.assignment()), at: start) == [])
        #expect(machine.deadline == nil)
    }

    @Test func sendsOnlyWhatChanged() {
        var machine = running()
        #expect(machine.handle(.assign(one), at: start) == [])
        #expect(machine.handle(.assign(two), at: start) == [.send(two)])
    }

    @Test func sendsTheLatestAssignmentAfterAStart() {
        var machine = Machine()
        _ = machine.handle(.assign(one), at: start)
        #expect(machine.handle(.assign(two), at: start) == [])
        #expect(machine.handle(.started, at: start) == [.send(two)])
    }

    @Test func restartsWithinASecondOfTheFirstDeaths() throws {
        var machine = running()
        var now = start
        for _ in 0..<3 {
            #expect(machine.handle(.exited, at: now) == [])
            let due = try #require(machine.deadline)
            #expect(due - now <= .seconds(1))
            #expect(machine.handle(.timer, at: due - .milliseconds(1)) == [])
            #expect(machine.handle(.timer, at: due) == [.start])
            #expect(machine.handle(.started, at: due) == [.send(one)])
            now = due
        }
    }

    @Test func pausesGrowToALimitAndForgetAfterAGoodLife() throws {
        var machine = running()
        var now = start
        var pauses: [Duration] = []
        for _ in 0..<8 {
            _ = machine.handle(.exited, at: now)
            let due = try #require(machine.deadline)
            pauses.append(due - now)
            _ = machine.handle(.timer, at: due)
            _ = machine.handle(.started, at: due)
            now = due
        }
        #expect(pauses == [0.25, 0.5, 1, 2, 4, 8, 10, 10].map { .seconds($0) })
        now += .seconds(10)
        _ = machine.handle(.exited, at: now)
        #expect(machine.deadline == now + .milliseconds(250))
    }

    @Test func aFailedStartIsTriedAgain() throws {
        var machine = Machine()
        _ = machine.handle(.assign(one), at: start)
        #expect(machine.handle(.startFailed, at: start) == [])
        let due = try #require(machine.deadline)
        #expect(machine.handle(.timer, at: due) == [.start])
    }

    @Test func killsAndRestartsAProcessThatFellSilent() throws {
        var machine = running()
        #expect(machine.handle(.timer, at: start + .seconds(9)) == [])
        #expect(machine.handle(.report, at: start + .seconds(9)) == [])
        #expect(machine.handle(.timer, at: start + .seconds(18)) == [])
        #expect(machine.handle(.timer, at: start + .seconds(19)) == [.kill(.silent)])
        #expect(machine.deadline == nil)
        #expect(machine.handle(.exited, at: start + .seconds(19)) == [])
        let due = try #require(machine.deadline)
        #expect(due - start <= .seconds(20))
        #expect(machine.handle(.timer, at: due) == [.start])
    }

    @Test func stopsInOrderWithDeadlines() {
        var machine = running()
        #expect(machine.handle(.stop, at: start) == [.closeInput])
        #expect(machine.handle(.timer, at: start + .seconds(4)) == [])
        #expect(machine.handle(.timer, at: start + .seconds(5)) == [.terminate])
        #expect(machine.handle(.timer, at: start + .seconds(8)) == [.kill(.stubborn)])
        #expect(machine.handle(.exited, at: start + .seconds(8)) == [.finish])
        #expect(machine.isFinished)
    }

    @Test func endsAtOnceWhenNothingRuns() {
        var idle = Machine()
        #expect(idle.handle(.stop, at: start) == [.finish])
        var waiting = running()
        _ = waiting.handle(.exited, at: start)
        #expect(waiting.handle(.stop, at: start) == [.finish])
        #expect(waiting.handle(.timer, at: start + .seconds(60)) == [])
    }

    @Test func stopDuringAStartClosesTheNewProcess() {
        var machine = Machine()
        _ = machine.handle(.assign(one), at: start)
        #expect(machine.handle(.stop, at: start) == [])
        #expect(machine.handle(.started, at: start) == [.closeInput])
        #expect(machine.handle(.exited, at: start) == [.finish])
    }

    @Test func aGroupWithoutCamerasEndsItsProcessAndStartsAgainWithNewOnes() {
        var machine = running()
        #expect(machine.handle(.assign(Self.assignment()), at: start) == [.closeInput])
        #expect(machine.handle(.assign(two), at: start) == [])
        #expect(machine.handle(.exited, at: start) == [.start])
        #expect(machine.deaths == 0)
    }

    @Test func camerasTakenAwayDuringAPauseCancelTheRestart() {
        var machine = running()
        _ = machine.handle(.exited, at: start)
        #expect(machine.handle(.assign(Self.assignment()), at: start) == [])
        #expect(machine.deadline == nil)
    }

    @Test func reportsAndExitsThatComeLateAreHarmless() {
        var machine = Machine()
        #expect(machine.handle(.report, at: start) == [])
        #expect(machine.handle(.exited, at: start) == [])
        #expect(machine.handle(.started, at: start) == [])
        #expect(machine.handle(.timer, at: start) == [])
    }

    private func running() -> Machine {
        var machine = Machine()
        _ = machine.handle(.assign(one), at: start)
        _ = machine.handle(.started, at: start)
        return machine
    }

    private static func assignment(_ names: String...) -> CaptureAssignment {
        CaptureAssignment(
            cameras: names.compactMap { name in
                CameraID(name).map { AssignedCamera(id: $0, url: "file:///\(name)", motion: MotionSettings()) }
            })
    }
}

internal import Capture
internal import Glibc
internal import Linux
internal import Logging
internal import MKDSCore
internal import Synchronization
internal import Testing

@Suite("Cameras whose thread cannot be started", .timeLimit(.minutes(5)))
struct CameraThreadTests {
    /// A machine that gives threads only when it is told to.
    private final class Machine: Sendable {
        let hasThreads = Atomic(false)
        private let records = Mutex<[JournalRecord]>([])

        var context: CaptureContext {
            CaptureContext(
                record: { record in self.records.withLock { $0.append(record) } }, now: { .now },
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, delayScale: 0.1,
                startThread: { name, stack, body throws(SystemError) in
                    guard self.hasThreads.load(ordering: .relaxed) else {
                        throw SystemError("start the thread \(name)", code: EAGAIN)
                    }
                    return try NamedThread(name: name, stackByteCount: stack, body: body)
                })
        }

        var gaps: [Gap] { records.withLock { $0.compactMap { if case .gap(let gap) = $0 { gap } else { nil } } } }
        var events: [Event] {
            records.withLock { $0.compactMap { if case .event(let event) = $0 { event } else { nil } } }
        }
    }

    private func assignment(_ url: String) throws -> CaptureAssignment {
        CaptureAssignment(cameras: [
            AssignedCamera(id: try #require(CameraID("cam1")), url: url, motion: MotionSettings())
        ])
    }

    // They were never watched, and nothing told of it.
    @Test func theyAreToldAndTriedAgain() throws {
        let machine = Machine()
        var group = CaptureGroup(context: machine.context)
        try group.apply(assignment("file:///nowhere/at/all.mp4"))
        #expect(group.statuses.first?.state == .waiting)
        #expect(group.statuses.first?.reason == HealthTopic.unreachable.rawValue)
        #expect(machine.gaps.count == 1 && machine.events.count == 1)
        group.tick()
        #expect(machine.gaps.count == 1 && machine.events.count == 1)
        machine.hasThreads.store(true, ordering: .relaxed)
        group.tick()
        while group.statuses.first?.detail != "the file does not exist" { sched_yield() }
        let hasEnded = group.stop(within: .seconds(300))
        #expect(hasEnded)
        // The thread goes on with the trouble that was told.
        #expect(Set(machine.gaps.map(\.id)).count == 1 && machine.gaps.last?.end != nil)
        #expect(Set(machine.events.map(\.id)).count == 1 && machine.events.last?.endReason == .withdrawn)
    }

    @Test(arguments: [("file:///nowhere.mp4", 2), ("folder:///nowhere", 0)])
    func thoseWithdrawnBeforeLeaveNothingOpen(url: String, gapRecords: Int) throws {
        let machine = Machine()
        var group = CaptureGroup(context: machine.context)
        try group.apply(assignment(url))
        let hasEnded = group.stop(within: .seconds(300))
        #expect(hasEnded)
        #expect(machine.gaps.count == gapRecords)
        #expect(machine.events.count == 2 && machine.events.last?.endReason == .withdrawn)
    }
}

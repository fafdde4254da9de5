internal import CameraSimulator
internal import Linux
internal import Logging
internal import MKDSCore
internal import Media
internal import Synchronization
internal import Testing

@testable internal import Capture

/// The thread of a camera's services against a real device: what it tells becomes journal records.
@Suite("Device services of a camera", .timeLimit(.minutes(10)))
struct DeviceLoopTests {
    /// What was journalled.
    private final class Journal: Sendable {
        private let kept = Mutex<[JournalRecord]>([])

        func append(_ record: JournalRecord) { kept.withLock { $0.append(record) } }

        var events: [Event] {
            kept.withLock { $0 }.compactMap { if case .event(let event) = $0 { event } else { nil } }
        }
    }

    private struct Watched {
        let thread: DeviceThread
        let board: DeviceBoard
        let recorder: OnvifRecorder
        let journal: Journal
    }

    private func watch(
        _ service: OnvifService, events: OnvifAccess.Events = .always, password: String = "kamera 7"
    ) throws -> Watched {
        let journal = Journal()
        let id = try #require(CameraID("cam1"))
        let access = OnvifAccess(url: service.url, events: events)
        let context = CaptureContext(
            record: { journal.append($0) }, now: { .now }, logger: Logger(label: "test"), delayScale: 0.01)
        let recorder = OnvifRecorder(camera: id, longestEvent: .seconds(600))
        let camera = AssignedCamera(
            id: id, url: "rtsp://127.0.0.1/", user: "mkds", password: password, onvif: access, motion: MotionSettings())
        let thread = DeviceThread(camera, access: access, context: context, recorder: recorder)
        return Watched(thread: thread, board: recorder.board, recorder: recorder, journal: journal)
    }

    /// Waits, however long a busy machine takes; the suite's limit ends what never comes.
    private func until(_ isSo: () -> Bool) async throws {
        while !isSo() { try await Task.sleep(for: .milliseconds(10)) }
    }

    @Test("motion that the camera tells of is an event with begin and end")
    func motion() async throws {
        let service = try await OnvifService(OnvifCamera())
        let watched = try watch(service)
        try await until { service.requests.contains { $0.operation == "PullMessages" } }
        service.notify(isMotion: true, at: .now)
        try await until { watched.journal.events.contains { $0.kind == .motion && $0.end == nil } }
        service.notify(isMotion: false, at: .now)
        try await until { watched.journal.events.contains { $0.kind == .motion && $0.end != nil } }
        let events = watched.journal.events.filter { $0.kind == .motion }
        #expect(Set(events.map(\.id)).count == 1)
        #expect(events.allSatisfy { $0.source == .camera })
        watched.thread.end(within: .seconds(60))
        // The subscription was given back.
        #expect(service.subscriptionCount == 0)
        try await service.stop()
    }

    @Test("a camera that restarted is subscribed to again")
    func lostSubscription() async throws {
        let service = try await OnvifService(OnvifCamera())
        let watched = try watch(service)
        try await until { service.requests.contains { $0.operation == "PullMessages" } }
        service.forgetSubscriptions()
        try await until { service.subscriptionCount == 1 }
        service.notify(isMotion: true, at: .now)
        try await until { watched.journal.events.contains { $0.kind == .motion } }
        watched.thread.end(within: .seconds(60))
        try await service.stop()
    }

    @Test("a refused password is told once as a health event, with the reason and without the password")
    func refused() async throws {
        let service = try await OnvifService(OnvifCamera())
        let watched = try watch(service, password: "jine heslo")
        // Tried twice, told once.
        try await until { service.requests.filter { $0.operation == "GetSystemDateAndTime" }.count >= 2 }
        let events = watched.journal.events
        #expect(events.count == 1)
        #expect(events.first?.topic == "services-failed")
        #expect(events.first?.detail.contains("refused the user name or password") == true)
        #expect(events.first?.detail.contains("jine") == false)
        watched.thread.end(within: .seconds(60))
        try await service.stop()
    }

    /// Some users may see events and nothing else, and some cameras do not tell their time.
    @Test("a camera that refuses all but events tells them all the same, and that its clock is not read")
    func eventsAlone() async throws {
        var camera = OnvifCamera()
        camera.misbehaviour["GetSystemDateAndTime"] = .fault(status: 500, code: "ActionNotSupported", reason: "no")
        camera.misbehaviour["GetDeviceInformation"] = .fault(status: 400, code: "NotAuthorized", reason: "no")
        camera.misbehaviour["GetProfiles"] = .raw(status: 403, headers: [], body: "")
        let service = try await OnvifService(camera)
        let watched = try watch(service)
        try await until { service.requests.contains { $0.operation == "PullMessages" } }
        service.notify(isMotion: true, at: .now)
        try await until { watched.journal.events.contains { $0.kind == .motion } }
        let told = watched.journal.events.filter { $0.kind == .health }
        #expect(told.map(\.topic) == ["services-failed"])
        #expect(told.first?.detail == "the camera does not offer GetSystemDateAndTime")
        watched.thread.end(within: .seconds(60))
        try await service.stop()
    }

    @Test("while the metadata track talks nothing is fetched; when there is none, all is")
    func track() async throws {
        let service = try await OnvifService(OnvifCamera())
        let watched = try watch(service, events: .auto)
        watched.board.noteConnection(hasTrack: true)
        watched.board.noteDocument(at: .now)
        try await until { service.requests.contains { $0.operation == "GetDeviceInformation" } }
        #expect(service.requests.allSatisfy { $0.operation != "CreatePullPointSubscription" })
        watched.board.noteConnection(hasTrack: false)
        try await until { service.subscriptionCount == 1 }
        // The track is back.
        watched.board.noteConnection(hasTrack: true)
        watched.board.noteDocument(at: .now)
        try await until { service.subscriptionCount == 0 }
        watched.thread.end(within: .seconds(60))
        try await service.stop()
    }

    @Test("a stream that was connected anew asks for the state of everything")
    func connectedAnew() async throws {
        let service = try await OnvifService(OnvifCamera())
        let watched = try watch(service)
        try await until { service.requests.contains { $0.operation == "PullMessages" } }
        watched.board.noteConnection(hasTrack: false)
        try await until { service.requests.filter { $0.operation == "SetSynchronizationPoint" }.count == 2 }
        watched.thread.end(within: .seconds(60))
        try await service.stop()
    }

    @Test("the camera's clock is read without events, too")
    func clock() async throws {
        var camera = OnvifCamera()
        camera.clockOffset = .seconds(-7200)
        let service = try await OnvifService(camera)
        let watched = try watch(service, events: .off)
        try await until { watched.board.clock(at: .now) != nil }
        let clock = try #require(watched.board.clock(at: .now))
        #expect(abs(clock.offset.inSeconds + 7200) <= clock.uncertainty.inSeconds)
        #expect(service.requests.allSatisfy { $0.operation != "CreatePullPointSubscription" })
        watched.thread.end(within: .seconds(60))
        try await service.stop()
    }
}

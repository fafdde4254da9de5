import CameraSimulator
import Glibc
import Linux
import MKDSCore
import QueryAPI
import TestMedia
import Testing

/// A camera without a metadata track that tells of motion over its ONVIF services: from its notification, fetched by a
/// boxed capture process, to the index and the document on the query socket.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: DaemonUnderTest.missing == nil, "\(DaemonUnderTest.missing ?? "")")
)
struct DeviceServicesTests {
    @Test func whatACameraNotifiesIsAnEventWithItsDocument() async throws {
        let files = try TemporaryDirectory()
        let device = OnvifCamera()
        let service = try await OnvifService(device)
        let still = try SimulatedClip.make(
            at: files.file("still.h264"), seconds: 10, movement: 11...12, width: 320, height: 192, frameRate: 5)
        let camera = SimulatedCamera(name: "brana", filmStart: .zero)
        let simulator = try await CameraSimulator([camera], clip: still)
        let daemon = try DaemonUnderTest(credentials: ["brana": "\(device.user):\(device.password)"])
        try await daemon.start()
        try await daemon.until("database") { daemon.log.contains("database answers") }
        try daemon.importCameras([
            .init(id: "brana", url: simulator.url(of: camera), credential: "brana", onvif: service.url)
        ])

        try await daemon.until("question for events") {
            service.requests.contains { $0.operation == "PullMessages" && $0.isSigned }
        }
        service.notify(isMotion: true, at: .now)
        func told() throws -> [EventResource] { try daemon.events("--source", "camera", "--kind", "motion") }
        try await daemon.until("beginning of the motion") { try told().count == 1 }
        #expect(try told().first?.end == nil)
        service.notify(isMotion: false, at: .now)
        try await daemon.until("end of the motion") { try told().first?.end != nil }
        let event = try #require(try told().first)
        #expect(event.camera.rawValue == "brana")
        try checkDocuments(of: event, daemon)

        daemon.signal(SIGTERM)
        #expect(try await daemon.waitForEnd() == 0)
        // The subscription was given back.
        #expect(service.subscriptionCount == 0)
        try await simulator.stop()
        try await service.stop()
    }

    /// Each document the event names is given out byte by byte as its digest says.
    private func checkDocuments(of event: EventResource, _ daemon: DaemonUnderTest) throws {
        let lines = try daemon.ctl("events", "show", event.id.description).split(separator: "\n")
        let documents = lines.compactMap { line -> (digest: Substring, id: UUIDv7)? in
            let words = line.split(separator: " ").suffix(2)
            guard let last = words.last, let id = UUIDv7(String(last)), id != event.id else { return nil }
            return (words[words.startIndex], id)
        }
        #expect(documents.count >= 2, "\(lines)")
        for document in documents {
            let text = try daemon.ctl("events", "document", document.id.description)
            #expect(text.contains("NotificationMessage"))
            let file = try daemon.directory.write(text.utf8, to: "document")
            #expect(try Program.run(["sha256sum", file]).hasPrefix(document.digest))
        }
    }
}

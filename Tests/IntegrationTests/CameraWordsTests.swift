import CameraSimulator
import Capture
import EventIndex
import FoundationEssentials
import Linux
import Logging
import MKDSCore
import Media
import OnvifMetadata
import Postgres
import QueryAPI
import Spool
import TestMedia
import Testing

/// What a camera says over real RTSP, all the way to the query socket.
@Suite(
    .serialized, .timeLimit(.minutes(10)), .enabled(if: PostgresTestServer.isAvailable, PostgresTestServer.skipReason),
    .enabled(if: Clip.isAvailable, "the ffmpeg program is missing"))
struct CameraWordsTests {
    private static let secrets = ["TAJNY-OBLICEJ-33", "TAJNA-1AB2345"]

    // MARK: - The camera

    /// A notification as it comes in the track; attributes in either order.
    private static func notification(
        _ topic: String, _ name: String, _ value: String, told: String, operation: String, reversed: Bool = false
    ) -> String {
        let item = reversed ? "Value=\"\(value)\" Name=\"\(name)\"" : "Name=\"\(name)\" Value=\"\(value)\""
        return """
            <wsnt:NotificationMessage><wsnt:Topic>tns1:\(topic)</wsnt:Topic><wsnt:Message><tt:Message UtcTime="\(told)" \
            PropertyOperation="\(operation)"><tt:Source><tt:SimpleItem Name="VideoSourceToken" Value="VS1"/></tt:Source>\
            <tt:Data><tt:SimpleItem \(item)/></tt:Data></tt:Message></wsnt:Message></wsnt:NotificationMessage>
            """
    }

    private static func document(_ notifications: String, _ more: String = "") -> [UInt8] {
        Array(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <tt:MetadataStream xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" \
            xmlns:tns1="http://www.onvif.org/ver10/topics"><tt:Event>\(notifications)</tt:Event>\(more)</tt:MetadataStream>
            """.utf8)
    }

    /// A face and a plate beside the motion, and enough text for several journal entries.
    private static let face = """
        <tt:VideoAnalytics><tt:Frame UtcTime="2026-03-15T20:04:10Z"><tt:Object ObjectId="1"><tt:Appearance>\
        <fc:HumanFace xmlns:fc="urn:f"><fc:Age>\(secrets[0])</fc:Age></fc:HumanFace>\
        <tt:LicensePlateInfo><tt:PlateNumber>\(secrets[1])</tt:PlateNumber></tt:LicensePlateInfo></tt:Appearance></tt:Object>\
        </tt:Frame></tt:VideoAnalytics><tt:Extension><note>\(String(repeating: "dlouhý text ", count: 700))</note></tt:Extension>
        """

    /// Motion within every other turn of the clip (which moves from 1 to 3 s of 4), told in XML and in gzip; a pulse of 1970; a
    /// document of which a packet is lost.
    private static func track(turns: Int) -> MetadataTrack {
        var payloads: [MetadataTrack.Payload] = [
            .init(after: .milliseconds(200)) {
                document(
                    notification("VideoSource/ImageTooDark", "State", "true", told: "\($0)", operation: "Initialized"))
            },
            .init(after: .milliseconds(500)) { _ in
                document(
                    notification(
                        "RuleEngine/LineDetector/Crossed", "ObjectId", "7", told: "1970-01-01T00:00:41Z", operation: "")
                )
            },
            .init(after: .milliseconds(700), losing: [1]) {
                document(
                    notification("VideoSource/SignalLoss", "State", "true", told: "\($0)", operation: "Changed"), face)
            },
            .init(after: .milliseconds(800)) {
                document(notification("Vendor/Unheard/Of", "Level", "3", told: "\($0)", operation: ""))
            },
        ]
        for turn in stride(from: 0, to: turns, by: 2) {
            for (offset, state) in [(1_300, true), (3_300, false)] {
                payloads.append(
                    .init(after: .milliseconds(turn * 4_000 + offset)) { wall in
                        let plain = document(
                            notification(
                                "VideoSource/MotionAlarm", "State", "\(state)", told: "\(wall)", operation: "Changed",
                                reversed: state), state ? face : "")
                        return state ? plain : Gzip.member(plain) ?? plain
                    })
            }
        }
        return MetadataTrack(pieceByteCount: 700, payloads: payloads)
    }

    // MARK: - The way

    /// Watches a simulated camera as camera `a` of the register and loads what it records, until `isDone`.
    private func watch(
        _ simulated: SimulatedCamera, _ index: LoaderFixture, log: LogRecorder,
        until isDone: ([IndexedEvent]) async throws -> Bool
    ) async throws {
        let clip = try SimulatedClip.make(at: index.directory + "/clip.h264")
        let simulator = try await CameraSimulator([simulated], clip: clip)
        let writer = try JournalWriter(
            directory: index.spool, configuration: SpoolConfiguration(reserveByteCount: 0), version: "test",
            now: { .now })
        let camera = AssignedCamera(
            id: LoaderFixture.camera("a"), url: simulator.url(of: simulated), motion: MotionSettings(quietSeconds: 0.5))
        let thread = CameraThread(
            camera,
            context: CaptureContext(
                record: { writer.append($0) }, now: { .now }, logger: Logger(label: "capture") { _ in log },
                delayScale: 0.2))
        let reader = IndexReader(index.settings)
        let loader = Loader(index.settings, spools: [index.spool])
        try await LoaderFixture.running(loader) {
            while try await !isDone(reader.events(EventFilter(), limit: 200)) {
                try await Task.sleep(for: .milliseconds(200))
            }
            thread.requestStop()
            while !thread.isDone { try await Task.sleep(for: .milliseconds(20)) }
            thread.join()
            writer.close()
            try await index.waitUntilLoaded([index.spool])
        }
        await reader.close()
        try await simulator.stop()
    }

    private static func isClosedMotion(_ found: IndexedEvent, _ source: EventSource) -> Bool {
        found.event.kind == .motion && found.event.source == source && found.event.end != nil
    }

    /// An outage takes over its newest reason: a camera that was lost and then resets who comes again may look like any.
    private static func isOutage(_ found: IndexedEvent) -> Bool {
        let topics: [HealthTopic] = [.lost, .unreachable, .stalled, .malformed]
        return topics.map(\.rawValue).contains(found.event.topic)
    }

    @Test("motion told by the camera and found by the server are one happening, with the documents that told of it")
    func linked() async throws {
        let log = LogRecorder()
        try await LoaderFixture.with { index in
            let simulated = SimulatedCamera(
                name: "a", episodes: [Episode(Duration.seconds(10)..<Duration.seconds(12), .reset)],
                metadata: Self.track(turns: 30))
            try await watch(simulated, index, log: log) { events in
                events.contains { Self.isClosedMotion($0, .camera) && !$0.linked.isEmpty }
                    && events.contains { Self.isOutage($0) }
                    && events.count { Self.isClosedMotion($0, .camera) } >= 2
            }
            let reader = IndexReader(index.settings)
            let events = try await reader.events(EventFilter(), limit: 1_000)
            let byID = Dictionary(uniqueKeysWithValues: events.map { ($0.event.id, $0) })
            // Each link goes both ways and joins the two sources in time.
            var links = 0
            for event in events {
                for id in event.linked {
                    let other = try #require(byID[id])
                    #expect(other.linked.contains(event.event.id))
                    #expect(other.event.source != event.event.source)
                    #expect(other.event.start - event.event.lastSeen < .seconds(12))
                    links += 1
                }
            }
            #expect(links >= 2)
            let told = try await reader.events(EventFilter(source: .camera), limit: 1_000)
            #expect(!told.isEmpty && told.allSatisfy { $0.event.source == .camera })
            let found = try await reader.events(EventFilter(source: .server), limit: 1_000)
            #expect(found.count + told.count == events.count)

            // The time of 1970 is kept beside the arrival.
            let pulse = try #require(events.first { $0.event.kind == .rule }?.event)
            #expect(pulse.topic == "line" && pulse.clock == .arrival && pulse.reading?.offset == nil)
            #expect(pulse.reading?.camera == UTCTime(seconds: 41))
            // One state over all connections: Initialized repeats are no events of their own.
            #expect(events.count { $0.event.topic == "too-dark" } == 1)
            // The document with a hole told nothing.
            #expect(!events.contains { $0.event.topic == "signal-loss" })
            try await checkDocuments(told, reader)
            try await checkSecrets(index, log)
            await reader.close()
        }
    }

    private func checkDocuments(_ told: [IndexedEvent], _ reader: IndexReader) async throws {
        let motion = try #require(told.last { Self.isClosedMotion($0, .camera) && $0.event.endReason == .over })
        let documents = try await reader.documents(of: motion.event.id)
        #expect(documents.count >= 2)
        let opening = try #require(documents.first)
        #expect(opening.isWhole && opening.cutCount == 2 && opening.path == .track)
        let bytes = try #require(try await reader.document(opening.id)?.bytes)
        #expect(bytes.count == opening.byteCount && bytes.count > 2 * RawDocument.pieceByteLimit)
        // The digest is that of what was sent: the cut elements belong where they were.
        var text = String(decoding: bytes, as: UTF8.self)
        let hole = try #require(text.firstRange(of: "<tt:Appearance></tt:Appearance>"))
        let start = try #require(Self.face.firstRange(of: "<tt:Appearance>"))
        let end = try #require(Self.face.firstRange(of: "</tt:Appearance>"))
        text.replaceSubrange(hole, with: Self.face[start.lowerBound..<end.upperBound])
        #expect(SHA256Digest(of: Array(text.utf8))?.bytes == opening.digest)
        // What closed it came as gzip and is kept as it came.
        let closing = try #require(documents.last)
        let member = try #require(try await reader.document(closing.id)?.bytes)
        #expect(closing.isCompressed && closing.cutCount == 0)
        #expect(SHA256Digest(of: member)?.bytes == closing.digest)
    }

    /// Nothing of face or plate is in any table, file of the spool or line of the log.
    private func checkSecrets(_ index: LoaderFixture, _ log: LogRecorder) async throws {
        for secret in Self.secrets {
            for table in ["event", "document", "document_part", "event_document", "stream_run", "gap"] {
                // A bytea shows as hexadecimal digits in a row's text.
                let hex = Array(secret.utf8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                let rows = try await index.admin.query(
                    "SELECT count(*) AS n FROM mkds.\(table) AS t WHERE t::text LIKE $1 OR t::text LIKE $2",
                    [.text("%\(secret)%"), .text("%\(hex)%")])
                #expect(try rows[0].int("n") == 0, "\(table)")
            }
            for name in try FileManager.default.contentsOfDirectory(atPath: index.spool) {
                guard let data = FileManager.default.contents(atPath: "\(index.spool)/\(name)") else { continue }
                #expect(!String(decoding: data, as: UTF8.self).contains(secret), "\(name)")
            }
            #expect(!"\(log.all)".contains(secret))
        }
    }

    @Test("a flood of metadata costs documents and is told; the pictures go on")
    func flood() async throws {
        let log = LogRecorder()
        try await LoaderFixture.with { index in
            let heavy = Array("<MetadataStream><x>\(String(repeating: "y", count: 100_000))</x></MetadataStream>".utf8)
            let track = MetadataTrack(
                payloads: (0..<2_000).map { index in .init(after: .milliseconds(40 * index)) { _ in heavy } })
            let simulated = SimulatedCamera(name: "a", metadata: track)
            try await watch(simulated, index, log: log) { events in
                events.contains { $0.event.topic == HealthTopic.metadataRefused.rawValue }
                    && events.contains { Self.isClosedMotion($0, .server) }
            }
            let reader = IndexReader(index.settings)
            let events = try await reader.events(EventFilter(kinds: [.health]), limit: 100).map(\.event)
            #expect(
                !events.contains { $0.topic == HealthTopic.stalled.rawValue || $0.topic == HealthTopic.lost.rawValue })
            #expect(
                events.first { $0.topic == HealthTopic.metadataRefused.rawValue }?.detail.contains("512 KiB") == true)
            await reader.close()
        }
    }

    @Test("EXI is refused in words an administrator can act on, and so is a track that cannot be opened")
    func refused() async throws {
        for (track, part) in [
            (
                MetadataTrack(
                    encoding: "vnd.onvif.metadata.exi.onvif",
                    payloads: [.init(after: .zero) { _ in [0x24, 0x45, 0x58, 0x49, 0x80] }]), "EXI"
            ),
            (MetadataTrack(isRefused: true, payloads: []), "could not be opened"),
        ] {
            let log = LogRecorder()
            try await LoaderFixture.with { index in
                try await watch(SimulatedCamera(name: "a", metadata: track), index, log: log) { events in
                    events.contains {
                        $0.event.topic == HealthTopic.metadataRefused.rawValue && $0.event.detail.contains(part)
                    } && events.contains { $0.event.kind == .motion }
                }
            }
        }
    }
}

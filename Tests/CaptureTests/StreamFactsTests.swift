internal import Capture
internal import MKDSCore
internal import Media
internal import Testing

@Suite("Stream facts")
struct StreamFactsTests {
    private let zero = UTCTime(seconds: 1_800_000_000)
    private let video = VideoStream(codec: "h264", profile: "High", width: 0, height: 0, frameRate: 0)

    private func facts() throws -> StreamFacts {
        StreamFacts(camera: try #require(CameraID("cam1")), video: video, firstPacket: zero, clock: .arrival)
    }

    private func feed(_ facts: inout StreamFacts, pictures: Range<Int>, offset: Duration = .zero) {
        for index in pictures {
            let packet = PacketFacts(
                time: .milliseconds(40 * index) + offset, isKeyframe: index % 50 == 0, byteCount: 5000)
            _ = facts.note(packet, arrival: zero + .milliseconds(40 * index))
        }
    }

    @Test("measures rate, group and bit rate over the run")
    func measures() throws {
        var facts = try facts()
        feed(&facts, pictures: 0..<501)
        let run = facts.current
        #expect(abs(run.frameRate - 25) < 0.01)
        #expect(run.groupOfPictures == .seconds(2))
        #expect(abs(run.bitRate - 1_000_000) < 1)
        #expect(run.packets == 501)
        #expect(run.bytes == 501 * 5000)
        #expect(run.lastPacket == zero + .seconds(20))
    }

    @Test("is written at the first picture, once a minute, and at the end")
    func revisions() throws {
        var facts = try facts()
        var revisions: [UInt32] = []
        for second in 0..<150 {
            feed(&facts, pictures: second * 25..<(second + 1) * 25)
            if let run = facts.revise(at: zero + .seconds(second)) { revisions.append(run.revision) }
        }
        #expect(revisions == [0, 1, 2])
        let maybelast = facts.close(.streamLost)
        let last = try #require(maybelast)
        #expect(last.revision == 3)
        #expect(last.endReason == .streamLost)
    }

    @Test("measures anew after a jump of media time but counts on")
    func jump() throws {
        var facts = try facts()
        feed(&facts, pictures: 0..<100)
        facts.noteJump()
        feed(&facts, pictures: 100..<200, offset: .seconds(-5000))
        #expect(abs(facts.current.frameRate - 25) < 0.01)
        #expect(facts.current.packets == 200)
    }

    @Test("a connection without a packet leaves no run")
    func empty() throws {
        var facts = try facts()
        let last = facts.close(.streamLost)
        #expect(last == nil)
    }

    @Test("takes the size from the pictures")
    func size() throws {
        var facts = try facts()
        feed(&facts, pictures: 0..<1)
        facts.noteSize(width: 1920, height: 1080)
        let run = facts.revise(at: zero)
        #expect(run?.width == 1920)
    }
}

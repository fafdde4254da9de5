internal import Capture
internal import MKDSCore
internal import Media
internal import Testing

@Suite("Stream meter")
struct StreamMeterTests {
    private let minute = UTCTime(seconds: 1_800_000_000)
    private let started = ContinuousClock.now

    private func meter() throws -> StreamMeter {
        StreamMeter(camera: try #require(CameraID("cam1")), run: UUIDv7(high: 1, low: 2))
    }

    /// Pictures at 25 a second, 5000 bytes each, a keyframe every two seconds.
    private func packet(_ index: Int) -> PacketFacts {
        PacketFacts(
            time: .milliseconds(40 * index), isKeyframe: index % 50 == 0, byteCount: 5000,
            received: started + .milliseconds(40 * index))
    }

    @Test("yields one sample a minute and one at the end")
    func yieldsSamples() throws {
        var meter = try meter()
        var samples: [StreamSample] = []
        // From second 30 of one minute to second 15 of the next but one: 105 s.
        for index in 0..<2625 {
            let arrival = minute + .seconds(30) + .milliseconds(40 * index)
            if let sample = meter.note(packet(index), arrival: arrival, missed: index < 1000 ? 7 : 9) {
                samples.append(sample)
            }
        }
        let last = meter.close()
        samples.append(try #require(last))
        #expect(samples.map(\.minute) == [minute, minute + .seconds(60), minute + .seconds(120)])
        let packets: [UInt32] = [750, 1500, 375]
        #expect(samples.map(\.packets) == packets)
        #expect(samples.map(\.bytes) == packets.map { UInt64($0) * 5000 })
        let keyframes: [UInt32] = [15, 30, 8]
        #expect(samples.map(\.keyframes) == keyframes)
        let missed: [UInt32] = [0, 2, 0]
        #expect(samples.map(\.missed) == missed)
        let durations: [Duration] = [.seconds(30), .seconds(60), .milliseconds(14_960)]
        #expect(samples.map(\.duration) == durations)
        #expect(samples.allSatisfy { $0.meanGroup == .seconds(2) && $0.longestGroup == .seconds(2) })
        #expect(samples.allSatisfy { $0.longestPause == .milliseconds(40) })
    }

    @Test("what came before a pause counts for its minute, the pause for the minute it ends in")
    func pause() throws {
        var meter = try meter()
        _ = meter.note(packet(0), arrival: minute, missed: 0)
        var late = packet(1)
        late.received = started + .seconds(200)
        let sample = meter.note(late, arrival: minute + .seconds(200), missed: 0)
        #expect(sample?.packets == 1 && sample?.longestPause == nil && sample?.duration == .seconds(60))
        let last = meter.close()
        #expect(last?.minute == minute + .seconds(180))
        #expect(last?.longestPause == .seconds(200))
        #expect(last?.duration == .zero)
    }

    @Test("a wall clock set back opens no minute twice")
    func clockSetBack() throws {
        var meter = try meter()
        var samples: [StreamSample] = []
        for (index, offset) in [0, 59, 61, 30, 65, 121].enumerated() {
            if let sample = meter.note(packet(index), arrival: minute + .seconds(offset), missed: 0) {
                samples.append(sample)
            }
        }
        #expect(samples.map(\.minute) == [minute, minute + .seconds(60)])
        let packets: [UInt32] = [2, 3]
        #expect(samples.map(\.packets) == packets)
    }

    @Test("no distance of keyframes is measured across a jump of media time")
    func jump() throws {
        var meter = try meter()
        _ = meter.note(packet(0), arrival: minute, missed: 0)
        meter.noteJump()
        var far = packet(50)
        far.time = .seconds(90_000)
        _ = meter.note(far, arrival: minute + .seconds(2), missed: 0)
        let last = meter.close()
        #expect(last?.keyframes == 2 && last?.meanGroup == nil && last?.longestGroup == nil)
    }
}

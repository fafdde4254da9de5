internal import Bitstream
internal import Capture
internal import MKDSCore
internal import Testing

@Suite("Stream watch")
struct StreamWatchTests {
    private let zero = UTCTime(seconds: 1_800_000_000)
    private let hd = StreamShape(codec: "h264", width: 1920, height: 1080)
    private let small = StreamShape(codec: "h264", width: 640, height: 360)

    private func sample(_ minute: Int, rate: Double, group: Double? = 2) throws -> StreamSample {
        let packets = UInt32(rate * 60)
        return StreamSample(
            camera: try #require(CameraID("cam1")), run: UUIDv7(high: 1, low: 1), minute: zero + .seconds(60 * minute),
            duration: .seconds(60), packets: packets, bytes: 1, keyframes: 30, longestPause: .milliseconds(100),
            meanGroup: group.map { .seconds($0) }, longestGroup: group.map { .seconds($0) })
    }

    /// Feeds minutes of these rates; returns the sentences with the minute they were told in.
    private func tell(_ watch: inout StreamWatch, from first: Int = 0, _ rates: [Double]) throws -> [String] {
        try rates.enumerated().flatMap { index, rate in
            try watch.note(sample(first + index, rate: rate)).map {
                "\(first + index): \($0.aspect.rawValue) \($0.from) to \($0.to)"
            }
        }
    }

    // MARK: - Shape

    @Test("the first shape is no change; another needs a second witness")
    func shape() {
        var watch = StreamWatch()
        #expect(watch.note(hd, announced: nil, at: zero) == .new([]))
        #expect(watch.note(hd, announced: (1920, 1080), at: zero) == .same)
        // Absurd sizes of damaged data: never twice the same.
        for width in [16_000, 12, 3_000] {
            #expect(
                watch.note(StreamShape(codec: "h264", width: width, height: 8), announced: nil, at: zero) == .doubtful)
        }
        #expect(watch.note(hd, announced: nil, at: zero) == .same)
        #expect(watch.note(small, announced: nil, at: zero) == .doubtful)
        #expect(
            watch.note(small, announced: nil, at: zero) == .new([StreamChange(.size, from: "1920x1080", to: "640x360")])
        )
    }

    @Test("a whole keyframe whose own parameter set says so counts at once")
    func announcedShape() {
        var watch = StreamWatch()
        _ = watch.note(hd, announced: nil, at: zero)
        #expect(watch.note(small, announced: (1920, 1080), at: zero) == .doubtful)
        #expect(watch.note(hd, announced: nil, at: zero) == .same)
        #expect(
            watch.note(small, announced: (640, 360), at: zero)
                == .new([StreamChange(.size, from: "1920x1080", to: "640x360")]))
    }

    // A camera of keyframes alone that shows two sizes in turn gave an event, a run and a log line with each picture.
    @Test("sizes that change all the time are told ten times, then that they do, then not for ten minutes")
    func restlessShape() {
        var watch = StreamWatch()
        var told: [(second: Int, change: StreamChange)] = []
        for second in 0..<1_300 {
            let shape = second % 2 == 0 ? hd : small
            guard
                case .new(let changes) = watch.note(
                    shape, announced: (shape.width, shape.height), at: zero + .seconds(second))
            else { continue }
            told += changes.map { (second, $0) }
        }
        #expect(told.prefix(10).map(\.second) == Array(1...10))
        #expect(told.prefix(10).allSatisfy { !$0.change.to.hasSuffix("…") })
        #expect(told[10].second == 11)
        #expect(told[10].change == StreamChange(.size, from: "1920x1080", to: "640x360/1920x1080/…"))
        #expect(told.dropFirst(11).first?.second == 612)
        #expect(told.count == 33)
        #expect(StreamChange.sentence([told[10].change]).flatMap { StreamChange.parse($0) } == [told[10].change])
    }

    // MARK: - Rates

    @Test("another rate is told after three minutes that agree")
    func rate() throws {
        var watch = StreamWatch()
        let told = try tell(&watch, [25, 25, 25.2, 24.8, 12.5, 12.4, 12.6, 12.5, 12.5])
        #expect(told == ["6: frame rate 25.0 to 12.6"])
    }

    @Test("a camera that comes and goes by itself does not flood")
    func noisyRate() throws {
        var watch = StreamWatch()
        // Rates by what moves in the scene: never three minutes alike.
        var random = SeededGenerator(seed: 3)
        let restless = (0..<600).map { $0 < 3 ? 25 : Double($0 % 2 == 0 ? 6 : 19) + .random(in: 0...2, using: &random) }
        #expect(try tell(&watch, restless) == [])
        // Ten minutes of each, all day long: at most one an hour.
        let alternating = (0..<1440).map { $0 / 10 % 2 == 0 ? 25.0 : 10.0 }
        let told = try tell(&watch, from: 600, alternating)
        #expect((1...24).contains(told.count), "\(told)")
    }

    @Test("slow drift is told once it is a fifth, and not before")
    func drift() throws {
        var watch = StreamWatch()
        let told = try tell(&watch, (0..<60).map { 25 - Double($0) * 0.1 })
        #expect(told.count == 1)
        #expect(told.first?.contains("frame rate 25.0 to 19.") == true)
    }

    @Test("minutes with holes, losses or of part of a run say nothing")
    func badMinutes() throws {
        var watch = StreamWatch()
        _ = try tell(&watch, [25, 25, 25])
        for minute in 3..<9 {
            var bad = try sample(minute, rate: 10)
            switch minute % 3 {
            case 0: bad.missed = 1
            case 1: bad.longestPause = .seconds(4)
            default: bad.duration = .seconds(40)
            }
            #expect(watch.note(bad) == [])
        }
    }

    @Test("another distance of keyframes is told in seconds; not where every picture is one")
    func group() throws {
        var watch = StreamWatch()
        var told: [StreamChange] = []
        for minute in 0..<8 { told += watch.note(try sample(minute, rate: 25, group: minute < 4 ? 2 : 8)) }
        #expect(told == [StreamChange(.group, from: "2.0 s", to: "8.0 s")])
        var mjpeg = StreamWatch()
        for minute in 0..<12 {
            var sample = try sample(minute, rate: 10, group: minute < 6 ? 0.1 : 0.4)
            sample.keyframes = sample.packets
            #expect(mjpeg.note(sample) == [])
        }
    }

    // MARK: - Profile, signing, metadata

    @Test("another profile counts with the second keyframe that says it, and rests ten minutes")
    func profile() {
        var watch = StreamWatch()
        var told: [StreamChange] = []
        for (index, profile) in ["High", "High", "Main", "High", "High", "Main", "Main", "High", "High"].enumerated() {
            if let change = watch.note(profile: profile, at: zero + .seconds(2 * index)) { told.append(change) }
        }
        #expect(told == [StreamChange(.profile, from: "High", to: "Main")])
        #expect(watch.settledProfile == "Main")
        let later = watch.note(profile: "High", at: zero + .seconds(700))
        #expect(later == StreamChange(.profile, from: "Main", to: "High"))
    }

    @Test("signatures that end are told when they are missed for a minute and eight keyframes")
    func signing() throws {
        var watch = StreamWatch()
        var meter = StreamDetailsMeter(metadata: [])
        var signed = PacketContents()
        signed.userData = [.onvifMediaSigning]
        var told: [String] = []
        // Keyframes every 10 s, a signature in every other one, until second 200; then none.
        for second in stride(from: 0, through: 400, by: 10) {
            let now = zero + .seconds(second)
            let contents = second <= 200 && second % 20 == 0 ? signed : PacketContents()
            meter.note(contents, isKeyframe: true, at: now)
            if let change = watch.note(signing: meter.details.signing, at: now) {
                told.append("\(second): \(change.from) to \(change.to)")
            }
        }
        #expect(told == ["280: onvif to absent"])
        #expect(meter.details.userData == [.onvifMediaSigning])
    }

    @Test("an unsigned stream is known to be so after a while, without an event; signatures that appear are told")
    func signingAppears() {
        var watch = StreamWatch()
        var meter = StreamDetailsMeter(metadata: [])
        for second in stride(from: 0, through: 100, by: 2) {
            meter.note(PacketContents(), isKeyframe: true, at: zero + .seconds(second))
            let change = watch.note(signing: meter.details.signing, at: zero + .seconds(second))
            #expect(change == nil)
            #expect((meter.details.signing == .absent) == (second >= 60))
        }
        var signed = PacketContents()
        signed.userData = [.axisSignedVideo]
        meter.note(signed, isKeyframe: false, at: zero + .seconds(101))
        let change = watch.note(signing: meter.details.signing, at: zero + .seconds(101))
        #expect(change == StreamChange(.signing, from: "absent", to: "axis"))
    }

    @Test("metadata tracks that appear and go are told, in whatever order they are listed")
    func metadata() {
        var watch = StreamWatch()
        #expect(watch.note(metadata: [.onvif], at: zero) == nil)
        #expect(
            watch.note(metadata: [.klv, .onvif], at: zero + .seconds(5))
                == StreamChange(.metadata, from: "onvif", to: "onvif+klv"))
        #expect(watch.note(metadata: [.onvif, .klv], at: zero + .seconds(9)) == nil)
        // Told again no sooner than ten minutes later.
        #expect(watch.note(metadata: [], at: zero + .seconds(60)) == nil)
        #expect(
            watch.note(metadata: [], at: zero + .seconds(700))
                == StreamChange(.metadata, from: "onvif+klv", to: "none"))
    }

    @Test("a set of KLV gives its label, its rate and the newest time stamp it carried")
    func klv() throws {
        var meter = StreamDetailsMeter(metadata: [.klv])
        let label: [UInt8] = [0x06, 0x0e, 0x2b, 0x34, 2, 0x0b, 1, 1, 0x0e, 1, 3, 1, 1, 0, 0, 0]
        for index in 0..<11 {
            // The last one carries no time.
            let stamp: [UInt8] = index < 10 ? [10, 2, 8, 0, 6, 0, 0, 0, 0, 0, UInt8(index)] : [0]
            let set = (label + stamp).withUnsafeBytes { KeyLengthValue($0) }
            meter.note(try #require(set), at: .milliseconds(200 * index))
        }
        let klv = try #require(meter.details.klv)
        #expect(klv.label == .datalinkSet)
        #expect(abs(klv.rate - 5) < 0.001)
        #expect(klv.timestamp == UTCTime(microseconds: 0x0006_0000_0000_0009))
    }
}

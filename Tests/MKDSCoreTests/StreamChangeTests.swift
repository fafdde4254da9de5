import MKDSCore
import Testing

@Suite struct StreamChangeTests {
    @Test func everySentenceReadsBack() {
        let changes = [
            StreamChange(.codec, from: "h264", to: "hevc"), StreamChange(.size, from: "1920x1080", to: "640x360"),
            StreamChange(.profile, from: "High 4:2:2 Intra", to: "Main"),
            StreamChange(.frameRate, from: StreamChange.tenths(25), to: StreamChange.tenths(12.46)),
            StreamChange(.group, from: "2.0 s", to: "10.0 s"), StreamChange(.signing, from: "absent", to: "onvif"),
            StreamChange(.metadata, from: StreamChange.names([]), to: StreamChange.names([.onvif, .klv])),
        ]
        #expect(Set(changes.map(\.aspect)) == Set(StreamChange.Aspect.allCases))
        for count in 1...changes.count {
            let part = Array(changes.prefix(count))
            #expect(StreamChange.sentence(part).flatMap { StreamChange.parse($0) } == part)
        }
    }

    @Test func otherSentencesAreNone() {
        for text in ["", "changed from ", "changed from colour red to blue", "changed from codec h264", "it changed"] {
            #expect(StreamChange.parse(text) == nil, "\(text)")
        }
        #expect(StreamChange.sentence([]) == nil)
    }

    @Test func minutesBeginBeforeEveryMoment() {
        for microseconds: Int64 in [0, 59_999_999, 60_000_000, -1, -60_000_000, 1_795_250_012_345_678] {
            let time = UTCTime(microseconds: microseconds)
            let minute = StreamSample.minute(of: time)
            #expect(minute <= time && time - minute < .seconds(60))
            #expect(minute.microseconds % 60_000_000 == 0)
        }
    }
}

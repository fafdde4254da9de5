import Bitstream
import MKDSCore
import Testing

@Suite struct KeyLengthValueTests {
    private let time: UInt64 = 1_795_250_000_123_456

    private func read(_ bytes: [UInt8]) -> KeyLengthValue? { bytes.withUnsafeBytes { KeyLengthValue($0) } }

    @Test func readsLabelAndTimeStamp() {
        for packet in [Sample.klv(time), Sample.klv(time, longLength: true)] {
            let set = read(packet)
            #expect(set?.label == .datalinkSet)
            #expect(set?.timestamp == UTCTime(microseconds: Int64(time)))
        }
    }

    @Test func passesOverTheHeaderOfAnAccessUnit() {
        #expect(read([0, 1, 0xdf, 0, 45] + Sample.klv(time))?.timestamp == UTCTime(microseconds: Int64(time)))
    }

    @Test func keepsTheLabelOfASetItDoesNotKnow() {
        let label = StreamIdentifier(high: 0x060e_2b34_0101_0101, low: 0x0e01_0103_1100_0000)
        let set = read(Sample.bytes(label) + [4, 2, 2, 1, 1])
        #expect(set?.label == label && set?.timestamp == nil)
        #expect(label.description == "060e2b34-0101-0101-0e01-010311000000")
    }

    @Test func aTimeBeyondTheCalendarIsNone() {
        #expect(read(Sample.klv(.max))?.label == .datalinkSet)
        #expect(read(Sample.klv(.max))?.timestamp == nil)
        #expect(read(Sample.klv(UInt64(Int64.max)))?.timestamp == nil)
    }

    @Test func whatIsNoSetIsNil() {
        #expect(read([]) == nil)
        #expect(read([UInt8](repeating: 0, count: 64)) == nil)
        #expect(read(Array(Sample.klv(time).dropFirst())) == nil)
    }

    @Test func everyTruncationEndsQuietly() {
        let packet = Sample.klv(time, longLength: true)
        for length in 0..<packet.count {
            let set = read(Array(packet[..<length]))
            #expect(set?.timestamp == nil)
            #expect((set != nil) == (length >= 16))
        }
    }

    @Test func spoiledSetsNeverTrap() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<50_000 {
            var packet = Sample.klv(time)
            for _ in 0..<3 {
                packet[Int.random(in: 16..<packet.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            #expect(read(packet)?.label == .datalinkSet)
        }
    }
}

import CLinux
import MKDSCore
import Testing

@testable import Spool

struct JournalFrameTests {
    /// RFC 3720 B.4: 32 bytes each, the checksum there is given in the order it is sent.
    @Test(
        arguments: [
            ([UInt8](repeating: 0, count: 32), 0x8a91_36aa),
            ([UInt8](repeating: 0xff, count: 32), 0x62a8_ab43),
            ((0..<32).map { UInt8($0) }, 0x46dd_794e),
            ((0..<32).map { 31 - UInt8($0) }, 0x113f_db5c),
            (Array("123456789".utf8), 0xe306_9283),
            ([], 0),
        ] as [([UInt8], UInt32)])
    func checksumsAreThoseOfTheStandard(bytes: [UInt8], expected: UInt32) {
        #expect(bytes.withUnsafeBytes { mkds_crc32c(0, $0.baseAddress, $0.count) } == expected)
        #expect(bytes.withUnsafeBytes { mkds_crc32c_table(0, $0.baseAddress, $0.count) } == expected)
    }

    @Test func instructionAndTableAgreeAtEveryLengthAndSplit() {
        var random = SeededGenerator(seed: 1)
        let bytes = (0..<300).map { _ in UInt8.random(in: 0...255, using: &random) }
        bytes.withUnsafeBytes { all in
            for length in 0...all.count {
                let whole = mkds_crc32c(0, all.baseAddress, length)
                #expect(whole == mkds_crc32c_table(0, all.baseAddress, length))
                let split = length / 3
                let first = mkds_crc32c(0, all.baseAddress, split)
                #expect(mkds_crc32c(first, all.baseAddress.map { $0 + split }, length - split) == whole)
            }
        }
    }

    private func frames(_ count: Int, number: UInt64 = 7, offset: UInt64 = 36) -> (bytes: [UInt8], ends: [Int]) {
        var bytes: [UInt8] = []
        var ends: [Int] = []
        for index in 0..<count {
            JournalFrame.append(
                Sample.event(index), number: number, offset: offset + UInt64(bytes.count), to: &bytes)
            ends.append(bytes.count)
        }
        return (bytes, ends)
    }

    @Test func aFrameGivesItsRecordBack() {
        let (bytes, _) = frames(1)
        bytes.withUnsafeBytes { buffer in
            guard case .whole(let payload, let byteCount) = JournalFrame.look(at: buffer, number: 7, offset: 36) else {
                Issue.record("the frame is not seen as whole")
                return
            }
            #expect(byteCount == buffer.count)
            #expect((try? JournalRecord(decoding: payload)) == Sample.event(0))
        }
    }

    @Test func aFrameIsValidOnlyInItsFileAndAtItsOffset() {
        let (bytes, _) = frames(1)
        bytes.withUnsafeBytes { buffer in
            for (number, offset) in [(8, 36), (7, 37), (7, 0)] as [(UInt64, UInt64)] {
                guard case .invalid = JournalFrame.look(at: buffer, number: number, offset: offset) else {
                    Issue.record("taken as whole in file \(number) at \(offset)")
                    continue
                }
            }
        }
    }

    @Test func everyShorterPieceOfAFrameIsIncomplete() {
        let (bytes, _) = frames(1)
        for length in 0..<bytes.count {
            bytes.prefix(length).withUnsafeBytes { buffer in
                guard case .incomplete = JournalFrame.look(at: buffer, number: 7, offset: 36) else {
                    Issue.record("\(length) bytes of \(bytes.count) are not seen as incomplete")
                    return
                }
            }
        }
    }

    @Test func zerosAreNoFrames() {
        let zeros = [UInt8](repeating: 0, count: 10_000)
        zeros.withUnsafeBytes { buffer in
            guard case .invalid = JournalFrame.look(at: buffer, number: 7, offset: 36) else {
                Issue.record("zeros pass for a frame")
                return
            }
            #expect(JournalFrame.nextWhole(in: buffer, from: 0, number: 7, offset: 36) == nil)
        }
    }

    @Test func recoveryTellsTornTailFromDamageAtEveryByte() {
        let (bytes, ends) = frames(5)
        for length in 0...bytes.count {
            let end = ends.last { $0 <= length } ?? 0
            bytes.prefix(length).withUnsafeBytes { buffer in
                let found = JournalRecovery.examine(buffer, number: 7, offset: 36)
                #expect(found == (end == length ? .whole(end: end) : .tornTail(end: end)))
                #expect(JournalRecovery.lastWholeEnd(buffer, number: 7, offset: 36) == end)
            }
        }
        for index in bytes.indices {
            var spoiled = bytes
            spoiled[index] ^= 1 << UInt8(index % 8)
            let hit = ends.firstIndex { index < $0 } ?? 0
            let before = hit == 0 ? 0 : ends[hit - 1]
            spoiled.withUnsafeBytes { buffer in
                let found = JournalRecovery.examine(buffer, number: 7, offset: 36)
                let last = hit == ends.count - 1
                #expect(found == (last ? .tornTail(end: before) : .damaged(end: before, next: ends[hit])))
                let wholeEnd = JournalRecovery.lastWholeEnd(buffer, number: 7, offset: 36)
                #expect(wholeEnd == (last ? before : bytes.count))
            }
        }
    }
}

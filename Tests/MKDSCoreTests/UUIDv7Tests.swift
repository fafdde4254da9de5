import Testing

@testable import MKDSCore

struct UUIDv7Tests {
    /// RFC 9562 A.6: 2022-02-22T14:22:22.00-05:00.
    @Test func theExampleOfTheStandardHasItsTimeAndText() {
        let id = UUIDv7("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")
        #expect(id == UUIDv7(high: 0x017f_22e2_79b0_7cc3, low: 0x98c4_dc0c_0c07_398f))
        #expect(id?.description == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
        #expect(id?.time == UTCTime("2022-02-22T14:22:22.00-05:00"))
        #expect(id?.day.description == "2022-02-22")
    }

    @Test func mintedIdsHaveVersionVariantAndTheirTimeToTheMillisecond() {
        var random = SeededGenerator(seed: 12)
        for _ in 0..<1000 {
            let time = UTCTime(microseconds: .random(in: 0...4_000_000_000_000_000, using: &random))
            let id = UUIDv7(at: time, using: &random)
            #expect(id.high >> 12 & 0xf == 7)
            #expect(id.low >> 62 == 2)
            #expect(id.time.microseconds == time.microseconds / 1000 * 1000)
            #expect(id.day == time.day)
            #expect(UUIDv7(id.description) == id)
        }
    }

    @Test func idsOfLaterMillisecondsAreGreater() {
        var random = SeededGenerator(seed: 13)
        var before = UUIDv7(at: UTCTime(seconds: 0), using: &random)
        for millisecond in 1...2000 as ClosedRange<Int64> {
            let next = UUIDv7(at: UTCTime(microseconds: millisecond * 1000 + 999), using: &random)
            #expect(before < next)
            #expect(before.description < next.description)
            before = next
        }
    }

    @Test func aTimeBeforeTheEpochCountsAsTheEpoch() {
        #expect(UUIDv7(at: UTCTime(microseconds: -5)).time == UTCTime(seconds: 0))
    }

    @Test func theLatestTimeStillFits() {
        let latest = UUIDv7(at: UTCTime.storable.upperBound)
        #expect(latest.time.day == UTCTime.storable.upperBound.day)
        // A time no clock shows must not spill into the version.
        #expect(UUIDv7(at: UTCTime(microseconds: .max)).high >> 12 & 0xf == 7)
    }

    @Test(arguments: [
        "", "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2-79b0-7cc3-98c4-dc0c0c07398ff",
        "017f22e279b07cc398c4dc0c0c07398f", "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", "+17f22e2-79b0-7cc3-98c4-dc0c0c07398f",
        "-17f22e2-79b0-7cc3-98c4-dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c0739８f",
        "017f22e2_79b0-7cc3-98c4-dc0c0c07398f", "017f22e2-79b0-7cc3-98c4 dc0c0c07398f",
    ])
    func refusesWhatIsNoUUID(text: String) {
        #expect(UUIDv7(text) == nil)
    }
}

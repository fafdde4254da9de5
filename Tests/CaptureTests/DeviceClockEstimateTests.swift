internal import Capture
internal import MKDSCore
internal import Testing

@Suite("Clock of the device service")
struct DeviceClockEstimateTests {
    private let start = ContinuousClock.now

    /// What a camera whose clock is off by `offset` tells at `moment`, in whole seconds that are cut off.
    private func reading(_ moment: Double, offset: Double, roundTrip: Double = 0.02) -> DeviceClock {
        let told = (moment + offset).rounded(.down)
        return DeviceClock(
            told: UTCTime(seconds: Int64(told)), offset: told + 0.5 - moment, uncertainty: roundTrip / 2 + 1,
            isNTP: false, zone: "")
    }

    @Test("readings of whole seconds together tell more than one", arguments: [-7200.4, -0.3, 0, 12.75])
    func narrows(offset: Double) throws {
        var random = SeededGenerator(seedText: "device clock")
        var estimate = try #require(DeviceClockEstimate(reading(1000, offset: offset), at: start))
        #expect(abs(estimate.offset.inSeconds - offset) <= estimate.uncertainty.inSeconds)
        for minute in 1...60 {
            let moment = Double(minute * 60) + Double.random(in: 0..<1, using: &random)
            estimate.take(reading(1000 + moment, offset: offset), at: start + .seconds(minute * 60))
            #expect(abs(estimate.offset.inSeconds - offset) <= estimate.uncertainty.inSeconds)
        }
        #expect(estimate.uncertainty < .milliseconds(900))
    }

    @Test("a clock that was set is believed at once")
    func step() throws {
        var estimate = try #require(DeviceClockEstimate(reading(1000, offset: 0.2), at: start))
        estimate.take(reading(1060, offset: 3600.2), at: start + .seconds(60))
        #expect(abs(estimate.offset.inSeconds - 3600.2) <= estimate.uncertainty.inSeconds)
    }

    @Test("an answer that took long tells nothing")
    func slow() {
        #expect(DeviceClockEstimate(reading(1000, offset: 0, roundTrip: 20), at: start) == nil)
    }
}

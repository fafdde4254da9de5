internal import MKDSCore
internal import QueryAPI
internal import Testing

@testable import mkdsctl

@Suite struct FollowTests {
    @Test func announcesAnEventWhenItBeginsAndWhenItEnds() {
        var log = FollowLog()
        let event = Sample.event(number: 1)
        #expect(log.take(Sample.open(event, revision: 0)) == .opened)
        #expect(log.take(Sample.open(event, revision: 1)) == nil)
        #expect(log.take(event) == .closed)
        #expect(log.take(Sample.event(number: 2)) == .openedAndClosed)
    }

    @Test func waitsLongerEachTimeAndStartsAnewAfterSuccess() {
        var random = SeededGenerator(seed: 3)
        var reconnect = Reconnect()
        var longest = Duration.zero
        for attempt in 0..<50 {
            let delay = reconnect.delay(using: &random)
            #expect(delay >= .milliseconds(400) && delay <= .seconds(12))
            if attempt == 0 { #expect(delay <= .milliseconds(600)) }
            longest = max(longest, delay)
        }
        #expect(longest > .seconds(8))
        reconnect.succeeded()
        #expect(reconnect.delay(using: &random) <= .milliseconds(600))
    }

    @Test func readsTheSameMessagesHoweverTheBytesAreSplit() {
        let first = StreamMessage(name: "event", id: "41", data: #"{"id":"č"}"#)
        let second = StreamMessage(name: "heartbeat", id: "42", data: #"{"change":42}"#)
        let bytes = Array((": ahoj\n" + first.text + ": nic\n\n" + second.text).utf8)
        for cut in 0...bytes.count {
            for secondCut in [cut, (cut + bytes.count) / 2] {
                var parser = StreamMessageParser()
                var messages = parser.append(bytes[..<cut])
                messages += parser.append(bytes[cut..<secondCut])
                messages += parser.append(bytes[secondCut...])
                #expect(messages == [first, second])
            }
        }
    }
}

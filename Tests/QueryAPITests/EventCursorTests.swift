import MKDSCore
import Testing

@testable import QueryAPI

@Suite struct EventCursorTests {
    @Test func comesBackAsItWasWritten() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<1000 {
            let cursor = EventCursor(
                start: UTCTime(microseconds: Int64(bitPattern: random.next())),
                id: UUIDv7(high: random.next(), low: random.next()))
            #expect(EventCursor(cursor.description) == cursor)
        }
    }

    @Test func noSingleChangedLetterIsTakenForACursor() {
        let text = EventCursor(start: UTCTime(seconds: 1_795_000_000), id: UUIDv7(high: 3, low: 9)).description
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ ")
        for position in text.indices {
            for letter in letters where letter != text[position] {
                var changed = text
                changed.replaceSubrange(position...position, with: [letter])
                #expect(EventCursor(changed) == nil, "\(changed)")
            }
        }
    }

    @Test func everyTruncationAndAnyGarbageIsRefused() {
        let text = EventCursor(start: UTCTime(seconds: 1), id: UUIDv7(high: 3, low: 9)).description
        for length in 0..<text.count { #expect(EventCursor(String(text.prefix(length))) == nil) }
        #expect(EventCursor(text + "A") == nil)
        var random = SeededGenerator(seed: 11)
        for _ in 0..<10_000 {
            let count = Int(random.next() % 80)
            let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            let garbage = String(decoding: bytes, as: UTF8.self)
            #expect(EventCursor(garbage) == nil)
            // Must not trap either.
            _ = try? EventQuery(QueryString.parse(garbage), shape: .page)
        }
    }
}

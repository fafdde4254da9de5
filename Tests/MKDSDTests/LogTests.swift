import Logging
import MKDSCore
import Testing

@testable import mkdsd

struct LogTests {
    private let time = UTCTime(seconds: 1_795_252_269)

    @Test func plainLinesCarryTimeLevelAndMetadata() {
        let line = format("camera lost", [("camera", "k1"), ("reason", "no answer")], .plain)
        #expect(line == "2026-11-21T09:11:09.000Z WARNING mkdsd: camera lost camera=k1 reason=\"no answer\"")
    }

    @Test func journalLinesCarryThePriorityOnly() {
        #expect(format("camera lost", [("camera", "k1")], .journal) == "<4>mkdsd: camera lost camera=k1")
        let levels = Logger.Level.allCases.map(LogLine.priority)
        #expect(levels == [7, 7, 6, 5, 4, 3, 2])
    }

    /// A camera's name, a child's message or a request must not be able to forge a record.
    @Test(arguments: ["a\nb", "a\r\nb", "a\u{85}b", "a\u{2028}b", "a\u{1b}[31mb", "a\0b"])
    func nothingBreaksTheLine(text: String) {
        let line = format(text, [("key", text)], .journal)
        #expect(!line.unicodeScalars.contains { $0.value < 32 || $0.value == 0x85 || $0.value == 0x2028 })
        #expect(line.hasPrefix("<4>mkdsd: a"))
    }

    @Test func valuesAreQuotedWhenTheyMustBe() {
        let line = format("m", [("a", ""), ("b", "x=1"), ("c", "say \"ano\""), ("d", "word")], .journal)
        #expect(line == "<4>mkdsd: m a=\"\" b=\"x=1\" c=\"say \\\"ano\\\"\" d=word")
    }

    @Test func longLinesAreCut() {
        let line = format(String(repeating: "ž", count: 20_000), [], .journal)
        #expect(line.utf8.count < LogLine.byteLimit + 8)
    }

    @Test func journalStyleNeedsTheVeryStreamOfTheJournal() {
        #expect(LogWriter.style(ofDescriptor: 2, journalStream: nil) == .plain)
        #expect(LogWriter.style(ofDescriptor: 2, journalStream: "1:1") == .plain)
    }

    @Test func childLinesBecomeRecords() {
        let line = #"{"level":"error","message":"no answer","camera":"k1","tries":3}"#
        let expected = ChildLog.Record(level: .error, message: "no answer", metadata: ["camera": "k1", "tries": "3"])
        #expect(ChildLog.parse(Array(line.utf8)) == expected)
    }

    @Test(arguments: ["Fatal error: Index out of range", "{", "{}", "[1]", #"{"level":"error"}"#])
    func anythingElseOfAChildIsAWarning(line: String) {
        #expect(ChildLog.parse(Array(line.utf8)) == ChildLog.Record(level: .warning, message: line, metadata: [:]))
    }

    @Test func aChattyChildIsCutOffAndCounted() {
        var log = ChildLog()
        let records = (0..<80).flatMap { _ in log.record(Array("x".utf8), second: 1) }
        #expect(records.count == ChildLog.linesPerSecond)
        let next = log.record(Array("y".utf8), second: 2)
        #expect(next.map(\.message) == ["log lines suppressed", "y"])
        #expect(next.first?.metadata == ["count": "30"])
    }

    private func format(_ message: String, _ metadata: [(String, String)], _ style: LogLine.Style) -> String {
        LogLine.format(
            level: .warning, label: "mkdsd", message: message,
            metadata: metadata.map { (key: $0.0, value: $0.1) }, time: time, style: style)
    }
}

struct LineAssemblerTests {
    @Test func joinsAndCutsAtAnyPoint() {
        let text = Array("one\ntwo\n\nthree".utf8)
        for cut in 0...text.count {
            var assembler = LineAssembler(byteLimit: 10)
            let lines = assembler.add(text[..<cut]) + assembler.add(text[cut...])
            #expect(lines == [Array("one".utf8), Array("two".utf8)])
            #expect(assembler.finish() == Array("three".utf8))
        }
    }

    @Test func dropsLinesOverTheLimitWholeAndCountsThem() {
        var assembler = LineAssembler(byteLimit: 4)
        #expect(assembler.add("12345\n1234\n".utf8) == [Array("1234".utf8)])
        #expect(assembler.dropped == 1)
    }
}

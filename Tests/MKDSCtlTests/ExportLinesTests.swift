internal import Testing

@testable import mkdsctl

@Suite struct ExportLinesTests {
    private static let text = "title\r\na\r\nbb\r\n\r\nnote\r\n"

    @Test(arguments: [
        (false, false, text), (false, true, "title\r\na\r\nbb\r\n\r\n"), (true, false, "a\r\nbb\r\n\r\nnote\r\n"),
        (true, true, "a\r\nbb\r\n\r\n"),
    ])
    func givesTheSameRowsHoweverTheBytesAreSplit(skipping: Bool, truncated: Bool, expected: String) {
        let bytes = Array(Self.text.utf8)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                var lines = ExportLines(skippingFirst: skipping)
                var rows = lines.take(bytes[..<first]) + lines.take(bytes[first..<second])
                rows += lines.take(bytes[second...])
                rows += lines.finish(isTruncated: truncated)
                #expect(String(decoding: rows, as: UTF8.self) == expected)
            }
        }
    }

    @Test func losesNothingOfALastLineWithoutABreak() {
        var lines = ExportLines(skippingFirst: false)
        let rows = lines.take(Array("a\nb".utf8)) + lines.finish(isTruncated: false)
        #expect(rows == Array("a\nb".utf8))
    }
}

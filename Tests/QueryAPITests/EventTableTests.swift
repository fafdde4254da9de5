import MKDSCore
import Testing

@testable import QueryAPI

@Suite struct EventTableTests {
    @Test(arguments: [
        ("plain", "plain"), ("", ""), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""), ("a\nb", "\"a\nb\""),
        ("a\r\nb", "\"a\r\nb\""), ("\"", "\"\"\"\""),
        ("=1+1", "'=1+1"), ("+420", "'+420"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"),
        ("=a,b", "\"'=a,b\""), ("＝1", "'＝1"), ("a=1", "a=1"), ("a\"\u{301}b", "\"a\"\"\u{301}b\""),
    ])
    func aTextCellIsQuotedAndNeverAFormula(_ value: String, _ cell: String) {
        #expect(EventTable.text(value) == cell)
    }

    @Test func everyLineHasOneCellPerColumn() throws {
        for event in try [Samples.full(), Samples.bare()] {
            let line = EventTable.line(EventResource(event))
            #expect(line.hasSuffix("\r\n"))
            #expect(cells(line).count == EventTable.columns.count, "\(line)")
        }
        #expect(cells(EventTable.header) == EventTable.columns)
    }

    @Test func valuesStandUnderTheirColumns() throws {
        let line = cells(EventTable.line(EventResource(try Samples.full())))
        let row = Dictionary(uniqueKeysWithValues: zip(EventTable.columns, line))
        #expect(row["camera"] == "dobrovskeho-1")
        #expect(row["okrsek"] == "PL-07")
        #expect(row["okrsek_name"] == "Slovany, \"u pece\"")
        #expect(row["longitude"] == "13.3776")
        #expect(row["box_bottom"] == "0.4")
        #expect(row["on_border"] == "true")
        #expect(row["change"] == "99")
        #expect(row["linked"] == "019aa6b3-1f1b-7abc-8123-456789abcdee")
        #expect(row["time_check"] == "deviating")
        #expect(row["clock_offset_ms"] == "2500.0")
        let bare = cells(EventTable.line(EventResource(try Samples.bare())))
        let bareRow = Dictionary(uniqueKeysWithValues: zip(EventTable.columns, bare))
        #expect(bareRow["detail"]?.hasPrefix("'=HYPERLINK(\"http://x\"), \"no\" route") == true)
        #expect(bareRow["end"] == "")
        #expect(bareRow["linked"] == "")
    }

    /// A reader of RFC 4180, written apart from the writer.
    private func cells(_ line: String) -> [String] {
        var cells: [String] = [""]
        var isQuoted = false
        var scalars = Array(line.unicodeScalars)[...]
        while let scalar = scalars.popFirst() {
            switch (scalar, isQuoted) {
            case ("\"", true) where scalars.first == "\"":
                scalars.removeFirst()
                cells[cells.count - 1] += "\""
            case ("\"", _): isQuoted.toggle()
            case (",", false): cells.append("")
            case ("\r", false), ("\n", false): break
            default: cells[cells.count - 1].unicodeScalars.append(scalar)
            }
        }
        return cells
    }
}

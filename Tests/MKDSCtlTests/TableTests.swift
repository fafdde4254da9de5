internal import Testing

@testable import mkdsctl

@Suite struct TableTests {
    @Test func alignsByWhatATerminalShows() {
        var table = Table([
            .init(title: "NÁZEV"), .init(title: "KM", alignment: .right), .init(title: "POPIS"),
        ])
        table.append(["Žluťoučký kůň", "1", "a"])
        table.append(["Z\u{30C}lut\u{30C}", "12", ""])
        table.append(["東京", "123", "b"])
        #expect(
            table.takeLines(coloured: false) == [
                "NÁZEV           KM  POPIS",
                "Žluťoučký kůň    1  a",
                "Z\u{30C}lut\u{30C}            12",
                "東京           123  b",
            ])
    }

    @Test func printsTitlesOnceAndKeepsGrownColumns() {
        var table = Table([.init(title: "A"), .init(title: "B")])
        table.append(["wide cell", "1"])
        #expect(table.takeLines(coloured: false).count == 2)
        #expect(table.isEmpty)
        table.append(["x", "2"])
        #expect(table.takeLines(coloured: false) == ["x          2"])
    }

    @Test func coloursWithoutChangingTheWidths() {
        var table = Table([.init(title: "A"), .init(title: "B")])
        table.append([.init("bad", style: .bad), "1"])
        #expect(
            table.takeLines(coloured: true) == [
                "\u{1B}[1mA\u{1B}[0m    \u{1B}[1mB\u{1B}[0m", "\u{1B}[31mbad\u{1B}[0m  1",
            ])
    }

    @Test func takesTheTeethOutOfHostileNames() {
        #expect(DisplayWidth.harmless("a\u{1B}[31mb\u{7}\u{9B}2J") == "a\u{FFFD}[31mb\u{FFFD}\u{FFFD}2J")
        #expect(DisplayWidth.harmless("x\u{202E}y") == "x\u{FFFD}y")
        #expect(DisplayWidth.harmless("a\nb\tc") == "a b c")
        #expect(DisplayWidth.harmless("Příliš žluťoučký") == "Příliš žluťoučký")
        var table = Table([.init(title: "A")])
        table.append([.init("\u{1B}]0;x\u{7}")])
        #expect(!table.takeLines(coloured: false).joined().contains("\u{1B}"))
    }

    @Test func quotesCSVWhereNeeded() {
        #expect(CSVLine.text(["a", nil, "b,c", "d\"e", "f\ng", " h"]) == "a,,\"b,c\",\"d\"\"e\",\"f\ng\",\" h\"\r\n")
    }

    /// Names and reasons come from cameras, some from any host of the network.
    @Test func csvMakesNoFormulaOfForeignTexts() {
        #expect(CSVLine.text(["=1+1", "@SUM(A1)", "-1+1", "+cmd|x"]) == "'=1+1,'@SUM(A1),'-1+1,'+cmd|x\r\n")
        #expect(CSVLine.text(["+420 378 031 111", "-0.5", "\"\u{301}"]) == "+420 378 031 111,-0.5,\"\"\"\u{301}\"\r\n")
    }
}

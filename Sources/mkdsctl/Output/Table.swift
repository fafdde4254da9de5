/// A table for people: columns as wide as their widest cell, two blanks between, nothing after the last.
struct Table: Sendable {
    enum Alignment: Sendable {
        case left
        case right
    }

    struct Column: Sendable {
        var title: String
        var alignment: Alignment = .left
    }

    struct Cell: Sendable, ExpressibleByStringLiteral {
        var text: String
        var style: Style?

        init(_ text: String, style: Style? = nil) {
            self.text = DisplayWidth.harmless(text)
            self.style = style
        }

        init(stringLiteral value: String) { self.init(value) }
    }

    private let columns: [Column]
    private var rows: [[Cell]] = []
    private var widths: [Int]
    private var isBegun = false

    init(_ columns: [Column]) {
        self.columns = columns
        widths = columns.map { DisplayWidth.columns($0.title) }
    }

    /// A table without titles whose columns are at least so wide.
    init(widths: [Int]) {
        columns = widths.map { _ in Column(title: "") }
        self.widths = widths
        isBegun = true
    }

    /// No row waits to be taken.
    var isEmpty: Bool { rows.isEmpty }

    mutating func append(_ cells: [Cell]) {
        precondition(cells.count == columns.count, "a row needs a cell for each column")
        for (index, cell) in cells.enumerated() {
            widths[index] = max(widths[index], DisplayWidth.columns(cell.text))
        }
        rows.append(cells)
    }

    /// The lines of the rows appended since the last call, before the first of all the titles. So a long answer can be
    /// printed page by page; columns only grow.
    mutating func takeLines(coloured: Bool) -> [String] {
        var lines = rows.map { line($0, coloured) }
        if !isBegun { lines.insert(line(columns.map { Cell($0.title, style: .title) }, coloured), at: 0) }
        isBegun = true
        rows.removeAll(keepingCapacity: true)
        return lines
    }

    private func line(_ cells: [Cell], _ coloured: Bool) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() {
            let padding = String(repeating: " ", count: widths[index] - DisplayWidth.columns(cell.text))
            let text = coloured ? cell.style?.applied(to: cell.text) ?? cell.text : cell.text
            let isLast = index == cells.count - 1
            switch columns[index].alignment {
            case .right: line += padding + text
            case .left: line += isLast ? text : text + padding
            }
            if !isLast { line += "  " }
        }
        return line.hasSuffix(" ") ? String(line.reversed().drop { $0 == " " }.reversed()) : line
    }
}

/// Emphasis on a terminal (ECMA-48 select graphic rendition).
enum Style: String, Sendable {
    case title = "1"
    case good = "32"
    case warning = "33"
    case bad = "31"
    case faint = "2"

    func applied(to text: String) -> String { text.isEmpty ? text : "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" }
}

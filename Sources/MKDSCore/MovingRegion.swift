/// A rectangle in a picture, as shares of its width and height, origin in the upper left corner.
package struct PictureBox: Hashable, Codable, Sendable {
    package var left: Float
    package var top: Float
    package var right: Float
    package var bottom: Float

    package init(left: Float, top: Float, right: Float, bottom: Float) {
        self.left = left
        self.top = top
        self.right = right
        self.bottom = bottom
    }

    package func union(_ other: PictureBox) -> PictureBox {
        PictureBox(
            left: min(left, other.left), top: min(top, other.top),
            right: max(right, other.right), bottom: max(bottom, other.bottom))
    }
}

/// Which of 16 × 16 equal cells of a picture something moved in: 256 bits, row-major, first cell upper left.
package struct CellGrid: Hashable, Sendable {
    package static let side = 16
    /// Bit `c` of word `r / 4` at position `16 * (r % 4) + c` is the cell of row `r`, column `c`.
    package private(set) var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    package init() {}

    init(words: (UInt64, UInt64, UInt64, UInt64)) {
        self.words = words
    }

    /// Reads the 32 bytes written by ``bytes``; nil for any other length.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        for (index, byte) in bytes.enumerated() {
            for bit in 0..<8 where byte & (0x80 >> UInt8(bit)) != 0 {
                insert(row: index / 2, column: index % 2 * 8 + bit)
            }
        }
    }

    /// 32 bytes, two a row, the most significant bit being the leftmost cell.
    package var bytes: [UInt8] {
        (0..<32).map { index in
            (0..<8).reduce(UInt8(0)) { byte, bit in
                contains(row: index / 2, column: index % 2 * 8 + bit) ? byte | 0x80 >> UInt8(bit) : byte
            }
        }
    }

    package mutating func insert(row: Int, column: Int) {
        precondition((0..<Self.side).contains(row) && (0..<Self.side).contains(column), "cell outside the grid")
        let bit = UInt64(1) << UInt64(16 * (row % 4) + column)
        switch row / 4 {
        case 0: words.0 |= bit
        case 1: words.1 |= bit
        case 2: words.2 |= bit
        default: words.3 |= bit
        }
    }

    package func contains(row: Int, column: Int) -> Bool {
        let word =
            switch row / 4 {
            case 0: words.0
            case 1: words.1
            case 2: words.2
            default: words.3
            }
        return word >> UInt64(16 * (row % 4) + column) & 1 == 1
    }

    package mutating func formUnion(_ other: CellGrid) {
        words.0 |= other.words.0
        words.1 |= other.words.1
        words.2 |= other.words.2
        words.3 |= other.words.3
    }

    package var count: Int {
        words.0.nonzeroBitCount + words.1.nonzeroBitCount + words.2.nonzeroBitCount + words.3.nonzeroBitCount
    }

    package static func == (left: CellGrid, right: CellGrid) -> Bool { left.words == right.words }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}

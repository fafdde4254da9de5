internal import FoundationEssentials

/// The cells of a picture in which the camera saw motion (`tt:MotionInCells`).
///
/// ONVIF Analytics Service Specification, cell motion detector: base64 of PackBits (Apple, TIFF 6.0 § 9) of a row-major
/// bitmap, the first cell upper left and most significant, the last byte zero filled.
package struct MotionInCells: Hashable, Sendable {
    /// Cells of one picture; cameras have some hundreds.
    package static let cellLimit = 16_384

    package let columns: Int
    package let rows: Int
    /// One bit a cell, rows without padding between them.
    package let bitmap: [UInt8]

    /// Nil for a size that is no size, text that is no base64, or a bitmap of another size than the cells need.
    package init?(columns: Int, rows: Int, cells: String) {
        guard (1...1024).contains(columns), (1...1024).contains(rows), columns * rows <= Self.cellLimit else {
            return nil
        }
        let byteCount = (columns * rows + 7) / 8
        guard let packed = Data(base64Encoded: cells), let bitmap = Self.unpack(Array(packed), limit: byteCount + 8),
            bitmap.count >= byteCount
        else { return nil }
        self.columns = columns
        self.rows = rows
        self.bitmap = Array(bitmap.prefix(byteCount))
    }

    /// Whether something moved there; false outside.
    package func contains(row: Int, column: Int) -> Bool {
        guard (0..<rows).contains(row), (0..<columns).contains(column) else { return false }
        let bit = row * columns + column
        return bitmap[bit / 8] & (0x80 >> UInt8(bit % 8)) != 0
    }

    /// How many cells moved.
    package var count: Int {
        let used = columns * rows
        let whole = bitmap.prefix(used / 8).reduce(0) { $0 + $1.nonzeroBitCount }
        return used % 8 == 0 ? whole : whole + (bitmap[used / 8] >> UInt8(8 - used % 8)).nonzeroBitCount
    }

    /// Undoes PackBits; nil when it ends within a run or yields more than `limit` bytes.
    static func unpack(_ packed: [UInt8], limit: Int) -> [UInt8]? {
        var result: [UInt8] = []
        var index = 0
        while index < packed.count {
            let header = Int(Int8(bitPattern: packed[index]))
            index += 1
            switch header {
            case 0...127:
                guard index + header < packed.count else { return nil }
                result += packed[index...index + header]
                index += header + 1
            case -127 ... -1:
                guard index < packed.count else { return nil }
                result += repeatElement(packed[index], count: 1 - header)
                index += 1
            default:
                // −128 is no operation.
                break
            }
            guard result.count <= limit else { return nil }
        }
        return result
    }
}

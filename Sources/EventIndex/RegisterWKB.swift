/// Well-known binary, the form in which shapes travel to and from PostGIS.
enum RegisterWKB {
    /// A MultiPolygon from polygons of rings of `[x, y]`.
    static func multiPolygon(_ polygons: [[[[Double]]]]) -> [UInt8] {
        var bytes = header(6)
        append(UInt32(polygons.count), to: &bytes)
        for rings in polygons { appendPolygon(rings, to: &bytes) }
        return bytes
    }

    /// A Polygon from rings of `[x, y]`.
    static func polygon(_ rings: [[[Double]]]) -> [UInt8] {
        var bytes: [UInt8] = []
        appendPolygon(rings, to: &bytes)
        return bytes
    }

    /// Polygons of a Polygon or MultiPolygon as PostGIS gives it (little endian, two dimensions); nil for other bytes.
    static func polygons(_ bytes: [UInt8]) -> [[[[Double]]]]? {
        var reader = Reader(bytes: bytes)
        guard let type = reader.header() else { return nil }
        switch type {
        case 3: return reader.rings().map { [$0] }
        case 6:
            guard let count = reader.count() else { return nil }
            var polygons: [[[[Double]]]] = []
            for _ in 0..<count {
                guard reader.header() == 3, let rings = reader.rings() else { return nil }
                polygons.append(rings)
            }
            return polygons
        default: return nil
        }
    }

    private static func header(_ type: UInt32) -> [UInt8] {
        var bytes: [UInt8] = [1]
        append(type, to: &bytes)
        return bytes
    }

    private static func appendPolygon(_ rings: [[[Double]]], to bytes: inout [UInt8]) {
        bytes += header(3)
        append(UInt32(rings.count), to: &bytes)
        for ring in rings {
            append(UInt32(ring.count), to: &bytes)
            for position in ring {
                append(position[0].bitPattern, to: &bytes)
                append(position[1].bitPattern, to: &bytes)
            }
        }
    }

    private static func append(_ word: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        mutating func header() -> UInt32? {
            guard position < bytes.count, bytes[position] == 1 else { return nil }
            position += 1
            return word(UInt32.self)
        }

        /// A number of things, each of at least four bytes, that can still follow.
        mutating func count() -> Int? {
            guard let count = word(UInt32.self), Int(count) <= (bytes.count - position) / 4 else { return nil }
            return Int(count)
        }

        mutating func rings() -> [[[Double]]]? {
            guard let count = count() else { return nil }
            var rings: [[[Double]]] = []
            for _ in 0..<count {
                guard let points = self.count() else { return nil }
                var ring: [[Double]] = []
                ring.reserveCapacity(points)
                for _ in 0..<points {
                    guard let x = word(UInt64.self), let y = word(UInt64.self) else { return nil }
                    ring.append([Double(bitPattern: x), Double(bitPattern: y)])
                }
                rings.append(ring)
            }
            return rings
        }

        private mutating func word<Word: FixedWidthInteger>(_ type: Word.Type) -> Word? {
            let end = position + MemoryLayout<Word>.size
            guard end <= bytes.count else { return nil }
            defer { position = end }
            return bytes.withUnsafeBytes {
                Word(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: Word.self))
            }
        }
    }
}

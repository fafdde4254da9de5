/// The pictures of an H.264 elementary stream (Annex B), each a list of NAL units without start codes.
package struct AccessUnits: Sendable {
    package let pictures: [[[UInt8]]]
    let sequenceParameters: [UInt8]
    let pictureParameters: [UInt8]

    /// - Throws: ``SimulatorError`` when the bytes are not such a stream.
    package init(annexB bytes: [UInt8]) throws {
        var pictures: [[[UInt8]]] = []
        var pending: [[UInt8]] = []
        var hasSlice = false
        for unit in Self.split(bytes) {
            let type = unit[0] & 0x1f
            let isSlice = type == 1 || type == 5
            // A picture ends before a parameter set, an SEI, a delimiter, or a slice that begins with block 0
            // (ITU-T H.264 § 7.4.1.2.3); first_mb_in_slice 0 is a single 1 bit.
            if hasSlice, (6...9).contains(type) || isSlice && unit.count > 1 && unit[1] & 0x80 != 0 {
                pictures.append(pending)
                pending = []
                hasSlice = false
            }
            if type != 9 { pending.append(unit) }
            hasSlice = hasSlice || isSlice
        }
        if hasSlice { pictures.append(pending) }
        let units = pictures.joined()
        guard let sps = units.first(where: { $0[0] & 0x1f == 7 }), let pps = units.first(where: { $0[0] & 0x1f == 8 })
        else { throw SimulatorError("no H.264 parameter sets in the clip") }
        self.pictures = pictures
        sequenceParameters = sps
        pictureParameters = pps
    }

    /// Cuts at start codes 00 00 01; zeros before one belong to none.
    private static func split(_ bytes: [UInt8]) -> [[UInt8]] {
        var units: [[UInt8]] = []
        var start: Int?
        var index = 0
        while index + 2 < bytes.count {
            guard bytes[index] == 0, bytes[index + 1] == 0, bytes[index + 2] == 1 else {
                index += 1
                continue
            }
            if let start { units.append(trimmed(bytes[start..<index])) }
            start = index + 3
            index += 3
        }
        if let start { units.append(trimmed(bytes[start...])) }
        return units.filter { !$0.isEmpty }
    }

    private static func trimmed(_ unit: ArraySlice<UInt8>) -> [UInt8] {
        Array(unit.prefix(through: (unit.lastIndex { $0 != 0 }) ?? unit.startIndex))
    }
}

package struct SimulatorError: Error, CustomStringConvertible {
    package let description: String
    init(_ description: String) { self.description = description }
}

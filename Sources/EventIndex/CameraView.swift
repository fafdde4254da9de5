internal import Glibc

/// Metres between two positions in degrees, good to a per cent within a town.
func distance(_ first: [Double], _ second: [Double]) -> Double {
    let east = (first[0] - second[0]) * 111_320 * cos(first[1] * .pi / 180)
    let north = (first[1] - second[1]) * 111_320
    return (east * east + north * north).squareRoot()
}

/// View polygons written as well-known text: `POLYGON((13.377 49.747, 13.378 49.747, …))`.
enum CameraView {
    static let pointLimit = 1000

    /// The same as a GeoJSON geometry.
    static func geometry(wkt text: String) throws(RegisterGeoJSON.Complaint) -> RegisterJSON {
        let body = trimmed(text)
        let words = body.uppercased()
        guard words.hasPrefix("POLYGON"), let open = body.firstIndex(of: "("), body.hasSuffix(")"),
            trimmed(body[body.index(body.startIndex, offsetBy: 7)..<open]).isEmpty
        else { throw malformed(text) }
        let inner = trimmed(body[body.index(after: open)..<body.index(before: body.endIndex)])
        guard inner.hasPrefix("("), inner.hasSuffix(")") else { throw malformed(text) }
        let ring = inner.dropFirst().dropLast()
        guard !ring.contains("("), !ring.contains(")") else {
            throw .init(message: "must be one polygon without holes", messageCs: "musí být jeden polygon bez děr")
        }
        let pairs = ring.split(separator: ",", omittingEmptySubsequences: false)
        guard pairs.count <= pointLimit else {
            throw .init(message: "has more than \(pointLimit) points", messageCs: "má více než \(pointLimit) bodů")
        }
        var positions: [RegisterJSON] = []
        for pair in pairs {
            let numbers = pair.split(whereSeparator: \.isWhitespace).map { Double($0) }
            guard numbers.count == 2, let x = numbers[0], let y = numbers[1] else { throw malformed(String(pair)) }
            positions.append(.array([.number(x), .number(y)]))
        }
        return .object(["type": .string("Polygon"), "coordinates": .array([.array(positions)])])
    }

    private static func malformed(_ text: String) -> RegisterGeoJSON.Complaint {
        .init(
            message:
                "\(quotable(text)) is not WKT; write POLYGON((13.377 49.747, 13.378 49.747, 13.377 49.748, 13.377 49.747))",
            messageCs:
                "\(quotable(text)) není WKT; napište POLYGON((13.377 49.747, 13.378 49.747, 13.377 49.748, 13.377 49.747))"
        )
    }
}

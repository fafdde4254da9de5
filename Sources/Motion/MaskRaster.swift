/// Draws masks, polygons in shares of the picture, onto the small picture.
enum MaskRaster {
    /// Sets to 0 every pixel whose middle lies inside one of the polygons (even-odd rule).
    ///
    /// Polygons with fewer than three usable points are ignored; what is settable is checked where settings are read.
    static func clear(
        _ polygons: [[[Double]]], in weights: UnsafeMutablePointer<UInt8>, width: Int, height: Int
    ) {
        for polygon in polygons {
            let points = polygon.compactMap { point -> (x: Double, y: Double)? in
                guard point.count == 2, point[0].isFinite, point[1].isFinite else { return nil }
                return (point[0] * Double(width), point[1] * Double(height))
            }
            guard points.count >= 3 else { continue }
            for row in 0..<height { clearRow(row, of: points, in: weights + row * width, width: width) }
        }
    }

    private static func clearRow(
        _ row: Int, of points: [(x: Double, y: Double)], in line: UnsafeMutablePointer<UInt8>, width: Int
    ) {
        let y = Double(row) + 0.5
        var crossings: [Double] = []
        var previous = points[points.count - 1]
        for point in points {
            if (point.y > y) != (previous.y > y) {
                crossings.append(point.x + (y - point.y) / (previous.y - point.y) * (previous.x - point.x))
            }
            previous = point
        }
        crossings.sort()
        var index = 0
        while index + 1 < crossings.count {
            let from = min(max((crossings[index] - 0.5).rounded(.up), 0), Double(width))
            let to = min(max((crossings[index + 1] - 0.5).rounded(.up), from), Double(width))
            for x in Int(from)..<Int(to) { line[x] = 0 }
            index += 2
        }
    }
}

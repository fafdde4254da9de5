/// How a camera's picture becomes the small one that is analysed: averages over `factorX` × `factorY` blocks.
///
/// Columns and rows that do not fill a block (at most one block at the right and lower edge) are left out.
struct PictureGeometry: Hashable {
    /// Pixels the small picture should have, about 320 × 180.
    static let pixelGoal = 57_600
    /// Limit of the factors, so that a column of a block sums up in 16 bits.
    static let largestFactor = 256

    let sourceWidth: Int
    let sourceHeight: Int
    let factorX: Int
    let factorY: Int
    let width: Int
    let height: Int

    init(width sourceWidth: Int, height sourceHeight: Int) {
        self.sourceWidth = sourceWidth
        self.sourceHeight = sourceHeight
        let ratio = Double(sourceWidth) * Double(sourceHeight) / Double(Self.pixelGoal)
        let factor = min(max(1, Int(ratio.squareRoot().rounded())), Self.largestFactor)
        factorX = min(factor, sourceWidth)
        factorY = min(factor, sourceHeight)
        width = sourceWidth / factorX
        height = sourceHeight / factorY
    }

    var pixelCount: Int { width * height }
}

/// Makes the small picture: box average, then a 3 × 3 binomial blur that takes what noise and block edges are left.
///
/// Row by row, so that what lies between stays in the nearest cache.
struct Shrinker: ~Copyable {
    private let geometry: PictureGeometry
    private let columns: Plane<UInt16>
    /// One row of averages.
    private let averages: Plane<Float>
    /// Three rows of them, each blurred along itself, where its number modulo three says.
    private let blurred: Plane<Float>

    init(_ geometry: PictureGeometry) {
        self.geometry = geometry
        columns = Plane(geometry.width * geometry.factorX, filledWith: 0)
        averages = Plane(geometry.width, filledWith: 0)
        blurred = Plane(3 * geometry.width, filledWith: 0)
    }

    /// Writes the small picture, in grey levels 0…255, to `output`, which holds ``PictureGeometry/pixelCount`` values.
    func shrink(_ luma: LumaView, into output: UnsafeMutablePointer<Float>) {
        let (width, height) = (geometry.width, geometry.height)
        prepare(row: 0, of: luma)
        for row in 0..<height {
            if row + 1 < height { prepare(row: row + 1, of: luma) }
            let rows = UnsafePointer(blurred.base)
            let middle = rows + row % 3 * width
            let above = rows + max(row - 1, 0) % 3 * width
            let below = rows + min(row + 1, height - 1) % 3 * width
            let target = output + row * width
            for x in 0..<width { target[x] = (above[x] + middle[x] * 2 + below[x]) * 0.25 }
        }
    }

    /// Fills the place of a row in ``blurred``.
    private func prepare(row: Int, of luma: LumaView) {
        average(row, of: luma)
        let width = geometry.width
        let source = UnsafePointer(averages.base)
        let target = blurred.base + row % 3 * width
        guard width > 2 else { return target.update(from: source, count: width) }
        target[0] = (source[0] * 3 + source[1]) * 0.25
        for x in 1..<width - 1 { target[x] = (source[x - 1] + source[x] * 2 + source[x + 1]) * 0.25 }
        target[width - 1] = (source[width - 1] * 3 + source[width - 2]) * 0.25
    }

    private func average(_ row: Int, of luma: LumaView) {
        let (factorX, factorY, width) = (geometry.factorX, geometry.factorY, geometry.width)
        let target = averages.base
        let first = luma.base + row * factorY * luma.stride
        guard factorX > 1 || factorY > 1 else {
            for x in 0..<width { target[x] = Float(first[x]) }
            return
        }
        let used = width * factorX
        let scale = 1 / Float(factorX * factorY)
        let sums = columns.base
        for x in 0..<used { sums[x] = UInt16(truncatingIfNeeded: first[x]) }
        for y in 1..<max(factorY, 1) {
            let line = first + y * luma.stride
            for x in 0..<used { sums[x] &+= UInt16(truncatingIfNeeded: line[x]) }
        }
        for x in 0..<width {
            let block = sums + x &* factorX
            var sum: UInt32 = 0
            for index in 0..<factorX { sum &+= UInt32(block[index]) }
            target[x] = Float(sum) * scale
        }
    }
}

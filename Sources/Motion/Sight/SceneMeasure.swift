/// What one look at a picture yields: how bright each cell is and how much fine structure it holds.
struct SceneMeasure: ~Copyable {
    let grid: SceneGrid
    /// Mean grey level of each cell, 0…255.
    let brightness: Plane<Float>
    /// Mean difference of neighbouring pixels in each cell, without what noise makes of it, grey levels.
    let structure: Plane<Float>
    /// ``brightness`` without the large shapes: each cell less the mean of the 5 × 5 around it.
    let layout: Plane<Float>
    /// The same of the square root of ``structure``, so that a few strong edges do not outweigh all others.
    let edges: Plane<Float>
    private let columnSums: Plane<UInt16>
    private let columnEdges: Plane<UInt16>
    private let scratch: Plane<Float>

    init(_ grid: SceneGrid) {
        self.grid = grid
        brightness = Plane(grid.count, filledWith: 0)
        structure = Plane(grid.count, filledWith: 0)
        layout = Plane(grid.count, filledWith: 0)
        edges = Plane(grid.count, filledWith: 0)
        columnSums = Plane(grid.pictureWidth, filledWith: 0)
        columnEdges = Plane(grid.pictureWidth, filledWith: 0)
        scratch = Plane(grid.count, filledWith: 0)
    }

    /// Takes a picture of the grid's size in.
    func take(_ luma: LumaView) {
        for row in 0..<grid.rows { takeRow(row, of: luma) }
        removeNoise()
        highPass(brightness.base, into: layout.base)
        for index in 0..<grid.count { edges.base[index] = structure.base[index].squareRoot() }
        scratchCopy(edges.base)
        highPass(scratch.base, into: edges.base)
    }

    /// Mean of the structure of all cells, grey levels.
    var meanStructure: Float { mean(structure.base) }

    /// Mean absolute height of the layout, grey levels: the contrast of large shapes.
    var contrast: Float {
        var sum: Float = 0
        for index in 0..<grid.count { sum += abs(layout.base[index]) }
        return sum / Float(grid.count)
    }

    /// Share of cells for which a condition on their brightness holds.
    func share(where holds: (Float) -> Bool) -> Float {
        var count = 0
        for index in 0..<grid.count where holds(brightness.base[index]) { count += 1 }
        return Float(count) / Float(grid.count)
    }

    // MARK: -

    private func takeRow(_ row: Int, of luma: LumaView) {
        let lines = grid.lines(of: row)
        let used = grid.pictureWidth - 1
        let (sums, differences) = (columnSums.base, columnEdges.base)
        sums.update(repeating: 0, count: grid.pictureWidth)
        differences.update(repeating: 0, count: grid.pictureWidth)
        for y in lines {
            let line = luma.base + y * luma.stride
            let below = y + 1 < luma.height ? line + luma.stride : line
            for x in 0..<used {
                let value = Int16(line[x])
                let right = value &- Int16(line[x &+ 1])
                let down = value &- Int16(below[x])
                sums[x] &+= UInt16(truncatingIfNeeded: value)
                differences[x] &+= UInt16(truncatingIfNeeded: (right < 0 ? 0 &- right : right))
                differences[x] &+= UInt16(truncatingIfNeeded: (down < 0 ? 0 &- down : down))
            }
        }
        for column in 0..<grid.columns {
            let (from, to) = (grid.left(of: column), min(grid.left(of: column + 1), used))
            var (sum, difference): (UInt32, UInt32) = (0, 0)
            for x in from..<max(to, from) {
                sum &+= UInt32(sums[x])
                difference &+= UInt32(differences[x])
            }
            let count = Float(max(1, (to - from) * lines.count))
            brightness.base[row * grid.columns + column] = Float(sum) / count
            structure.base[row * grid.columns + column] = Float(difference) / (2 * count)
        }
    }

    /// The flattest tenth of the cells shows what noise alone makes; that much is taken from all.
    private func removeNoise() {
        scratchCopy(structure.base)
        var cells = UnsafeMutableBufferPointer(start: scratch.base, count: grid.count)
        cells.sort()
        let floor = cells[grid.count / 10]
        for index in 0..<grid.count { structure.base[index] = max(0, structure.base[index] - floor) }
    }

    private func scratchCopy(_ source: UnsafePointer<Float>) { scratch.base.update(from: source, count: grid.count) }

    private func mean(_ values: UnsafePointer<Float>) -> Float {
        var sum: Float = 0
        for index in 0..<grid.count { sum += values[index] }
        return sum / Float(grid.count)
    }

    private func highPass(_ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>) {
        let (columns, rows) = (grid.columns, grid.rows)
        for row in 0..<rows {
            let (top, bottom) = (max(row - 2, 0), min(row + 2, rows - 1))
            for column in 0..<columns {
                let (left, right) = (max(column - 2, 0), min(column + 2, columns - 1))
                var sum: Float = 0
                for y in top...bottom {
                    let line = source + y * columns
                    for x in left...right { sum += line[x] }
                }
                let count = Float((bottom - top + 1) * (right - left + 1))
                target[row * columns + column] = source[row * columns + column] - sum / count
            }
        }
    }
}

/// How a picture is divided: cells of at least 4 × 4 pixels, at most 48 × 27, so 40 pixels a side in 1080p: large enough
/// that a swaying mast does not carry an edge into the next cell, small enough that a turn by a twentieth does.
struct SceneGrid: Hashable {
    private static let largest = (columns: 48, rows: 27)
    private static let smallestSide = 4
    /// Lines of a row of cells that are looked at; all of 1080p would cost as much as the motion analysis.
    private static let lineCount = 5

    let pictureWidth: Int
    let pictureHeight: Int
    let columns: Int
    let rows: Int

    /// Nil for a picture of fewer than 8 × 8 cells' worth of pixels, in which no scene can be told.
    init?(width: Int, height: Int) {
        columns = min(Self.largest.columns, width / Self.smallestSide)
        rows = min(Self.largest.rows, height / Self.smallestSide)
        guard columns >= 8, rows >= 8 else { return nil }
        pictureWidth = width
        pictureHeight = height
    }

    var count: Int { columns * rows }

    func left(of column: Int) -> Int { column * pictureWidth / columns }

    /// The lines to look at in a row of cells, evenly spread.
    func lines(of row: Int) -> [Int] {
        let (top, bottom) = (row * pictureHeight / rows, (row + 1) * pictureHeight / rows)
        let count = min(Self.lineCount, bottom - top)
        return (0..<count).map { top + (2 * $0 + 1) * (bottom - top) / (2 * count) }
    }
}

import FoundationEssentials
import MKDSCore
import OnvifMetadata
import Testing

@testable import Capture

/// The camera's cells on our grid.
struct OnvifCellsTests {
    /// A bitmap as base64 of PackBits, every byte as it is.
    private func cells(_ columns: Int, _ rows: Int, _ bitmap: [UInt8]) throws -> MotionInCells {
        var packed: [UInt8] = []
        for start in stride(from: 0, to: bitmap.count, by: 128) {
            let run = bitmap[start..<min(start + 128, bitmap.count)]
            packed += [UInt8(run.count - 1)] + run
        }
        return try #require(
            MotionInCells(columns: columns, rows: rows, cells: Data(packed).base64EncodedString()))
    }

    /// Cell by cell, by the rule: a cell of ours is touched by each of theirs that shares a part of the picture with it.
    private func expected(_ cells: MotionInCells) -> CellGrid {
        func touches(_ index: Int, of count: Int, _ ours: Int) -> Bool {
            index * CellGrid.side < (ours + 1) * count && ours * count < (index + 1) * CellGrid.side
        }
        var grid = CellGrid()
        for row in 0..<cells.rows {
            for column in 0..<cells.columns where cells.contains(row: row, column: column) {
                for ours in 0..<CellGrid.side where touches(row, of: cells.rows, ours) {
                    for other in 0..<CellGrid.side where touches(column, of: cells.columns, other) {
                        grid.insert(row: ours, column: other)
                    }
                }
            }
        }
        return grid
    }

    @Test(
        "every moving cell is on the grid and no other, whatever the camera's rows and columns",
        arguments: [(1, 1), (3, 5), (16, 16), (17, 9), (22, 18), (100, 1), (1, 100), (45, 30), (128, 128), (1_024, 16)])
    func grid(columns: Int, rows: Int) throws {
        var generator = SeededGenerator(seedText: "\(columns) \(rows)")
        // From nothing over a little to everything; also single bytes between zeros.
        for sparsity in [0, 1, 3, 40, 400] {
            let bitmap = (0..<(columns * rows + 7) / 8).map { _ -> UInt8 in
                if sparsity == 0 { return 0xff }
                return UInt64.random(in: 0..<UInt64(sparsity), using: &generator) == 0
                    ? UInt8.random(in: 0...255, using: &generator) : 0
            }
            let cells = try cells(columns, rows, bitmap)
            #expect(CellGrid(cells) == expected(cells))
        }
    }
}

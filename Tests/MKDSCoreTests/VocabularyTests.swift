import Testing

@testable import MKDSCore

struct CameraIDTests {
    @Test(arguments: ["a", "K-01", "plzen.mo3_Wenzigova-2", String(repeating: "x", count: 64), "-", "_x", "a..b"])
    func takesNarrowNames(text: String) {
        #expect(CameraID(text)?.rawValue == text)
    }

    @Test(arguments: [
        "", ".hidden", "..", "a/b", "a b", "kámen", "a\u{0}", "a\n", String(repeating: "x", count: 65), "a:b", "a'b",
        "e\u{301}",
    ])
    func refusesEverythingElse(text: String) {
        #expect(CameraID(text) == nil)
    }

    @Test func sortsByItsText() throws {
        let a = try #require(CameraID("a-10"))
        let b = try #require(CameraID("a-9"))
        #expect(a < b)
    }
}

struct CellGridTests {
    @Test func everyCellIsAloneInItsBit() {
        for row in 0..<CellGrid.side {
            for column in 0..<CellGrid.side {
                var grid = CellGrid()
                grid.insert(row: row, column: column)
                #expect(grid.count == 1)
                #expect(grid.contains(row: row, column: column))
                #expect(!grid.contains(row: (row + 1) % 16, column: column))
                let bytes = grid.bytes
                #expect(bytes[row * 2 + column / 8] == 0x80 >> UInt8(column % 8))
                #expect(CellGrid(bytes: bytes) == grid)
            }
        }
    }

    @Test func bytesComeBackAsTheyWere() {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<200 {
            let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
            let grid = CellGrid(bytes: bytes)
            #expect(grid?.bytes == bytes)
            #expect(grid?.count == bytes.reduce(0) { $0 + $1.nonzeroBitCount })
        }
        #expect(CellGrid(bytes: [UInt8](repeating: 0, count: 31)) == nil)
        #expect(CellGrid(bytes: [UInt8](repeating: 0, count: 33)) == nil)
    }

    @Test func unionHoldsTheCellsOfBoth() {
        var random = SeededGenerator(seed: 4)
        let left = (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
        let right = (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
        var grid = CellGrid(bytes: left)
        if let other = CellGrid(bytes: right) { grid?.formUnion(other) }
        #expect(grid?.bytes == zip(left, right).map { $0 | $1 })
    }

    @Test func boxesJoinToTheSmallestThatHoldsBoth() {
        let left = PictureBox(left: 0.1, top: 0.2, right: 0.3, bottom: 0.4)
        let right = PictureBox(left: 0.2, top: 0.1, right: 0.25, bottom: 0.9)
        #expect(left.union(right) == PictureBox(left: 0.1, top: 0.1, right: 0.3, bottom: 0.9))
    }
}

struct GeoPointTests {
    @Test(
        arguments: [
            ("13.3776,49.7475", 13.3776, 49.7475), (" 13.3776 , 49.7475 ", 13.3776, 49.7475), ("-180,90", -180, 90),
            ("0,-0", 0, 0), ("1e1,5", 10, 5),
        ] as [(String, Double, Double)])
    func readsLongitudeThenLatitude(text: String, longitude: Double, latitude: Double) {
        #expect(GeoPoint(text) == GeoPoint(longitude: longitude, latitude: latitude))
    }

    @Test(arguments: [
        "", ",", "13.3776", "13.3776,49.7475,3", "180.1,0", "0,90.1", "0,-91", "nan,0", "0,inf", "a,b", "13;49",
        "13.3776,", "0x1p3,4", "1 3,49", "infinity,1",
    ])
    func refusesWhatIsNoPoint(text: String) {
        #expect(GeoPoint(text) == nil)
    }

    @Test func numbersThatAreNoPlaceAreRefused() {
        #expect(GeoPoint(longitude: .nan, latitude: 0) == nil)
        #expect(GeoPoint(longitude: 0, latitude: .infinity) == nil)
        #expect(GeoPoint(longitude: 13.3776, latitude: 49.7475)?.description == "13.3776,49.7475")
    }
}

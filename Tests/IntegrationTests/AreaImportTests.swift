import EventIndex
import FoundationEssentials
import MKDSCore
import Postgres
import TestMedia
import Testing

@Suite(
    .enabled(if: PostgresTestServer.isAvailable, PostgresTestServer.skipReason), .serialized, .timeLimit(.minutes(10)))
struct AreaImportTests {
    private let day = Duration.seconds(86_400)

    @Test func importsAMapAndLogsIt() async throws {
        try await PostgresTestServer.withIndex { settings in
            let register = Register(settings)
            let report = try await register.importAreas(PlaceFixture.twoOkrsky, options: PlaceFixture.options())
            #expect(report.areaCount == 2)
            // 4 units of 0.001 degree: 288 m by 445 m each.
            #expect((255_000...258_000).contains(report.squareMetres))
            #expect(report.overlaps.isEmpty && report.gaps.isEmpty && report.superseded.isEmpty)
            #expect(try await PlaceFixture.count("mkds.area_import WHERE actor = 'test'", settings) == 1)
            let areas = try await register.areas(kind: .okrsek, at: PlaceFixture.start)
            #expect(areas.map(\.code) == ["A", "B"])
            #expect(areas[0].geometry?.coordinates == [[PlaceFixture.ring(0, 0, 4, 4)]])
            #expect(try await register.areas(at: PlaceFixture.start - day).isEmpty)
        }
    }

    @Test func refusesInvalidShapesWithTheirNumbersAndImportsNothing() async throws {
        let bowTie = [[0.0, 0.0], [2, 2], [2, 0], [0, 2], [0, 0]].map {
            [PlaceFixture.lon($0[0]), PlaceFixture.lat($0[1])]
        }
        let flat = [[5.0, 5.0], [6, 5], [7, 5], [5, 5]].map { [PlaceFixture.lon($0[0]), PlaceFixture.lat($0[1])] }
        let map = PlaceFixture.map([
            PlaceFixture.feature("A", [PlaceFixture.ring(10, 0, 4, 4)]), PlaceFixture.feature("B", [bowTie]),
            PlaceFixture.feature("C", [PlaceFixture.ring(20, 0, 4, 4), PlaceFixture.ring(30, 0, 1, 1)]),
            PlaceFixture.feature("D", [flat]),
        ])
        try await PostgresTestServer.withIndex { settings in
            let register = Register(settings)
            let error = try await registerError {
                try await register.importAreas(map, options: PlaceFixture.options())
            }
            #expect(error.code == .invalidDocument)
            #expect(error.problems.map(\.number) == [2, 3, 4])
            #expect(error.problems[0].message.contains("Self-intersection"))
            #expect(error.problems[0].messageCs.contains("protíná"))
            #expect(try await PlaceFixture.count("mkds.area", settings) == 0)
            #expect(try await PlaceFixture.count("mkds.area_import", settings) == 0)
        }
    }

    @Test func warnsOfSmallOverlapsAndRefusesLargeOnesUnlessAccepted() async throws {
        // B reaches 0.03 units of 4 into A: 0.75 %. C reaches 0.1 of 4 into B: 2.5 %.
        let small = PlaceFixture.map([
            PlaceFixture.feature("A", [PlaceFixture.ring(0, 0, 4, 4)]),
            PlaceFixture.feature("B", [PlaceFixture.ring(3.97, 0, 4, 4)]),
        ])
        let large = PlaceFixture.map([
            PlaceFixture.feature("A", [PlaceFixture.ring(0, 0, 4, 4)]),
            PlaceFixture.feature("B", [PlaceFixture.ring(3.97, 0, 4, 4)]),
            PlaceFixture.feature("C", [PlaceFixture.ring(7.87, 0, 4, 4)]),
        ])
        try await PostgresTestServer.withIndex { settings in
            let register = Register(settings)
            let error = try await registerError {
                try await register.importAreas(large, options: PlaceFixture.options())
            }
            #expect(error.code == .conflict)
            let refused = error.problems.filter { $0.severity == .error }
            #expect(refused.map(\.number) == [2])
            #expect(refused[0].message.contains("feature 3 (okrsek C)"))
            #expect(try await PlaceFixture.count("mkds.area", settings) == 0)

            let report = try await register.importAreas(small, options: PlaceFixture.options())
            let pair = try #require(report.overlaps.first)
            #expect(report.overlaps.count == 1 && (pair.first.code, pair.second.code) == ("A", "B"))
            #expect((955...970).contains(pair.squareMetres))
            #expect(abs(pair.share - 0.0075) < 1e-5)
            #expect(report.warnings.contains { $0.message.contains("overlap") })
            #expect(try await register.place(PlaceFixture.point(3.98, 1), at: PlaceFixture.start).okrsek?.code == "A")

            let accepted = try await register.importAreas(
                large, options: PlaceFixture.options(from: PlaceFixture.start + day, accept: true))
            #expect(accepted.overlaps.count == 2)
            #expect(accepted.overlaps[0].first.code == "B")
        }
    }

    @Test func reportsGapsWithTheirNeighboursAndTheCoverOfTheTown() async throws {
        // Four okrsky around a hole of 1 by 1 unit; the town is one unit wider than they are.
        let ring = [
            PlaceFixture.feature("N", [PlaceFixture.ring(0, 2, 3, 1)]),
            PlaceFixture.feature("S", [PlaceFixture.ring(0, 0, 3, 1)]),
            PlaceFixture.feature("V", [PlaceFixture.ring(2, 1, 1, 1)]),
            PlaceFixture.feature("Z", [PlaceFixture.ring(0, 1, 1, 1)]),
        ]
        let town = PlaceFixture.map([PlaceFixture.feature("100", "Město", [PlaceFixture.ring(0, 0, 4, 3)])])
        try await PostgresTestServer.withIndex { settings in
            let register = Register(settings)
            _ = try await register.importAreas(town, options: PlaceFixture.options(.obec))
            let report = try await register.importAreas(PlaceFixture.map(ring), options: PlaceFixture.options())
            #expect(report.obec == "100")
            let gap = try #require(report.gaps.first)
            #expect(report.gaps.count == 1 && (7_900...8_100).contains(gap.squareMetres))
            #expect(gap.neighbours.map(\.code) == ["N", "S", "V", "Z"])
            #expect(gap.point == [PlaceFixture.lon(1.5), PlaceFixture.lat(1.5)])
            let cover = try #require(report.cover)
            #expect(abs(cover.share - 8.0 / 12) < 1e-4)
            #expect(cover.outsideSquareMetres < 0.01)
            #expect(report.warnings.contains { $0.message.contains("covers 66.67 %") })
        }
    }

    @Test func warnsOfAnOkrsekThatLiesInTwoObvody() async throws {
        let obvody = PlaceFixture.map([
            PlaceFixture.feature("1", "Obvod 1", [PlaceFixture.ring(0, 0, 5, 4)]),
            PlaceFixture.feature("2", "Obvod 2", [PlaceFixture.ring(5, 0, 3, 4)]),
        ])
        try await PostgresTestServer.withIndex { settings in
            let register = Register(settings)
            _ = try await register.importAreas(obvody, options: PlaceFixture.options(.obvod, obec: "100"))
            let report = try await register.importAreas(PlaceFixture.twoOkrsky, options: PlaceFixture.options())
            #expect(report.warnings.filter { $0.message.contains("75.0 %") }.map(\.number) == [2])
        }
    }

    @Test func readsKrovakWithinTenMetresOfKnownPoints() async throws {
        let known = [
            ("Plzeň", 13.3776, 49.7475, -822398.6, -1_069_697.4),
            ("Stříbro", 13.0040, 49.7529, -848914.1, -1_064_995.1),
            ("Karlovy Vary", 12.8714, 50.2306, -850018.1, -1_011_032.2),
            ("Praha", 14.4208, 50.0880, -742833.7, -1_042_949.5),
        ]
        // Squares of 20 m around the points: the point is inside by 10 m on each side.
        let features = known.map { name, _, _, east, north in
            PlaceFixture.feature(
                name, name,
                [[[-10, -10], [10, -10], [10, 10], [-10, 10], [-10, -10]].map { [east + $0[0], north + $0[1]] }])
        }
        try await PostgresTestServer.withIndex { settings in
            let register = Register(settings)
            let report = try await register.importAreas(
                PlaceFixture.map(features), options: PlaceFixture.options(srid: 5514))
            #expect(report.transformation.contains("EPSG:5239"))
            #expect(abs(report.squareMetres - 1600) < 1)
            for (name, longitude, latitude, _, _) in known {
                let point = try #require(GeoPoint(longitude: longitude, latitude: latitude))
                #expect(try await register.place(point, at: PlaceFixture.start).okrsek?.name == name)
            }
            let area = try #require(try await register.areas(at: PlaceFixture.start).first { $0.code == "Plzeň" })
            let corner = try #require(area.geometry?.coordinates.first?.first?.first)
            // 10 m south-west of the point, in a grid turned by the meridian's convergence.
            #expect(abs(corner[0] - 13.3776) < 0.0003 && abs(corner[1] - 49.7475) < 0.0003)
        }
    }

    @Test func aNewMapEndsTheOldOneAndOldTimesKeepTheirs() async throws {
        let later = PlaceFixture.start + day * 100
        let newMap = PlaceFixture.map([
            PlaceFixture.feature("A", [PlaceFixture.ring(0, 0, 6, 4)]),
            PlaceFixture.feature("B", [PlaceFixture.ring(6, 0, 2, 4)]),
        ])
        try await PostgresTestServer.withIndex { settings in
            let register = Register(settings)
            _ = try await register.importAreas(PlaceFixture.twoOkrsky, options: PlaceFixture.options())
            let before = try await register.areas(at: PlaceFixture.start, geometry: false)
            let report = try await register.importAreas(newMap, options: PlaceFixture.options(from: later))
            #expect(report.superseded == before.map(\.reference))
            let point = try PlaceFixture.point(5, 1)
            #expect(try await register.place(point, at: later - .microseconds(1)).okrsek == before[1].reference)
            let now = try #require(try await register.place(point, at: later).okrsek)
            #expect(now.code == "A" && now.id != before[0].id)

            let again = try await register.importAreas(newMap, options: PlaceFixture.options(from: later))
            #expect(again.unchanged && again.importID == report.importID)
            let error = try await registerError {
                try await register.importAreas(PlaceFixture.twoOkrsky, options: PlaceFixture.options(from: later))
            }
            #expect(error.code == .conflict && error.problems[0].message.contains("same date"))

            // Between the two: in force only until the later one.
            let between = try await register.importAreas(
                newMap, options: PlaceFixture.options(from: PlaceFixture.start + day * 50))
            #expect(between.validTo == later)
            #expect(try await register.place(point, at: later).okrsek == now)
        }
    }

    @Test func aMapNotYetInForceCanBeReplaced() async throws {
        let future = UTCTime("2100-01-01") ?? PlaceFixture.start
        let newMap = PlaceFixture.map([PlaceFixture.feature("C", [PlaceFixture.ring(0, 0, 8, 4)])])
        try await PostgresTestServer.withIndex { settings in
            let register = Register(settings)
            _ = try await register.importAreas(PlaceFixture.twoOkrsky, options: PlaceFixture.options())
            _ = try await register.importAreas(PlaceFixture.twoOkrsky, options: PlaceFixture.options(from: future))
            let report = try await register.importAreas(newMap, options: PlaceFixture.options(from: future))
            #expect(report.superseded.map(\.code) == ["A", "B"])
            #expect(try await register.areas(at: future).map(\.code) == ["C"])
            #expect(try await register.areas(at: future - day).map(\.code) == ["A", "B"])
            #expect(try await PlaceFixture.count("mkds.area", settings) == 5)
        }
    }

    @Test func townsOfARegionDoNotTouchEachOther() async throws {
        let east = PlaceFixture.map([PlaceFixture.feature("A", [PlaceFixture.ring(40, 0, 4, 4)])])
        try await PostgresTestServer.withIndex { settings in
            let register = Register(settings)
            _ = try await register.importAreas(PlaceFixture.twoOkrsky, options: PlaceFixture.options(obec: "100"))
            let report = try await register.importAreas(
                east, options: PlaceFixture.options(from: PlaceFixture.start + day, obec: "200"))
            #expect(report.superseded.isEmpty)
            #expect(try await register.areas(obec: "100", at: PlaceFixture.start + day).count == 2)
            let error = try await registerError {
                try await register.importAreas(east, options: PlaceFixture.options(from: PlaceFixture.start + day * 2))
            }
            #expect(error.problems[0].message.contains("100, 200"))
        }
    }

    @Test func aDryRunReportsAndStoresNothing() async throws {
        try await PostgresTestServer.withIndex { settings in
            let register = Register(settings)
            let report = try await register.importAreas(
                PlaceFixture.twoOkrsky, options: PlaceFixture.options(dryRun: true))
            #expect(report.dryRun && report.areaCount == 2 && report.importID == nil)
            #expect(try await PlaceFixture.count("mkds.area", settings) == 0)
            #expect(try await PlaceFixture.count("mkds.area_import", settings) == 0)
        }
    }

    @Test func importsOfTheSameMapAtOnceYieldOneVersion() async throws {
        try await PostgresTestServer.withIndex { settings in
            let register = Register(settings)
            let unchanged = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        try await register.importAreas(PlaceFixture.twoOkrsky, options: PlaceFixture.options())
                            .unchanged
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(unchanged == 3)
            #expect(try await PlaceFixture.count("mkds.area", settings) == 2)
        }
    }

    @Test func aMissingDatabaseIsSaidSo() async throws {
        let register = Register(try ConnectionSettings("host=/nonexistent dbname=none"))
        let error = try await registerError { try await register.cameras() }
        #expect(error.code == .database)
    }

    /// The map of the demo imports without a word of complaint about its shapes.
    @Test func theDrawnPlzenIsExact() async throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let directory = try TemporaryDirectory()
        let script = root.appending(path: "deploy/plzen/draw-map").path(percentEncoded: false)
        try Program.run(["/usr/bin/python3", script, directory.path])
        func file(_ name: String) throws -> [UInt8] { try TemporaryDirectory.read(directory.file(name)) }
        try await PostgresTestServer.withIndex { settings in
            let register = Register(settings)
            for (kind, name, count) in [(AreaKind.obec, "obec", 1), (.obvod, "obvody", 10), (.okrsek, "okrsky", 30)] {
                let report = try await register.importAreas(
                    file("\(name).geojson"), options: PlaceFixture.options(kind))
                #expect(report.areaCount == count)
                #expect(report.overlaps.isEmpty && report.gaps.isEmpty)
                #expect((134e6...140e6).contains(report.squareMetres))
                #expect(report.warnings.allSatisfy { $0.message.contains("past") }, "\(report.warnings)")
            }
            let cameras = try await register.importCameras(
                file("cameras.csv"), options: CameraImportOptions(format: .csv, actor: "test"))
            #expect(cameras.warnings.isEmpty, "\(cameras.warnings)")
            #expect(cameras.cameras.count == 4)
            #expect(cameras.cameras.map(\.touched.count).sorted() == [1, 1, 1, 2])
            #expect(
                cameras.cameras.filter { $0.camera.rawValue.hasPrefix("plz3") }
                    .allSatisfy { $0.okrsek?.code.hasPrefix("P3-") == true })
            let officials = try await register.importOfficials(
                file("officials.csv"), options: OfficialImportOptions(actor: "test"))
            #expect(officials.added == 70 && officials.warnings.isEmpty)
            let centre = try #require(GeoPoint(longitude: 13.3776, latitude: 49.7475))
            let place = try await register.place(centre, at: UTCTime(seconds: 1_780_000_000))
            #expect(place.officials.map(\.role) == [.okrskar, .policista, .starosta])
        }
    }
}

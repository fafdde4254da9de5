import MKDSCore
import Testing

@testable import EventIndex

struct AreaDocumentTests {
    private func problems(_ text: String, srid: Int = 4326) throws -> [ImportProblem] {
        do {
            _ = try AreaDocument(parsing: Array(text.utf8), options: PlaceFixture.options(srid: srid))
            return []
        } catch {
            return error.problems
        }
    }

    private func map(_ geometry: String, properties: String = #"{"kod":"A","nazev":"a"}"#) -> String {
        let good = PlaceFixture.feature("Z", [PlaceFixture.ring(0, 0, 1, 1)])
        let bad = #"{"type":"Feature","properties":\#(properties),"geometry":\#(geometry)}"#
        return #"{"type":"FeatureCollection","features":[\#(good),\#(bad)]}"#
    }

    private static let ring = "[[13.37,49.74],[13.38,49.74],[13.38,49.75],[13.37,49.74]]"

    @Test(arguments: [
        (
            #"{"type":"Polygon","coordinates":[[[13.37,49.74],[13.38,49.74],[13.38,49.75],[13.37,49.75]]]}"#,
            "not closed"
        ),
        (#"{"type":"Polygon","coordinates":[[[13.37,49.74],[13.38,49.74],[13.37,49.74]]]}"#, "3 positions"),
        (
            #"{"type":"Polygon","coordinates":[[[49.74,13.37],[49.74,13.38],[49.75,13.38],[49.74,13.37]]]}"#,
            "axes are swapped"
        ),
        (
            #"{"type":"Polygon","coordinates":[[[-822398,-1069697],[-822298,-1069697],[-822298,-1069597],[-822398,-1069697]]]}"#,
            "srid 5514"
        ),
        (
            #"{"type":"Polygon","coordinates":[[[2.35,48.85],[2.36,48.85],[2.36,48.86],[2.35,48.85]]]}"#,
            "outside the Czech Republic"
        ),
        (#"{"type":"Polygon","coordinates":[[[1e999,49.74],[13.38,49.74],[13.38,49.75],[1e999,49.74]]]}"#, "finite"),
        (#"{"type":"Polygon","coordinates":[[[13.37],[13.38,49.74],[13.38,49.75],[13.37]]]}"#, "two numbers"),
        (#"{"type":"Polygon","coordinates":[]}"#, "empty"),
        (#"{"type":"MultiPolygon","coordinates":[[\#(ring)],[[[13.37,49.74]]]]}"#, "polygon 2, ring 1"),
        (#"{"type":"LineString","coordinates":\#(ring)}"#, "LineString"),
        (#"{"type":"GeometryCollection","geometries":[]}"#, "GeometryCollection"),
        ("null", "no geometry"),
    ])
    func namesTheFeatureAndWhatIsWrongWithIt(geometry: String, reason: String) throws {
        let problem = try #require(try problems(map(geometry)).first)
        #expect(problem.item == .feature)
        #expect(problem.number == 2)
        #expect(problem.name == "a")
        #expect(problem.message.contains(reason), "\(problem)")
        #expect(!problem.messageCs.isEmpty)
    }

    @Test func tellsPositiveKrovakFromSwappedOne() throws {
        func reason(_ x: Int, _ y: Int) throws -> String {
            let geometry =
                #"{"type":"Polygon","coordinates":[[[\#(x),\#(y)],[\#(x),\#(y + 9)],[\#(x + 9),\#(y)],[\#(x),\#(y)]]]}"#
            let text =
                #"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"kod":"A"},"geometry":\#(geometry)}]}"#
            return try problems(text, srid: 5514).first?.message ?? ""
        }
        #expect(try reason(822_398, 1_069_697).contains("positive"))
        #expect(try reason(1_069_697, 822_398).contains("positive"))
        #expect(try reason(-1_069_697, -822_398).contains("swapped"))
        #expect(try reason(13, 49).contains("srid 4326"))
        #expect(try reason(-822_398, -1_069_697) == "")
    }

    @Test func refusesMissingAndDoubleNames() throws {
        let missing = try problems(
            map(#"{"type":"Polygon","coordinates":[\#(Self.ring)]}"#, properties: #"{"kod":"A"}"#))
        #expect(missing.map(\.number) == [2])
        #expect(missing.map(\.field) == ["nazev"])
        let twice = PlaceFixture.map([
            PlaceFixture.feature("A", "x", [PlaceFixture.ring(0, 0, 1, 1)]),
            PlaceFixture.feature("A", "x", [PlaceFixture.ring(1, 0, 1, 1)]),
        ])
        let found = try problems(String(decoding: twice, as: UTF8.self))
        #expect(found.map(\.field) == ["code", "name"])
        #expect(found.allSatisfy { $0.number == 2 && $0.message.contains("feature 1") })
    }

    @Test(arguments: ["KOD,NAZEV", "code,name", "okrsek,Nazev", "kod_okrsku,nazev_okrsku"])
    func findsCodeAndNameUnderUsualProperties(names: String) throws {
        let keys = names.split(separator: ",")
        let text = map(
            #"{"type":"Polygon","coordinates":[\#(Self.ring)]}"#,
            properties: #"{"\#(keys[0])":551422,"\#(keys[1])":"Bory"}"#)
        let single = text.replacing(PlaceFixture.feature("Z", [PlaceFixture.ring(0, 0, 1, 1)]) + ",", with: "")
        let document = try AreaDocument(parsing: Array(single.utf8), options: PlaceFixture.options())
        #expect(document.features.map(\.code) == ["551422"])
        #expect(document.features.map(\.name) == ["Bory"])
    }

    @Test func aMapWithoutTheUsualNamesIsToldOnceWithThePropertiesItHas() throws {
        func document(_ options: AreaImportOptions) -> [ImportProblem] {
            let feature = #"{"type":"Feature","properties":{"KOD_ORP":"3201","NAZ_ORP":"Blovice"},"geometry":"#
            let polygon = #"{"type":"Polygon","coordinates":[\#(Self.ring)]}}"#
            let text = #"{"type":"FeatureCollection","features":[\#(feature + polygon),\#(feature + polygon)]}"#
            do {
                _ = try AreaDocument(parsing: Array(text.utf8), options: options)
                return []
            } catch {
                return error.problems
            }
        }
        var options = PlaceFixture.options()
        let usual = document(options)
        #expect(usual.count == 1)
        #expect(usual.first?.item == .document)
        #expect(usual.first?.messageCs.contains("KOD_ORP, NAZ_ORP") == true)
        #expect(usual.first?.messageCs.contains("--name-property") == true)
        options.nameProperty = "NAZEV_ORP"
        let named = document(options)
        #expect(
            named.map(\.messageCs) == [
                "žádný prvek nemá vlastnost \"nazev_orp\"; vlastnosti v souboru: KOD_ORP, NAZ_ORP"
            ])
    }

    @Test func saysWhichReferenceSystemTheDocumentDeclares() throws {
        let crs = #""crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::5514"}},"features""#
        let text = map("null").replacing(#""features""#, with: crs)
        #expect(try problems(text).first?.message.contains("srid 5514") == true)
    }

    @Test(arguments: [
        ("", "ends too early"), ("PK\u{3}\u{4}", "shapefile or ZIP"), ("[1,2]", "FeatureCollection"),
        (#"{"type":"Topology"}"#, "Topology"), (#"{"type":"FeatureCollection","features":[]}"#, "no features"),
        ("{\n\n  \"type\": Feature}", "line 3"), (String(repeating: "[", count: 5000), "nested too deeply"),
    ])
    func refusesWhatIsNoFeatureCollection(text: String, reason: String) throws {
        #expect(try problems(text).first?.message.contains(reason) == true)
    }

    @Test func everyTruncationIsAnErrorAndNoCrash() throws {
        let whole = PlaceFixture.twoOkrsky
        for length in 0..<whole.count {
            #expect(throws: RegisterError.self) {
                try AreaDocument(parsing: Array(whole[..<length]), options: PlaceFixture.options())
            }
        }
        _ = try AreaDocument(parsing: [0xEF, 0xBB, 0xBF] + whole, options: PlaceFixture.options())
    }

    @Test func everyByteReplacedIsAnErrorOrAMapAndNoCrash() {
        var random = SeededGenerator(seed: 42)
        for _ in 0..<2000 {
            var bytes = PlaceFixture.twoOkrsky
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            _ = try? AreaDocument(parsing: bytes, options: PlaceFixture.options())
        }
    }

    @Test func limitsSizeFeaturesAndPoints() throws {
        let large = [UInt8](repeating: 32, count: 32 << 20 + 1)
        let error = #expect(throws: RegisterError.self) {
            try AreaDocument(parsing: large + large, options: PlaceFixture.options())
        }
        #expect(error?.code == .tooLarge)
        let many = Array(repeating: #"{"type":"Feature"}"#, count: 10_001).joined(separator: ",")
        #expect(
            try problems(#"{"type":"FeatureCollection","features":[\#(many)]}"#).first?.message.contains("10001")
                == true)
    }

    @Test(arguments: ["13.3776", "-822398.61", "0.1", "1e2", "-1.5E-3", "12345678901234567890", "0.30000000000000004"])
    func readsNumbersAsTheStandardLibraryDoes(text: String) throws {
        #expect(try RegisterJSON(parsing: Array(text.utf8)) == .number(try #require(Double(text))))
    }

    @Test func readsEscapesAndRefusesHalfPairs() throws {
        #expect(try RegisterJSON(parsing: Array(#""\u017dd\u00e1r \ud83d\ude00\n""#.utf8)) == .string("Ždár 😀\n"))
        #expect(throws: RegisterJSON.Failure.self) { try RegisterJSON(parsing: Array(#""\ud83d""#.utf8)) }
        #expect(throws: RegisterJSON.Failure.self) { try RegisterJSON(parsing: [34, 0x8A, 34]) }
    }
}

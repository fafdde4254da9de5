import MKDSCore
import Testing

@testable import QueryAPI

@Suite struct RegisterQueryTests {
    @Test func whatAClientAsksTheServerUnderstands() throws {
        let at = try #require(UTCTime("2026-11-21T08:00:00Z"))
        let area = AreaQuery(kind: .obvod, obec: "Plzeň", at: at, includesGeometry: false)
        #expect(try AreaQuery(sent(area.items)) == area)
        let place = PlaceQuery(point: try #require(GeoPoint(longitude: 13.3776, latitude: 49.7475)), at: at)
        #expect(try PlaceQuery(sent(place.items)) == place)
        let map = AreaImportQuery(
            kind: .okrsek, obec: "554791", validFrom: at, srid: 5514, acceptOverlaps: true, dryRun: true,
            source: "okrsky & spol.geojson", codeProperty: "kód", nameProperty: "název")
        #expect(try AreaImportQuery(sent(map.items)) == map)
        let list = ImportQuery(dryRun: true, replace: true, source: "kamery.csv")
        #expect(try ImportQuery(sent(list.items)) == list)
    }

    @Test(arguments: [
        ("", ["point"]), ("point=13.3", ["point"]), ("point=200,0", ["point"]), ("point=a,b", ["point"]),
        ("point=1,2&at=x", ["at"]), ("point=1,2&point=1,2", ["point"]),
    ])
    func aWrongPlaceQueryNamesItsParameters(_ text: String, _ fields: [String]) throws {
        let problem = try #require(throws: Problem.self) { try PlaceQuery(QueryString.parse(text)) }
        #expect(problem.problems.compactMap(\.field) == fields)
    }

    @Test func missingParametersOfAnImportAreToldTogether() throws {
        let problem = try #require(throws: Problem.self) { try AreaImportQuery([QueryItem("srid", "102067")]) }
        #expect(problem.problems.compactMap(\.field) == ["kind", "valid_from", "srid"])
    }

    private func sent(_ items: [QueryItem]) throws -> [QueryItem] {
        try QueryString.parse(QueryString.text(items))
    }
}

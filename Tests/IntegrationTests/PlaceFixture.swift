import EventIndex
import FoundationEssentials
import MKDSCore
import Postgres
import Testing

/// A little town on a grid: units of 0.001 degree east and north of 13.370, 49.740, so a unit square is 72 m by 111 m.
enum PlaceFixture {
    static let origin = (longitude: 13.370, latitude: 49.740)
    /// In force since long ago, whenever the test runs.
    static let start = UTCTime(seconds: 1_577_836_800)

    /// A ring around a rectangle in units, closed, counter-clockwise.
    static func ring(_ x: Double, _ y: Double, _ width: Double, _ height: Double) -> [[Double]] {
        [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)].map { [lon($0.0), lat($0.1)] }
    }

    static func lon(_ x: Double) -> Double { ((origin.longitude + x / 1000) * 1e7).rounded() / 1e7 }
    static func lat(_ y: Double) -> Double { ((origin.latitude + y / 1000) * 1e7).rounded() / 1e7 }

    static func point(_ x: Double, _ y: Double) throws -> GeoPoint {
        try #require(GeoPoint(longitude: lon(x), latitude: lat(y)))
    }

    /// A GeoJSON feature with one polygon.
    static func feature(_ code: String, _ rings: [[[Double]]]) -> String {
        feature(code, "okrsek \(code)", rings)
    }

    static func feature(_ code: String, _ name: String, _ rings: [[[Double]]]) -> String {
        """
        {"type":"Feature","properties":{"kod":"\(code)","nazev":"\(name)"},\
        "geometry":{"type":"Polygon","coordinates":\(rings)}}
        """
    }

    static func map(_ features: [String]) -> [UInt8] {
        Array(#"{"type":"FeatureCollection","features":[\#(features.joined(separator: ","))]}"#.utf8)
    }

    /// Okrsky A (west) and B (east) of 4 by 4 units each, side by side.
    static let twoOkrsky = map([feature("A", [ring(0, 0, 4, 4)]), feature("B", [ring(4, 0, 4, 4)])])

    static func options(
        _ kind: AreaKind = .okrsek, from: UTCTime = start, srid: Int = 4326, accept: Bool = false, dryRun: Bool = false,
        obec: String? = nil
    ) -> AreaImportOptions {
        AreaImportOptions(
            kind: kind, obec: obec, validFrom: from, srid: srid, acceptOverlaps: accept, dryRun: dryRun,
            sourceName: "map.geojson", actor: "test")
    }

    /// One line of a camera file; the scene point and view are written as they are given.
    static func camera(
        _ id: String, mast: (Double, Double), scene: (Double, Double)? = nil, view: [[Double]]? = nil
    ) -> String {
        let position = scene.map { "\(lon($0.0)),\(lat($0.1))" } ?? ","
        let wkt = view.map { "\"POLYGON((\($0.map { "\($0[0]) \($0[1])" }.joined(separator: ", "))))\"" } ?? ""
        return
            "\(id),Kamera \(id),Město,MKDS,553/1991 Sb. § 24b,rtsp://10.0.0.1/\(id),\(lon(mast.0)),\(lat(mast.1)),"
            + "\(position),\(wkt)"
    }

    /// A camera file of such lines, with further columns at their ends.
    static func cameras(_ lines: [String], more: String = "") -> [UInt8] {
        let header = "id,name,owner,purpose_class,legal_basis,url,mast_lon,mast_lat,scene_lon,scene_lat,view"
        return Array(([header + more] + lines).joined(separator: "\n").utf8)
    }

    /// One value of the first row of a query.
    static func count(_ sql: String, _ settings: ConnectionSettings) async throws -> Int64 {
        let connection = try await PostgresConnection.connect(settings, name: "test")
        let count = try await connection.query("SELECT count(*) AS count FROM \(sql)")[0].int("count")
        await connection.close()
        return count
    }
}

/// The error an import throws, or a failed expectation.
func registerError(_ body: () async throws -> some Any) async throws -> RegisterError {
    do {
        let report = try await body()
        throw UnexpectedSuccess(report: "\(report)")
    } catch let error as RegisterError {
        return error
    }
}

struct UnexpectedSuccess: Error {
    var report: String
}

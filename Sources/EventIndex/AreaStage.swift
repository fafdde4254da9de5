internal import MKDSCore
internal import Postgres

/// A map under examination: its areas in a temporary table that goes with the transaction, and the questions put to it.
///
/// Shapes are compared in the document's own coordinates, where shared borders are equal to the last bit, and measured
/// in EPSG:5514, in m².
struct AreaStage {
    let srid: Int

    /// Differences below this are noise of the arithmetic, not of the map.
    static let leastSquareMetres = 0.01
    static let listLimit = 500

    /// EPSG:5239, "S-JTSK to WGS 84 (5)", good to about 1 m. Written out so that every server takes the same one,
    /// whatever grids and versions of PROJ it has.
    static let krovak = """
        +proj=krovak +lat_0=49.5 +lon_0=24.8333333333333 +alpha=30.2881397222222 +k=0.9999 +x_0=0 +y_0=0 +ellps=bessel \
        +towgs84=572.213,85.334,461.94,4.9732,1.529,5.2484,3.5378 +units=m +no_defs
        """

    /// Copies the features into the temporary table `area_stage`.
    static func fill(
        _ features: [AreaDocument.Feature], srid: Int, _ connection: isolated PostgresConnection
    ) throws -> AreaStage {
        try connection.execute(
            """
            CREATE TEMPORARY TABLE area_stage (
                number integer PRIMARY KEY, code text, name text, shape geometry, geom geometry(MultiPolygon, 4326),
                m2 double precision
            ) ON COMMIT DROP
            """)
        for feature in features {
            try connection.query(
                """
                INSERT INTO area_stage (number, code, name, shape)
                VALUES ($1, normalize($2, NFC), normalize($3, NFC), ST_GeomFromWKB($4, $5))
                """,
                [
                    .int4(Int32(feature.number)), .text(feature.code), .text(feature.name),
                    .bytes(RegisterWKB.multiPolygon(feature.polygons)), .int4(Int32(srid)),
                ])
        }
        return AreaStage(srid: srid)
    }

    /// Names the way to EPSG:4326 and checks it at four points whose coordinates in both systems are known.
    ///
    /// - Throws: ``RegisterError`` when this server's PROJ misses them by more than 2 m.
    static func transformation(srid: Int, _ connection: isolated PostgresConnection) throws -> String {
        guard srid == 5514 else { return "none: the coordinates are EPSG:4326" }
        let deviation = try connection.query(
            """
            SELECT max(ST_Distance(
                ST_Transform(ST_SetSRID(ST_MakePoint(e, n), 5514), $1, 4326)::geography,
                ST_SetSRID(ST_MakePoint(lon, lat), 4326)::geography)) AS deviation
            FROM (VALUES (13.3776, 49.7475, -822398.6, -1069697.4), (13.0040, 49.7529, -848914.1, -1064995.1),
                (12.8714, 50.2306, -850018.1, -1011032.2), (14.4208, 50.0880, -742833.7, -1042949.5))
                AS control (lon, lat, e, n)
            """, [.text(krovak)])[0].double("deviation")
        guard deviation < 2 else {
            throw RegisterError(
                .conflict, "this server's PROJ misses the control points of EPSG:5514 by \(decimals(deviation, 1)) m",
                cs: "PROJ na tomto serveru mine kontrolní body EPSG:5514 o \(decimals(deviation, 1)) m")
        }
        return "EPSG:5514 to EPSG:4326 by EPSG:5239 (S-JTSK to WGS 84 (5), about 1 m), "
            + "control points within \(decimals(deviation, 2)) m"
    }

    /// Notes an error for each shape that is not valid; else transforms and measures all.
    func transform(_ problems: inout RegisterProblems, _ connection: isolated PostgresConnection) throws {
        let invalid = """
            SELECT number, name, CASE WHEN ST_IsValid(shape) THEN 'No area' ELSE ST_IsValidReason(shape) END AS reason
            FROM area_stage WHERE NOT ST_IsValid(shape) OR ST_Area(shape) = 0 ORDER BY number
            """
        try note(invalid, &problems, connection)
        guard !problems.hasErrors else { return }
        try connection.query(
            """
            UPDATE area_stage SET geom = CASE WHEN $1 THEN ST_Transform(shape, $2, 4326) ELSE shape END,
                m2 = ST_Area(ST_Transform(shape, 5514))
            """, [.bool(srid == 5514), .text(Self.krovak)])
        try note(invalid.replacing("shape", with: "geom"), &problems, connection)
        try connection.execute("CREATE INDEX ON area_stage USING gist (shape); ANALYZE area_stage")
    }

    private func note(
        _ sql: String, _ problems: inout RegisterProblems, _ connection: isolated PostgresConnection
    ) throws {
        for row in try connection.query(sql) {
            let reason = try row.text("reason")
            problems.error(
                Int(try row.int("number")), name: try row.text("name"), field: "geometry", "not valid: \(reason)",
                cs: "neplatná: \(Self.czech(reason))")
        }
    }

    /// The reasons GEOS gives, with the place it appends.
    private static func czech(_ reason: String) -> String {
        let words = [
            ("Ring Self-intersection", "prstenec protíná sám sebe"), ("Self-intersection", "hranice se protíná"),
            ("Hole lies outside shell", "díra leží mimo obvod"), ("Holes are nested", "díra leží v díře"),
            ("Nested shells", "polygon leží v jiném polygonu téhož prvku"),
            ("Interior is disconnected", "vnitřek je rozdělen"), ("Duplicate Rings", "prstenec je tam dvakrát"),
            ("Too few points in geometry component", "příliš málo různých bodů"), ("No area", "nulová plocha"),
        ]
        guard let (english, czech) = words.first(where: { reason.hasPrefix($0.0) }) else { return reason }
        return czech + reason.dropFirst(english.count)
    }

    func totals(_ connection: isolated PostgresConnection) throws -> (count: Int, squareMetres: Double) {
        let row = try connection.query("SELECT count(*) AS count, sum(m2) AS m2 FROM area_stage")[0]
        return (Int(try row.int("count")), rounded(try row.double("m2"), 0))
    }

    // MARK: - Fit

    struct Overlaps {
        struct Found {
            /// Numbers of the two features.
            var number: Int
            var otherNumber: Int
            var overlap: AreaImportReport.Overlap
        }

        /// Those above the limit first, each part by falling surface; at most ``listLimit``.
        var listed: [Found] = []
        var count = 0
        var squareMetres = 0.0
    }

    /// Pairs that share ground; `limit` is the share of the smaller one from which on an overlap is large.
    func overlaps(limit: Double, _ connection: isolated PostgresConnection) throws -> Overlaps {
        let rows = try connection.query(
            """
            SELECT *, count(*) OVER () AS pairs, sum(m2) OVER () AS total FROM (
                SELECT a.number AS a, b.number AS b, a.code AS a_code, a.name AS a_name, b.code AS b_code,
                    b.name AS b_name, least(a.m2, b.m2) AS smaller,
                    ST_Area(ST_Transform(ST_CollectionExtract(ST_Intersection(a.shape, b.shape), 3), 5514)) AS m2
                FROM area_stage a JOIN area_stage b ON a.number < b.number AND ST_Intersects(a.shape, b.shape)
            ) pair WHERE m2 >= $1 ORDER BY m2 >= $2 * smaller DESC, m2 DESC, a, b LIMIT $3
            """, [.float8(Self.leastSquareMetres), .float8(limit), .int4(Int32(Self.listLimit))])
        var overlaps = Overlaps()
        for row in rows {
            let squareMetres = try row.double("m2")
            overlaps.count = Int(try row.int("pairs"))
            overlaps.squareMetres = try row.double("total")
            overlaps.listed.append(
                Overlaps.Found(
                    number: Int(try row.int("a")), otherNumber: Int(try row.int("b")),
                    overlap: AreaImportReport.Overlap(
                        first: AreaLabel(code: try row.text("a_code"), name: try row.text("a_name")),
                        second: AreaLabel(code: try row.text("b_code"), name: try row.text("b_name")),
                        squareMetres: rounded(squareMetres, 2), share: squareMetres / (try row.double("smaller")))))
        }
        return overlaps
    }

    /// Holes between the areas, by falling surface.
    func gaps(_ connection: isolated PostgresConnection) throws -> [AreaImportReport.Gap] {
        let rows = try connection.query(
            """
            WITH whole AS MATERIALIZED (SELECT ST_Union(shape) AS shape FROM area_stage),
            hole AS (
                SELECT ST_Difference(ring.geom, whole.shape) AS shape
                FROM whole, ST_Dump(whole.shape) part, ST_DumpRings(part.geom) ring WHERE ring.path[1] > 0
            ),
            measured AS (SELECT shape, ST_Area(ST_Transform(shape, 5514)) AS m2 FROM hole)
            SELECT m2, ST_X(point) AS lon, ST_Y(point) AS lat, codes, names
            FROM (SELECT * FROM measured WHERE m2 >= $1 ORDER BY m2 DESC LIMIT $2) gap,
                LATERAL (SELECT CASE WHEN $3 THEN ST_Transform(ST_PointOnSurface(shape), $4, 4326)
                    ELSE ST_PointOnSurface(shape) END AS point) inside,
                LATERAL (SELECT array_agg(code ORDER BY code) AS codes, array_agg(name ORDER BY code) AS names
                    FROM area_stage s WHERE ST_DWithin(s.shape, gap.shape, CASE WHEN $3 THEN 0.01 ELSE 1e-7 END)) near
            ORDER BY m2 DESC
            """,
            [
                .float8(Self.leastSquareMetres), .int4(Int32(Self.listLimit)), .bool(srid == 5514), .text(Self.krovak),
            ])
        return try rows.map { row in
            let (codes, names) = (try row.textArray("codes"), try row.textArray("names"))
            return AreaImportReport.Gap(
                squareMetres: rounded(try row.double("m2"), 2),
                point: [rounded(try row.double("lon"), 7), rounded(try row.double("lat"), 7)],
                neighbours: zip(codes, names).map { AreaLabel(code: $0, name: $1) })
        }
    }

    /// How the map fits the town of this code as it is in force at a moment; nil when the index does not hold it.
    func cover(
        obec: String, at time: UTCTime, _ connection: isolated PostgresConnection
    ) throws -> AreaImportReport.Cover? {
        let rows = try connection.query(
            """
            WITH whole AS MATERIALIZED (SELECT ST_Union(geom) AS geom FROM area_stage)
            SELECT code, name, ST_Area(ST_Transform(area.geom, 5514)) AS m2,
                ST_Area(ST_Transform(ST_CollectionExtract(ST_Difference(area.geom, whole.geom), 3), 5514)) AS missing,
                ST_Area(ST_Transform(ST_CollectionExtract(ST_Difference(whole.geom, area.geom), 3), 5514)) AS outside
            FROM mkds.area, whole
            WHERE kind = 'obec' AND code = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2)
            """, [.text(obec), .timestamp(time.microseconds)])
        guard let row = rows.first else { return nil }
        let missing = try row.double("missing")
        return AreaImportReport.Cover(
            obec: AreaLabel(code: try row.text("code"), name: try row.text("name")),
            missingSquareMetres: rounded(missing, 2), outsideSquareMetres: rounded(try row.double("outside"), 2),
            share: 1 - missing / (try row.double("m2")))
    }

    struct Stray {
        var number: Int
        var name: String
        /// The largest share of it in one area of the larger kind, 0…1.
        var share: Double
    }

    /// Areas of which less than 99 % lie in one area of a larger kind, where the index holds that kind for the town.
    func strays(
        from kind: AreaKind, obec: String, at time: UTCTime, _ connection: isolated PostgresConnection
    ) throws -> [Stray] {
        let rows = try connection.query(
            """
            WITH larger AS MATERIALIZED (
                SELECT geom FROM mkds.area
                WHERE kind = $1 AND obec = $2 AND valid_from <= $3 AND (valid_to IS NULL OR valid_to > $3)
            )
            SELECT number, name, share FROM area_stage s, LATERAL (
                SELECT coalesce(max(ST_Area(ST_Intersection(s.geom, larger.geom)) / ST_Area(s.geom)), 0) AS share
                FROM larger WHERE larger.geom && s.geom
            ) best WHERE share < 0.99 AND EXISTS (SELECT FROM larger) ORDER BY number
            """, [.text(kind.rawValue), .text(obec), .timestamp(time.microseconds)])
        return try rows.map { row in
            Stray(number: Int(try row.int("number")), name: try row.text("name"), share: try row.double("share"))
        }
    }
}

/// Rounded to a number of decimals.
func rounded(_ value: Double, _ decimals: Int) -> Double {
    let factor = (0..<decimals).reduce(1.0) { factor, _ in factor * 10 }
    return (value * factor).rounded() / factor
}

/// A number for a message: `12.30`.
func decimals(_ value: Double, _ count: Int) -> String {
    let scale = (0..<count).reduce(Int64(1)) { scale, _ in scale * 10 }
    let whole = Int64((abs(value) * Double(scale)).rounded())
    let sign = value < 0 && whole != 0 ? "-" : ""
    guard count > 0 else { return sign + String(whole) }
    let fraction = String(whole % scale)
    return "\(sign)\(whole / scale).\(String(repeating: "0", count: count - fraction.count))\(fraction)"
}

/// A number written by ``decimals(_:_:)`` as Czech writes it.
func czech(_ number: String) -> String { String(number.map { $0 == "." ? "," : $0 }) }

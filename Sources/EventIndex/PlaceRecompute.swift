internal import MKDSCore
internal import Postgres

/// Computes where each camera's events lie from its positions and the maps.
///
/// The rule: the scene point decides, without one the mast. Of the okrsky in force whose ground or border the point
/// touches (within 10⁻⁷ degree, about 1 cm) the one with the lowest code counts; if there are several, the place is
/// marked as lying on a border. Codes of digits compare as numbers and come before others. On a border the okrsek that
/// the camera's `border_okrsek` names counts instead, if it is one of them: a person's word, kept with who gave it.
enum PlaceRecompute {
    /// How near to a border a point counts as lying on it, degrees.
    static let tolerance = "1e-7"
    /// Share of the view from which on an okrsek is touched.
    static let touchedShare = "0.05"

    /// Lowest code first; `area` must be the table's alias.
    static let codeOrder = """
        CASE WHEN area.code ~ '^[0-9]{1,18}$' THEN area.code::bigint END NULLS LAST, area.code COLLATE "C", area.id
        """

    /// Replaces `camera_place` for all cameras and all times; belongs into the transaction that changed what it is from.
    static func run(_ connection: isolated PostgresConnection) throws {
        try connection.query("DELETE FROM mkds.camera_place")
        try connection.query(insertion)
    }

    /// Code of the okrsek of each camera at a moment, empty outside every okrsek.
    static func okrsky(at time: UTCTime, _ connection: isolated PostgresConnection) throws -> [CameraID: String] {
        let rows = try connection.query(
            """
            SELECT place.camera, coalesce(area.code, '') AS code
            FROM mkds.camera_place place LEFT JOIN mkds.area ON area.id = place.okrsek
            WHERE place.valid_from <= $1 AND (place.valid_to IS NULL OR place.valid_to > $1)
            """, [.timestamp(time.microseconds)])
        var okrsky: [CameraID: String] = [:]
        for row in rows {
            if let id = CameraID(try row.text("camera")) { okrsky[id] = try row.text("code") }
        }
        return okrsky
    }

    /// Area of a kind at the point `span.point` at `span.valid_from`; an area whose code is `preferred` (SQL) comes first.
    private static func at(_ kind: AreaKind, preferred: String = "NULL") -> String {
        """
        LATERAL (
            SELECT (array_agg(area.id ORDER BY area.code IS NOT DISTINCT FROM \(preferred) DESC, \(codeOrder)))[1] AS id, count(*) AS number
            FROM mkds.area
            WHERE area.kind = '\(kind.rawValue)' AND ST_DWithin(area.geom, span.point, \(tolerance))
                AND area.valid_from <= span.valid_from
                AND (area.valid_to IS NULL OR area.valid_to > span.valid_from)
        ) \(kind.rawValue)
        """
    }

    /// A camera's spans are cut where its position changes and where an area that it could lie in or see begins or ends.
    private static let insertion = """
        WITH position AS MATERIALIZED (
            SELECT camera, valid_from, coalesce(valid_to, 'infinity') AS valid_to, view, border_okrsek,
                coalesce(scene, mast) AS point, CASE WHEN scene IS NULL THEN 4 ELSE 3 END AS basis
            FROM mkds.camera_position
        ),
        concerned AS (
            SELECT p.camera, p.valid_from, p.valid_to, a.valid_from AS begins, a.valid_to AS ends
            FROM position p JOIN mkds.area a ON ST_DWithin(a.geom, p.point, \(tolerance))
            UNION ALL
            SELECT p.camera, p.valid_from, p.valid_to, a.valid_from, a.valid_to
            FROM position p JOIN mkds.area a ON a.geom && p.view AND ST_Intersects(a.geom, p.view)
        ),
        cut AS (
            SELECT camera, valid_from AS at FROM position
            UNION
            SELECT camera, begins FROM concerned WHERE begins > valid_from AND begins < valid_to
            UNION
            SELECT camera, ends FROM concerned WHERE ends > valid_from AND ends < valid_to
        ),
        span AS MATERIALIZED (
            SELECT c.camera, c.at AS valid_from, lead(c.at) OVER (PARTITION BY c.camera ORDER BY c.at) AS valid_to,
                p.point, p.basis, p.view, p.border_okrsek
            FROM cut c JOIN position p ON p.camera = c.camera AND p.valid_from <= c.at AND c.at < p.valid_to
        )
        INSERT INTO mkds.camera_place
            (camera, valid_from, valid_to, basis, point, okrsek, on_border, obvod, obec, touched)
        SELECT span.camera, span.valid_from, span.valid_to, span.basis, span.point, okrsek.id, okrsek.number > 1,
            obvod.id, obec.id,
            array_remove(ARRAY[okrsek.id], NULL) || array_remove(touched.ids, okrsek.id)
        FROM span, \(at(.okrsek, preferred: "span.border_okrsek")), \(at(.obvod)), \(at(.obec)),
        LATERAL (
            SELECT coalesce(array_agg(area.id ORDER BY \(codeOrder)), '{}') AS ids
            FROM mkds.area
            WHERE area.kind = 'okrsek' AND area.geom && span.view
                AND area.valid_from <= span.valid_from
                AND (area.valid_to IS NULL OR area.valid_to > span.valid_from)
                AND ST_Area(ST_Intersection(area.geom, span.view)) >= \(touchedShare) * ST_Area(span.view)
        ) touched
        """
}

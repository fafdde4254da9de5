package import MKDSCore
internal import Postgres

extension Register {
    /// Where a point lies at a moment, and who is in charge there then.
    ///
    /// The border rule is that of ``PlaceRecompute``. For each role the person nearest to the ground is named: of the
    /// okrsek, else of the obvod, else of the obec. Without an okrskář in term the place falls to the velitel.
    package func place(_ point: GeoPoint, at time: UTCTime) async throws(RegisterError) -> PlaceAnswer {
        try await reading { connection in
            var answer = PlaceAnswer(point: [point.longitude, point.latitude], at: time)
            var obecCode: String?
            for row in try connection.query(
                """
                SELECT DISTINCT ON (area.kind) area.id, area.kind, area.code, area.name, area.obec,
                    count(*) OVER (PARTITION BY area.kind) AS number
                FROM mkds.area, ST_SetSRID(ST_MakePoint($1, $2), 4326) AS point
                WHERE ST_DWithin(area.geom, point, \(PlaceRecompute.tolerance))
                    AND valid_from <= $3 AND (valid_to IS NULL OR valid_to > $3)
                ORDER BY area.kind, \(PlaceRecompute.codeOrder)
                """, [.float8(point.longitude), .float8(point.latitude), .timestamp(time.microseconds)])
            {
                let area = try Self.areaReference(row)
                let town = try row.text("obec")
                switch area.kind {
                case .okrsek:
                    answer.okrsek = area
                    answer.onBorder = try row.int("number") > 1
                    obecCode = obecCode ?? town
                case .obvod:
                    answer.obvod = area
                    obecCode = obecCode ?? town
                case .obec:
                    answer.obec = area
                    obecCode = area.code
                }
            }
            let inTerm = try Self.officials(answer, obec: obecCode, connection)
            let unstaffed = !inTerm.contains { $0.role == .okrskar }
            answer.unstaffed = unstaffed && answer.okrsek != nil
            answer.officials = inTerm.filter { $0.role != .velitel || unstaffed }
            return answer
        }
    }

    /// Everyone in term for the answer's areas; of each role only those of the smallest area that has any.
    private static func officials(
        _ answer: PlaceAnswer, obec: String?, _ connection: isolated PostgresConnection
    ) throws -> [Official] {
        let rows = try connection.query(
            """
            SELECT role, body, person, phone, kind, code, valid_from, valid_to FROM (
                SELECT *, rank() OVER (PARTITION BY role ORDER BY array_position(ARRAY['okrsek', 'obvod', 'obec'], kind))
                FROM mkds.official
                WHERE ((kind = 'okrsek' AND code = $1) OR (kind = 'obvod' AND code = $2) OR (kind = 'obec' AND code = $3))
                    AND obec IN ($3, '') AND valid_from <= $4 AND (valid_to IS NULL OR valid_to > $4)
            ) in_term WHERE rank = 1
            ORDER BY array_position(ARRAY['okrskar', 'policista', 'starosta', 'velitel'], role), person, valid_from
            """,
            [
                .optional(answer.okrsek?.code, PostgresValue.text), .optional(answer.obvod?.code, PostgresValue.text),
                .text(obec ?? ""), .timestamp(answer.at.microseconds),
            ])
        return try rows.map { row in
            let area =
                switch AreaKind(rawValue: try row.text("kind")) {
                case .okrsek: answer.okrsek?.name
                case .obvod: answer.obvod?.name
                case .obec: answer.obec?.name
                case nil: nil as String?
                }
            return try Self.official(row, area: area)
        }
    }
}

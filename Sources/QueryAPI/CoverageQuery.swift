package import MKDSCore

/// What `GET /v1/coverage` is asked: the server reads it, `mkdsctl` writes it.
package struct CoverageQuery: Hashable, Sendable {
    /// Longest span of one question.
    package static let spanLimit: Duration = .seconds(31 * 86_400)
    /// Span when `from` is absent.
    package static let defaultSpan: Duration = .seconds(86_400)

    private static let parameterNames = ["camera", "from", "to", "limit", "cursor"]

    /// Empty: all cameras of the register.
    package var cameras: [CameraID]
    package var from: UTCTime
    package var to: UTCTime
    /// Nil: the default of the shape of answer.
    package var limit: Int?
    package var cursor: CoverageCursor?

    package init(
        cameras: [CameraID] = [], from: UTCTime, to: UTCTime, limit: Int? = nil, cursor: CoverageCursor? = nil
    ) {
        self.cameras = cameras
        self.from = from
        self.to = to
        self.limit = limit
        self.cursor = cursor
    }

    /// Reads the parameters of a request; a span without end ends at `now`.
    /// - Throws: ``Problem`` of kind `bad-parameter` naming each parameter that is wrong and why.
    package init(_ items: [QueryItem], shape: EventQuery.Shape, now: UTCTime) throws(Problem) {
        var reader = ParameterReader(items, known: Self.parameterNames)
        cameras = reader.takeList("camera", limit: EventQuery.cameraLimit, "a camera id", "označení kamery") {
            CameraID($0)
        }
        to = reader.takeTime("to") ?? now
        from = reader.takeTime("from") ?? to - Self.defaultSpan
        limit = reader.takeNumber("limit", 1...shape.rowLimit)
        cursor = reader.take(
            "cursor", "a cursor of an earlier answer (next_cursor)", "kurzor z dřívější odpovědi (next_cursor)"
        ) { CoverageCursor($0) }
        if to <= from {
            reader.complain("to", "must be later than from", "musí být později než from")
        } else if to - from > Self.spanLimit {
            reader.complain("from", "the span must not exceed 31 days", "rozpětí nesmí přesáhnout 31 dní")
        }
        try reader.finish()
    }

    /// The parameters that ask this question.
    package var items: [QueryItem] {
        var items = [QueryItem("from", from.description), QueryItem("to", to.description)]
        if !cameras.isEmpty {
            items.insert(QueryItem("camera", cameras.map(\.rawValue).joined(separator: ",")), at: 0)
        }
        if let limit { items.append(QueryItem("limit", String(limit))) }
        if let cursor { items.append(QueryItem("cursor", cursor.description)) }
        return items
    }
}

/// Where a list of coverage goes on: in the time of a camera. On the wire `microseconds.camera`, opaque to clients.
package struct CoverageCursor: Hashable, Sendable, LosslessStringConvertible {
    package var camera: CameraID
    package var time: UTCTime

    package init(camera: CameraID, time: UTCTime) {
        self.camera = camera
        self.time = time
    }

    package init?(_ description: String) {
        let parts = description.split(separator: ".", maxSplits: 1)
        guard description.utf8.count <= 96, parts.count == 2, let microseconds = Int64(parts[0]),
            UTCTime.storable.contains(UTCTime(microseconds: microseconds)), let camera = CameraID(String(parts[1]))
        else { return nil }
        self.init(camera: camera, time: UTCTime(microseconds: microseconds))
    }

    package var description: String { "\(time.microseconds).\(camera)" }
}

package import MKDSCore

/// One span of one camera's time on the wire.
package struct CoverageResource: Hashable, Codable, Sendable {
    package var camera: CameraID
    package var state: CoverageState
    /// Machine word; nil for what was seen.
    package var reason: String?
    package var from: UTCTime
    package var to: UTCTime
    package var durationSeconds: Double
    /// When it began, also where that is before the span asked for.
    package var since: UTCTime
    package var event: UUIDv7?

    package init(_ interval: CoverageInterval) {
        camera = interval.camera
        state = interval.state
        reason = interval.reason.isEmpty ? nil : interval.reason
        from = interval.from
        to = interval.to
        durationSeconds = (interval.to - interval.from).inSeconds
        since = interval.since
        event = interval.event
    }

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case camera, state, reason, from, to, since, event
        case durationSeconds = "duration_s"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(camera, forKey: .camera)
        try container.encode(state, forKey: .state)
        try container.encode(reason, forKey: .reason)
        try container.encode(from, forKey: .from)
        try container.encode(to, forKey: .to)
        try container.encode(durationSeconds, forKey: .durationSeconds)
        try container.encode(since, forKey: .since)
        try container.encode(event, forKey: .event)
    }
}

/// Coverage as CSV (RFC 4180), as ``EventTable`` is for events.
package enum CoverageTable {
    package static let columns = ["camera", "state", "reason", "from", "to", "duration_s", "since", "event"]

    /// The header line with its end.
    package static let header = columns.joined(separator: ",") + "\r\n"

    /// One span as a line with its end.
    package static func line(_ span: CoverageResource) -> String {
        [
            EventTable.text(span.camera.rawValue), span.state.rawValue, EventTable.text(span.reason),
            span.from.description, span.to.description, "\(span.durationSeconds)", span.since.description,
            span.event?.description ?? "",
        ].joined(separator: ",") + "\r\n"
    }
}

/// What the cameras of a search could not see in the time its answer covers: "nothing happened" and "nobody was looking"
/// are different answers.
package struct SearchCoverageResource: Hashable, Codable, Sendable {
    /// The time this page of events covers.
    package var from: UTCTime
    package var to: UTCTime
    /// Cameras asked.
    package var cameras: Int
    /// Those of them that did not see all of it.
    package var incompleteCameras: Int
    /// Seconds that were not seen, all cameras together.
    package var missingSeconds: Double
    /// Spans that were not seen, by camera and time.
    package var gaps: [CoverageResource]
    /// There are more than ``gaps`` names; `/v1/coverage` tells all.
    package var isTruncated: Bool

    package init(
        from: UTCTime, to: UTCTime, cameras: Int, incompleteCameras: Int, missingSeconds: Double,
        gaps: [CoverageResource], isTruncated: Bool
    ) {
        self.from = from
        self.to = to
        self.cameras = cameras
        self.incompleteCameras = incompleteCameras
        self.missingSeconds = missingSeconds
        self.gaps = gaps
        self.isTruncated = isTruncated
    }

    private enum CodingKeys: String, CodingKey {
        case from, to, cameras, gaps
        case incompleteCameras = "incomplete_cameras"
        case missingSeconds = "missing_s"
        case isTruncated = "truncated"
    }
}

/// One page of events with what was not seen meanwhile.
package struct EventPage: Codable, Sendable {
    package var items: [EventResource]
    package var nextCursor: String?
    /// Nil when nothing can be told: an empty span.
    package var coverage: SearchCoverageResource?

    package init(items: [EventResource], nextCursor: String? = nil, coverage: SearchCoverageResource? = nil) {
        self.items = items
        self.nextCursor = nextCursor
        self.coverage = coverage
    }

    private enum CodingKeys: String, CodingKey {
        case items, coverage
        case nextCursor = "next_cursor"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(items, forKey: .items)
        try container.encode(nextCursor, forKey: .nextCursor)
        try container.encode(coverage, forKey: .coverage)
    }
}

/// An event as the index holds it: the last revision, its frozen place, and where it stands in the order of change.
package struct IndexedEvent: Hashable, Sendable {
    package var event: Event
    package var place: EventPlace
    /// Grows with every committed change of any event; the live feed resumes from it.
    package var change: Int64
    /// Events of the other source, camera or server, that overlap it: they tell of the same happening.
    package var linked: [UUIDv7]

    package init(event: Event, place: EventPlace, change: Int64, linked: [UUIDv7] = []) {
        self.event = event
        self.place = place
        self.change = change
        self.linked = linked
    }
}

/// What a search asks for. Absent conditions do not narrow.
package struct EventFilter: Hashable, Sendable {
    /// Events that last into or beyond this moment.
    package var from: UTCTime?
    /// Events that start before this moment.
    package var to: UTCTime?
    /// Code of the okrsek; matches the primary one, or any touched one when ``includeTouched`` is set.
    package var okrsek: String?
    package var includeTouched: Bool
    package var obvod: String?
    package var cameras: [CameraID]
    package var kinds: [EventKind]
    /// Only what the camera itself told, or only what we found.
    package var source: EventSource?
    package var near: Circle?
    package var minimumDuration: Duration?

    package struct Circle: Hashable, Sendable {
        package var centre: GeoPoint
        package var metres: Double

        package init(centre: GeoPoint, metres: Double) {
            self.centre = centre
            self.metres = metres
        }
    }

    package init(
        from: UTCTime? = nil, to: UTCTime? = nil, okrsek: String? = nil, includeTouched: Bool = false,
        obvod: String? = nil, cameras: [CameraID] = [], kinds: [EventKind] = [],
        source: EventSource? = nil, near: Circle? = nil, minimumDuration: Duration? = nil
    ) {
        self.from = from
        self.to = to
        self.okrsek = okrsek
        self.includeTouched = includeTouched
        self.obvod = obvod
        self.cameras = cameras
        self.kinds = kinds
        self.source = source
        self.near = near
        self.minimumDuration = minimumDuration
    }
}

/// Where a page of events ended: newest first, so the next page is what lies before it in (start, id).
package struct EventCursor: Hashable, Sendable {
    package var start: UTCTime
    package var id: UUIDv7

    package init(start: UTCTime, id: UUIDv7) {
        self.start = start
        self.id = id
    }
}

internal import MKDSCore
internal import OnvifMetadata

/// What is behind the lock of an ``OnvifRecorder``: reader, trackers, open events, counters. Times are handed in.
struct OnvifState: ~Copyable {
    /// How long after a connection came (back) the camera may take to repeat what still holds, and how long a broken
    /// connection leaves open what is in doubt.
    static let confirmation: Duration = .seconds(15)
    /// New events of one camera: sustained and at once.
    static let eventsPerSecond = 2.0
    static let eventBurst = 256.0
    /// Those of tampering, which nothing else may use up.
    static let tamperingsPerSecond = 0.2
    static let tamperingBurst = 64.0
    /// Documents kept of one camera, bytes: sustained (345 MB a day) and at once.
    static let keptBytesPerSecond = 4_096.0
    static let keptBurst = 8_388_608.0
    /// A trouble is told again after so long.
    private static let troubleInterval: Duration = .seconds(3_600)
    /// Of documents that told of faces and plates alone one is kept in so long: that there were any is noted, and how the
    /// cut was made can be checked.
    private static let cutInterval: Duration = .seconds(60)

    let camera: CameraID
    var stream = StreamMoment()
    private(set) var reader = DocumentReader()
    private var tracker = PropertyTracker()
    private var presence = ObjectPresence()
    private var events: CameraEvents
    private var clock = DocumentClock()
    private var unknown = UnknownTopics()
    private var news = NotificationNews()
    private var eventBudget = RateBudget(perSecond: eventsPerSecond, burst: eventBurst)
    private var tamperingBudget = RateBudget(perSecond: tamperingsPerSecond, burst: tamperingBurst)
    private var keptBudget = RateBudget(perSecond: keptBytesPerSecond, burst: keptBurst)
    private var scale: CoordinateScale?
    private var scaleSize = (0, 0)
    /// The camera tells of motion by notifications, so cells in frames only say where.
    private var tellsMotion = false
    private var status = MetadataStatus()
    private var toldTroubles: [MetadataTrouble: UTCTime] = [:]
    /// When a document of which something was cut was last kept.
    private var lastCut: UTCTime?
    /// When the connection broke last; nil once nothing is in doubt any more.
    private var lostAt: UTCTime?
    private var connectedAt: UTCTime?

    init(camera: CameraID, longestEvent: Duration) {
        self.camera = camera
        events = CameraEvents(longestSpan: longestEvent)
    }

    var currentStatus: MetadataStatus {
        var status = status
        status.unknownTopics = unknown.mostFrequent
        status.openEvents = events.openCount
        return status
    }

    // MARK: - Documents

    /// What a document led to.
    private struct Told {
        var events: [Event] = []
        /// Events it ended or took up again, of which nothing is written yet.
        var settling: [UUIDv7] = []
        /// It tells something new even if no event followed.
        var isNews = false
        var preset = ""
    }

    mutating func take(
        _ document: AssembledDocument, at arrival: UTCTime, via path: DocumentPath
    ) -> [JournalRecord] {
        status.documents += 1
        status.lastDocument = arrival
        let contents: DocumentContents
        do throws(DocumentError) {
            contents = try reader.read(document.xml)
        } catch {
            status.refused += 1
            return []
        }
        let refusedEvents = status.refusedEvents
        let settled = events.endSettled(at: arrival)
        var told = Told()
        for notification in contents.notifications { tell(notification, at: arrival, via: path, &told) }
        for frame in contents.frames { show(frame, at: arrival, &told) }
        var records = (settled + told.events).map(JournalRecord.event)
        if status.refusedEvents > refusedEvents { records += note(.excess, at: arrival) }
        let isCutNews = noteCuts(of: contents, at: arrival)
        if !told.events.isEmpty || !told.settling.isEmpty || told.isNews || isCutNews {
            records += keep(document, contents, told, at: arrival, via: path)
        }
        return records
    }

    /// Counts a document with face or plate data; whether none was kept of late.
    private mutating func noteCuts(of contents: DocumentContents, at arrival: UTCTime) -> Bool {
        guard !contents.biometricCuts.isEmpty else { return false }
        status.cut += 1
        if let lastCut, arrival - lastCut < Self.cutInterval, arrival >= lastCut { return false }
        lastCut = arrival
        return true
    }

    /// The journal entries of a document that is worth keeping.
    private mutating func keep(
        _ document: AssembledDocument, _ contents: DocumentContents, _ told: Told, at arrival: UTCTime,
        via path: DocumentPath
    ) -> [JournalRecord] {
        guard keptBudget.isOpen(at: arrival) else {
            status.unkept += 1
            return note(.excess, at: arrival)
        }
        guard let storable = try? BiometricFilter.storable(document, contents) else {
            status.unkept += 1
            return []
        }
        keptBudget.spend(storable.bytes.count)
        status.kept += 1
        var ids: [UUIDv7] = []
        for id in told.events.map(\.id) + told.settling where !ids.contains(id) { ids.append(id) }
        let position = contents.ptzPositions.last
        return RawDocument.records(
            of: storable.bytes,
            RawDocument(
                id: UUIDv7(at: arrival), camera: camera, received: arrival, path: path,
                digest: storable.receivedDigest.bytes, byteCount: 0,
                isCompressed: document.isCompressed && storable.cuts.isEmpty, cutCount: UInt32(storable.cuts.count),
                pan: position?.pan, tilt: position?.tilt, zoom: position?.zoom, preset: told.preset, events: ids,
                tail: []))
    }

    // MARK: - Notifications

    private mutating func tell(
        _ notification: Notification, at arrival: UTCTime, via path: DocumentPath, _ told: inout Told
    ) {
        status.notifications += 1
        if news.isDuplicate(notification, at: arrival, via: path) {
            status.duplicates += 1
            return
        }
        unknown.note(notification)
        if let preset = notification.preset { told.preset = preset }
        let isRepeat = notification.operation == .initialized
        let moment = clock.moment(told: notification.time, arrival: arrival, stream: stream, isRepeat: isRepeat)
        switch notification.meaning {
        case .unknown:
            if news.isNew(notification, at: arrival) { told.isNews = true }
            return
        case .clockSynchronised:
            if !isRepeat { occur(notification, at: moment, arrival, &told) }
            return
        case .motion: tellsMotion = true
        case .object, .rule, .tamper: break
        }
        let refusedCount = tracker.refusedCount
        guard let change = tracker.observe(notification, at: moment.time) else {
            if tracker.refusedCount > refusedCount { refuseEvent(&told) }
            return
        }
        let key = CameraEvents.Key.property(change.key)
        switch change.step {
        case .begin:
            if let (id, written) = events.resume(key, at: moment.time, told: arrival) {
                told.settling.append(id)
                told.events += written
                return
            }
            guard mayBegin(notification.meaning, at: arrival) else {
                // The camera's next word on it begins it.
                tracker.forget(change.key)
                return refuseEvent(&told)
            }
            let event = CameraEvents.event(camera, notification, at: moment, isStartKnown: change.isStartKnown)
            events.begin(key, event, at: arrival)
            told.events.append(event)
        case .extend:
            told.events += events.extend(key, to: moment.time, at: arrival)
        case .end(let reason) where notification.meaning.mayFlutter:
            if let id = events.settle(key, at: change.time, reason, told: arrival) { told.settling.append(id) }
        case .end(let reason):
            if let event = events.end(key, at: change.time, reason) { told.events.append(event) }
        case .occurrence: occur(notification, at: moment, arrival, &told)
        }
    }

    /// An event of one moment.
    private mutating func occur(
        _ notification: Notification, at moment: DocumentClock.Moment, _ arrival: UTCTime, _ told: inout Told
    ) {
        guard mayBegin(notification.meaning, at: arrival) else { return refuseEvent(&told) }
        var event = CameraEvents.event(camera, notification, at: moment, isStartKnown: true)
        event.end = event.start
        event.endReason = .over
        told.events.append(event)
    }

    private mutating func mayBegin(_ meaning: NotificationMeaning, at now: UTCTime) -> Bool {
        if case .tamper = meaning { return tamperingBudget.takeOne(at: now) }
        return eventBudget.takeOne(at: now)
    }

    private mutating func refuseEvent(_ told: inout Told) {
        status.refusedEvents += 1
        told.isNews = true
    }

    // MARK: - Frames

    private mutating func show(_ frame: Frame, at arrival: UTCTime, _ told: inout Told) {
        status.frames += 1
        var sightings: [ObjectPresence.Subject: ObjectPresence.Sighting] = [:]
        for object in frame.objects {
            let subject = ObjectPresence.Subject.object(CameraEvents.word(object.objectClass?.name ?? ""))
            var sighting = sightings[subject] ?? ObjectPresence.Sighting()
            sighting.formUnion(ObjectPresence.Sighting(box: object.box.flatMap { pictureBox($0) }))
            sightings[subject] = sighting
        }
        if let cells = frame.motionInCells, cells.count > 0 {
            let sighting = ObjectPresence.Sighting(box: nil, cells: CellGrid(cells))
            if tellsMotion {
                _ = events.show(sighting, on: .motion)
            } else {
                sightings[.motion] = sighting
            }
        }
        // The clock hears of every frame; it is the one thing a still scene sends.
        let moment = clock.moment(told: frame.time, arrival: arrival, stream: stream)
        apply(presence.see(sightings, at: moment, arrival: arrival), at: arrival, &told.events)
    }

    private mutating func pictureBox(_ box: BoundingBox) -> PictureBox? {
        let size = (stream.width ?? 0, stream.height ?? 0)
        guard box.system != .unscaled || size.0 > 0 else { return nil }
        if scale == nil || size != scaleSize {
            scale = CoordinateScale(pictureWidth: size.0, pictureHeight: size.1)
            scaleSize = size
        }
        return scale?.pictureBox(box)
    }

    private mutating func apply(
        _ changes: [ObjectPresence.Change], at now: UTCTime, because reason: EndReason = .over, _ told: inout [Event]
    ) {
        for change in changes {
            switch change {
            case .began(let subject, let moment, let sighting):
                guard eventBudget.takeOne(at: now) else {
                    presence.forget(subject)
                    status.refusedEvents += 1
                    continue
                }
                let event = CameraEvents.event(camera, subject, at: moment, sighting)
                events.begin(.presence(subject), event, at: now)
                told.append(event)
            case .continues(let subject, let time, let sighting):
                told += events.extend(.presence(subject), to: time, at: now, showing: sighting)
            case .ended(let subject, let time):
                if let event = events.end(.presence(subject), at: time, reason) { told.append(event) }
            }
        }
    }

    // MARK: - Connections and time

    mutating func connected(at now: UTCTime) {
        connectedAt = now
    }

    mutating func connectionLost(at now: UTCTime, _ reason: EndReason) -> [JournalRecord] {
        var told: [Event] = []
        apply(presence.endAll(), at: now, because: reason, &told)
        tracker.connectionLost(at: now)
        if connectedAt != nil || lostAt == nil { lostAt = now }
        connectedAt = nil
        return told.map(JournalRecord.event)
    }

    mutating func tick(at now: UTCTime) -> [JournalRecord] {
        var told: [Event] = []
        apply(presence.end(before: now), at: now, &told)
        if let lostAt {
            let isOver = now - (connectedAt ?? lostAt) >= Self.confirmation
            if isOver { self.lostAt = nil }
            // While the camera comes and goes, what it has not repeated for as long is over as well.
            let limit = connectedAt == nil ? now - Self.confirmation : isOver ? lostAt : nil
            for change in limit.map({ tracker.endUnconfirmed(since: $0) }) ?? [] {
                if let event = events.end(.property(change.key), at: change.time, .streamLost) { told.append(event) }
            }
        }
        told += events.endSettled(at: now)
        if lostAt == nil { told += events.tick(at: now) }
        return told.map(JournalRecord.event)
    }

    mutating func finish(_ reason: EndReason) -> [JournalRecord] {
        tracker = PropertyTracker()
        _ = presence.endAll()
        return events.endAll(reason).map(JournalRecord.event)
    }

    // MARK: - Trouble

    mutating func note(_ counters: AssemblerCounters, refusedPieces: Int) {
        status.dropped = counters.droppedDocuments
        status.refusedPieces = refusedPieces
    }

    mutating func note(_ trouble: MetadataTrouble, at now: UTCTime) -> [JournalRecord] {
        if let last = toldTroubles[trouble], now - last < Self.troubleInterval, now >= last { return [] }
        toldTroubles[trouble] = now
        status.trouble = trouble.detail
        return [HealthTracker(camera: camera).moment(.metadataRefused, trouble.detail, at: now)]
    }
}

extension NotificationMeaning {
    /// Whether its state may come and go with one happening. Each time a rule holds counts by itself.
    fileprivate var mayFlutter: Bool {
        switch self {
        case .motion, .object, .tamper: true
        case .rule, .clockSynchronised, .unknown: false
        }
    }
}

internal import MKDSCore
internal import OnvifMetadata

/// How what a camera says is put into the fields of an event.
extension CameraEvents {
    /// The event a notification opens.
    static func event(
        _ camera: CameraID, _ notification: Notification, at moment: DocumentClock.Moment, isStartKnown: Bool
    ) -> Event {
        let (kind, topic) = words(of: notification.meaning)
        let known = isStartKnown ? "" : "; it held already when the connection began"
        return Event(
            id: UUIDv7(at: moment.time), camera: camera, kind: kind, source: .camera, topic: topic, start: moment.time,
            lastSeen: moment.time, clock: moment.clock, uncertainty: moment.uncertainty,
            detail: plain("\(notification.topic)\(items(notification))\(known)", limit: 480), reading: moment.reading)
    }

    /// The event that opens when frames show a subject.
    static func event(
        _ camera: CameraID, _ subject: ObjectPresence.Subject, at moment: DocumentClock.Moment,
        _ sighting: ObjectPresence.Sighting
    ) -> Event {
        let (kind, topic, detail): (EventKind, String, String) =
            switch subject {
            case .motion: (.motion, "", "frames of the camera's analytics: moving cells")
            case .object(let word): (.object, word, "frames of the camera's analytics: objects")
            }
        return Event(
            id: UUIDv7(at: moment.time), camera: camera, kind: kind, source: .camera, topic: topic, start: moment.time,
            lastSeen: moment.time, clock: moment.clock, uncertainty: moment.uncertainty, box: sighting.box,
            cells: sighting.cells, detail: detail, reading: moment.reading)
    }

    private static func words(of meaning: NotificationMeaning) -> (EventKind, String) {
        switch meaning {
        case .motion: (.motion, "")
        case .object(let name): (.object, word(name))
        case .rule(let rule): (.rule, rule.rawValue)
        case .tamper(let tamper): (.tamper, tamper.rawValue)
        case .clockSynchronised: (.health, HealthTopic.clockSynchronised.rawValue)
        // No event is made of them.
        case .unknown: (.rule, RuleKind.other.rawValue)
        }
    }

    /// Source and key items in brackets; data items are left to the document.
    private static func items(_ notification: Notification) -> String {
        let items = (notification.source + notification.key).prefix(8).map { "\($0.name)=\($0.value)" }
        return items.isEmpty ? "" : " (\(items.joined(separator: ", ")))"
    }

    /// A camera's name of a class as a machine word: small letters and digits, `object` for none.
    static func word(_ name: String) -> String {
        var word = ""
        for byte in name.utf8.prefix(40) {
            switch byte {
            case 0x30...0x39, 0x61...0x7a: word.unicodeScalars.append(Unicode.Scalar(byte))
            case 0x41...0x5a: word.unicodeScalars.append(Unicode.Scalar(byte | 0x20))
            default: if !word.isEmpty, word.utf8.last != UInt8(ascii: "-") { word += "-" }
            }
        }
        while word.utf8.last == UInt8(ascii: "-") { word.removeLast() }
        return word.isEmpty ? "object" : word
    }

    /// Text of a camera without control characters, at most so many bytes.
    static func plain(_ text: String, limit: Int) -> String {
        var plain = ""
        for scalar in text.unicodeScalars {
            guard plain.utf8.count + UTF8.width(scalar) <= limit else { break }
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
                plain += " "
            default: plain.unicodeScalars.append(scalar)
            }
        }
        return plain
    }
}

extension Notification {
    /// The preset a moving camera says it has reached (`PTZController/PTZPresets/Reached`, ONVIF PTZ Service
    /// Specification § 7); nil when it says none.
    var preset: String? {
        guard topic.hasPrefix("PTZController/"),
            let item = (source + key + data).first(where: { $0.name.hasPrefix("Preset") })
        else { return nil }
        return CameraEvents.plain(item.value, limit: 64)
    }
}

extension CellGrid {
    /// The cells that the camera's finer or coarser cells touch. Row by row, without the bytes in which nothing moved:
    /// a hostile camera sends as many cells as it may with each frame.
    init(_ cells: MotionInCells) {
        self.init()
        let masks = (0..<cells.columns).map { column in
            Self.span(column, of: cells.columns).reduce(UInt16(0)) { $0 | 1 << UInt16($1) }
        }
        var rows = [UInt16](repeating: 0, count: Self.side)
        for row in 0..<cells.rows {
            let touched = Self.touched(cells.bitmap, from: row * cells.columns, masks)
            guard touched != 0 else { continue }
            for other in Self.span(row, of: cells.rows) { rows[other] |= touched }
        }
        for (row, touched) in rows.enumerated() {
            for column in 0..<Self.side where touched & 1 << UInt16(column) != 0 { insert(row: row, column: column) }
        }
    }

    /// The union of the masks of one row's moving cells.
    private static func touched(_ bitmap: [UInt8], from first: Int, _ masks: [UInt16]) -> UInt16 {
        var touched: UInt16 = 0
        var bit = first
        while bit < first + masks.count, touched != .max {
            let byte = bitmap[bit / 8]
            if byte == 0 {
                bit = (bit / 8 + 1) * 8
                continue
            }
            if byte & 0x80 >> UInt8(bit % 8) != 0 { touched |= masks[bit - first] }
            bit += 1
        }
        return touched
    }

    /// Which of the 16 the part `index` of `count` equal parts touches.
    private static func span(_ index: Int, of count: Int) -> ClosedRange<Int> {
        (index * side / count)...max(index * side / count, ((index + 1) * side - 1) / count)
    }
}

extension UnknownTopics {
    /// The topics that came most often, few enough for a status report.
    var mostFrequent: [String: Int] {
        let most = counts.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.prefix(MetadataStatus.topicLimit)
        return Dictionary(most.map { (CameraEvents.plain($0.key, limit: 80), $0.value) }) { $0 + $1 }
    }
}

internal import MKDSCore
internal import QueryAPI

/// Coverage as tables and sentences.
extension Texts {
    var coverageAbstract: String {
        self("Co která kamera viděla a co nemohla vidět.", "What each camera saw and what it could not see.")
    }
    var helpCoverageFrom: String {
        self("Od kdy (výchozí: den před koncem).", "From when (default: a day before the end).")
    }
    var helpCoverageTo: String {
        self("Do kdy (výchozí: teď); nejvýše 31 dní.", "Until when (default: now); at most 31 days.")
    }
    var helpGapsOnly: String { self("Jen to, co vidět nebylo.", "Only what was not seen.") }

    var coverageColumns: [Table.Column] {
        [
            .init(title: self("KAMERA", "CAMERA")), .init(title: self("OD", "FROM")), .init(title: self("DO", "TO")),
            .init(title: self("TRVÁNÍ", "DURATION"), alignment: .right), .init(title: self("STAV", "STATE")),
            .init(title: self("DŮVOD", "REASON")),
        ]
    }

    func coverageCells(_ span: CoverageResource) -> [Table.Cell] {
        let style: Style =
            switch span.state {
            case .seen: .good
            case .impaired, .unknown: .warning
            case .unseen: .bad
            }
        return [
            Table.Cell(span.camera.rawValue), Table.Cell(moment(span.from)), Table.Cell(moment(span.to)),
            Table.Cell(duration(.seconds(span.durationSeconds))), Table.Cell(word(span.state), style: style),
            Table.Cell(reason(span)),
        ]
    }

    /// The reason, and since when where that is before what was asked for.
    private func reason(_ span: CoverageResource) -> String {
        guard let reason = span.reason else { return "" }
        // A camera is not in the register from the beginning of time on.
        let isKnownSince = span.since < span.from && reason != CoverageReason.notRegistered.rawValue
        return word(reason: reason) + (isKnownSince ? self(", od ", ", since ") + moment(span.since) : "")
    }

    /// A line for each camera: the share of the time it saw.
    func lines(_ sums: CoverageSums) -> [String] {
        sums.cameras.sorted { $0.key < $1.key }.map { camera, seconds in
            let whole = seconds.values.reduce(0, +)
            let seen = seconds[.seen, default: 0]
            // Never rounded up to all of it.
            let share = seen < whole ? min(99.99, seen / max(whole, 0.001) * 100) : 100
            return "\(camera): " + self("viděla ", "saw ") + duration(.seconds(seen)) + self(" z ", " of ")
                + duration(.seconds(whole)) + " (\(decimal(share, places: 2)) %)"
        }
    }

    /// A sentence below a list of events when not all of the time was seen.
    func unseen(_ coverage: SearchCoverageResource) -> [String] {
        guard coverage.incompleteCameras > 0 else { return [] }
        let head =
            self("Pozor, ne vše bylo vidět: ", "Note, not all was seen: ")
            + "\(grouped(coverage.incompleteCameras))/\(grouped(coverage.cameras)) "
            + self("kamer, dohromady ", "cameras, together ") + duration(.seconds(coverage.missingSeconds))
            + (coverage.isTruncated ? self(" nebo více", " or more") : "") + "."
        let shown = coverage.gaps.prefix(5).map { gap in
            "  \(gap.camera)  \(moment(gap.from)) – \(moment(gap.to))  \(word(gap.state)): "
                + (gap.reason.map { word(reason: $0) } ?? "")
        }
        let rest =
            coverage.isTruncated || coverage.gaps.count > shown.count
            ? [self("  vše: mkdsctl coverage --gaps", "  all of it: mkdsctl coverage --gaps")] : []
        return [head] + shown.map(DisplayWidth.harmless) + rest
    }

    func word(_ state: CoverageState) -> String {
        switch state {
        case .seen: self("viděla", "seen")
        case .impaired: self("zhoršeně", "impaired")
        case .unseen: self("neviděla", "unseen")
        case .unknown: self("neznámo", "unknown")
        }
    }

    private func word(reason: String) -> String {
        switch CoverageReason(rawValue: reason) {
        case .notRunning: self("nesnímalo se", "nobody watched")
        case .killed: self("snímání bylo násilně ukončeno", "capture was killed")
        case .notReported: self("dosud nehlášeno", "not reported yet")
        case .disabled: self("kamera vypnuta v evidenci", "disabled in the register")
        case .notRegistered: self("kamera nebyla v evidenci", "not in the register")
        case nil: topic(reason)
        }
    }

    func word(_ trouble: SightTrouble) -> String {
        switch trouble {
        case .covered: self("zakrytá", "covered")
        case .blurred: self("rozostřená", "blurred")
        case .turned: self("odvrácená", "turned away")
        case .dark: self("příliš tmavý obraz", "too dark")
        case .bright: self("příliš světlý obraz", "too bright")
        case .looped: self("opakovaný záznam", "looped video")
        case .frozen: self("stojící obraz", "frozen picture")
        case .packetLoss: self("poškozený proud", "damaged stream")
        }
    }
}

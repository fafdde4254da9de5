package import MKDSCore

/// What became of a spell of trouble; each case carries its whole state.
package enum SightChange: Hashable, Sendable {
    case opened(SightSpell)
    case extended(SightSpell)
    case closed(SightSpell, EndReason)

    package var spell: SightSpell {
        switch self {
        case .opened(let spell), .extended(let spell), .closed(let spell, _): spell
        }
    }
}

/// A span in which pictures came but did not show the scene.
package struct SightSpell: Hashable, Sendable {
    package var trouble: SightTrouble
    package var start: UTCTime
    /// The last look at which it was so.
    package var lastSeen: UTCTime
}

/// Makes spells of looks: opens one when trouble has been held long enough, closes it when it has been gone long enough.
/// Pure; one spell at a time.
package struct SightTracker: Sendable {
    /// An open spell is written again at most this often.
    static let extensionInterval: Duration = .seconds(60)
    /// Time that passes between looks counts up to this; what is longer was not watched.
    static let longestStep: Duration = .seconds(5)

    private let onset: Duration
    private let relief: Duration
    private var open: SightSpell?
    private var candidate: SightSpell?
    /// How long the candidate has been held; looks that disagree take twice their time away.
    private var held: Duration = .zero
    private var goneFor: Duration = .zero
    private var lastLook: UTCTime?
    private var lastReported: UTCTime?

    /// - Parameters:
    ///   - onset: How long trouble must be held to open a spell.
    ///   - relief: How long it must be gone to close it.
    package init(onset: Duration, relief: Duration) {
        self.onset = onset
        self.relief = relief
    }

    /// The spell that lasts.
    package var current: SightSpell? { open }

    /// Whether trouble lasts or may be beginning.
    package var isSuspicious: Bool { open != nil || candidate != nil }

    /// Takes one look in.
    ///
    /// - Parameters:
    ///   - trouble: What was found; nil when all is well.
    ///   - since: When it began, where the finder knows better than the look.
    ///   - time: When the look was taken.
    /// - Returns: What became of spells by it.
    package mutating func consume(_ trouble: SightTrouble?, since: UTCTime? = nil, at time: UTCTime) -> [SightChange] {
        let elapsed = max(.zero, min(lastLook.map { time - $0 } ?? .zero, Self.longestStep))
        lastLook = time
        var changes: [SightChange] = []
        if let open {
            changes += prolong(open, trouble, elapsed, at: time)
            if trouble == open.trouble { return changes }
        }
        if let opened = consider(trouble, since, elapsed, at: time) { changes += opened }
        return changes
    }

    /// The stream was lost or the camera withdrawn: the spell ends where it was last seen.
    package mutating func reset(_ reason: EndReason) -> [SightChange] {
        let last = open.map { [SightChange.closed($0, reason)] } ?? []
        self = SightTracker(onset: onset, relief: relief)
        return last
    }

    // MARK: -

    private mutating func prolong(
        _ spell: SightSpell, _ trouble: SightTrouble?, _ elapsed: Duration, at time: UTCTime
    ) -> [SightChange] {
        guard trouble == spell.trouble else {
            // Another trouble neither prolongs this one nor ends it before it has been held long enough itself.
            goneFor = trouble == nil ? goneFor + elapsed : .zero
            guard trouble == nil, goneFor >= relief else { return [] }
            open = nil
            return [.closed(spell, .over)]
        }
        var longer = spell
        longer.lastSeen = max(spell.lastSeen, time)
        open = longer
        goneFor = .zero
        candidate = nil
        guard lastReported.map({ time - $0 >= Self.extensionInterval }) ?? true else { return [] }
        lastReported = time
        return [.extended(longer)]
    }

    private mutating func consider(
        _ trouble: SightTrouble?, _ since: UTCTime?, _ elapsed: Duration, at time: UTCTime
    ) -> [SightChange]? {
        guard let trouble else {
            held -= elapsed * 2
            if held <= .zero { candidate = nil }
            return nil
        }
        if var spell = candidate, spell.trouble == trouble {
            held += elapsed
            spell.lastSeen = max(spell.lastSeen, time)
            candidate = spell
        } else {
            candidate = SightSpell(trouble: trouble, start: min(since ?? time, time), lastSeen: time)
            held = .zero
        }
        guard let spell = candidate, held >= onset else { return nil }
        var changes: [SightChange] = []
        if let old = open { changes.append(.closed(old, .over)) }
        open = spell
        candidate = nil
        goneFor = .zero
        lastReported = time
        return changes + [.opened(spell)]
    }
}

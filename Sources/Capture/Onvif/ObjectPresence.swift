internal import MKDSCore

/// Turns what the frames of a camera show, up to dozens a second, into spells of presence: one for each class of objects,
/// one for moving cells. Pure; objects that come and go within a class are one presence.
struct ObjectPresence: Sendable {
    /// What is present.
    enum Subject: Hashable, Sendable {
        case motion
        /// Objects of a class, as a machine word.
        case object(String)
    }

    /// What one frame shows of a subject.
    struct Sighting: Sendable {
        var box: PictureBox?
        var cells: CellGrid?
    }

    enum Change: Sendable {
        case began(Subject, at: DocumentClock.Moment, Sighting)
        case continues(Subject, at: UTCTime, Sighting)
        case ended(Subject, at: UTCTime)
    }

    /// A subject counts once frames have shown it for this long: a single frame is often wrong.
    static let onset: Duration = .milliseconds(500)
    /// Without a frame that shows it for this long it is gone, or was none.
    static let quiet: Duration = .seconds(5)
    /// Classes at once; a camera names a dozen.
    static let subjectLimit = 24

    private struct Spell: Sendable {
        var first: DocumentClock.Moment
        var firstArrival: UTCTime
        var lastArrival: UTCTime
        var lastTime: UTCTime
        var sighting: Sighting
        var isOpen = false
    }

    private var spells: [Subject: Spell] = [:]

    /// A frame shows these subjects.
    mutating func see(
        _ sightings: [Subject: Sighting], at moment: DocumentClock.Moment, arrival: UTCTime
    ) -> [Change] {
        var changes = end(before: arrival)
        for (subject, sighting) in sightings {
            guard var spell = spells[subject] else {
                guard spells.count < Self.subjectLimit else { continue }
                spells[subject] = Spell(
                    first: moment, firstArrival: arrival, lastArrival: arrival, lastTime: moment.time,
                    sighting: sighting
                )
                continue
            }
            spell.lastArrival = max(spell.lastArrival, arrival)
            spell.lastTime = max(spell.lastTime, moment.time)
            if spell.isOpen {
                changes.append(.continues(subject, at: spell.lastTime, sighting))
            } else {
                spell.sighting.formUnion(sighting)
                if arrival - spell.firstArrival >= Self.onset {
                    spell.isOpen = true
                    changes.append(.began(subject, at: spell.first, spell.sighting))
                }
            }
            spells[subject] = spell
        }
        return changes
    }

    /// Ends what was not shown for ``quiet`` before `now`, at its last frame.
    mutating func end(before now: UTCTime) -> [Change] {
        endSpells { now - $0.lastArrival > Self.quiet }
    }

    /// Takes back what just began: no event was made of it, so it begins anew when it is seen again.
    mutating func forget(_ subject: Subject) { spells[subject] = nil }

    /// The connection is gone: so is all that was present.
    mutating func endAll() -> [Change] { endSpells { _ in true } }

    private mutating func endSpells(_ isOver: (Spell) -> Bool) -> [Change] {
        let over = spells.filter { isOver($0.value) }
        for subject in over.keys { spells[subject] = nil }
        return over.filter(\.value.isOpen).map { .ended($0.key, at: $0.value.lastTime) }
    }
}

extension ObjectPresence.Sighting {
    mutating func formUnion(_ other: ObjectPresence.Sighting) {
        if let box = other.box { self.box = self.box?.union(box) ?? box }
        if let cells = other.cells {
            var union = self.cells ?? CellGrid()
            union.formUnion(cells)
            self.cells = union
        }
    }
}

package import MKDSCore

/// Tells values apart in 16 bytes, however long they are: what a camera says is remembered by it, so that no camera can
/// fill the memory. Two SipHashes by the secret key of the process (``Hasher``), so a camera cannot aim at a collision.
package struct Fingerprint: Hashable, Sendable {
    private let first: UInt64
    private let second: UInt64

    /// The fingerprint of a value; equal values have equal ones within this process.
    package init(_ value: some Hashable) {
        first = Self.hash(value, salt: 1)
        second = Self.hash(value, salt: 2)
    }

    private static func hash(_ value: some Hashable, salt: UInt8) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(salt)
        hasher.combine(value)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}

/// Which property a notification speaks of: topic, source (with its rule) and key, whatever order the items came in.
package struct PropertyKey: Hashable, Sendable {
    private let topic: Fingerprint
    private let items: Fingerprint

    /// The property of a notification.
    package init(_ notification: Notification) {
        topic = Fingerprint(notification.topic)
        items = Fingerprint(Set(notification.source + notification.key))
    }
}

/// What a notification means for the event its property makes.
package struct PropertyChange: Hashable, Sendable {
    /// The step of the event.
    package enum Step: Hashable, Sendable {
        case begin
        /// The state was repeated; it lasts at least until now.
        case extend
        case end(EndReason)
        /// A notification without state: begin and end at once.
        case occurrence
    }

    package let key: PropertyKey
    package let step: Step
    package let start: UTCTime
    /// The time of this step, never before ``start``.
    package let time: UTCTime
    /// False when the property held already when we first heard of it, so that it began at an unknown time before.
    package let isStartKnown: Bool
}

/// Makes events of properties (ONVIF Core Specification § 9.4.1): of each topic, source and rule one state.
///
/// `Initialized` repeats a state and is no event; `Deleted` ends one. After a reconnect every open state is in doubt until
/// the camera repeats it, which a metadata stream does at its start. A value per camera; times come in with the input.
package struct PropertyTracker: Sendable {
    /// Properties open at once; a camera with more is lying, and its further ones are counted and left.
    package static let openLimit = 1_024

    private struct State: Sendable {
        var start: UTCTime
        var isStartKnown: Bool
        /// When the connection broke after which it was not repeated yet.
        var doubtfulSince: UTCTime?
    }

    private var open: [PropertyKey: State] = [:]
    /// Notifications that would have opened one property too many.
    package private(set) var refusedCount = 0

    /// A tracker that knows no state.
    package init() {}

    /// Properties that hold.
    package var openCount: Int { open.count }

    /// Takes a notification of what was so at `time`, by whatever clock the caller trusts; nil when it changes nothing.
    package mutating func observe(_ notification: Notification, at time: UTCTime) -> PropertyChange? {
        let key = PropertyKey(notification)
        if notification.operation == .deleted { return end(key, .over, at: time) }
        switch notification.state {
        case true?:
            if open[key] != nil { return extend(key, at: time) }
            return begin(key, notification, at: time)
        case false?:
            return end(key, .over, at: time)
        case nil:
            guard notification.operation != .initialized else { return nil }
            return PropertyChange(key: key, step: .occurrence, start: time, time: time, isStartKnown: true)
        }
    }

    /// Takes back what just began: no event was made of it, so the camera's next word on it begins it.
    package mutating func forget(_ key: PropertyKey) { open[key] = nil }

    /// Notes that the connection broke: what was open goes on, but is in doubt.
    package mutating func connectionLost(at time: UTCTime) {
        for key in open.keys where open[key]?.doubtfulSince == nil { open[key]?.doubtfulSince = time }
    }

    /// Ends what is in doubt since `limit` or longer and was not repeated; to be called some seconds after a connection
    /// came back. Each ends when the connection was lost: the last moment at which it was known to hold.
    package mutating func endUnconfirmed(since limit: UTCTime) -> [PropertyChange] {
        let doubtful = open.compactMap { key, state in state.doubtfulSince.map { (key, $0) } }
        return doubtful.filter { $0.1 <= limit }.compactMap { end($0.0, .streamLost, at: $0.1) }
            .sorted { $0.start < $1.start }
    }

    private mutating func begin(_ key: PropertyKey, _ notification: Notification, at time: UTCTime) -> PropertyChange? {
        guard open.count < Self.openLimit else {
            refusedCount += 1
            return nil
        }
        let state = State(start: time, isStartKnown: notification.operation != .initialized)
        open[key] = state
        return change(key, .begin, state, at: time)
    }

    private mutating func extend(_ key: PropertyKey, at time: UTCTime) -> PropertyChange? {
        open[key]?.doubtfulSince = nil
        return open[key].map { change(key, .extend, $0, at: time) }
    }

    private mutating func end(_ key: PropertyKey, _ reason: EndReason, at time: UTCTime) -> PropertyChange? {
        open.removeValue(forKey: key).map { change(key, .end(reason), $0, at: time) }
    }

    private func change(
        _ key: PropertyKey, _ step: PropertyChange.Step, _ state: State, at time: UTCTime
    ) -> PropertyChange {
        PropertyChange(
            key: key, step: step, start: state.start, time: max(time, state.start), isStartKnown: state.isStartKnown)
    }
}

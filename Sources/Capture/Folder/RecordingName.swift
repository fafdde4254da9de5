package import MKDSCore

/// The time that recorders write into the names of their files and folders. Pure.
package enum RecordingName {
    package enum Stamp: Hashable, Sendable {
        /// As a clock on the wall showed it, in a zone the name does not tell.
        case local(LocalClock)
        /// The name says UTC (`Z`), or counts seconds since 1970.
        case utc(UTCTime)
    }

    /// How many folders above the file may hold a part of its time: `2026-11-21/15/30.00.mp4`.
    private static let depth = 6
    /// What may stand between the parts of a time, at most three of them in a row.
    private static let separators = Array("-_.:/ Thms".utf8)

    /// Year, month, day, hour, minute and second in this order, with or without separators, as far to the right in the
    /// path as they stand whole; or a name that is nothing but 10 digits, seconds since 1970.
    ///
    /// - Parameter path: Below the folder, parts divided by `/`.
    /// - Returns: nil when there is no such time in it.
    package static func stamp(of path: String) -> Stamp? {
        var parts = path.utf8.split(separator: UInt8(ascii: "/")).map(Array.init)
        guard var name = parts.popLast() else { return nil }
        if let dot = name.lastIndex(of: UInt8(ascii: ".")) { name.removeSubrange(dot...) }
        if name.count == 10, let seconds = Int64(String(decoding: name, as: UTF8.self)), seconds >= 0 {
            return .utc(UTCTime(seconds: seconds))
        }
        var text: [UInt8] = name
        var first = name.count
        for _ in 0..<depth {
            for start in 0..<first where start == 0 || !isDigit(text[start - 1]) {
                if let stamp = match(text[start...]) { return stamp }
            }
            guard let folder = parts.popLast() else { return nil }
            first = folder.count
            text = folder + [UInt8(ascii: "/")] + text
        }
        return nil
    }

    private static func match(_ text: ArraySlice<UInt8>) -> Stamp? {
        var rest = text
        guard let year = number(4, &rest), (1990...2099).contains(year), let month = part(&rest),
            let dayOfMonth = part(&rest), let day = UTCDay(year: year, month: month, day: dayOfMonth),
            let hour = part(&rest), hour < 24, let minute = part(&rest), minute < 60, let second = part(&rest),
            second < 60
        else { return nil }
        let clock = LocalClock(day: day, secondOfDay: hour * 3600 + minute * 60 + second)
        if rest.first == UInt8(ascii: "Z") { return .utc(clock.shifted) }
        // Milliseconds may follow; another number means that this was none of ours.
        let more = rest.prefix(while: isDigit).count
        return more == 0 || more == 3 ? .local(clock) : nil
    }

    private static func part(_ rest: inout ArraySlice<UInt8>) -> Int? {
        var skipped = 0
        while skipped < 3, let byte = rest.first, separators.contains(byte) {
            rest.removeFirst()
            skipped += 1
        }
        return number(2, &rest)
    }

    private static func number(_ count: Int, _ rest: inout ArraySlice<UInt8>) -> Int? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy(isDigit) else { return nil }
        rest = rest.dropFirst(count)
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

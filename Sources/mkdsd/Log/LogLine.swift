internal import Logging
internal import MKDSCore

/// One log record as it is written: always one line, whatever the message or metadata hold.
enum LogLine {
    /// How lines leave the process.
    enum Style: Sendable {
        /// For the journal: `<6>` in front (sd-daemon(3)), no time, since journald adds its own.
        case journal
        /// For a person at a terminal or a file.
        case plain
    }

    /// Longer lines are cut; a camera or a child must not fill the log with one record.
    static let byteLimit = 8 << 10

    static func format(
        level: Logger.Level, label: String, message: String, metadata: [(key: String, value: String)], time: UTCTime,
        style: Style
    ) -> String {
        var line: String
        switch style {
        case .journal: line = "<\(priority(level))>"
        case .plain: line = "\(time) \(level.rawValue.uppercased()) "
        }
        line += "\(label): \(oneLine(message))"
        for (key, value) in metadata {
            line += " \(oneLine(key))=\(quoted(value))"
        }
        if line.utf8.count > byteLimit {
            line = String(decoding: line.utf8.prefix(byteLimit), as: UTF8.self) + "…"
        }
        return line
    }

    /// syslog(3) priorities.
    static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }

    /// A word stays as it is; anything else is put into quotation marks.
    private static func quoted(_ value: String) -> String {
        let clean = oneLine(value)
        let isWord = !clean.isEmpty && !clean.unicodeScalars.contains { $0 == " " || $0 == "\"" || $0 == "=" }
        if isWord { return clean }
        let escaped = clean.map { $0 == "\"" ? "\\\"" : String($0) }.joined()
        return "\"\(escaped)\""
    }

    /// Control characters and line separators become visible escapes, so that no text can forge a line.
    private static func oneLine(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var clean = ""
        for scalar in text.unicodeScalars {
            if scalar == "\n" {
                clean += "\\n"
            } else if isControl(scalar) {
                clean += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                clean.unicodeScalars.append(scalar)
            }
        }
        return clean
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 32 || (127...159).contains(scalar.value) || scalar.value == 0x2028 || scalar.value == 0x2029
    }
}

/// One mistake in a settings file, with the place where a person finds it.
package struct SettingsProblem: Hashable, Sendable {
    /// As it was named by whoever asked for the file.
    package var file: String
    /// Counted from 1; 0 when the mistake has no place in the text (a missing file).
    package var line: Int
    /// Counted from 1 in characters.
    package var column: Int
    /// Dotted path of the key, `query.readers.uids[2]`; empty for the document as a whole.
    package var key: String
    /// What is wrong and what is allowed, one plain sentence without secrets.
    package var message: String

    package init(file: String, line: Int = 0, column: Int = 0, key: String = "", message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.key = key
        self.message = message
    }
}

extension SettingsProblem: CustomStringConvertible {
    /// `mkdsd.yaml:12:5: capture.group_size: must be 1 to 32, not 50`.
    package var description: String {
        var text = file
        if line > 0 { text += ":\(line):\(column)" }
        if !key.isEmpty { text += ": \(key)" }
        return text + ": " + message
    }
}

/// All mistakes of one settings file, in the order of the text.
package struct SettingsError: Error, Hashable, Sendable, CustomStringConvertible {
    package var problems: [SettingsProblem]

    package init(problems: [SettingsProblem]) {
        self.problems = problems.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
    }

    package init(_ problem: SettingsProblem) {
        problems = [problem]
    }

    package var description: String { problems.map(\.description).joined(separator: "\n") }
}

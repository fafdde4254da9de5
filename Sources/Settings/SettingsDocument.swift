internal import Yams

/// A parsed settings file that collects mistakes while it is read.
///
/// Reading never stops at a mistake: the reader gets the default instead and goes on, so that one run names them all.
/// Keys are looked up by the readers; whatever nobody asked for is an unknown key. So the set of keys a document was
/// asked for is its schema (``keys``).
final class SettingsDocument {
    let file: String
    private(set) var problems: [SettingsProblem] = []
    /// Dotted paths of every key that was asked for, present or not.
    private(set) var keys: Set<String> = []
    private let root: Node?

    /// Parses `bytes`; a syntax error is the only mistake such a document has.
    init(bytes: [UInt8], file: String) throws(SettingsError) {
        self.file = file
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SettingsError(Self.encodingProblem(bytes, file: file))
        }
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw SettingsError(Self.problem(error, text: text, file: file))
        }
    }

    /// The document's top level; an empty file is an empty mapping.
    func section() -> SettingsSection {
        guard let root, !root.isNull else { return SettingsSection(document: self, path: "", mapping: nil, place: nil) }
        guard case .mapping(let mapping) = root else {
            report(root.mark, key: "", "must be a mapping of keys, not \(root.kindName)")
            return SettingsSection(document: self, path: "", mapping: nil, place: root.mark)
        }
        return SettingsSection(document: self, path: "", mapping: mapping, place: root.mark)
    }

    func report(_ place: Mark?, key: String, _ message: String) {
        problems.append(
            SettingsProblem(
                file: file, line: place?.line ?? 1, column: place?.column ?? 1, key: key, message: message))
    }

    func asked(for key: String) {
        keys.insert(key)
    }

    /// Throws all mistakes found so far, if any.
    func check() throws(SettingsError) {
        guard problems.isEmpty else { throw SettingsError(problems: problems) }
    }

    // MARK: - Errors of the parser

    private static func encodingProblem(_ bytes: [UInt8], file: String) -> SettingsProblem {
        var line = 1
        var start = 0
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
            guard String(validating: bytes[start..<index], as: UTF8.self) != nil else { break }
            line += 1
            start = index + 1
        }
        return SettingsProblem(file: file, line: line, column: 1, message: "is not UTF-8 text")
    }

    private static func problem(_ error: any Error, text: String, file: String) -> SettingsProblem {
        guard let error = error as? YamlError else {
            return SettingsProblem(file: file, line: 1, column: 1, message: "cannot be parsed as YAML")
        }
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return SettingsProblem(
                file: file, line: mark.line, column: mark.column, message: "is not YAML here: \(problem)")
        case .reader(let problem, let offset, _, _):
            let before = text.prefix(offset ?? 0)
            return SettingsProblem(
                file: file, line: 1 + before.count(where: \.isNewline), column: 1,
                message: "holds a character that YAML forbids: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            return duplicate(duplicates.first ?? "", first: context.mark, text: text, file: file)
        default:
            return SettingsProblem(file: file, line: 1, column: 1, message: "cannot be parsed as YAML")
        }
    }

    /// The parser names the first place of a key; what a person must delete is the second.
    private static func duplicate(_ key: String, first: Mark, text: String, file: String) -> SettingsProblem {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let indented = String(repeating: " ", count: first.column - 1) + key + ":"
        let second = lines.indices.dropFirst(first.line).first { lines[$0].hasPrefix(indented) }
        return SettingsProblem(
            file: file, line: second.map { $0 + 1 } ?? first.line, column: first.column, key: key,
            message: "is given twice, first on line \(first.line)")
    }
}

extension Node {
    /// `key:` with nothing behind it, `~` or `null`.
    var isNull: Bool {
        guard case .scalar(let scalar) = self, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    var kindName: String {
        switch self {
        case .scalar: "a single value"
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }

    /// The text of a scalar; nil for lists and mappings.
    var text: String? {
        guard case .scalar(let scalar) = self else { return nil }
        return scalar.string
    }

    /// Nil unless it is a scalar written without quotation marks.
    var plain: String? {
        guard case .scalar(let scalar) = self, scalar.style == .plain || scalar.style == .any else { return nil }
        return scalar.string
    }
}

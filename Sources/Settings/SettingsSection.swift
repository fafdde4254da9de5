internal import Yams

/// One mapping of a settings file, being read key by key.
///
/// Every reading function returns nil (or the default) both when the key is absent and when its value is wrong; the
/// mistake is noted in the document. Call ``finish()`` last: it notes the keys nobody asked for.
final class SettingsSection {
    let document: SettingsDocument
    let path: String
    private let mapping: Node.Mapping?
    let place: Mark?
    private var known: Set<String> = []

    init(document: SettingsDocument, path: String, mapping: Node.Mapping?, place: Mark?) {
        self.document = document
        self.path = path
        self.mapping = mapping
        self.place = place
    }

    /// True when the file holds this mapping at all.
    var isPresent: Bool { mapping != nil }

    /// True when the key is there and not empty, right or wrong.
    func has(_ key: String) -> Bool {
        mapping?[Node(key)].map { !$0.isNull } ?? false
    }

    // MARK: - Values

    /// A mapping below this one; an absent one reads as empty.
    func section(_ key: String) -> SettingsSection {
        let node = value(key)
        let mapping: Node.Mapping?
        switch node {
        case nil: mapping = nil
        case .mapping(let found)?: mapping = found
        case let other?:
            report(key, other, "must be a mapping of keys, not \(other.kindName)")
            mapping = nil
        }
        return SettingsSection(document: document, path: name(key), mapping: mapping, place: node?.mark ?? place)
    }

    /// A text; a plain number is taken as it is written.
    func text(_ key: String, _ rule: TextRule = .line) -> String? {
        guard let node = value(key) else { return nil }
        guard let text = node.text else {
            report(key, node, "must be a text, not \(node.kindName)")
            return nil
        }
        if let complaint = rule.complaint(text) {
            report(key, node, complaint)
            return nil
        }
        return text
    }

    func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let node = value(key) else { return nil }
        return integer(node, key: key, in: range)
    }

    func number(_ key: String, in range: ClosedRange<Double>) -> Double? {
        guard let node = value(key) else { return nil }
        let allowed = "must be a number from \(range.lowerBound.brief) to \(range.upperBound.brief)"
        guard let number = node.number else {
            report(key, node, "\(allowed), not \(node.shown)")
            return nil
        }
        guard range.contains(number) else {
            report(key, node, "\(allowed), not \(number.brief)")
            return nil
        }
        return number
    }

    /// One of a fixed set of words.
    func choice<Choice: RawRepresentable & CaseIterable>(_ key: String, _ type: Choice.Type) -> Choice?
    where Choice.RawValue == String {
        guard let node = value(key) else { return nil }
        guard let choice = node.text.flatMap(Choice.init(rawValue:)) else {
            let allowed = Choice.allCases.map(\.rawValue)
            let meant = node.text.flatMap { nearestName(to: $0, among: allowed) }.map { "; did you mean \($0)?" } ?? ""
            report(key, node, "must be one of \(allowed.joined(separator: ", ")), not \(node.shown)" + meant)
            return nil
        }
        return choice
    }

    func integers(_ key: String, in range: ClosedRange<Int>, limit: Int) -> [Int]? {
        list(key, limit: limit)?.compactMap { element, key in self.integer(element, key: key, in: range) }
    }

    func texts(_ key: String, _ rule: TextRule, limit: Int) -> [String]? {
        list(key, limit: limit)?.compactMap { element, key in
            guard let text = element.text else {
                self.report(key, element, "must be a text, not \(element.kindName)")
                return nil
            }
            if let complaint = rule.complaint(text) {
                self.report(key, element, complaint)
                return nil
            }
            return text
        }
    }

    /// The elements of a list with their keys; absent is nil, a repeated plain element is a mistake.
    func list(_ key: String, limit: Int) -> [(element: Node, key: String)]? {
        guard let node = value(key) else { return nil }
        guard case .sequence(let sequence) = node else {
            report(key, node, "must be a list, as in [a, b], not \(node.kindName)")
            return nil
        }
        guard sequence.count <= limit else {
            report(key, node, "must have at most \(limit) elements, not \(sequence.count)")
            return nil
        }
        var seen: Set<String> = []
        var elements: [(Node, String)] = []
        for (index, element) in sequence.enumerated() {
            if let text = element.text, !seen.insert(text).inserted {
                report("\(key)[\(index)]", element, "is listed twice: \(element.shown)")
            }
            elements.append((element, "\(key)[\(index)]"))
        }
        return elements
    }

    // MARK: - Mistakes

    /// Notes a mistake at `key` of this mapping.
    func report(_ key: String, _ message: String) {
        report(key, mapping?[Node(key)], message)
    }

    func report(_ key: String, _ node: Node?, _ message: String) {
        document.report(node?.mark ?? place, key: name(key), message)
    }

    /// Notes each key that no one asked for, with the one that was probably meant.
    func finish() {
        for node in mapping.map({ Array($0.keys) }) ?? [] {
            guard let key = node.text else {
                document.report(node.mark, key: path, "has \(node.kindName) as a key; a key must be a word")
                continue
            }
            guard !known.contains(key) else { continue }
            let meant = nearestName(to: key, among: known)
            let hint = meant.map { "did you mean \($0)?" } ?? "allowed are " + known.sorted().joined(separator: ", ")
            document.report(node.mark, key: name(key.shortened), "is no known key; \(hint)")
        }
    }

    // MARK: - Private parts

    /// The node of `key`; nil when it is absent or empty.
    private func value(_ key: String) -> Node? {
        known.insert(key)
        document.asked(for: name(key))
        guard let node = mapping?[Node(key)], !node.isNull else { return nil }
        return node
    }

    private func name(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    private func integer(_ node: Node, key: String, in range: ClosedRange<Int>) -> Int? {
        let allowed = "must be a whole number from \(range.lowerBound) to \(range.upperBound)"
        guard let number = node.plain.flatMap({ Int($0) }), range.contains(number) else {
            report(key, node, "\(allowed), not \(node.shown)")
            return nil
        }
        return number
    }
}

extension Node {
    /// A finite number written without quotation marks.
    var number: Double? { plain.flatMap { Double($0) }.flatMap { $0.isFinite ? $0 : nil } }

    /// What was written, for a message: short and on one line.
    var shown: String {
        guard let text else { return kindName }
        let short = text.shortened
        return plain == nil ? "\"\(short)\"" : short
    }
}

extension String {
    /// At most 40 characters, control characters replaced.
    var shortened: String {
        let clean = String(String.UnicodeScalarView(unicodeScalars.map { $0.value < 32 || $0.value == 127 ? "?" : $0 }))
        return clean.count <= 40 ? clean : String(clean.prefix(39)) + "…"
    }
}

extension Double {
    /// Without a needless `.0`.
    var brief: String {
        self == rounded() && abs(self) < 1e15 ? String(Int64(self)) : String(self)
    }
}

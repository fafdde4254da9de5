package import MKDSCore

/// One thing a probe has to say of a camera: what it is and what to do about it.
package struct ProbeFinding: Hashable, Codable, Sendable {
    package enum Severity: String, CaseIterable, Codable, Sendable, Comparable {
        /// The camera cannot be used so.
        case error
        /// It can, but worse or dearer than it might.
        case warning
        /// Worth knowing.
        case hint

        package static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .error: 0
            case .warning: 1
            case .hint: 2
            }
        }
    }

    /// Stable word, `keyframes-rare`.
    package var word: String
    package var severity: Severity
    package var text: String
    package var textCS: String
    /// Empty where nothing need be done.
    package var advice: String
    package var adviceCS: String

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case word, severity, text, advice
        case textCS = "text_cs"
        case adviceCS = "advice_cs"
    }
}

/// What the facts of a probe mean: pure, each rule with its limit. docs/ref/mkdsctl.md lists the words.
package enum ProbeFindings {
    /// The worst first, otherwise in the order a person meets them.
    package static func of(_ facts: ProbeFacts, _ target: ProbeTarget) -> [ProbeFinding] {
        var list = FindingList()
        way(facts, target, &list)
        login(facts, target, &list)
        failure(facts, &list)
        if let video = facts.video, video.packets > 0 {
            groups(video, &list)
            picture(video, facts, &list)
            losses(video, &list)
        }
        if !target.isFile { clock(facts, target, &list) }
        tracks(facts, target, &list)
        scene(facts, &list)
        device(facts, target, &list)
        return list.sorted
    }
}

/// Findings as they are made.
struct FindingList {
    private var items: [ProbeFinding] = []

    var sorted: [ProbeFinding] {
        // Stable: equal severities keep their order.
        items.enumerated().sorted { ($0.element.severity, $0.offset) < ($1.element.severity, $1.offset) }
            .map(\.element)
    }

    var isEmpty: Bool { items.isEmpty }

    mutating func add(
        _ severity: ProbeFinding.Severity, _ word: String, cs textCS: String, en text: String,
        do advice: (String, String)
    ) {
        items.append(
            ProbeFinding(
                word: word, severity: severity, text: text, textCS: textCS, advice: advice.1, adviceCS: advice.0))
    }
}

extension Double {
    /// With one decimal, `2,5` or `2.5`.
    var tenthCS: String { tenth.replacing(".", with: ",") }
    var tenth: String {
        guard isFinite, abs(self) < 1e15 else { return "?" }
        let tenths = Int64((abs(self) * 10).rounded())
        return (self < 0 && tenths > 0 ? "-" : "") + "\(tenths / 10).\(tenths % 10)"
    }
}

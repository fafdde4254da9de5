/// What the parser of the command line says by itself, in Czech.
///
/// The parser knows English only and hands out finished texts, so its phrases are recognised line by line. A phrase that
/// is not known here stays English; `ExitTests` provokes them all.
extension Texts {
    /// Help or a complaint as the parser made it, in the language of the process.
    func parserText(_ text: String) -> String {
        let complaint = text.hasPrefix("Error: ") ? "mkdsctl: " + text.dropFirst("Error: ".count) : text
        guard language == .czech else { return complaint }
        return complaint.split(separator: "\n", omittingEmptySubsequences: false)
            .map { Self.czech(String($0)) }.joined(separator: "\n")
    }

    /// English phrases and what they become; `%` stands for any text, in both in the same order.
    private static let phrases: [(english: String, czech: String)] = [
        // Complaints
        ("mkdsctl: The value '%' is invalid for '%'", "mkdsctl: Hodnota „%“ se nehodí pro „%“."),
        ("mkdsctl: Unknown option '%'. Did you mean '%'?", "mkdsctl: Neznámá volba „%“. Nemělo to být „%“?"),
        ("mkdsctl: Unknown option '%'", "mkdsctl: Neznámá volba „%“."),
        ("mkdsctl: Missing value for '%'", "mkdsctl: Chybí hodnota za „%“."),
        (
            "mkdsctl: The option '%' does not take any value, but '%' was specified.",
            "mkdsctl: Volba „%“ nemá hodnotu, a přesto je uvedena: „%“."
        ),
        ("mkdsctl: Unexpected argument '%'", "mkdsctl: Tohle tu nemá být: „%“."),
        ("mkdsctl: % unexpected arguments: '%'", "mkdsctl: Tyto % údaje tu nemají být: „%“."),
        (
            "mkdsctl: Value to be set with flag '%' had already been set with flag '%'",
            "mkdsctl: Volbu „%“ nelze spojit s „%“."
        ),
        ("mkdsctl: Missing expected argument '%'", "mkdsctl: Chybí „%“."),
        ("mkdsctl: Missing required subcommand.", "mkdsctl: Chybí příkaz."),
        ("mkdsctl: Invalid option: %", "mkdsctl: Neplatná volba: %"),
        ("mkdsctl: Can't generate completion scripts for '%'.", "mkdsctl: Pro „%“ doplňování příkazů není."),
        ("Please use --generate-completion-script=<shell> with one of:", "Lze: --generate-completion-script="),
        ("Help:  %", "  %"),
        ("Usage: %", "Použití: %"),
        ("  See '%' for more information.", "  Více: %"),
        // Help
        ("OVERVIEW: %", "%"),
        ("USAGE: %", "POUŽITÍ: %"),
        ("ARGUMENTS:", "ÚDAJE:"),
        ("OPTIONS:", "VOLBY:"),
        ("SUBCOMMANDS:", "PŘÍKAZY:"),
        ("  See '%' for detailed help.", "  Podrobně: %"),
        ("%Show the version.", "%Vypíše verzi."),
        ("%Show help information.", "%Vypíše tuto nápovědu."),
        ("%(default) %", "%(výchozí) %"),
        ("%(default: %)", "%(výchozí: %)"),
    ]

    private static let placeholders = [
        ("<subcommand>", "<příkaz>"), ("[<options>]", "[<volby>]"), ("<options>", "<volby>"),
    ]

    private static func czech(_ line: String) -> String {
        let translated = phrases.lazy.compactMap { fill($0.czech, match(line, $0.english)) }.first ?? line
        return placeholders.reduce(translated) { text, pair in
            text.split(separator: pair.0, omittingEmptySubsequences: false).joined(separator: pair.1)
        }
    }

    /// The texts that stand for the `%` of a phrase; nil when the line is another one.
    private static func match(_ line: String, _ phrase: String) -> [Substring]? {
        let parts = phrase.split(separator: "%", omittingEmptySubsequences: false)
        guard let first = parts.first, let last = parts.last, line.hasPrefix(first) else { return nil }
        guard parts.count > 1 else { return line == phrase ? [] : nil }
        var rest = line.dropFirst(first.count)
        var found: [Substring] = []
        for part in parts.dropFirst().dropLast() {
            guard let range = rest.firstRange(of: part) else { return nil }
            found.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        guard rest.hasSuffix(last) else { return nil }
        return found + [rest.dropLast(last.count)]
    }

    private static func fill(_ phrase: String, _ values: [Substring]?) -> String? {
        guard let values else { return nil }
        let parts = phrase.split(separator: "%", omittingEmptySubsequences: false)
        return zip(parts, values + [""]).map { $0 + $1 }.joined()
    }
}

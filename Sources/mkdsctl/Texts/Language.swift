/// The language of texts for people.
enum Language: String, CaseIterable, Sendable {
    case czech = "cs"
    case english = "en"

    /// Czech, unless the command line or the locale asks for English: `--lang`, then `LC_ALL`, `LC_MESSAGES`, `LANG`.
    ///
    /// It is needed before the command line is parsed, since even the help has a language.
    static func choose(arguments: [String], environment: (String) -> String?) -> Language {
        var asked: String?
        for (index, argument) in arguments.enumerated() {
            if argument == "--" { break }
            if argument == "--lang", index + 1 < arguments.count { asked = arguments[index + 1] }
            if argument.hasPrefix("--lang=") { asked = String(argument.dropFirst("--lang=".count)) }
        }
        if let asked, let language = Language(rawValue: asked) { return language }
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap(environment).first { !$0.isEmpty }
        guard let locale else { return .czech }
        return locale == "en" || locale.hasPrefix("en_") || locale.hasPrefix("en.") ? .english : .czech
    }
}

/// Every text this program shows, Czech and English side by side.
struct Texts: Sendable {
    var language: Language

    /// The language of this process.
    static let here = Texts(
        language: Language.choose(
            arguments: Array(CommandLine.arguments.dropFirst()), environment: Environment.value))

    func callAsFunction(_ czech: String, _ english: String) -> String {
        language == .czech ? czech : english
    }

    /// A number of things: Czech has forms for 1, for 2 to 4 and for the rest.
    func count(_ number: Int, czech: (one: String, few: String, many: String), english: (one: String, many: String))
        -> String
    {
        let word =
            switch (language, number) {
            case (.czech, 1): czech.one
            case (.czech, 2...4): czech.few
            case (.czech, _): czech.many
            case (.english, 1): english.one
            case (.english, _): english.many
            }
        return "\(grouped(number)) \(word)"
    }

    /// `12 345` with a no-break space in Czech, `12,345` in English.
    func grouped(_ number: Int) -> String {
        let digits = Array(String(number.magnitude))
        var text = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += self("\u{a0}", ",") }
            text.append(digit)
        }
        return text
    }

    /// A number with the given decimals, rounded; decimal comma in Czech.
    func decimal(_ value: Double, places: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "–" }
        let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
        let whole = Int((value * scale).rounded())
        let sign = whole < 0 ? "-" : ""
        guard places > 0 else { return grouped(whole) }
        let fraction = String(Int(whole.magnitude) % Int(scale))
        let zeros = String(repeating: "0", count: places - fraction.count)
        return sign + grouped(Int(whole.magnitude) / Int(scale)) + self(",", ".") + zeros + fraction
    }
}

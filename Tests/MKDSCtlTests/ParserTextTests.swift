internal import Testing

@testable import mkdsctl

/// A Czech reader gets Czech also where the parser of the command line speaks.
@Suite(.timeLimit(.minutes(10))) struct ParserTextTests {
    /// Words of the parser that must not be left in Czech output.
    private static let english = [
        "Error", "Usage", "USAGE", "Help:", "See '", "OVERVIEW", "OPTIONS", "ARGUMENTS:", "COMMANDS", "Show ",
        "default",
        "(values", "Unknown", "Missing", "Unexpected", "unexpected", "invalid", "Invalid", "Value", "option", "Please",
        "subcommand", "<time>", "<code>", "<kind>", "<path>", "<seconds>", "<file>", "<date>", "<property>", "<span>",
    ]

    private static let complaints = [
        ["bogus"], ["events", "a", "b"], ["events", "list", "--limit", "x"], ["events", "list", "--limit"],
        ["events", "list", "--json", "--csv"], ["events", "list", "--form", "x"], ["events", "list", "-x"],
        ["events", "list", "--all=3"], ["events", "list", "--kind", "duch"], ["events", "list", "--touched"],
        ["events", "show"], ["areas", "import"], ["areas", "import", "x", "--kind", "kraj", "--valid-from", "dnes"],
        ["place", "49.7475,13.3776"], ["health", "--lang", "de"], ["--generate-completion-script", "tcsh"],
    ]

    private static let help = [
        ["--help"], ["events", "--help"], ["events", "list", "--help"], ["events", "follow", "--help"],
        ["events", "show", "--help"], ["cameras", "--help"], ["cameras", "import", "--help"], ["areas", "--help"],
        ["cameras", "streams", "--help"], ["coverage", "--help"],
        ["areas", "list", "--help"], ["areas", "import", "--help"], ["officials", "--help"],
        ["officials", "list", "--help"], ["place", "--help"], ["health", "--help"], ["help", "events", "list"],
    ]

    @Test(arguments: complaints) func aComplaintIsCzechThroughout(arguments: [String]) async throws {
        let outcome = try await BuiltProgram.run(arguments, environment: ["LANG": "cs_CZ.UTF-8"])
        #expect(outcome.status == ExitNumber.usage.rawValue)
        #expect(outcome.errors.hasPrefix("mkdsctl: "))
        // What the person typed and the names of options stay as they are.
        let said = outcome.errors.split(separator: "--generate-completion-script").joined()
        #expect(Self.english.filter { said.contains($0) } == [], "\(said)")
    }

    @Test(arguments: help) func helpIsCzechThroughout(arguments: [String]) async throws {
        let outcome = try await BuiltProgram.run(arguments, environment: ["LANG": "cs_CZ.UTF-8"])
        #expect(outcome.status == 0)
        #expect(Self.english.filter { outcome.output.contains($0) } == [], "\(outcome.output)")
        #expect(outcome.output.contains("POUŽITÍ: mkdsctl"))
    }

    @Test func anEnglishReaderGetsTheParsersOwnWords() {
        let text = "Error: Unknown option '--x'\nUsage: mkdsctl <subcommand>"
        #expect(
            Texts(language: .english).parserText(text) == "mkdsctl: Unknown option '--x'\nUsage: mkdsctl <subcommand>")
    }

    @Test func aPhraseThatIsNotKnownStaysAsItIs() {
        #expect(Texts(language: .czech).parserText("Error: 100 % new\nx") == "mkdsctl: 100 % new\nx")
        #expect(Texts(language: .czech).parserText("") == "")
    }
}

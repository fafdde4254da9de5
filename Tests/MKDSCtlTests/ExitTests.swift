internal import Glibc
internal import QueryAPI
internal import TestMedia
internal import Testing

@testable import mkdsctl

/// Runs the built program: what a script sees of it.
@Suite(.timeLimit(.minutes(10))) struct ExitTests {
    private static func run(_ arguments: String..., server: ScriptedServer? = nil, language: String = "cs_CZ.UTF-8")
        async throws -> BuiltProgram.Outcome
    {
        try await BuiltProgram.run(
            arguments + (server.map { ["--socket", $0.path] } ?? []), environment: ["LANG": language])
    }

    @Test(arguments: [
        ["--help"], ["--version"], ["events", "--help"], ["events", "list", "--help"], ["events", "follow", "-h"],
        ["events", "show", "--help"], ["cameras", "import", "--help"], ["cameras", "show", "--help"],
        ["cameras", "streams", "--help"],
        ["areas", "list", "--help"], ["areas", "import", "--help"], ["officials", "import", "--help"],
        ["officials", "list", "--help"],
        ["place", "--help"], ["health", "--help"], ["--generate-completion-script", "bash"],
        ["--generate-completion-script", "zsh"], ["--generate-completion-script", "fish"],
    ])
    func helpIsAlwaysToBeHad(arguments: [String]) async throws {
        let outcome = try await BuiltProgram.run(arguments)
        #expect(outcome.status == 0)
        #expect(!outcome.output.isEmpty)
        #expect(outcome.errors.isEmpty)
    }

    @Test func helpNamesEveryExitNumberInBothLanguages() async throws {
        let czech = try await BuiltProgram.run(["--help"])
        let english = try await BuiltProgram.run(["--help"], environment: ["LC_ALL": "en_US.UTF-8"])
        for status in ExitNumber.allCases {
            #expect(czech.output.contains("\n  \(status.rawValue)  "))
            #expect(english.output.contains("\n  \(status.rawValue)  "))
        }
        #expect(czech.output.contains("NÁVRATOVÉ KÓDY"))
        #expect(english.output.contains("EXIT STATUS"))
    }

    @Test(arguments: [
        ["bogus"], ["events", "list", "--limit", "0"], ["events", "list", "--limit", "x"],
        ["events", "list", "--json", "--csv"], ["events", "list", "--all", "--limit", "5"],
        ["events", "list", "--touched"], ["events", "list", "--kind", "duch"], ["events", "list", "--from", "kdysi"],
        ["events", "list", "--from", "2026-03-29 02:30"], ["events", "list", "--near", "13,49"],
        ["events", "list", "--camera", "../x"], ["events", "list", "--from", "dnes", "--to", "včera"],
        ["events", "list", "--from"], ["events", "show", "7"], ["events", "follow", "--csv"],
        ["areas", "import", "x.geojson"], ["areas", "import", "x", "--kind", "okrsek", "--valid-from", "brzy"],
        ["areas", "import", "x", "--kind", "kraj", "--valid-from", "dnes"], ["place", "Plzeň"], ["place", "181,0"],
        ["health", "--timeout", "0"], ["health", "--lang", "de"],
    ])
    func aWrongCommandLineIsTwo(arguments: [String]) async throws {
        let outcome = try await BuiltProgram.run(arguments)
        #expect(outcome.status == ExitNumber.usage.rawValue)
        #expect(outcome.output.isEmpty)
        #expect(!outcome.errors.isEmpty)
    }

    @Test func aMissingSocketIsFiveAndSaysWhichUnitToStart() async throws {
        let czech = try await Self.run("events", "list", "--socket", "/tmp/none/query.sock")
        #expect(czech.status == ExitNumber.unreachable.rawValue)
        #expect(czech.errors.contains("/tmp/none/query.sock neexistuje"))
        #expect(czech.errors.contains("systemctl start mkdsd"))
        let english = try await Self.run(
            "health", "--socket", "/tmp/none/query.sock", language: "en_US.UTF-8")
        #expect(english.errors.contains("There is no socket"))
    }

    @Test func theSocketComesFromTheEnvironmentUnlessGiven() async throws {
        let outcome = try await BuiltProgram.run(["health"], environment: ["MKDS_SOCKET": "/tmp/none/other.sock"])
        #expect(outcome.errors.contains("/tmp/none/other.sock"))
        let given = try await BuiltProgram.run(
            ["health", "--socket", "/tmp/none/third.sock"], environment: ["MKDS_SOCKET": "/tmp/none/other.sock"])
        #expect(given.errors.contains("/tmp/none/third.sock"))
    }

    @Test func aSocketNobodyListensOnIsFive() async throws {
        // A file of our own: of another's, root alone hears this.
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let outcome = try await Self.run("health", "--socket", directory.write([], to: "query.sock"))
        #expect(outcome.status == ExitNumber.unreachable.rawValue)
        #expect(outcome.errors.contains("nikdo neposlouchá"))
    }

    @Test func anOverlongSocketPathIsTwo() async throws {
        let path = "/tmp/" + String(repeating: "x", count: 200)
        #expect(try await Self.run("health", "--socket", path).status == ExitNumber.usage.rawValue)
    }

    @Test(.enabled(if: geteuid() != 0, "root may use every socket; run the tests as another user to try this"))
    func aForbiddenSocketIsFourAndNamesTheGroup() async throws {
        let server = try ScriptedServer(body: "{}")
        chmod(server.path, 0)
        let outcome = try await Self.run("health", server: server)
        #expect(outcome.status == ExitNumber.refused.rawValue)
        #expect(outcome.errors.contains("usermod -aG"))
    }

    @Test(arguments: [
        (Problem.Kind.forbidden, ExitNumber.refused), (.administratorsOnly, .refused), (.noSuchPath, .notFound),
        (.badParameter, .usage), (.badRequest, .usage), (.databaseUnavailable, .unreachable),
        (.queryTooSlow, .unreachable), (.tooMany, .unreachable), (.internalError, .failure),
    ])
    func aRefusalHasItsStatusAndIsToldInTheReadersLanguage(kind: Problem.Kind, status: ExitNumber) async throws {
        let problem = Problem(kind, detail: "in English", detailCS: "česky")
        let server = try ScriptedServer(
            status: "\(problem.status) No", type: MediaTypeName.problem, body: Sample.json(problem))
        let czech = try await Self.run("events", "list", server: server)
        #expect(czech.status == status.rawValue)
        #expect(czech.output.isEmpty)
        #expect(czech.errors.contains(problem.titleCS) && czech.errors.contains("česky"))
        let english = try await Self.run("events", "list", server: server, language: "en_US.UTF-8")
        #expect(english.errors.contains(problem.title) && english.errors.contains("in English"))
        let json = try await Self.run("events", "list", "--json", server: server)
        #expect(json.status == status.rawValue)
        #expect(json.output.contains(problem.type))
    }

    @Test func aRefusalThatIsNoProblemDocumentIsToldToo() async throws {
        let server = try ScriptedServer(status: "502 Bad", type: "text/html", body: "<h1>\u{1B}[31m")
        let outcome = try await Self.run("cameras", server: server)
        #expect(outcome.status == ExitNumber.failure.rawValue)
        #expect(outcome.errors.contains("502"))
        #expect(!outcome.errors.contains("\u{1B}"))
    }

    @Test func failingHealthIsOneAndDegradedIsNot() async throws {
        for (status, expected) in [(HealthReport.Status.ok, Int32(0)), (.degraded, 0), (.failing, 1)] {
            let report = HealthReport(
                time: Sample.start, version: "1", started: Sample.start,
                components: [
                    .init(
                        name: "database", status: status, reason: "gone",
                        reasonCS: "zmizela 2026-11-21T10:48:03.946353Z: X.", figures: ["lag_s": 1.5])
                ])
            let http = status == .failing ? "503 Service Unavailable" : "200 OK"
            let server = try ScriptedServer(status: http, body: Sample.json(report))
            let outcome = try await Self.run("health", server: server)
            #expect(outcome.status == expected)
            #expect(outcome.output.contains("databáze: zmizela 21. 11. 2026 11:48:03: X.\n"))
            #expect(outcome.output.contains("zpoždění 1,5 s"))
        }
    }
}

import FoundationEssentials
import MKDSCore
import Testing

@testable import Settings

struct DaemonSettingsTests {
    @Test func townAloneGivesTheDefaults() throws {
        let settings = try read("town: {code: 554791, name: Plzeň}")
        #expect(settings.town.code == "554791")
        #expect(settings.town.name == "Plzeň")
        #expect(settings.database.url == nil)
        #expect(settings.database.privateCluster.directory == "/var/lib/mkds/postgres")
        #expect(settings.spool.directory == "/var/lib/mkds/spool")
        #expect(settings.capture.groupSize == 32)
        #expect(settings.capture.networks == .standard)
        #expect(settings.query.administrators.uids == [0])
        #expect(settings.query.readers == DaemonSettings.Principals())
        #expect(settings.log.level == .info)
    }

    @Test func directoriesFollowTheStateDirectory() throws {
        let settings = try read("town: {code: 554791, name: Plzeň}\nstate_directory: /srv/mkds")
        #expect(settings.database.privateCluster.directory == "/srv/mkds/postgres")
        #expect(settings.spool.directory == "/srv/mkds/spool")
    }

    /// What is wrong, and the one line that says so.
    static let mistakes: [(text: String, expected: String)] = [
        ("captur:\n  group_size: 3", "3:1: captur: is no known key; did you mean capture?"),
        ("capture:\n  group_sise: 3", "4:3: capture.group_sise: is no known key; did you mean group_size?"),
        (
            "log:\n  colour: red",
            "4:3: log.colour: is no known key; allowed are level"
        ),
        (
            "capture:\n  group_size: 33",
            "4:15: capture.group_size: must be a whole number from 1 to 32, not 33"
        ),
        (
            "capture:\n  group_size: many",
            "4:15: capture.group_size: must be a whole number from 1 to 32, not many"
        ),
        (
            "capture:\n  group_size: \"8\"",
            "4:15: capture.group_size: must be a whole number from 1 to 32, not \"8\""
        ),
        (
            "capture:\n  networks: [10.20.3.4/16]",
            "4:14: capture.networks[0]: must be a network as in 10.20.0.0/16 or fd00:20::/48; "
                + "10.20.3.4/16 is an address in 10.20.0.0/16"
        ),
        (
            "capture:\n  networks: 10.0.0.0/8",
            "4:13: capture.networks: must be a list, as in [a, b], not a single value"
        ),
        ("capture: 8", "3:10: capture: must be a mapping of keys, not a single value"),
        ("state_directory: [/a]", "3:18: state_directory: must be a text, not a list"),
        (
            "state_directory: var/lib",
            "3:18: state_directory: must be a path from the root (/…), not \"var/lib\""
        ),
        ("state_directory: /var/../etc", "3:18: state_directory: must not hold \"..\""),
        (
            "log: {level: verbose}",
            "3:14: log.level: must be one of trace, debug, info, notice, warning, error, not verbose"
        ),
        (
            "log: {level: warnin}",
            "3:14: log.level: must be one of trace, debug, info, notice, warning, error, not warnin; "
                + "did you mean warning?"
        ),
        (
            "query: {readers: {users: karel}}",
            "3:26: query.readers.users: must be a list, as in [a, b], not a single value"
        ),
        (
            "query: {readers: {uids: [1000, -1]}}",
            "3:32: query.readers.uids[1]: must be a whole number from 0 to 4294967294, not -1"
        ),
        ("query: {readers: {uids: [7, 7]}}", "3:29: query.readers.uids[1]: is listed twice: 7"),
        (
            "query: {readers: {users: [\"a b\"]}}",
            "3:27: query.readers.users[0]: must be the name of a user or group, not \"a b\""
        ),
        (
            "query: {socket: /\(String(repeating: "x", count: 103))}",
            "3:17: query.socket: must be at most 103 bytes, as a Unix socket's address allows"
        ),
        (
            "database: {url: \"postgresql://mkds:tajne@db/mkds\"}",
            "3:17: database.url: must not hold a password: put it into a file and name it in "
                + "database.password_credential"
        ),
        (
            "database: {url: \"host=db password=tajne\"}",
            "3:17: database.url: must not hold a password: put it into a file and name it in "
                + "database.password_credential"
        ),
        (
            "database: {url: db.example.cz}",
            "3:17: database.url: must be a URL as in postgresql://mkds@host/mkds or a key=value list"
        ),
        (
            "database: {url: \"postgresql://db/mkds\", private: {directory: /a}}",
            "3:50: database.private: cannot be given together with database.url: the database is one or the other"
        ),
        (
            "database: {password_credential: db}",
            "3:33: database.password_credential: needs database.url: the private cluster asks for no password"
        ),
    ]

    @Test(arguments: mistakes)
    func namesTheMistake(text: String, expected: String) {
        let whole = "town:\n  {code: \"554791\", name: Plzeň}\n" + text
        let error = #expect(throws: SettingsError.self) { try read(whole) }
        #expect(error?.problems.map(\.description) == ["mkdsd.yaml:" + expected])
    }

    @Test(arguments: [
        (
            "",
            [
                "1:1: town.code: is missing: the six digits of the obec in RÚIAN",
                "1:1: town.name: is missing: the name of the town",
            ]
        ),
        (
            "town: {code: \"12\", name: P}",
            ["1:14: town.code: must be the six digits of the obec in RÚIAN, as in 554791, not 12"]
        ),
        ("town: {code: \"554791\"}\n", ["1:7: town.name: is missing: the name of the town"]),
    ])
    func townIsNeeded(text: String, expected: [String]) {
        let error = #expect(throws: SettingsError.self) { try read(text) }
        #expect(error?.problems.map(\.description) == expected.map { "mkdsd.yaml:" + $0 })
    }

    @Test func collectsAllMistakesInTheOrderOfTheText() {
        let text = """
            town: {code: 554791, name: Plzeň}
            log: {level: loud}
            capture:
              group_size: 0
              speed: 1
            quary: {}
            """
        let error = #expect(throws: SettingsError.self) { try read(text) }
        #expect(error?.problems.map(\.key) == ["log.level", "capture.group_size", "capture.speed", "quary"])
        #expect(error?.problems.map(\.line) == [2, 4, 5, 6])
    }

    @Test(arguments: [
        ("town: [", 1), ("a: b\n\tc: d", 2), ("a: 1\nb: *missing", 2), ("a: \"x", 1), ("? [a]\n: 1\n", 1),
    ])
    func saysWhereTheTextIsNoYAML(text: String, line: Int) throws {
        let error = #expect(throws: SettingsError.self) { try read(text) }
        #expect(try #require(error?.problems.first).line >= line)
    }

    @Test func namesTheSecondOfTwoEqualKeys() {
        let error = #expect(throws: SettingsError.self) {
            try read("town: {code: 554791, name: Plzeň}\nlog: {level: info}\n\nlog: {level: debug}\n")
        }
        #expect(error?.problems.map(\.description) == ["mkdsd.yaml:4:1: log: is given twice, first on line 2"])
    }

    @Test func refusesWhatIsNotUTF8() {
        let error = #expect(throws: SettingsError.self) {
            _ = try DaemonSettings.read(bytes: Array("town:\n  name: ".utf8) + [0xff, 0xfe, 10], file: "mkdsd.yaml")
        }
        #expect(error?.problems.map(\.description) == ["mkdsd.yaml:2:1: is not UTF-8 text"])
    }

    @Test func refusesFilesThatAreMissingTooLargeOrNoFiles() throws {
        let directory = try TemporaryDirectory()
        let large = directory.path + "/large.yaml"
        try Data(repeating: UInt8(ascii: "#"), count: 300_000).write(to: URL(filePath: large))
        for (path, reason) in [
            (directory.path + "/none.yaml", "does not exist"), (large, "is larger than 256 KiB"),
            (directory.path, "is not a regular file"),
        ] {
            let error = #expect(throws: SettingsError.self) { try DaemonSettings.read(path: path) }
            #expect(error?.description.hasPrefix("\(path): \(reason)") == true)
        }
    }

    @Test func survivesDeepNesting() {
        let text = String(repeating: "[", count: 100_000)
        #expect(throws: SettingsError.self) { try read(text) }
    }

    /// The example holds every key there is, and nothing else but defaults.
    @Test func exampleHoldsEveryKeyWithItsDefault() throws {
        let path = repository + "/config/mkdsd.yaml"
        let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
        let example = try DaemonSettings.read(path: path)
        let bare = try read("town: {code: \"\(example.town.code)\", name: \"\(example.town.name)\"}")
        #expect(example == bare)

        let lines = text.split(separator: "\n").map { $0.drop { $0 == "#" || $0 == " " } }
        for key in DaemonSettings.keys {
            let last = key.split(separator: ".").last ?? ""
            #expect(lines.contains { $0.hasPrefix(last + ":") }, "\(key) is missing in config/mkdsd.yaml")
        }
    }

    /// Commented-out keys of the example are right too: without their `#` they must read.
    @Test func exampleReadsWithEveryKeyUncommented() throws {
        let text = try String(contentsOf: URL(filePath: repository + "/config/mkdsd.yaml"), encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            // `#key:` without a space is a key, `# text` is a comment.
            let indent = line.prefix { $0 == " " }
            let rest = line.dropFirst(indent.count)
            let isKey = rest.hasPrefix("#") && rest.dropFirst().first?.isLetter == true
            return isKey ? indent + rest.dropFirst() : line
        }
        let error = #expect(throws: SettingsError.self) { try read(lines.joined(separator: "\n")) }
        // The two kinds of database exclude each other; nothing else is wrong.
        #expect(error?.problems.map(\.key) == ["database.private"])
    }

    private var repository: String {
        #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
    }

    private func read(_ text: String) throws -> DaemonSettings {
        try DaemonSettings.read(bytes: Array(text.utf8), file: "mkdsd.yaml")
    }
}

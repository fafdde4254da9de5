import Glibc
import MKDSCore
import TestMedia
import Testing

/// The built daemon with all its processes: a camera's picture in, an okrsek's event out, and what each death does.
@Suite(
    .serialized, .timeLimit(.minutes(10)),
    .enabled(if: DaemonUnderTest.missing == nil, "\(DaemonUnderTest.missing ?? "")"))
struct DaemonTests {
    @Test func eventsReachTheSocketAndEveryDeathIsMended() async throws {
        let daemon = try DaemonUnderTest()
        try await daemon.start()
        try await importAll(daemon)
        try await daemon.until("event in okrsek 12") {
            try daemon.ctl("events", "list", "--okrsek", "12", "--json").contains("\"k1\"")
        }

        try await daemon.until("record of the clock") {
            daemon.log.contains("the state of the server's clock was recorded")
        }
        #expect(try daemon.ctl("health", "--json").contains("\"host_clock\""))

        try await reloadLeavesCamerasAlone(daemon)
        try await captureComesBackWithinASecond(daemon)

        let before = try daemon.ctl("events", "list", "--csv").split(separator: "\n").count
        daemon.notifications.forget()
        daemon.signal(SIGKILL)
        #expect(try await daemon.waitForEnd() == 128 + SIGKILL)
        try await daemon.start()
        // The list of cameras of the last run let capture begin before the database answered.
        try await daemon.until("database") { daemon.log.contains("database answers") }
        #expect(daemon.log.contains("cameras of the last run count=1"))
        try await daemon.until("health") { (try? daemon.ctl("health")) != nil }
        try await daemon.until("the events of before") {
            ((try? daemon.ctl("events", "list", "--csv")) ?? "").split(separator: "\n").count >= before
        }

        try await stopsInOrder(daemon)
    }

    /// SIGHUP without a change, then with a mistake: the capture process stays the same one.
    private func reloadLeavesCamerasAlone(_ daemon: DaemonUnderTest) async throws {
        let pids = daemon.capturePids
        #expect(pids.count == 1)
        daemon.notifications.forget()
        daemon.signal(SIGHUP)
        try await daemon.until("reload") { daemon.notifications.received.contains("STATUS=reloaded") }
        #expect(daemon.notifications.received.contains { $0.hasPrefix("MONOTONIC_USEC=") })
        #expect(daemon.log.contains("settings read again changed=nothing"))

        try daemon.write(daemon.settings(level: "loud"), to: "mkdsd.yaml")
        daemon.signal(SIGHUP)
        try await daemon.until("complaint") { daemon.log.contains("mkdsd.yaml:5:14: log.level") }
        try daemon.write(daemon.settings(), to: "mkdsd.yaml")
        #expect(daemon.capturePids == pids)
    }

    private func captureComesBackWithinASecond(_ daemon: DaemonUnderTest) async throws {
        let old = try #require(daemon.capturePids.first)
        kill(old, SIGKILL)
        try await daemon.until("another capture process") {
            daemon.capturePids.contains { $0 != old }
        }
        let died = try #require(time(of: "capture process died", in: daemon.log))
        let started = try #require(time(of: "capture process started", in: daemon.log))
        #expect(started - died <= .seconds(1))
    }

    private func stopsInOrder(_ daemon: DaemonUnderTest) async throws {
        daemon.signal(SIGTERM)
        #expect(try await daemon.waitForEnd() == 0)
        #expect(daemon.notifications.received.contains("STOPPING=1"))
        // The database's last checkpoint may take longer than the unit's TimeoutStopSec.
        #expect(daemon.notifications.received.contains { $0.hasPrefix("EXTEND_TIMEOUT_USEC=") })
        #expect(daemon.capturePids.isEmpty)
        let order = [
            "stopping", "query socket closed", "capture process ended", "the private PostgreSQL stopped", "mkdsd ended",
        ]
        let places = order.map { daemon.log.firstRange(of: $0)?.lowerBound }
        #expect(places.allSatisfy { $0 != nil })
        #expect(places.compactMap { $0 } == places.compactMap { $0 }.sorted())
        #expect(access(daemon.socket, F_OK) != 0)
    }

    @Test func killedDatabaseIsStartedAgain() async throws {
        let daemon = try DaemonUnderTest()
        try await daemon.start()
        try await daemon.until("database") { daemon.log.contains("database answers") }
        let server = try #require(DaemonUnderTest.postmaster(in: daemon.directory.path + "/state/postgres"))
        kill(server, SIGKILL)
        try await daemon.until("second start") {
            daemon.log.split(separator: "\n").count { $0.contains("database answers") } == 2
        }
        daemon.signal(SIGINT)
        #expect(try await daemon.waitForEnd() == 0)
    }

    @Test func healthSaysWhyThePrivateDatabaseCannotStart() async throws {
        let daemon = try DaemonUnderTest()
        let data = daemon.directory.path + "/state/postgres"
        try Program.run(["mkdir", "-p", data])
        try daemon.write("99\n", to: "state/postgres/PG_VERSION")
        if geteuid() == 0 { try Program.run(["chown", "-R", "postgres:postgres", daemon.directory.path + "/state"]) }
        try await daemon.start()
        try await daemon.until("the reason in health") {
            try daemon.health().contains("the data directory is of PostgreSQL 99")
        }
        #expect(try daemon.health(language: "cs").contains("Databáze neodpovídá"))
        daemon.signal(SIGTERM)
        #expect(try await daemon.waitForEnd() == 0)
    }

    @Test func mistakesInTheSettingsEndItWithTheirLines() async throws {
        let daemon = try DaemonUnderTest()
        try daemon.write("town: {code: 1}\ncapture:\n  group_size: 99\n", to: "bad.yaml")
        let path = daemon.directory.path
        let command = "\(path)/bin/mkdsd check-config \(path)/bad.yaml 2>&1; echo status $?"
        let output = try Program.run(["/bin/sh", "-c", command])
        #expect(output.contains("bad.yaml:3:15: capture.group_size: must be a whole number from 1 to 32, not 99"))
        #expect(output.contains("bad.yaml:1:14: town.code"))
        #expect(output.contains("town.name: is missing"))
        #expect(output.hasSuffix("status 1\n"))

        let run = try Program.run(["/bin/sh", "-c", "\(path)/bin/mkdsd --config \(path)/bad.yaml 2>&1; echo status $?"])
        #expect(run.contains("mistake in the settings"))
        #expect(run.hasSuffix("status 78\n"))
    }

    @Test func unknownNamesInTheAccessRulesAreNamedButNoMistake() throws {
        let daemon = try DaemonUnderTest()
        let path = daemon.directory.path
        let rules = "query: {readers: {groups: [no-such-group, root]}, administrators: {users: [no-such-user]}}\n"
        try daemon.write("town: {code: 554791, name: Plzeň}\n" + rules, to: "names.yaml")
        let command = "\(path)/bin/mkdsd check-config \(path)/names.yaml 2>&1; echo status $?"
        let file = path + "/names.yaml"
        #expect(
            try Program.run(["/bin/sh", "-c", command]) == """
                \(file): warning: query: this machine knows no group no-such-group; it grants nothing
                \(file): warning: query: this machine knows no user no-such-user; it grants nothing
                \(file): no mistake
                status 0

                """)
    }

    @Test(.enabled(if: geteuid() == 0, "only root can see that root is refused"))
    func refusesAPrivateDatabaseAsRoot() async throws {
        let daemon = try DaemonUnderTest()
        let path = daemon.directory.path
        let output = try Program.run([
            "/bin/sh", "-c", "\(path)/bin/mkdsd --config \(path)/mkdsd.yaml 2>&1; echo status $?",
        ])
        #expect(output.contains("PostgreSQL refuses to run as root"))
        #expect(output.hasSuffix("status 1\n"))
        #expect(access(path + "/state", F_OK) != 0)
    }

    // MARK: - Steps

    private func importAll(_ daemon: DaemonUnderTest) async throws {
        let path = daemon.directory.path
        try await daemon.until("database") { daemon.log.contains("database answers") }
        try daemon.ctl(
            "areas", "import", path + "/area.json", "--kind", "okrsek", "--obec", "554791", "--valid-from", "2026-01-01"
        )
        try daemon.ctl("cameras", "import", path + "/cameras.csv")
    }

    /// The time of the last log line that holds `text`.
    private func time(of text: String, in log: String) -> UTCTime? {
        let line = log.split(separator: "\n").last { $0.contains(text) }
        return line?.split(separator: " ").first.flatMap { UTCTime(String($0)) }
    }
}

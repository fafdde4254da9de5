import FoundationEssentials
import Glibc
import Linux
import MKDSCore
import Settings
import TestMedia
import Testing

@testable import mkdsd

/// systemd's own program for trying socket activation starts the built mkds-capture for each connection, as
/// `mkds-capture.socket` does.
@Suite(
    "A capture process in a unit", .timeLimit(.minutes(10)),
    .enabled(if: Program.exists("systemd-socket-activate"), "systemd-socket-activate is missing"))
struct UnitProcessTests {
    let directory: TemporaryDirectory
    let systemd: Program
    var socket: String { directory.file("capture.sock") }

    init() throws {
        directory = try TemporaryDirectory()
        systemd = try Program([
            "systemd-socket-activate", "--accept", "--seqpacket", "--listen", directory.file("capture.sock"),
            try Program.product("mkds-capture"), "unit",
        ])
    }

    private func start(_ arguments: String...) throws -> UnitProcess {
        while true {
            do throws(SystemError) {
                return try UnitProcess(socket: socket, arguments: arguments)
            } catch {
                // It does not listen yet; the suite's time limit ends the wait.
                guard [ENOENT, ECONNREFUSED].contains(error.code) else { throw error }
                usleep(10_000)
            }
        }
    }

    private func run() throws -> UnitProcess {
        try start("run", "--spool", directory.path, "--group", "g1", "--networks", "10.0.0.0/8", "--confined")
    }

    /// Waits for its end; until then news that is no end is taken in.
    private func end(of process: UnitProcess) -> ProgramEnding {
        while true {
            if let ending = process.reap() { return ending }
            wait(for: process.news)
        }
    }

    private func wait(for descriptor: Int32) {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        poll(&request, 1, -1)
    }

    private func report(from process: UnitProcess) throws -> CaptureReport {
        var lines = LineAssembler(byteLimit: 1 << 20)
        while true {
            wait(for: process.streams.output)
            let bytes = try #require(StandardStreams.read(process.streams.output))
            if let line = lines.add(bytes).first {
                return try JSONDecoder().decode(CaptureReport.self, from: Data(line))
            }
        }
    }

    @Test("reports over the pipes it was handed, tells that no kernel filters its addresses, and ends in order")
    func lives() throws {
        let process = try run()
        let report = try report(from: process)
        #expect(report.walls.addressFilter == .absent)
        #expect(process.reap() == nil)
        #expect(process.identifier > 0)
        process.streams.closeInput()
        #expect(end(of: process) == .unit)
        #expect(FileManager.default.fileExists(atPath: directory.file("g1")))
    }

    @Test("is ended by a signal through the kernel's own handle on it")
    func killed() throws {
        let process = try run()
        _ = try report(from: process)
        while process.identifier == 0 {
            wait(for: process.news)
            #expect(process.reap() == nil)
        }
        process.send(signal: SIGSTOP)
        process.send(signal: SIGKILL)
        #expect(end(of: process) == .unit)
    }

    @Test("takes no other work than a group's")
    func refuses() throws {
        let process = try start("try", "/etc/passwd")
        #expect(end(of: process) == .unit)
    }

    @Test("given up before it answered counts as ended")
    func abandoned() throws {
        let process = try run()
        process.send(signal: SIGKILL)
        #expect(end(of: process) == .unit)
    }

    @Test("a socket nobody listens at is told with its path")
    func noSocket() throws {
        let error = try #require(throws: SystemError.self) {
            try UnitProcess(socket: "/nonexistent/capture.sock", arguments: ["run"])
        }
        #expect(error.description.contains("/nonexistent/capture.sock"))
    }
}

struct ApplyNetworksTests {
    @Test func replacesWhatWasSetByTheNetworksAndTheNameServers() throws {
        let networks = try #require(CameraNetworks("10.20.0.0/16,fd00:20::/48"))
        let resolver = "# nameserver 9.9.9.9\nsearch mesto.cz\nnameserver 192.168.1.1\nnameserver\t fe80::1%eth0\n"
        #expect(
            ApplyNetworksCommand.arguments(networks: networks, resolver: resolver) == [
                "systemctl", "set-property", "--runtime", "mkds-capture.slice", "IPAddressAllow=",
                "IPAddressAllow=10.20.0.0/16 fd00:20::/48 192.168.1.1 fe80::1",
            ])
    }

    @Test func noNetworkLeavesNothingAllowed() {
        #expect(ApplyNetworksCommand.arguments(networks: CameraNetworks([]), resolver: "").last == "IPAddressAllow=")
    }
}

import Glibc
import Linux
import MKDSCore
import QueryServer
import Testing

@testable import mkdsd

struct SystemdTests {
    @Test func messagesReachAPathSocket() throws {
        let path = "/tmp/mkds-notify-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        let receiver = try DatagramReceiver(address: path)
        defer { unlink(path) }
        let socket = try #require(NotifySocket(address: path))
        #expect(socket.send(["READY=1", "STATUS=17 of 18\nWATCHDOG=1"]))
        // A line feed inside a value would be another message.
        #expect(receiver.receive() == "READY=1\nSTATUS=17 of 18WATCHDOG=1")
    }

    @Test func messagesReachAnAbstractSocket() throws {
        let name = "@mkds-notify-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        let receiver = try DatagramReceiver(address: name)
        let socket = try #require(NotifySocket(address: name))
        #expect(socket.send(["RELOADING=1", "MONOTONIC_USEC=\(NotifySocket.monotonicMicroseconds)"]))
        #expect(receiver.receive()?.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") == true)
    }

    @Test func nobodyThereIsNoTrouble() throws {
        #expect(NotifySocket(address: nil) == nil)
        #expect(NotifySocket(address: "relative") == nil)
        #expect(NotifySocket(address: "/" + String(repeating: "x", count: 108)) == nil)
        let socket = try #require(NotifySocket(address: "/nonexistent/notify"))
        #expect(!socket.send(["READY=1"]))
    }

    @Test func watchdogIsFedOnlyWhenEveryLoopReported() {
        let board = HeartbeatBoard()
        let (one, two) = (board.join(name: "one"), board.join(name: "two"))
        #expect(board.missing() == [])
        one.beat()
        #expect(board.missing() == ["two"])
        two.beat()
        #expect(board.missing() == [])
        #expect(board.missing() == ["one", "two"])
        board.leave(one)
        two.beat()
        #expect(board.missing() == [])
    }

    @Test func watchdogIntervalIsForThisProcessOnly() {
        #expect(interval(["WATCHDOG_USEC": "30000000"]) == .seconds(30))
        #expect(interval(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "42"]) == .seconds(30))
        #expect(interval(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "43"]) == nil)
        #expect(interval(["WATCHDOG_USEC": "0"]) == nil)
        #expect(interval([:]) == nil)
    }

    @Test func socketsAreTakenOnlyWhenMeantForUs() throws {
        #expect(try socket(["LISTEN_PID": "42", "LISTEN_FDS": "1"]) == 3)
        #expect(try socket(["LISTEN_PID": "41", "LISTEN_FDS": "1"]) == nil)
        #expect(try socket(["LISTEN_FDS": "1"]) == nil)
        #expect(try socket(["LISTEN_PID": "42", "LISTEN_FDS": "0"]) == nil)
        let two = ["LISTEN_PID": "42", "LISTEN_FDS": "2"]
        #expect(try socket(two.merging(["LISTEN_FDNAMES": "other:query"]) { $1 }) == 4)
        #expect(throws: ActivationError.self) { try socket(two) }
    }

    @Test func statusLineCountsWhatLives() throws {
        let camera = try #require(CameraID("k1"))
        let snapshot = DaemonSnapshot(
            time: .now, version: "1", started: .now,
            cameras: [
                CameraStatus(camera: camera, state: .live, since: .now),
                CameraStatus(camera: camera, state: .waiting, since: .now),
            ], groups: [], loader: .init(), database: .init(state: .down, since: .now), spool: .init())
        #expect(Notifier.statusLine(snapshot) == "1 of 2 cameras live, database away")
    }

    private func interval(_ environment: [String: String]) -> Duration? {
        Notifier.watchdogInterval(environment: environment, process: 42)
    }

    private func socket(_ environment: [String: String]) throws -> Int32? {
        try SocketActivation.querySocket(environment: environment, process: 42)
    }
}

/// A real datagram socket as systemd has one.
private final class DatagramReceiver {
    private let descriptor: Int32

    init(address text: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: text.utf8) }
        if text.hasPrefix("@") { address.sun_path.0 = 0 }
        let size = socklen_t(MemoryLayout<sa_family_t>.size + text.utf8.count)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
        }
        try #require(bound == 0)
    }

    deinit { close(descriptor) }

    /// A datagram to a local socket is there when its sender returns.
    func receive() -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
    }
}

import FoundationEssentials
import Glibc
import Postgres
import Synchronization
import Testing

/// A server whose system still takes connections and which says nothing more: stopped, or swapped out.
@Suite(.timeLimit(.minutes(10)))
struct PostgresHungServerTests {
    @Test func aStatementEndsByItsDeadlineThoughTheServerTakesNoOrderToStop() async throws {
        let server = try HungServer()
        let rescued = Mutex(false)
        // Only so that a failing test ends: closing the server ends every wait for it.
        let rescue = Task {
            try await Task.sleep(for: .seconds(45))
            rescued.withLock { $0 = true }
            server.close()
        }
        let settings = try ConnectionSettings("host=\(server.directory) user=nobody dbname=none")
        let connection = try await PostgresConnection.connect(settings, name: "test")
        let error = await #expect(throws: PostgresError.self) {
            try await connection.query("SELECT 1", deadline: .milliseconds(50))
        }
        rescue.cancel()
        #expect(error?.code == .connection)
        #expect(!rescued.withLock { $0 })
        #expect(await !connection.isUsable)
        server.close()
    }
}

/// Greets one connection as PostgreSQL does and is silent from then on.
private final class HungServer: Sendable {
    let directory: String
    private let listener: Int32
    private let open: Mutex<Bool>

    init() throws {
        directory = FileManager.default.temporaryDirectory.path + "/mkds-hung-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        open = Mutex(true)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array("\(directory)/.s.PGSQL.5432".utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0 && listen(listener, 8) == 0)
        let socket = listener
        Thread.detach {
            let peer = accept(socket, nil, nil)
            var startup = [UInt8](repeating: 0, count: 4096)
            _ = read(peer, &startup, startup.count)
            // AuthenticationOk, BackendKeyData, ReadyForQuery.
            let greeting: [UInt8] =
                [0x52, 0, 0, 0, 8, 0, 0, 0, 0] + [0x4b, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 2]
                + [0x5a, 0, 0, 0, 5, 0x49]
            _ = write(peer, greeting, greeting.count)
            // Reads, so that it ends with the client, and never answers.
            while read(peer, &startup, startup.count) > 0 {}
            _ = Glibc.close(peer)
        }
    }

    func close() {
        let wasOpen = open.withLock { open in
            defer { open = false }
            return open
        }
        guard wasOpen else { return }
        _ = Glibc.close(listener)
        try? FileManager.default.removeItem(atPath: directory)
    }
}

private enum Thread {
    static func detach(_ body: @escaping @Sendable () -> Void) {
        final class Box: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
                return nil
            }, Unmanaged.passRetained(Box(body)).toOpaque())
        if code == 0 { pthread_detach(thread) }
    }
}

import FoundationEssentials
import Glibc
import NIOPosix
import QueryAPI
import Testing

@testable import QueryServer

extension QueryServerTests {
    @Suite(.enabled(if: PostgresTestServer.isAvailable, PostgresTestServer.skipReason), .timeLimit(.minutes(10)))
    struct QuerySocketTests {
        @Test func theSocketIsForOwnerAndGroupOnlyAndGoesAwayAtTheEnd() async throws {
            try await LoaderFixture.with { index in
                let path = index.directory + "/q.sock"
                let group = getuid() == 0 ? "daemon" : nil
                try await QueryFixture.with(index, .path(path, group: group), path: path) { fixture in
                    var status = stat()
                    #expect(stat(path, &status) == 0)
                    #expect(status.st_mode & 0o7777 == 0o660)
                    if group != nil { #expect(status.st_gid == 1) }
                    let health1 = try await fixture.client.get(APIPath.health)
                    #expect(health1.status == 200)
                    #expect(!FileManager.default.fileExists(atPath: path + ".new"))
                }
                #expect(!FileManager.default.fileExists(atPath: path))
            }
        }

        @Test func aSocketLeftByADeadServerIsReplacedAndALiveOneRespected() async throws {
            try await LoaderFixture.with { index in
                let path = index.directory + "/q.sock"
                close(try TestSocket.listening(at: path, mode: 0o660))
                try await QueryFixture.with(index, .path(path, group: nil), path: path) { fixture in
                    let health2 = try await fixture.client.get(APIPath.health)
                    #expect(health2.status == 200)
                    #expect(throws: ListenError.self) { try ListeningSocket(path: path, groupID: nil) }
                    let health3 = try await fixture.client.get(APIPath.health)
                    #expect(health3.status == 200)
                }
            }
        }

        @Test func whatIsNoSocketIsNeverRemoved() throws {
            let path = FileManager.default.temporaryDirectory.path + "/mkds-file-\(UUID().uuidString)"
            try Data("precious".utf8).write(to: URL(filePath: path))
            defer { unlink(path) }
            #expect(throws: ListenError.self) { try ListeningSocket(path: path, groupID: nil) }
            #expect(try Data(contentsOf: URL(filePath: path)) == Data("precious".utf8))
            #expect(throws: ListenError.self) {
                try ListeningSocket(path: "/tmp/" + String(repeating: "x", count: 100), groupID: nil)
            }
        }

        @Test func aSocketHandedOverIsServedAndItsPathLeftAlone() async throws {
            try await LoaderFixture.with { index in
                let path = index.directory + "/s.sock"
                let descriptor = try TestSocket.listening(at: path, mode: 0o660)
                try await QueryFixture.with(index, .inherited(descriptor), path: path) { fixture in
                    let health4 = try await fixture.client.get(APIPath.health)
                    #expect(health4.status == 200)
                }
                #expect(FileManager.default.fileExists(atPath: path))
            }
        }

        @Test func aDescriptorThatIsNoListeningSocketIsRefused() throws {
            let descriptor = open("/dev/null", O_RDONLY)
            defer { close(descriptor) }
            #expect(throws: ListenError.self) { try InheritedSocket.check(descriptor) }
            #expect(throws: ListenError.self) { try InheritedSocket.check(-1) }
        }
    }
}

/// A listening Unix socket as systemd would make it.
enum TestSocket {
    static func listening(at path: String, mode: mode_t) throws -> Int32 {
        let socket = try ListeningSocket(path: path, groupID: nil)
        #expect(chmod(path, mode) == 0)
        return socket.descriptor
    }
}

/// Runs a program on a thread of its own and returns what it printed.
enum TestProgram {
    static func run(_ arguments: [String]) async throws -> String {
        try await NIOThreadPool.singleton.runIfActive { try start(arguments) }
    }

    private static func start(_ arguments: [String]) throws -> String {
        let command = arguments.map { "'\($0)'" }.joined(separator: " ")
        guard let stream = popen(command, "r") else { throw Failure(what: command) }
        defer { pclose(stream) }
        var output: [UInt8] = []
        while case let byte = fgetc(stream), byte >= 0 { output.append(UInt8(truncatingIfNeeded: byte)) }
        return String(decoding: output, as: UTF8.self)
    }

    private struct Failure: Error { var what: String }
}

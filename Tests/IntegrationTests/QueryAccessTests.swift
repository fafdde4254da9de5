import Glibc
import Logging
import NIOPosix
import QueryAPI
import Testing

@testable import QueryServer

@Suite struct AccessPolicyTests {
    private let policy = AccessPolicy(
        readerUsers: [.init(id: 1001, name: "petr")], readerGroups: [.init(id: 500, name: "mkds-operator")],
        administratorUsers: [.init(id: 0, name: "root")], administratorGroups: [.init(id: 501, name: "mkds-admin")])

    @Test(arguments: [
        (UInt32(1001), [UInt32(1001)], AccessRole.reader as AccessRole?), (7, [500], .reader),
        (7, [9, 501], .administrator),
        (7, [500, 501], .administrator), (0, [0], .administrator), (1002, [1002], nil), (65534, [], nil),
    ])
    func whoeverIsNotNamedHasNoRole(_ uid: UInt32, _ groups: [UInt32], _ role: AccessRole?) {
        #expect(policy.role(uid: uid, groups: groups) == role)
    }

    @Test func rootIsNoExceptionWhenNotNamed() {
        #expect(AccessPolicy(readerUsers: [.init(id: 1, name: "a")]).role(uid: 0, groups: [0]) == nil)
        #expect(AccessPolicy().role(uid: 0, groups: [0, 1, 2]) == nil)
    }

    @Test func namesBecomeNumbersAndUnknownOnesGrantNothing() async {
        let directory = AccountDirectory()
        let (policy, unknown) = await directory.policy(
            AccessRules(readerUsers: ["nobody", "nobody-at-all"], readerGroups: ["daemon", "12345"]))
        #expect(policy.readerUsers.map(\.id) == [65534])
        #expect(policy.readerGroups.map(\.id) == [1, 12345])
        #expect(policy.administratorUsers.map(\.id) == [0])
        #expect(unknown == ["user nobody-at-all"])
        let account = await directory.account(uid: 1, gid: 1)
        #expect(account.name == "daemon")
        #expect(account.groups.contains(1))
        let stranger = await directory.account(uid: 3_999_999, gid: 77)
        #expect(stranger == AccountDirectory.Account(name: "3999999", groups: [77]))
    }
}

extension QueryServerTests {
    @Suite(.enabled(if: PostgresTestServer.isAvailable, PostgresTestServer.skipReason), .timeLimit(.minutes(10)))
    struct QueryAccessTests {
        @Test func aUserWhoIsNotNamedIsRefusedEverywhereAndTheRefusalIsLogged() async throws {
            let rules = AccessRules(readerGroups: ["daemon"], administratorUsers: [])
            try await QueryFixture.with(access: rules) { fixture in
                for target in [APIPath.events, APIPath.health, APIPath.openAPI, "/nowhere", APIPath.eventStream] {
                    let answer = try await fixture.client.get(target)
                    #expect(answer.status == 403, "\(target)")
                    let problem = try answer.decode(Problem.self)
                    #expect(problem.kind == .forbidden)
                    #expect(problem.detail.contains("adduser"), "it must say what to do: \(problem.detail)")
                    #expect(problem.detailCS.contains("adduser"))
                }
                let line = try await fixture.log.line { $0.metadata["path"] == APIPath.events }
                #expect(line.metadata["status"] == "403")
                #expect(line.metadata["role"] == "refused")
                #expect(line.metadata["uid"] == String(getuid()))
                #expect(line.metadata["pid"] == String(getpid()))
                #expect(line.level == .notice)
            }
        }

        @Test func aReaderMayAskButNotImport() async throws {
            let rules = AccessRules(readerUsers: [String(getuid())], administratorUsers: [])
            try await QueryFixture.with(access: rules) { fixture in
                #expect(try await fixture.client.get(APIPath.events).status == 200)
                for path in [APIPath.areaImports, APIPath.cameraImports, APIPath.officialImports] {
                    let answer = try await fixture.client.post(path, "text/csv", "x".utf8)
                    #expect(answer.status == 403)
                    #expect(try answer.decode(Problem.self).kind == .administratorsOnly)
                }
            }
        }

        @Test func newRulesHoldFromTheNextRequestOnAnOpenConnection() async throws {
            try await QueryFixture.with { fixture in
                let request = "GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n"
                try await fixture.client.withConnection { connection in
                    try await connection.write(request)
                    #expect(try await connection.readAnswer().status == 200)
                    await fixture.server.apply(AccessRules(administratorUsers: []))
                    try await connection.write(request)
                    #expect(try await connection.readAnswer().status == 403)
                    await fixture.server.apply(QueryFixture.ownRules)
                    try await connection.write(request)
                    #expect(try await connection.readAnswer().status == 200)
                }
            }
        }

        @Test func anAccessIsOneLineThatSaysWhoWhatAndHowMuch() async throws {
            try await QueryFixture.with { fixture in
                try await fixture.store(QueryFixture.series(3))
                let answer = try await fixture.client.get("/v1/events?limit=2&camera=a")
                let line = try await fixture.log.line { $0.metadata["path"] == APIPath.events }
                #expect(line.message == "query")
                #expect(line.level == .info)
                #expect(line.metadata["rows"] == "2")
                #expect(line.metadata["bytes"] == String(answer.body.count))
                #expect(line.metadata["status"] == "200")
                #expect(line.metadata["method"] == "GET")
                #expect(line.metadata["filter"] == "camera=a&limit=2")
                #expect(line.metadata["uid"] == String(getuid()))
                #expect(line.metadata["gid"] == String(getgid()))
                #expect(line.metadata["role"] == "administrator")
                #expect(line.metadata["duration_ms"] != nil)
                #expect(line.metadata["user"]?.isEmpty == false)
                #expect(fixture.log.all.count { $0.metadata["path"] == APIPath.events } == 1)
            }
        }

        /// Another real user, named by the kernel: only root can become one.
        @Test(.enabled(if: getuid() == 0, "only root can start a program as another user"))
        func theKernelNamesAnotherUserWhoeverTheyClaimToBe() async throws {
            try await LoaderFixture.with { index in
                let path = index.directory + "/open.sock"
                let descriptor = try TestSocket.listening(at: path, mode: 0o666)
                #expect(chmod(index.directory, 0o755) == 0)
                try await QueryFixture.with(index, .inherited(descriptor), path: path) { fixture in
                    let output = try await TestProgram.run([
                        "/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/curl", "-s",
                        "-H", "X-Remote-User: root", "--unix-socket", path, "http://localhost/v1/health",
                    ])
                    #expect(output.contains("urn:mkds:problem:forbidden"), "\(output)")
                    let line = try await fixture.log.line { $0.metadata["uid"] == "65534" }
                    #expect(line.metadata["user"] == "nobody")
                    #expect(line.metadata["status"] == "403")
                    await fixture.server.apply(AccessRules(readerUsers: ["nobody"], administratorUsers: []))
                    let admitted = try await TestProgram.run([
                        "/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/curl", "-s",
                        "--unix-socket", path, "http://localhost/v1/health",
                    ])
                    #expect(admitted.contains("\"status\":\"ok\""), "\(admitted)")
                }
            }
        }
    }
}

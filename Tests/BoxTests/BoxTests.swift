internal import Glibc
internal import TestMedia
internal import Testing

/// Each attempt is made twice by the same program: free, where it must work, so that the test can fail, and in the box.
@Suite("The box around mkds-capture", .timeLimit(.minutes(10)))
struct BoxTests {
    let directory: TemporaryDirectory
    let folder: String
    let neighbour: String

    init() throws {
        directory = try TemporaryDirectory()
        folder = directory.file("g1")
        neighbour = directory.file("g2")
        for path in [folder, neighbour] {
            try #require(mkdir(path, 0o750) == 0)
            let descriptor = creat("\(path)/journal", 0o640)
            try #require(descriptor >= 0)
            close(descriptor)
        }
    }

    /// 0: it worked; 1: refused; SIGSYS: killed for it.
    private func run(_ attempt: String, _ argument: String, boxed: Bool) throws -> Int32 {
        let program = try Program([
            try Program.product("mkds-box-probe"), boxed ? "boxed" : "free", folder, attempt, argument,
        ])
        program.closeInput()
        return program.waitForExit()
    }

    private func expectStopped(_ attempt: String, _ argument: String, by ending: Int32 = 1) throws {
        #expect(try run(attempt, argument, boxed: true) == ending, "\(attempt) in the box")
        #expect(try run(attempt, argument, boxed: false) == 0, "\(attempt) without the box: nothing was proved")
    }

    @Test("starts no program and no process: the attempt ends it", arguments: ["execute", "fork", "posixSpawn"])
    func processes(_ attempt: String) throws {
        try expectStopped(attempt, "/bin/true", by: SIGSYS)
    }

    @Test("reads no file of other services, nor another group's spool")
    func reading() throws {
        try expectStopped("readFile", "/etc/passwd")
        try expectStopped("readFile", "\(neighbour)/journal")
        try expectStopped("readFile", "/proc/self/status")
        try expectStopped("listDirectory", neighbour)
        try expectStopped("listDirectory", "/etc")
    }

    @Test("writes outside its folder neither files nor rights")
    func writing() throws {
        try expectStopped("writeFile", "\(neighbour)/journal")
        try expectStopped("makeFile", directory.file("new"))
        try expectStopped("changeMode", "\(folder)/journal")
        try expectStopped("makeSocket", "\(folder)/socket")
        // Even where it may write: on a kernel with Landlock 2 nothing else stops it elsewhere.
        try expectStopped("emptyFile", "\(folder)/journal")
    }

    @Test("reaches no Unix socket, such as PostgreSQL's and the query socket")
    func unixSockets() throws {
        let stream = try LocalSocket(.stream, path: directory.file("stream"))
        try expectStopped("connectUnix", stream.path)
        let datagram = try LocalSocket(.datagram, path: directory.file("datagram"))
        try expectStopped("sendUnixPair", datagram.path)
        let abstract = try LocalSocket(.abstract, path: "mkds-box-\(getpid())")
        try expectStopped("connectAbstract", abstract.path)
    }

    @Test("neither traces nor signals other processes, makes no code")
    func kernel() throws {
        let other = try Program(["sleep", "60"])
        try expectStopped("trace", "\(other.processID)", by: SIGSYS)
        try expectStopped("signal", "\(other.processID)")
        try expectStopped("makeCode", "")
    }

    @Test(
        "enters no part of the kernel it does not need",
        .enabled(if: geteuid() == 0, "only root may do this without the box"))
    func rootsKernel() throws {
        try expectStopped("loadProgram", "", by: SIGSYS)
        try expectStopped("unshare", "", by: SIGSYS)
    }

    @Test("still writes its folder, starts threads, looks names up and connects over IP")
    func ownWork() throws {
        #expect(try run("ownFile", "\(folder)/new", boxed: true) == 0)
        #expect(try run("thread", "", boxed: true) == 0)
        #expect(try run("lookUp", "localhost", boxed: true) == 0)
        let server = try LocalSocket(.internet, path: "")
        #expect(try run("connectTCP", "\(server.port)", boxed: true) == 0)
        #expect(try run("listenTCP", "0", boxed: true) == 0)
    }
}

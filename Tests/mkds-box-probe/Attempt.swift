internal import CBoxProbe
internal import Glibc

/// One way out of the box.
enum Attempt: String {
    case execute, fork, posixSpawn, readFile, listDirectory, writeFile, emptyFile, makeFile, changeMode, makeSocket
    case connectUnix, connectAbstract, sendUnixPair, listenTCP, signal, trace, makeCode, loadProgram, unshare
    /// What must go on working: a file in the spool folder, a thread, a name, a connection over IP.
    case ownFile, thread, lookUp, connectTCP

    /// Whether the attempt worked; if not errno says why.
    func succeeds(with argument: String) -> Bool {
        switch self {
        case .execute: execute(argument)
        case .fork: probe_fork()
        case .posixSpawn: spawn(argument)
        case .readFile: opened(argument, O_RDONLY)
        case .listDirectory: opened(argument, O_RDONLY | O_DIRECTORY)
        case .writeFile: opened(argument, O_WRONLY)
        case .emptyFile: opened(argument, O_RDONLY | O_TRUNC)
        case .makeFile, .ownFile: opened(argument, O_WRONLY | O_CREAT | O_EXCL)
        case .changeMode: chmod(argument, 0o777) == 0
        case .makeSocket: unix(argument, isAbstract: false, SOCK_STREAM, bind)
        case .connectUnix: unix(argument, isAbstract: false, SOCK_STREAM, connect)
        case .connectAbstract: unix(argument, isAbstract: true, SOCK_STREAM, connect)
        case .sendUnixPair: sendFromPair(argument)
        case .listenTCP: listenOn(port: UInt16(argument) ?? 0)
        case .connectTCP: internet(argument, connect)
        case .signal: kill(Int32(argument) ?? 0, 0) == 0
        case .trace: probe_trace(Int32(argument) ?? 0)
        case .makeCode: makeCode()
        case .loadProgram: probe_bpf()
        case .unshare: probe_unshare()
        case .thread: startThread()
        case .lookUp: lookUp(argument)
        }
    }

    // MARK: - Processes

    private func execute(_ path: String) -> Bool {
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(path), nil]
        // Where it works /bin/true ends with 0 in this one's place.
        execv(path, &arguments)
        return false
    }

    private func spawn(_ path: String) -> Bool {
        var child: pid_t = 0
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(path), nil]
        errno = posix_spawn(&child, path, nil, nil, &arguments, nil)
        return errno == 0 && waitpid(child, nil, 0) == child
    }

    private func startThread() -> Bool {
        var thread = pthread_t()
        return pthread_create(&thread, nil, { _ in nil }, nil) == 0 && pthread_join(thread, nil) == 0
    }

    private func makeCode() -> Bool {
        guard let page = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            page != MAP_FAILED
        else { return false }
        return mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0
    }

    // MARK: - Files and sockets

    private func opened(_ path: String, _ flags: Int32) -> Bool {
        let descriptor = open(path, flags | O_CLOEXEC, 0o600)
        return descriptor >= 0 && close(descriptor) == 0
    }

    private typealias Call = (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32

    private func unix(_ path: String, isAbstract: Bool, _ kind: __socket_type, _ call: Call) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(kind.rawValue), 0)
        return descriptor >= 0 && withAddress(path, isAbstract) { call(descriptor, $0, $1) } == 0
    }

    /// A datagram end of a pair can be sent to any other such socket.
    private func sendFromPair(_ path: String) -> Bool {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0, &ends) == 0 else { return false }
        return withAddress(path, false) { Int32(sendto(ends[0], "x", 1, 0, $0, $1)) } == 1
    }

    private func withAddress(_ path: String, _ isAbstract: Bool, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32)
        -> Int32
    {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = (isAbstract ? [0] : []) + Array(path.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes.prefix($0.count)) }
        let length = MemoryLayout<sa_family_t>.size + bytes.count + (isAbstract ? 0 : 1)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(length)) }
        }
    }

    /// `PORT` of this machine, or `ADDRESS:PORT`.
    private func internet(_ target: String, _ call: Call) -> Bool {
        let parts = target.split(separator: ":")
        let port = parts.last.flatMap { UInt16($0) } ?? 0
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        // An address the filter refuses never answers: two tries are enough.
        var tries: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_SYNCNT, &tries, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr(parts.count == 2 ? String(parts[0]) : "127.0.0.1")
        return descriptor >= 0
            && withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    call(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
    }

    private func listenOn(port: UInt16) -> Bool { internet("\(port)", bind) }

    private func lookUp(_ name: String) -> Bool {
        var list: UnsafeMutablePointer<addrinfo>?
        defer { if let list { freeaddrinfo(list) } }
        return getaddrinfo(name, nil, nil, &list) == 0
    }
}

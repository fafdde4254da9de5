internal import CLinux
internal import Glibc
internal import Linux

/// What this process forbids itself at its start.
enum ProcessHygiene {
    /// New files for the user and, to read, the group only; no core files and no tracing by others of the same user,
    /// since the memory holds camera passwords; no new rights for programs it starts.
    static func apply() {
        umask(0o027)
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        _ = mkds_process_set_dumpable(false)
        _ = mkds_process_no_new_privileges()
        // A reader that went away must cost a write, not the process.
        signal(SIGPIPE, SIG_IGN)
    }

    /// The directory this program lies in.
    static func ownDirectory() -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0, count < buffer.count else { return nil }
        let path = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return path.lastIndex(of: "/").map { String(path[..<$0]) }
    }

    /// Makes a directory and those above it, where missing: for this user, and for the group to look into. Blocking.
    static func makeDirectory(_ path: String) throws(SystemError) {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/" + part
            if mkdir(made, 0o750) != 0, errno != EEXIST { throw SystemError("make the directory \(made)") }
        }
        guard access(path, R_OK | W_OK | X_OK) == 0 else { throw SystemError("use the directory \(path)") }
    }
}

internal import Glibc

/// The query socket as systemd hands it over (sd_listen_fds(3)).
enum SocketActivation {
    /// The descriptor of the query socket, nil when none was handed over to this process.
    ///
    /// The environment variables are meant for this process alone; children get an environment of their own.
    /// - Throws: ``ActivationError`` when there is more than one socket, of which we could not tell which to use.
    static func querySocket(environment: [String: String], process: pid_t) throws(ActivationError) -> Int32? {
        guard let owner = environment["LISTEN_PID"], owner == String(process),
            let count = environment["LISTEN_FDS"].flatMap({ Int($0) }), count > 0
        else { return nil }
        let names = (environment["LISTEN_FDNAMES"] ?? "").split(separator: ":", omittingEmptySubsequences: false)
        if count == 1 { return 3 }
        guard let index = names.firstIndex(of: "query"), index < count else {
            throw ActivationError(
                description: "systemd handed over \(count) sockets, none named query (FileDescriptorName=query)")
        }
        return 3 + Int32(index)
    }
}

struct ActivationError: Error, Hashable, Sendable, CustomStringConvertible {
    var description: String
}

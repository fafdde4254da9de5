internal import Glibc

/// The name resolver's files as they were when the box was closed.
///
/// Tools replace them whole (a new lease, a new name server); to Landlock the new one is another file, which this process
/// may not read. Only a new process can.
struct ResolverFiles {
    private struct Identity: Equatable {
        var device: dev_t
        var inode: ino_t
    }

    private let identities: [Identity?]

    init() {
        identities = Self.look()
    }

    /// Blocking, for as long as a look at three local files takes.
    var wereReplaced: Bool { Self.look() != identities }

    private static func look() -> [Identity?] {
        ["/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf"].map { path in
            var status = stat()
            return stat(path, &status) == 0 ? Identity(device: status.st_dev, inode: status.st_ino) : nil
        }
    }
}

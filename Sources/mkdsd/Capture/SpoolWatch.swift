internal import FoundationEssentials
internal import Glibc
internal import Linux
internal import Logging
internal import QueryServer
internal import Synchronization

/// How full the spool's file system is, looked at every second by a thread of its own.
final class SpoolWatch: Sendable {
    private static let interval = Duration.seconds(1)

    private let directory: String
    private let current = Mutex(DaemonSnapshot.Spool())
    private let directories = Mutex<[String]>([])

    init(directory: String) {
        self.directory = directory
    }

    var snapshot: DaemonSnapshot.Spool { current.withLock { $0 } }

    /// Starts the thread, which lives as long as the process. It is not part of the watchdog's round: a hanging file
    /// system stops the capture processes' reports, and those are watched.
    func start() throws(SystemError) {
        look()
        try NamedThread(name: "spool-watch") { [self] in
            while true {
                usleep(useconds_t(Self.interval / .microseconds(1)))
                look()
            }
        }
    }

    /// Directories of all groups that ever had cameras, as last seen.
    var groupDirectories: [String] { directories.withLock { $0 } }

    private func lookForGroups() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let paths = names.filter(CaptureGrouping.isName).sorted().map { "\(directory)/\($0)" }
        directories.withLock { $0 = paths }
        return paths
    }

    private func look() {
        var status = statvfs()
        guard statvfs(directory, &status) == 0 else {
            let reason = String(cString: strerror(errno))
            current.withLock { $0.trouble = "\(directory) cannot be looked at: \(reason)" }
            return
        }
        var used: Int64 = 0
        for path in lookForGroups() {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] {
                var entry = stat()
                if lstat("\(path)/\(name)", &entry) == 0 { used += Int64(entry.st_blocks) * 512 }
            }
        }
        let free = Int64(status.f_bavail) * Int64(status.f_frsize)
        let isReadOnly = status.f_flag & UInt(ST_RDONLY) != 0
        current.withLock { spool in
            spool = DaemonSnapshot.Spool(
                usedByteCount: used, freeByteCount: free,
                trouble: isReadOnly ? "its file system is mounted read-only" : nil)
        }
    }
}

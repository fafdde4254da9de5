internal import Glibc

/// Server processes of one data directory that are not our children: left by a mkdsd or a postmaster that was killed.
///
/// A PostgreSQL process has its data directory as its working directory; that is how it is told from a stranger which
/// got its number meanwhile.
struct ClusterProcesses {
    let directory: String

    /// The process `postmaster.pid` names, nil when it is gone or not of this data directory.
    func postmaster() -> pid_t? {
        guard let text = readSmallFile(directory + "/postmaster.pid"), let first = text.split(separator: "\n").first,
            let number = pid_t(first), isOurs(number)
        else { return nil }
        return number
    }

    /// All processes of this data directory.
    func all() -> [pid_t] {
        guard let handle = opendir("/proc") else { return [] }
        defer { closedir(handle) }
        var numbers: [pid_t] = []
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let number = pid_t(name), isOurs(number) { numbers.append(number) }
        }
        return numbers
    }

    private func isOurs(_ number: pid_t) -> Bool {
        guard let working = linkTarget("/proc/\(number)/cwd"), let real = realPath(directory) else { return false }
        return working == real && linkTarget("/proc/\(number)/exe")?.contains("postgres") == true
    }

    private func linkTarget(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private func realPath(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}

/// The first 8 KiB of a file as text, nil when it cannot be read.
func readSmallFile(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 8192)
    let count = read(descriptor, &bytes, bytes.count)
    return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
}

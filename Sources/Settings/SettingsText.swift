internal import Glibc
internal import MKDSCore

/// Reads a settings file whole, with limits, and says in plain words why it cannot.
enum SettingsText {
    /// Larger than any honest settings file; a mistaken path must not fill the memory.
    static let byteLimit = 256 << 10

    /// Blocking: for start-up, or from a thread of its own.
    static func read(_ path: String) throws(SettingsError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw SettingsError(SettingsProblem(file: path, message: "is not a regular file"))
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count <= byteLimit {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(path, errno) }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
        throw SettingsError(
            SettingsProblem(file: path, message: "is larger than \(byteLimit >> 10) KiB, which no settings file is"))
    }

    private static func failure(_ path: String, _ code: Int32) -> SettingsError {
        let message =
            switch code {
            case ENOENT: "does not exist"
            case EACCES: "may not be read by this user"
            default: "cannot be read: " + String(cString: strerror(code))
            }
        return SettingsError(SettingsProblem(file: path, message: message))
    }
}

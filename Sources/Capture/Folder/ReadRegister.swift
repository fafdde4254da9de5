internal import Glibc
internal import Linux
internal import MKDSCore

/// Which files of a recorder's folder have been read: in memory, and in a file beside the journal.
///
/// A line each: `b` reading begins, `d` done, `r` given back unread, then the file's identity and its time. What is not
/// whole at the end of the file was not said. Losing it costs work, never truth: what is read again gets the ids it had
/// (``RecordingRecords``).
struct ReadRegister {
    /// A file at which the process died that often is not read any more.
    private static let patience = 2
    private static let byteLimit = 64 << 20

    private var done: Set<UInt64> = []
    private var begun: [UInt64: Int] = [:]
    private var descriptor: Int32 = -1

    /// Reads what is known, forgets what is older than `horizon`, and goes on writing there. Blocking.
    ///
    /// - Parameters:
    ///   - path: The file; nil for memory alone.
    ///   - horizon: Files from before are never asked for again.
    /// - Throws: ``SystemError`` when the file cannot be written.
    init(path: String?, horizon: UTCTime) throws(SystemError) {
        guard let path else { return }
        var kept: [String] = []
        for line in Self.read(path).split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            let parts = line.split(separator: " ")
            guard parts.count == 3, let identity = UInt64(parts[1], radix: 16), let seconds = Int64(parts[2]),
                seconds >= horizon.microseconds / 1_000_000
            else { continue }
            note(parts[0], identity)
            kept.append(String(line))
        }
        let temporary = path + ".tmp"
        let fresh = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o640)
        guard fresh >= 0 else { throw SystemError("write the list of files read") }
        let text = Array(kept.map { $0 + "\n" }.joined().utf8)
        guard Self.write(text, to: fresh), fsync(fresh) == 0, rename(temporary, path) == 0 else {
            let error = SystemError("write the list of files read")
            close(fresh)
            throw error
        }
        descriptor = fresh
    }

    /// Gives the file free; nothing is written any more.
    mutating func end() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }

    func isDone(_ file: RecordingFile) -> Bool { done.contains(file.identity) }

    /// Whether the process died each time it read this file.
    func isDeadly(_ file: RecordingFile) -> Bool { begun[file.identity] ?? 0 >= Self.patience }

    /// Says that reading begins. False, as with the others, when that could not be written down.
    mutating func begin(_ file: RecordingFile) -> Bool { say("b", file) }
    /// Says that all that is in the file stands in the journal, durably.
    mutating func finish(_ file: RecordingFile) -> Bool { say("d", file) }
    /// Says that reading was given up for no fault of the file.
    mutating func release(_ file: RecordingFile) -> Bool { say("r", file) }

    private mutating func say(_ word: String, _ file: RecordingFile) -> Bool {
        note(Substring(word), file.identity)
        guard descriptor >= 0 else { return true }
        let line = "\(word) \(String(file.identity, radix: 16)) \(file.order.microseconds / 1_000_000)\n"
        return Self.write(Array(line.utf8), to: descriptor) && fdatasync(descriptor) == 0
    }

    private mutating func note(_ word: Substring, _ identity: UInt64) {
        switch word {
        case "b": begun[identity, default: 0] += 1
        case "d":
            done.insert(identity)
            begun[identity] = nil
        case "r": begun[identity] = nil
        default: break
        }
    }

    private static func read(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < byteLimit {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) } == bytes.count
    }
}

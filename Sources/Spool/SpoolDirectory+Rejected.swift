internal import Glibc
internal import MKDSCore

/// Entries the database refuses for what they hold, in `rejected/`: one file each, with reason, text and bytes.
///
/// The folder has a bound; at it nothing more is put aside, which holds up this spool. Nothing is dropped: what was not
/// put aside stays in the journal until somebody has looked at the files and removed them.
extension SpoolDirectory {
    /// Files in `rejected/`, whatever they are.
    static let rejectedLimit = 1000
    /// Bytes of one of ours: an entry has at most 4096, written twice, and the reason is cut.
    static let rejectedByteLimit = 32 << 10

    private static let folder = "rejected"

    /// Throws code `rejectedFull` when nothing more can be put aside.
    func checkRoomForRejected() throws(SpoolError) {
        guard try names(in: Self.folder).count < Self.rejectedLimit else {
            throw SpoolError(
                code: .rejectedFull,
                context: "the database refuses entries of the spool and \(path(of: Self.folder)) is full "
                    + "(\(Self.rejectedLimit) files); loading of this spool waits until they were looked at and removed"
            )
        }
    }

    /// Puts an entry aside, synced when it returns. Doing it again for the same position replaces the file.
    func reject(
        _ record: JournalRecord, at position: JournalPosition?, because reason: String
    ) throws(SpoolError) {
        try checkRoomForRejected()
        let context = "cannot write into \(path(of: Self.folder))"
        guard mkdirat(descriptor, Self.folder, 0o700) == 0 || errno == EEXIST else { throw SpoolError.system(context) }
        // The spool belongs to the capture process, which may have been taken over: a link there could lead anywhere.
        let opened = try FileDescriptor(
            adopting: openat(descriptor, Self.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW), context)
        let name = "\(position?.file ?? 0)-\(position?.offset ?? 0).txt"
        // Made anew: what lies there already could be a second name of another file.
        unlinkat(opened.raw, name, 0)
        let file = try FileDescriptor(
            adopting: openat(opened.raw, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600), context)
        let result = Self.text(of: record, because: reason).withUnsafeBytes { file.write($0, at: 0) }
        guard result.errno == 0 else { throw SpoolError.system(context, errno: result.errno) }
        guard fsync(file.raw) == 0, fsync(opened.raw) == 0, fsync(descriptor) == 0 else {
            throw SpoolError.system(context)
        }
    }

    private static func text(of record: JournalRecord, because reason: String) -> ArraySlice<UInt8> {
        var bytes: [UInt8] = []
        record.encode(into: &bytes)
        let digits = bytes.map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }
        let text = "reason: \(reason.prefix(1000))\nbytes: \(digits.joined())\nentry: \(record)\n"
        return Array(text.utf8).prefix(rejectedByteLimit)
    }
}

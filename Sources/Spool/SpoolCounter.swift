internal import CLinux
internal import Glibc
internal import MKDSCore

/// The highest file number ever used in a spool, durable beyond the files themselves.
///
/// Two slots in blocks of their own are written in turn and in place: that needs no space on a full disk, and a write
/// that is cut off spoils only the slot that was not yet relied on.
final class SpoolCounter {
    private let file: FileDescriptor
    private let path: String
    private static let name = "spool.counter"
    private static let slotDistance: UInt64 = 4096

    /// Opens the counter, makes it in a new spool.
    init(_ directory: SpoolDirectory) throws(SpoolError) {
        path = directory.path(of: Self.name)
        if try directory.openForReading(Self.name) == nil {
            let temporary = Self.name + ".tmp"
            let file = try directory.openForWriting(temporary, truncated: true)
            for slot in 0..<2 as Range<UInt64> { try Self.write(0, slot: slot, file, path) }
            guard fsync(file.raw) == 0 else { throw SpoolError.system("cannot sync \(path)") }
            try directory.rename(temporary, to: Self.name)
            let error = directory.sync()
            guard error == 0 else { throw SpoolError.system("cannot sync \(directory.path)", errno: error) }
        }
        file = try directory.openForWriting(Self.name)
    }

    func value() throws(SpoolError) -> UInt64 {
        guard let highest = try Self.highest(in: file, path) else {
            // To begin again at 1 would make the index skip new entries as old ones.
            throw SpoolError(code: .damaged, context: "\(path) holds no number; move the whole spool directory away")
        }
        return highest
    }

    /// For a reader: nil when there is no counter, or none that can be read; its writer will say so.
    static func peek(_ directory: SpoolDirectory) throws(SpoolError) -> UInt64? {
        guard let file = try directory.openForReading(name) else { return nil }
        let path = directory.path(of: name)
        _ = try file.attributes(path)
        return try highest(in: file, path)
    }

    private static func highest(in file: borrowing FileDescriptor, _ path: String) throws(SpoolError) -> UInt64? {
        var highest: UInt64?
        for slot in 0..<2 as Range<UInt64> {
            if let value = try read(slot: slot, file, path) { highest = max(highest ?? 0, value) }
        }
        return highest
    }

    /// Durable when it returns. A failed sync is fatal.
    func set(_ value: UInt64, _ onFatal: (String) -> Never) throws(SpoolError) {
        try Self.write(value, slot: value % 2, file, path)
        if fdatasync(file.raw) != 0 { onFatal(SpoolError.system("cannot sync \(path)").description) }
    }

    private static func write(
        _ value: UInt64, slot: UInt64, _ file: borrowing FileDescriptor, _ path: String
    ) throws(SpoolError) {
        let result = withUnsafeBytes(of: slotValue(value)) { file.write($0, at: slot * slotDistance) }
        guard result.errno == 0 else { throw SpoolError.system("cannot write \(path)", errno: result.errno) }
    }

    private static func read(
        slot: UInt64, _ file: borrowing FileDescriptor, _ path: String
    ) throws(SpoolError) -> UInt64? {
        var stored: (UInt64, UInt64) = (0, 0)
        let count = try withUnsafeMutableBytes(of: &stored) { buffer throws(SpoolError) in
            try file.read(at: slot * slotDistance, into: buffer, path)
        }
        let value = UInt64(littleEndian: stored.0)
        return count == 16 && slotValue(value) == stored ? value : nil
    }

    /// The number and its CRC-32C.
    private static func slotValue(_ value: UInt64) -> (UInt64, UInt64) {
        let crc = withUnsafeBytes(of: value.littleEndian) { mkds_crc32c(0, $0.baseAddress, $0.count) }
        return (value.littleEndian, UInt64(crc).littleEndian)
    }
}

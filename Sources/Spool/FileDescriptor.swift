internal import Glibc

/// One open file of the operating system; closed when it goes.
struct FileDescriptor: ~Copyable {
    let raw: Int32

    /// Takes over a descriptor that somebody just opened; throws the system's error when there is none.
    init(adopting raw: Int32, _ context: @autoclosure () -> String, code: SpoolError.Code = .file) throws(SpoolError) {
        guard raw >= 0 else { throw SpoolError.system(context(), code: code) }
        self.raw = raw
    }

    deinit {
        close(raw)
    }

    /// Size in bytes and time of the last change, seconds since 1970. Throws unless it is a regular file.
    func attributes(_ path: String) throws(SpoolError) -> (byteCount: UInt64, changed: Int64) {
        var status = stat()
        guard fstat(raw, &status) == 0 else { throw SpoolError.system("cannot look at \(path)") }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw SpoolError(code: .damaged, context: "\(path) is not a regular file")
        }
        return (UInt64(max(0, status.st_size)), Int64(status.st_mtim.tv_sec))
    }

    /// Reads up to `buffer.count` bytes at `offset`; fewer only at the end of the file.
    func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer, _ path: String) throws(SpoolError) -> Int {
        var done = 0
        while done < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = pread(raw, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw SpoolError.system("cannot read \(path)")
            }
            done += count
        }
        return done
    }

    /// Writes all bytes at `offset`. On failure says how many were written before it.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) -> (written: Int, errno: Int32) {
        Self.write(raw, bytes, at: offset)
    }

    static func write(
        _ raw: Int32, _ bytes: UnsafeRawBufferPointer, at offset: UInt64
    ) -> (written: Int, errno: Int32) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = pwrite(raw, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
            if count < 0 {
                if errno == EINTR { continue }
                return (done, errno)
            }
            // Zero for a non-empty write is not defined; taken as a full disk so that it cannot spin.
            if count == 0 { return (done, ENOSPC) }
            done += count
        }
        return (done, 0)
    }
}

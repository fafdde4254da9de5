private import CZlib

/// Undoes one gzip member (RFC 1952) piece by piece, with an upper limit for what comes out.
///
/// Owns its z_stream, which must not move and therefore lives on the heap.
struct Inflater: ~Copyable {
    enum Outcome {
        /// The member goes on; all input was taken.
        case incomplete
        /// The member ended after this many bytes of the input; its check value is right.
        case end(consumed: Int)
        case failed(DropReason)
    }

    private let stream: UnsafeMutablePointer<z_stream>
    private let limit: Int
    private(set) var output: [UInt8] = []

    /// Nil when zlib has no memory.
    init?(limit: Int) {
        self.limit = limit
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 16 + MAX_WBITS: gzip only, header and trailer checked.
        let status = inflateInit2_(stream, 16 + MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    mutating func append(_ input: UnsafeBufferPointer<UInt8>) -> Outcome {
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.pointee.avail_in = UInt32(input.count)
        defer { stream.pointee.next_in = nil }
        while true {
            // One byte more than allowed tells too much from just enough.
            let room = min(limit + 1 - output.count, 16_384)
            guard room > 0 else { return .failed(.inflatedTooLarge) }
            let status = writeOnce(room)
            switch status {
            case Z_STREAM_END:
                guard output.count <= limit else { return .failed(.inflatedTooLarge) }
                return .end(consumed: input.count - Int(stream.pointee.avail_in))
            case Z_OK, Z_BUF_ERROR:
                if stream.pointee.avail_in == 0 && stream.pointee.avail_out > 0 { return .incomplete }
                if status == Z_BUF_ERROR && stream.pointee.avail_out > 0 { return .incomplete }
            default:
                return .failed(.damagedGzip)
            }
        }
    }

    private mutating func writeOnce(_ room: Int) -> Int32 {
        let stream = stream
        var status = Z_OK
        let chunk = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            stream.pointee.next_out = buffer.baseAddress
            stream.pointee.avail_out = UInt32(room)
            status = inflate(stream, Z_NO_FLUSH)
            count = room - Int(stream.pointee.avail_out)
        }
        stream.pointee.next_out = nil
        output += chunk
        return status
    }
}

/// What the bytes of a journal file are worth, pure. The writer asks at its start, the reader at each doubt; both get the
/// same answer.
enum JournalRecovery {
    /// A stretch of a journal file behind its header.
    enum Stretch: Equatable {
        /// Whole frames up to here (an offset into the bytes looked at), then nothing.
        case whole(end: Int)
        /// Whole frames up to `end`, then bytes in which no whole frame begins: a write that was cut off.
        case tornTail(end: Int)
        /// Whole frames up to `end`, then bytes that are none, then at `next` a whole frame again: damage.
        case damaged(end: Int, next: Int)
    }

    /// Walks over the frames in `bytes`, which lie at `offset` of file `number`.
    static func examine(_ bytes: UnsafeRawBufferPointer, number: UInt64, offset: UInt64) -> Stretch {
        var position = 0
        while position < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[position...])
            guard
                case .whole(_, let byteCount) = JournalFrame.look(
                    at: rest, number: number, offset: offset + UInt64(position))
            else {
                let next = JournalFrame.nextWhole(in: bytes, from: position + 1, number: number, offset: offset)
                return next.map { .damaged(end: position, next: $0) } ?? .tornTail(end: position)
            }
            position += byteCount
        }
        return .whole(end: position)
    }

    /// Where the file's last whole frame ends, damage before it or not. What follows is a torn tail and may be cut.
    static func lastWholeEnd(_ bytes: UnsafeRawBufferPointer, number: UInt64, offset: UInt64) -> Int {
        var from = 0
        while true {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[from...])
            switch examine(rest, number: number, offset: offset + UInt64(from)) {
            case .whole(let end), .tornTail(let end): return from + end
            case .damaged(_, let next): from += next
            }
        }
    }
}

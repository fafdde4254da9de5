/// Lines of an export on their way through: the last one is held back, because a cut-off export ends with a note that is
/// no row. No I/O.
struct ExportLines: Sendable {
    /// Fields after the body that say whether and where an export was cut off.
    static let truncatedField = "Mkds-Truncated"
    static let cursorField = "Mkds-Next-Cursor"

    private var isSkipping: Bool
    /// The last line so far, whole or in part.
    private var pending: [UInt8] = []

    /// - Parameter skippingFirst: Leave out the first line, the titles of a CSV answer that continues another.
    init(skippingFirst: Bool) {
        isSkipping = skippingFirst
    }

    /// Takes the next bytes and returns those that are certainly rows.
    mutating func take(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        pending.append(contentsOf: bytes)
        if isSkipping {
            guard let end = pending.firstIndex(of: 10) else { return [] }
            pending.removeFirst(end + 1)
            isSkipping = false
        }
        guard let before = pending.dropLast().lastIndex(of: 10) else { return [] }
        let rows = Array(pending[...before])
        pending.removeFirst(before + 1)
        return rows
    }

    /// What is left at the end of the answer.
    mutating func finish(isTruncated: Bool) -> [UInt8] {
        defer { pending = [] }
        return isTruncated || isSkipping ? [] : pending
    }
}

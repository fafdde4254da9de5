/// The brightness of one decoded picture, borrowed: the buffer dies when the closure it was given to returns.
package struct LumaPicture {
    /// `stride` bytes a row, `height` rows, 8 bits a pixel, as coded: limited range (16…235) or full, depending on the
    /// camera. The last row may end after `width` bytes.
    package let luma: UnsafeBufferPointer<UInt8>
    package let width: Int
    package let height: Int
    package let stride: Int
    /// Media time; see ``PacketFacts/time``.
    package let time: Duration
    package let isKeyframe: Bool
}

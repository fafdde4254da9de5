/// A borrowed view of one decoded picture's brightness: 8 bits a pixel, rows `stride` bytes apart.
///
/// It owns nothing and must not outlive the call it is handed to: the bytes belong to the decoder's frame.
package struct LumaView {
    package let base: UnsafePointer<UInt8>
    /// Pixels; both at least 1.
    package let width: Int
    package let height: Int
    /// Bytes from one row to the next; at least ``width``.
    package let stride: Int

    /// Nil for a picture without pixels or with rows that overlap.
    ///
    /// - Parameters:
    ///   - base: First pixel of the first row; `stride * (height - 1) + width` bytes must be readable.
    ///   - width: Pixels in a row.
    ///   - height: Rows.
    ///   - stride: Bytes from one row to the next.
    package init?(base: UnsafePointer<UInt8>, width: Int, height: Int, stride: Int) {
        guard width > 0, height > 0, stride >= width else { return nil }
        self.base = base
        self.width = width
        self.height = height
        self.stride = stride
    }
}

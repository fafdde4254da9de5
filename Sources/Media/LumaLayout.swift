internal import CFFmpeg

/// Where the brightness of a pixel format lies. For RGB pictures green stands in for it.
struct LumaLayout {
    let planeIndex: Int
    /// Bytes from the start of a row to its first pixel.
    let offset: Int
    /// Bytes from pixel to pixel.
    let step: Int
    private let depth: Int
    private let shift: Int

    /// Nil for palettes, bit streams, big endian deep formats, floating point and pictures in a graphics card.
    init?(_ format: AVPixelFormat) {
        guard let descriptor = av_pix_fmt_desc_get(format)?.pointee else { return nil }
        let refused =
            AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_FLOAT
            | AV_PIX_FMT_FLAG_BAYER | AV_PIX_FMT_FLAG_BE
        guard descriptor.flags & UInt64(refused) == 0 else { return nil }
        let isRGB = descriptor.flags & UInt64(AV_PIX_FMT_FLAG_RGB) != 0
        let component = isRGB ? descriptor.comp.1 : descriptor.comp.0
        guard (8...16).contains(component.depth), component.step > 0, component.plane < 4 else { return nil }
        planeIndex = Int(component.plane)
        offset = Int(component.offset)
        step = Int(component.step)
        depth = Int(component.depth)
        shift = Int(component.shift)
    }

    var isPlainBytes: Bool { depth == 8 && step == 1 && shift == 0 }

    func plane(of frame: UnsafeMutablePointer<AVFrame>) -> (UnsafeMutablePointer<UInt8>?, Int) {
        switch planeIndex {
        case 0: (frame.pointee.data.0, Int(frame.pointee.linesize.0))
        case 1: (frame.pointee.data.1, Int(frame.pointee.linesize.1))
        case 2: (frame.pointee.data.2, Int(frame.pointee.linesize.2))
        default: (frame.pointee.data.3, Int(frame.pointee.linesize.3))
        }
    }

    /// The upper eight bits of a pixel.
    func pixel(_ bytes: UnsafePointer<UInt8>) -> UInt8 {
        if depth == 8 { return bytes[0] >> UInt8(shift) }
        let word = UInt16(bytes[0]) | UInt16(bytes[1]) << 8
        return UInt8(truncatingIfNeeded: word >> UInt16(shift + depth - 8))
    }
}

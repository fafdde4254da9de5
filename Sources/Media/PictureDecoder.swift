internal import CFFmpeg
internal import Glibc
internal import MKDSCore

/// Decodes the video of one demuxer into luma pictures, on the same thread.
///
/// Owns FFmpeg's codec context and one frame. H.264 and H.265 need all reference pictures, so everything is decoded
/// unless keyframes alone come often enough; MJPEG pictures that are not wanted are skipped undecoded. Pictures known to
/// be damaged are counted and not shown, nor are those that build on them.
package final class PictureDecoder {
    /// Pictures of which only a part arrived or decoded.
    package private(set) var damagedCount = 0
    /// Packets whose pictures are not shown because they are damaged or build on one that is.
    package private(set) var hiddenCount = 0
    /// Pictures decoded so far, shown or not.
    package private(set) var decodedCount = 0

    private let context: UnsafeMutablePointer<AVCodecContext>
    private let frame: UnsafeMutablePointer<AVFrame>
    private let isIntraOnly: Bool
    private var sampler: PictureSampler
    private var scratch: [UInt8] = []
    /// No picture is shown until a keyframe decodes whole.
    private var needsKeyframe = true
    /// A keyframe was sent; with reordering its picture comes out some packets later.
    private var isFed = false
    private var lastKeyframe: Duration?
    private var shortGroups = 0
    /// Nothing came after the picture damaged last.
    private var endsDamaged = false

    /// Makes a decoder for the demuxer's video.
    ///
    /// - Parameters:
    ///   - demuxer: Whose packets will come.
    ///   - picturesPerSecond: How many pictures to show besides keyframes; nil shows all.
    /// - Throws: ``MediaError`` when there is no decoder or the stream's parameters make no sense.
    package init(_ demuxer: Demuxer, picturesPerSecond: Double?) throws(MediaError) {
        guard let codec = avcodec_find_decoder(demuxer.parameters.pointee.codec_id),
            let context = avcodec_alloc_context3(codec)
        else { throw MediaError(.unsupported, "this FFmpeg has no decoder for \(demuxer.video.codec)") }
        guard avcodec_parameters_to_context(context, demuxer.parameters) >= 0, let frame = av_frame_alloc() else {
            var context: UnsafeMutablePointer<AVCodecContext>? = context
            avcodec_free_context(&context)
            throw MediaError(.unsupported, "the stream's parameters make no sense")
        }
        context.pointee.thread_count = 1
        context.pointee.max_pixels = MediaLimits.pixels
        context.pointee.pkt_timebase = demuxer.timeBase
        let code = avcodec_open2(context, codec, nil)
        guard code >= 0 else {
            var context: UnsafeMutablePointer<AVCodecContext>? = context
            var frame: UnsafeMutablePointer<AVFrame>? = frame
            av_frame_free(&frame)
            avcodec_free_context(&context)
            throw demuxer.log.oversized
                ? MediaError.oversized
                : MediaError(.malformed, "the decoder refuses the stream", underlying: MediaError.text(of: code))
        }
        self.context = context
        self.frame = frame
        isIntraOnly = demuxer.video.codec == "mjpeg"
        sampler = PictureSampler(picturesPerSecond: picturesPerSecond)
    }

    deinit {
        var frame: UnsafeMutablePointer<AVFrame>? = frame
        var context: UnsafeMutablePointer<AVCodecContext>? = context
        av_frame_free(&frame)
        avcodec_free_context(&context)
    }

    // MARK: - Decoding

    /// Decodes the packet the demuxer has just read and shows the pictures that come out and are wanted.
    ///
    /// - Throws: ``MediaError`` only for what will not get better; damaged pictures are counted instead.
    package func decode(
        _ facts: PacketFacts, of demuxer: Demuxer, show: (LumaPicture) -> Void
    ) throws(MediaError) {
        endsDamaged = false
        if facts.isKeyframe {
            noteKeyframe(at: facts.time)
            isFed = true
        }
        guard isFed else {
            noteHidden()
            return
        }
        if isIntraOnly, !sampler.wants(facts.time, isKeyframe: false) { return }
        let code = avcodec_send_packet(context, demuxer.packet)
        if code < 0 {
            try noteDamage(demuxer)
            return
        }
        try receive(demuxer, show: show)
    }

    /// Shows the pictures still held back for reordering; the decoder is used up then.
    ///
    /// - Throws: ``MediaError`` when the last picture is incomplete: containers without a length show by nothing else
    ///   that they were cut short.
    package func finish(_ demuxer: Demuxer, show: (LumaPicture) -> Void) throws(MediaError) {
        avcodec_send_packet(context, nil)
        try receive(demuxer, show: show)
        if endsDamaged { throw MediaError(.ended, "the file is cut short: its last picture is incomplete") }
    }

    private func receive(_ demuxer: Demuxer, show: (LumaPicture) -> Void) throws(MediaError) {
        while true {
            let code = avcodec_receive_frame(context, frame)
            if code == mkds_averror(EAGAIN) || code == MKDS_ERROR_EOF { return }
            guard code >= 0 else {
                try noteDamage(demuxer)
                return
            }
            defer { av_frame_unref(frame) }
            decodedCount += 1
            let isKeyframe = frame.pointee.key_frame != 0
            let isDamaged = frame.pointee.flags & AV_FRAME_FLAG_CORRUPT != 0 || frame.pointee.decode_error_flags != 0
            if isDamaged {
                try noteDamage(demuxer)
                continue
            }
            endsDamaged = false
            if isKeyframe { needsKeyframe = false }
            if needsKeyframe {
                noteHidden()
                continue
            }
            let stamp = frame.pointee.best_effort_timestamp
            let time = demuxer.mediaTime(
                stamp != MKDS_NO_PTS ? stamp : max(demuxer.packet.pointee.pts, demuxer.packet.pointee.dts))
            if isIntraOnly || sampler.wants(time, isKeyframe: isKeyframe) {
                try withLuma { luma, stride in
                    show(
                        LumaPicture(
                            luma: luma, width: Int(frame.pointee.width), height: Int(frame.pointee.height),
                            stride: stride, time: time, isKeyframe: isKeyframe))
                }
            }
        }
    }

    private func noteDamage(_ demuxer: Demuxer) throws(MediaError) {
        if demuxer.log.oversized { throw MediaError.oversized }
        damagedCount += 1
        hiddenCount += 1
        endsDamaged = true
        needsKeyframe = !isIntraOnly
        isFed = isIntraOnly
    }

    /// Before the first keyframe there is nothing to show, but nothing is damaged either.
    private func noteHidden() {
        if damagedCount > 0 { hiddenCount += 1 }
    }

    /// Lets the decoder skip everything else once keyframes have come often enough four times in a row.
    private func noteKeyframe(at time: Duration) {
        defer { lastKeyframe = time }
        guard let lastKeyframe, !isIntraOnly else { return }
        shortGroups = sampler.isSatisfied(byKeyframesEvery: time - lastKeyframe) ? shortGroups + 1 : 0
        context.pointee.skip_frame = shortGroups >= 4 ? AVDISCARD_NONKEY : AVDISCARD_DEFAULT
    }

    // MARK: - Luma

    /// Lends the brightness plane as 8-bit pixels: in place where it lies so, else gathered into a buffer of ours.
    private func withLuma(_ body: (UnsafeBufferPointer<UInt8>, Int) -> Void) throws(MediaError) {
        let width = Int(frame.pointee.width)
        let height = Int(frame.pointee.height)
        guard let layout = LumaLayout(AVPixelFormat(rawValue: frame.pointee.format)), width > 0, height > 0 else {
            throw MediaError(.unsupported, "a picture format without a brightness plane")
        }
        let (data, stride) = layout.plane(of: frame)
        guard let data else { throw MediaError(.unsupported, "a picture format without a brightness plane") }
        if layout.isPlainBytes, stride >= width {
            body(UnsafeBufferPointer(start: data + layout.offset, count: stride * (height - 1) + width), stride)
            return
        }
        if scratch.count != width * height { scratch = [UInt8](repeating: 0, count: width * height) }
        scratch.withUnsafeMutableBufferPointer { pixels in
            for row in 0..<height {
                let line = data + row * stride + layout.offset
                for column in 0..<width { pixels[row * width + column] = layout.pixel(line + column * layout.step) }
            }
        }
        scratch.withUnsafeBufferPointer { body($0, width) }
    }
}

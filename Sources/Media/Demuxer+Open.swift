internal import CFFmpeg
internal import Glibc
internal import MKDSCore

extension Demuxer {
    typealias Opening = (context: UnsafeMutablePointer<AVFormatContext>, leftover: [String])

    /// Containers a local file may be; content never chooses any other demuxer.
    private static let fileFormats = "mov,matroska,mpegts,avi,h264,hevc,mjpeg,mpjpeg"

    /// Opens the input, trying each address of its host until one does not turn us away at once.
    static func open(
        _ input: MediaInput, codecs: CodecPolicy, deadlines: DemuxerDeadlines, log: LibraryLog, watch: IOWatch
    ) throws(MediaError) -> Opening {
        if input.kind == .file {
            try checkRegularFile(input.path)
            return try openOnce(input, address: "", codecs: codecs, deadlines: deadlines, log: log, watch: watch)
        }
        let addresses = try HostAddresses.resolve(input.host)
        if watch.isStopped { throw .stopped }
        watch.arm(deadlines.open)
        var failure = MediaError(.unreachable, "the camera's host name has no address")
        for address in addresses {
            do throws(MediaError) {
                return try openOnce(
                    input, address: address, codecs: codecs, deadlines: deadlines, log: log, watch: watch)
            } catch {
                failure = error
                if error.isStop || error.topic != .unreachable || watch.isExpired || log.redirected { break }
            }
        }
        throw failure
    }

    private static func checkRegularFile(_ path: String) throws(MediaError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            let code = errno
            throw MediaError(
                .unreachable, code == EACCES ? "the file may not be read" : "the file does not exist",
                underlying: "errno \(code)")
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw MediaError(.unsupported, "not a regular file") }
    }

    private static func openOnce(
        _ input: MediaInput, address: String, codecs: CodecPolicy, deadlines: DemuxerDeadlines, log: LibraryLog,
        watch: IOWatch
    ) throws(MediaError) -> Opening {
        log.attach(host: input.host, address: address)
        if input.kind == .file { watch.arm(deadlines.open) }
        guard let fresh = avformat_alloc_context() else { throw MediaError(.unreachable, "out of memory") }
        fresh.pointee.interrupt_callback = watch.interrupt
        var options: OpaquePointer?
        for (name, value) in settings(for: input.kind, codecs: codecs, deadlines: deadlines) {
            av_dict_set(&options, name, value, 0)
        }
        defer { av_dict_free(&options) }
        let format: UnsafePointer<AVInputFormat>? =
            switch input.kind {
            case .rtsp: av_find_input_format("rtsp")
            case .httpMultipart: av_find_input_format("mpjpeg")
            case .file: nil
            }
        var context: UnsafeMutablePointer<AVFormatContext>? = fresh
        let started = ContinuousClock.now
        // A failed open has already freed the context.
        let code = avformat_open_input(&context, input.secretURL(address: address), format, &options)
        if watch.isStopped, code < 0 { throw .stopped }
        guard code >= 0, let opened = context else {
            throw .opening(
                code,
                .init(
                    isNetwork: input.kind != .file, elapsed: started.duration(to: .now),
                    patience: deadlines.stall / 2 - .milliseconds(50), watchExpired: watch.isExpired,
                    hasPassword: input.hasPassword),
                log: log)
        }
        if log.redirected {
            avformat_close_input(&context)
            throw .opening(
                0,
                .init(
                    isNetwork: true, elapsed: .zero, patience: .seconds(1), watchExpired: false, hasPassword: false),
                log: log)
        }
        return (opened, names(in: options))
    }

    /// The options of each kind of input, by FFmpeg's names.
    private static func settings(
        for kind: MediaInput.Kind, codecs: CodecPolicy, deadlines: DemuxerDeadlines
    ) -> [(String, String)] {
        // A silent socket is reported only by the second call that waits for it, so it gets half the time.
        let socket = String((deadlines.stall / 2).inMicroseconds)
        let common = [("codec_whitelist", codecs.names)]
        switch kind {
        case .rtsp:
            return common + [
                ("rtsp_transport", "tcp"), ("timeout", socket), ("protocol_whitelist", "tcp"),
                ("format_whitelist", "rtsp"), ("probesize", "32"), ("analyzeduration", "0"), ("fpsprobesize", "0"),
                ("allowed_media_types", "video"),
            ]
        case .httpMultipart:
            return common + [
                ("rw_timeout", socket), ("protocol_whitelist", "http,tcp"), ("format_whitelist", "mpjpeg"),
                ("probesize", "32"), ("analyzeduration", "0"), ("fpsprobesize", "0"),
            ]
        case .file:
            return common + [("protocol_whitelist", "file"), ("format_whitelist", fileFormats)]
        }
    }

    private static func names(in dictionary: OpaquePointer?) -> [String] {
        var result: [String] = []
        var entry = av_dict_get(dictionary, "", nil, AV_DICT_IGNORE_SUFFIX)
        while let current = entry {
            result.append(String(cString: current.pointee.key))
            entry = av_dict_get(dictionary, "", current, AV_DICT_IGNORE_SUFFIX)
        }
        return result
    }

    // MARK: - The video stream

    /// Reads on until the streams are known and picks the video; the others are discarded unread.
    static func findVideo(
        _ context: UnsafeMutablePointer<AVFormatContext>, codecs: CodecPolicy, input: MediaInput, log: LibraryLog,
        watch: IOWatch
    ) throws(MediaError) -> Int {
        let count = Int(context.pointee.nb_streams)
        guard context.pointee.nb_streams <= MediaLimits.streamCount else {
            throw MediaError(.unsupported, "more than \(MediaLimits.streamCount) streams")
        }
        var options = [OpaquePointer?](repeating: nil, count: count)
        for index in options.indices {
            av_dict_set(&options[index], "max_pixels", String(MediaLimits.pixels), 0)
            av_dict_set(&options[index], "threads", "1", 0)
        }
        let code = avformat_find_stream_info(context, &options)
        for index in options.indices { av_dict_free(&options[index]) }
        if watch.isStopped { throw .stopped }
        if log.oversized { throw MediaError.oversized }
        guard code >= 0 else {
            throw .reading(
                code,
                .init(
                    isNetwork: input.kind != .file, elapsed: .zero, patience: .seconds(1),
                    watchExpired: watch.isExpired, hasPassword: input.hasPassword))
        }
        let index = try pickVideo(context, codecs: codecs)
        for other in 0..<Int(context.pointee.nb_streams) where other != index {
            context.pointee.streams[other]?.pointee.discard = AVDISCARD_ALL
        }
        return index
    }

    private static func pickVideo(
        _ context: UnsafeMutablePointer<AVFormatContext>, codecs: CodecPolicy
    ) throws(MediaError) -> Int {
        for index in 0..<min(Int(context.pointee.nb_streams), Int(MediaLimits.streamCount)) {
            guard let stream = context.pointee.streams[index], let parameters = stream.pointee.codecpar,
                parameters.pointee.codec_type == AVMEDIA_TYPE_VIDEO,
                stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC == 0
            else { continue }
            let name = String(cString: avcodec_get_name(parameters.pointee.codec_id))
            guard codecs.allows(name) else {
                throw MediaError(.unsupported, "the codec \(name) is not accepted; H.264, H.265 and MJPEG are")
            }
            let pixels = Int64(parameters.pointee.width) * Int64(parameters.pointee.height)
            guard pixels <= MediaLimits.pixels else { throw MediaError.oversized }
            return index
        }
        throw MediaError(.unsupported, "there is no video in it")
    }

    static func describe(_ stream: UnsafeMutablePointer<AVStream>) -> VideoStream {
        let parameters = stream.pointee.codecpar.pointee
        let profile = avcodec_profile_name(parameters.codec_id, parameters.profile).map { String(cString: $0) }
        let rate = stream.pointee.avg_frame_rate
        return VideoStream(
            codec: String(cString: avcodec_get_name(parameters.codec_id)), profile: profile ?? "",
            width: parameters.width, height: parameters.height,
            frameRate: rate.den > 0 ? Float(rate.num) / Float(rate.den) : 0)
    }
}

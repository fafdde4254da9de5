internal import CFFmpeg
internal import MKDSCore

/// Which of a container's or camera's streams are read.
extension Demuxer {
    /// Reads on until the streams are known and picks the video.
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
        // Where it was told to give up it may have left off within a packet, and yet says that all is well.
        if code >= 0, watch.hasGivenUp { throw .givenUp(log, isStopped: false) }
        guard code >= 0 else {
            throw .reading(
                code,
                .init(
                    isNetwork: input.kind != .file, elapsed: .zero, patience: .seconds(1),
                    watchExpired: watch.isExpired, hasPassword: input.hasPassword))
        }
        return try pickVideo(context, codecs: codecs)
    }

    /// Picks the first metadata stream of each kind, by index; all streams but these and the video are discarded unread.
    ///
    /// FFmpeg 5.1 does not know ONVIF metadata: in an RTSP session it is data without a codec. In files such data may be
    /// anything, so there only KLV counts (SMPTE ST 336, in MPEG-TS by MISB ST 1402).
    static func pickMetadata(
        _ context: UnsafeMutablePointer<AVFormatContext>, kind: MediaInput.Kind, video: Int
    ) -> [Int32: MetadataKind] {
        var picked: [Int32: MetadataKind] = [:]
        for index in 0..<Int(context.pointee.nb_streams) where index != video {
            guard let stream = context.pointee.streams[index] else { continue }
            if let parameters = stream.pointee.codecpar?.pointee, parameters.codec_type == AVMEDIA_TYPE_DATA,
                let found = MetadataKind(parameters.codec_id, kind: kind), !picked.values.contains(found)
            {
                picked[Int32(index)] = found
            } else {
                stream.pointee.discard = AVDISCARD_ALL
            }
        }
        return picked
    }

    private static func pickVideo(
        _ context: UnsafeMutablePointer<AVFormatContext>, codecs: CodecPolicy
    ) throws(MediaError) -> Int {
        var refusal = MediaError(.unsupported, "there is no video in it")
        for index in 0..<min(Int(context.pointee.nb_streams), Int(MediaLimits.streamCount)) {
            guard let stream = context.pointee.streams[index], let parameters = stream.pointee.codecpar,
                parameters.pointee.codec_type == AVMEDIA_TYPE_VIDEO,
                stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC == 0
            else { continue }
            let name = String(cString: avcodec_get_name(parameters.pointee.codec_id))
            guard codecs.allows(name) else {
                refusal = MediaError(.unsupported, "the codec \(name) is not accepted; H.264, H.265 and MJPEG are")
                continue
            }
            let pixels = Int64(parameters.pointee.width) * Int64(parameters.pointee.height)
            guard pixels <= MediaLimits.pixels else { throw MediaError.oversized }
            return index
        }
        throw refusal
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

extension MetadataKind {
    fileprivate init?(_ codec: AVCodecID, kind: MediaInput.Kind) {
        switch codec {
        case AV_CODEC_ID_SMPTE_KLV: self = .klv
        case AV_CODEC_ID_NONE where kind == .rtsp: self = .onvif
        default: return nil
        }
    }
}

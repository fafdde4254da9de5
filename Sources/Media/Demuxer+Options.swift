internal import CFFmpeg
internal import MKDSCore

/// What FFmpeg is told about each kind of input: which demuxer, which protocols, how patient to be.
extension Demuxer {
    /// What of a camera's session is set up, as FFmpeg names it.
    enum Tracks: String {
        case videoAndMetadata = "video+data"
        case video
    }

    /// Containers a local file may be; content never chooses any other demuxer.
    private static let fileFormats = "mov,matroska,mpegts,avi,h264,hevc,mjpeg,mpjpeg"

    /// The only demuxer a camera's bytes are given to; a file's is chosen among ``fileFormats``.
    static func format(of kind: MediaInput.Kind) -> UnsafePointer<AVInputFormat>? {
        switch kind {
        case .rtsp: av_find_input_format("rtsp")
        case .httpMultipart: av_find_input_format("mpjpeg")
        case .hls: av_find_input_format("hls")
        case .rtmp: av_find_input_format("flv")
        case .srt: av_find_input_format("mpegts")
        case .file: nil
        }
    }

    /// The options of each kind of input, by FFmpeg's names.
    static func settings(
        for input: MediaInput, _ tracks: Tracks, codecs: CodecPolicy, deadlines: DemuxerDeadlines
    ) -> [(String, String)] {
        // A silent socket is reported only by the second call that waits for it, so it gets half the time.
        let socket = String((deadlines.stall / 2).inMicroseconds)
        let common = [("codec_whitelist", codecs.names)]
        // Enough to see the codec; size and parameters come with the pictures.
        let probing = [("probesize", "2000000"), ("analyzeduration", "1500000"), ("fpsprobesize", "0")]
        switch input.kind {
        case .rtsp:
            return common + [
                // The watch must be the first to lose patience: after a silence FFmpeg itself found too long it would go
                // on where it left off, in the middle of a packet.
                ("timeout", String((deadlines.stall + .seconds(1)).inMicroseconds)),
                ("rtsp_transport", "tcp"), ("protocol_whitelist", "tcp"),
                ("format_whitelist", "rtsp"), ("probesize", "32"), ("analyzeduration", "0"), ("fpsprobesize", "0"),
                // Else FFmpeg does not look at packet numbers over TCP, and no loss is ever noticed. Packets in order
                // do not wait.
                ("reorder_queue_size", "2"),
                ("allowed_media_types", tracks.rawValue),
            ]
        case .httpMultipart:
            return common + [
                ("rw_timeout", socket), ("protocol_whitelist", "http,tcp"), ("format_whitelist", "mpjpeg"),
                // Else a proxy named by the environment would get the request and its credentials.
                ("http_proxy", ""),
                ("probesize", "32"), ("analyzeduration", "0"), ("fpsprobesize", "0"),
            ]
        case .hls:
            return common + probing + [
                ("rw_timeout", socket), ("protocol_whitelist", "http,tcp"),
                ("format_whitelist", "hls,mpegts,mov,mp4,m4a,3gp,3g2,mj2"), ("http_proxy", ""),
                // The newest segment first. Each request is a connection of its own that passes the door, which alone
                // decides what may be fetched: cameras end the names of segments as they like.
                ("live_start_index", "-1"), ("http_persistent", "0"), ("http_multiple", "0"),
                ("allowed_extensions", "ALL"), ("allowed_segment_extensions", "ALL"), ("extension_picky", "0"),
            ]
        case .rtmp:
            return common + probing + [
                ("rw_timeout", socket), ("protocol_whitelist", "rtmp,tcp"), ("format_whitelist", "flv"),
                ("rtmp_live", "live"),
            ]
        case .srt:
            return common + probing + srtSettings(input.srt, deadlines: deadlines, socket: socket)
        case .file:
            return common + [("protocol_whitelist", "file"), ("format_whitelist", fileFormats)]
        }
    }

    private static func srtSettings(
        _ parameters: SRTParameters?, deadlines: DemuxerDeadlines, socket: String
    ) -> [(String, String)] {
        var settings = [
            ("protocol_whitelist", "srt"), ("format_whitelist", "mpegts"), ("mode", "caller"), ("transtype", "live"),
            ("timeout", socket), ("connect_timeout", String((deadlines.open / 2).inMicroseconds / 1_000)),
            ("latency", String((parameters?.latency ?? SRTParameters.defaultLatency).inMicroseconds)),
        ]
        if let streamID = parameters?.streamID { settings.append(("streamid", streamID)) }
        if let passphrase = parameters?.passphrase { settings.append(("passphrase", passphrase)) }
        return settings
    }
}

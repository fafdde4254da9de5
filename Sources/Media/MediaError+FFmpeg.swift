internal import CFFmpeg
internal import Glibc
internal import MKDSCore

/// All that FFmpeg's error codes mean to us, in one place. The codes do not tell causes: a reset ends as EOF, a hung
/// server as INVALIDDATA, so the time that passed and what the log said are looked at as well.
extension MediaError {
    /// What was going on when a code came back.
    struct Circumstances {
        var isNetwork: Bool
        /// Time spent in the failing call.
        var elapsed: Duration
        /// Time after which a silent peer counts as not answering.
        var patience: Duration
        var watchExpired: Bool
        var hasPassword: Bool
    }

    /// FFmpeg's number and text for `underlying`.
    static func text(of code: Int32) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            guard let base = buffer.baseAddress else { return "\(code)" }
            mkds_error_text(code, base, buffer.count)
            return "\(code) \(String(cString: base))"
        }
    }

    /// Opening failed.
    static func opening(_ code: Int32, _ circumstances: Circumstances, log: LibraryLog) -> MediaError {
        let underlying = text(of: code)
        func error(_ topic: HealthTopic, _ detail: String) -> MediaError {
            MediaError(topic, detail, underlying: underlying)
        }
        if log.redirected { return refused(log, underlying: underlying) }
        if log.formatRefused {
            return error(.unsupported, "the container is none of those accepted; playlists are refused")
        }
        if log.oversized { return oversized }
        if log.segmentFailed {
            return error(.malformed, "the playlist names segments that cannot be fetched")
        }
        return circumstances.isNetwork
            ? openingNetwork(code, circumstances, log: log, underlying) : openingFile(code, log: log, underlying)
    }

    /// An answer sent us to where we do not follow.
    static func refused(_ log: LibraryLog, underlying: String = "") -> MediaError {
        if log.refusedByPlaylist {
            return MediaError(
                .unsupported, "the playlist names a file, another host or encrypted segments, which is refused",
                underlying: underlying)
        }
        let detail =
            log.redirectedWithin
            ? "the camera redirects to another of its addresses; set that one as its URL instead"
            : "the camera redirects to another host, which is refused"
        return MediaError(.unreachable, detail, underlying: underlying)
    }

    /// An SRT peer that says no does not say why in any way FFmpeg passes on; silence has another code.
    static func rejectedBySRT(_ code: Int32) -> MediaError {
        MediaError(
            .credentialsRefused,
            "the camera refuses the connection: the passphrase is wrong or missing, or it knows no such stream id",
            underlying: text(of: code))
    }

    private static func openingNetwork(
        _ code: Int32, _ circumstances: Circumstances, log: LibraryLog, _ underlying: String
    ) -> MediaError {
        func error(_ topic: HealthTopic, _ detail: String) -> MediaError {
            MediaError(topic, detail, underlying: underlying)
        }
        switch code {
        case MKDS_ERROR_HTTP_401 where log.onlySHA256:
            return error(.credentialsRefused, "the camera demands SHA-256 digest, which is not supported")
        case MKDS_ERROR_HTTP_401 where !circumstances.hasPassword:
            return error(.credentialsRefused, "the camera asks for a user name and password, none is configured")
        case MKDS_ERROR_HTTP_401:
            return error(.credentialsRefused, "the camera refuses the user name or password")
        case MKDS_ERROR_HTTP_403:
            return error(.credentialsRefused, "the camera forbids this user to watch the stream")
        case MKDS_ERROR_HTTP_404:
            return error(.unreachable, "the camera knows no stream of this name (404)")
        case MKDS_ERROR_HTTP_400, MKDS_ERROR_HTTP_4XX:
            return error(.unreachable, "the camera refuses the request (4xx)")
        case MKDS_ERROR_HTTP_5XX:
            return error(.unreachable, "the camera reports an error of its own (5xx)")
        case mkds_averror(ECONNREFUSED):
            return error(.unreachable, "connection refused: nothing listens on this port")
        case mkds_averror(EHOSTUNREACH), mkds_averror(ENETUNREACH):
            return error(.unreachable, "no route to the camera")
        case mkds_averror(ECONNRESET), mkds_averror(EPIPE), MKDS_ERROR_EOF:
            return error(.unreachable, "the camera closed the connection while it was being opened")
        case MKDS_ERROR_NO_STREAM:
            return error(.unsupported, "the camera offers no stream we could read")
        default:
            if circumstances.watchExpired || circumstances.elapsed >= circumstances.patience
                || code == mkds_averror(ETIMEDOUT)
            {
                return error(.unreachable, "the camera does not answer")
            }
            if code == MKDS_ERROR_INVALID || code == MKDS_ERROR_PATCHWELCOME {
                return error(.malformed, "the camera's answer is not what the protocol demands")
            }
            return error(.unreachable, "the connection could not be opened")
        }
    }

    /// Whether a camera that was reached did not want what was asked of it, by the code of the failed opening. A camera
    /// that asks for other credentials does not count: it may lock the account.
    static func isRefusal(_ code: Int32) -> Bool {
        switch code {
        case MKDS_ERROR_HTTP_400, MKDS_ERROR_HTTP_404, MKDS_ERROR_HTTP_4XX, MKDS_ERROR_HTTP_5XX, MKDS_ERROR_INVALID,
            MKDS_ERROR_PATCHWELCOME, MKDS_ERROR_EOF, mkds_averror(EPIPE), mkds_averror(ECONNRESET),
            mkds_averror(EPROTONOSUPPORT), mkds_averror(EIO):
            true
        default: false
        }
    }

    private static func openingFile(_ code: Int32, log: LibraryLog, _ underlying: String) -> MediaError {
        switch code {
        case mkds_averror(ENOENT): return MediaError(.unreachable, "the file does not exist", underlying: underlying)
        case mkds_averror(EACCES): return MediaError(.unreachable, "the file may not be read", underlying: underlying)
        case MKDS_ERROR_EOF: return MediaError(.malformed, "the file is empty or cut short", underlying: underlying)
        case MKDS_ERROR_INVALID:
            return MediaError(.malformed, "the file is not video or is damaged", underlying: underlying)
        default: return MediaError(.malformed, "the file could not be opened as video", underlying: underlying)
        }
    }

    /// Reading failed after it had worked.
    static func reading(_ code: Int32, _ circumstances: Circumstances) -> MediaError {
        let underlying = text(of: code)
        guard circumstances.isNetwork else {
            return MediaError(.malformed, "the file cannot be read further", underlying: underlying)
        }
        // A stall shows as EOF, EIO or ETIMEDOUT alike: only the silence before it tells.
        if circumstances.watchExpired || circumstances.elapsed >= circumstances.patience {
            return stalled(underlying: underlying)
        }
        switch code {
        case MKDS_ERROR_EOF, mkds_averror(ECONNRESET), mkds_averror(EPIPE):
            return MediaError(.lost, "the camera closed the connection", underlying: underlying)
        case MKDS_ERROR_INVALID:
            return MediaError(.malformed, "the camera sent bytes that are no stream", underlying: underlying)
        default:
            return MediaError(.lost, "the connection broke", underlying: underlying)
        }
    }

    /// FFmpeg gave up because we told it to.
    static func givenUp(_ log: LibraryLog, isStopped: Bool) -> MediaError {
        if isStopped { return .stopped }
        if log.beganAnew { return .beganAnew }
        return log.redirected ? refused(log) : stalled()
    }

    static let beganAnew = MediaError(.lost, "the camera began to number its packets anew")

    static func stalled(underlying: String = "") -> MediaError {
        MediaError(.stalled, "connected, but no video packet came any more", underlying: underlying)
    }

    static let oversized = MediaError(
        .unsupported, "the picture has more than \(MediaLimits.pixels / 1_000_000) million pixels")
}

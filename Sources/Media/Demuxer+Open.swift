internal import CFFmpeg
internal import Glibc
internal import MKDSCore
internal import Tunnel

extension Demuxer {
    struct Opening {
        let context: UnsafeMutablePointer<AVFormatContext>
        let leftover: [String]
        let tunnel: CameraTunnel?
        let door: PlaylistDoor?
        var metadataRefusal: MediaError?
    }

    /// Opens the input, trying each address of its host until one does not turn us away at once.
    static func open(
        _ input: MediaInput, codecs: CodecPolicy, deadlines: DemuxerDeadlines, log: LibraryLog, watch: IOWatch
    ) throws(MediaError) -> Opening {
        if input.kind == .file {
            try checkRegularFile(input.path)
            return try openTracks(input, address: "", codecs: codecs, deadlines: deadlines, log: log, watch: watch)
        }
        let addresses = try HostAddresses.resolve(input.host)
        if watch.isStopped { throw .stopped }
        watch.arm(deadlines.open)
        var failure = MediaError(.unreachable, "the camera's host name has no address")
        for address in addresses {
            do throws(MediaError) {
                return try openTracks(
                    input, address: address, codecs: codecs, deadlines: deadlines, log: log, watch: watch)
            } catch {
                failure = error
                if error.isStop || error.topic != .unreachable || watch.isExpired || log.redirected { break }
            }
        }
        throw failure
    }

    /// Opens video and metadata; where a camera that offers metadata refuses that, video alone: a broken metadata track
    /// must not cost the pictures. Who offers none is asked once.
    private static func openTracks(
        _ input: MediaInput, address: String, codecs: CodecPolicy, deadlines: DemuxerDeadlines, log: LibraryLog,
        watch: IOWatch
    ) throws(MediaError) -> Opening {
        var answer: Int32 = 0
        do throws(MediaError) {
            return try openOnce(
                input, address: address, tracks: .videoAndMetadata, codecs: codecs, deadlines: deadlines, log: log,
                watch: watch, answer: &answer)
        } catch {
            guard log.offersMetadata, MediaError.isRefusal(answer), !error.isStop, !watch.isExpired, !log.redirected
            else { throw error }
            var opening = try openOnce(
                input, address: address, tracks: .video, codecs: codecs, deadlines: deadlines, log: log, watch: watch,
                answer: &answer)
            opening.metadataRefusal = error
            return opening
        }
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
        _ input: MediaInput, address: String, tracks: Tracks, codecs: CodecPolicy, deadlines: DemuxerDeadlines,
        log: LibraryLog, watch: IOWatch, answer: inout Int32
    ) throws(MediaError) -> Opening {
        log.attach(host: input.host, address: address, isTunnelled: input.isEncrypted)
        if input.kind == .file { watch.arm(deadlines.open) }
        let tunnel = input.isEncrypted ? try openTunnel(input, address: address, deadlines, watch) : nil
        guard let fresh = avformat_alloc_context() else { throw MediaError(.unreachable, "out of memory") }
        fresh.pointee.interrupt_callback = watch.interrupt
        var options: OpaquePointer?
        for (name, value) in settings(for: input, tracks, codecs: codecs, deadlines: deadlines) {
            av_dict_set(&options, name, value, 0)
        }
        defer { av_dict_free(&options) }
        let door = input.kind == .hls ? PlaylistDoor(input, address: address) : nil
        door?.guardOpening(of: fresh)
        var context: UnsafeMutablePointer<AVFormatContext>? = fresh
        let started = ContinuousClock.now
        let url =
            try tunnel.map { tunnel throws(MediaError) in try endpoint(of: tunnel, for: input) }
            ?? input.secretURL(address: address)
        // A failed open has already freed the context.
        let code = avformat_open_input(&context, url, format(of: input.kind), &options)
        answer = code
        if watch.isStopped, code < 0 { throw .stopped }
        guard code >= 0, let opened = context else {
            if !log.redirected, let failure = tunnel?.failure { throw MediaError(failure) }
            if input.kind == .srt, code == mkds_averror(EIO) { throw .rejectedBySRT(code) }
            throw .opening(
                code,
                .init(
                    isNetwork: input.kind != .file, elapsed: started.duration(to: .now),
                    patience: deadlines.stall / 2 - .milliseconds(50), watchExpired: watch.isExpired,
                    hasPassword: input.hasPassword),
                log: log)
        }
        if log.redirected {
            withExtendedLifetime(watch) { avformat_close_input(&context) }
            throw .refused(log)
        }
        if input.kind == .hls, opened.pointee.duration > 0 {
            withExtendedLifetime(watch) { avformat_close_input(&context) }
            throw MediaError(.unsupported, "the playlist is a finished recording, not a live stream")
        }
        return Opening(context: opened, leftover: names(in: options), tunnel: tunnel, door: door)
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
}

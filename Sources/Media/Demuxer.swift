internal import CFFmpeg
internal import Glibc
internal import MKDSCore

/// One open camera or file, read packet by packet on the thread that opened it.
///
/// Owns FFmpeg's context and its one packet. Not Sendable: made, used and released on one thread. Every call ends by
/// its deadline or soon after the stop flag was raised. Only the best video stream is read; all others are discarded.
package final class Demuxer {
    package let kind: MediaInput.Kind
    package let video: VideoStream
    /// Names of options FFmpeg did not know; anything here is a mistake of ours worth a log line.
    package let leftoverOptions: [String]
    package let log: LibraryLog

    private let context: UnsafeMutablePointer<AVFormatContext>
    private let stream: UnsafeMutablePointer<AVStream>
    private let watch: IOWatch
    private let deadlines: DemuxerDeadlines
    private let opened = ContinuousClock.now
    private var lastVideo = ContinuousClock.now
    /// Media time of the first picture of a file, in the stream's time base.
    private let origin: Int64
    private var furthest = Duration.zero
    private var packetCount: Int64 = 0
    let packet: UnsafeMutablePointer<AVPacket>

    /// Opens `input` and reads as much as is needed to know its video stream.
    ///
    /// - Throws: ``MediaError`` with a reason fit for an operator; nothing stays open then.
    package init(
        _ input: MediaInput, codecs: CodecPolicy = .camera, deadlines: DemuxerDeadlines = DemuxerDeadlines(),
        log: LibraryLog = LibraryLog(), stop: StopFlag = StopFlag()
    ) throws(MediaError) {
        _ = MediaLimits.prepared
        let watch = IOWatch(stop: stop)
        let opening = try Self.open(input, codecs: codecs, deadlines: deadlines, log: log, watch: watch)
        do throws(MediaError) {
            let index = try Self.findVideo(opening.context, codecs: codecs, input: input, log: log, watch: watch)
            guard let stream = opening.context.pointee.streams[index], let packet = av_packet_alloc() else {
                throw MediaError(.unsupported, "out of memory while opening")
            }
            self.stream = stream
            self.packet = packet
        } catch {
            var context: UnsafeMutablePointer<AVFormatContext>? = opening.context
            avformat_close_input(&context)
            throw error
        }
        kind = input.kind
        context = opening.context
        leftoverOptions = opening.leftover
        video = Self.describe(stream)
        origin = kind == .file && stream.pointee.start_time != MKDS_NO_PTS ? stream.pointee.start_time : 0
        self.log = log
        self.watch = watch
        self.deadlines = deadlines
    }

    deinit {
        var packet: UnsafeMutablePointer<AVPacket>? = packet
        av_packet_free(&packet)
        // Closing says goodbye to the camera; a dead one must not hold us up.
        watch.arm(.seconds(1))
        var context: UnsafeMutablePointer<AVFormatContext>? = context
        withExtendedLifetime(watch) { avformat_close_input(&context) }
    }

    // MARK: - Reading

    /// Reads the next video packet; its bytes stay with the demuxer for the decoder until the next call.
    ///
    /// - Returns: nil when a file came to its proper end.
    /// - Throws: ``MediaError``; the connection is of no further use then.
    package func read() throws(MediaError) -> PacketFacts? {
        watch.arm(deadlines.stall)
        while true {
            av_packet_unref(packet)
            let started = ContinuousClock.now
            let code = av_read_frame(context, packet)
            if watch.isStopped { throw .stopped }
            if code == 0 {
                if packet.pointee.stream_index == stream.pointee.index {
                    lastVideo = .now
                    return stamp()
                }
                // Other streams may go on while the video stands still.
                if watch.isExpired { throw .stalled() }
                continue
            }
            if kind == .file, code == MKDS_ERROR_EOF {
                try checkCompleteness()
                return nil
            }
            let elapsed = started.duration(to: .now)
            throw .reading(
                code,
                .init(
                    isNetwork: kind != .file, elapsed: elapsed, patience: deadlines.stall / 2 - .milliseconds(50),
                    watchExpired: watch.isExpired, hasPassword: false))
        }
    }

    var timeBase: AVRational { stream.pointee.time_base }
    var parameters: UnsafeMutablePointer<AVCodecParameters> { stream.pointee.codecpar }

    /// Media time of a stamp in the stream's time base.
    func mediaTime(_ stamp: Int64) -> Duration {
        .microseconds(av_rescale_q(stamp - origin, timeBase, AVRational(num: 1, den: 1_000_000)))
    }

    /// Gives the packet a time where the container has none.
    private func stamp() -> PacketFacts {
        if kind == .httpMultipart {
            let elapsed = opened.duration(to: .now).inMicroseconds
            packet.pointee.pts = av_rescale_q(elapsed, AVRational(num: 1, den: 1_000_000), timeBase)
            packet.pointee.dts = packet.pointee.pts
        } else if packet.pointee.pts == MKDS_NO_PTS, packet.pointee.dts == MKDS_NO_PTS {
            // Raw elementary streams: pictures in coding order at the announced rate. Only dts, so that the decoder
            // still puts them in the order of presentation.
            let rate =
                stream.pointee.avg_frame_rate.num > 0 ? stream.pointee.avg_frame_rate : AVRational(num: 25, den: 1)
            packet.pointee.dts = origin + av_rescale_q(packetCount, AVRational(num: rate.den, den: rate.num), timeBase)
        }
        packetCount += 1
        let stamp = packet.pointee.pts != MKDS_NO_PTS ? packet.pointee.pts : packet.pointee.dts
        let time = mediaTime(stamp)
        furthest = max(furthest, mediaTime(stamp + max(0, packet.pointee.duration)))
        return PacketFacts(
            time: time, isKeyframe: packet.pointee.flags & AV_PKT_FLAG_KEY != 0, byteCount: Int(packet.pointee.size))
    }

    /// A file must hold what its container promised.
    private func checkCompleteness() throws(MediaError) {
        var promised = Duration.zero
        if context.pointee.duration_estimation_method == AVFMT_DURATION_FROM_STREAM {
            if stream.pointee.duration != MKDS_NO_PTS, stream.pointee.duration > 0 {
                promised = .microseconds(
                    av_rescale_q(stream.pointee.duration, timeBase, AVRational(num: 1, den: 1_000_000)))
            } else if context.pointee.duration > 0, context.pointee.nb_streams == 1 {
                promised = .microseconds(context.pointee.duration)
            }
        }
        let missing = promised - furthest
        guard log.isTruncated || missing > max(.seconds(1), promised / 50) else { return }
        throw MediaError(
            .ended,
            "the file is cut short: \(seconds(furthest)) s of video"
                + (promised > furthest ? " where \(seconds(promised)) s were announced" : ""))
    }

    private func seconds(_ duration: Duration) -> String {
        let tenths = Int64((duration.inSeconds * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}

internal import CFFmpeg
internal import Glibc
internal import Linux
package import MKDSCore
internal import Tunnel

/// One open camera or file, read packet by packet on the thread that opened it.
///
/// Owns FFmpeg's context and its one packet. Not Sendable: made, used and released on one thread. Every call ends by
/// its deadline or soon after the stop flag was raised. Read are the best video stream and, beside it, the first ONVIF
/// metadata stream of a camera and the first KLV stream of a container; all others are discarded.
package final class Demuxer {
    package let kind: MediaInput.Kind
    package let video: VideoStream
    /// Names of options FFmpeg did not know; anything here is a mistake of ours worth a log line.
    package let leftoverOptions: [String]
    package let log: LibraryLog
    /// What is read beside the video.
    package let metadataKinds: [MetadataKind]
    /// Why a camera that would not be opened with its metadata was opened without; nil when it was not so.
    package let metadataRefusal: MediaError?

    /// Carries the bytes of an encrypted camera; released after FFmpeg has said goodbye through it.
    private let tunnel: CameraTunnel?
    /// What a playlist may open; the context points to it.
    private let door: PlaylistDoor?
    let context: UnsafeMutablePointer<AVFormatContext>
    private let stream: UnsafeMutablePointer<AVStream>
    /// By the index of their streams.
    private let metadata: [Int32: MetadataKind]
    private let watch: IOWatch
    private let deadlines: DemuxerDeadlines
    private let opened = ContinuousClock.now
    /// Reading has waited since the last video packet, be it for another stream's.
    private var hasWaited = false
    /// The last packet was no video, so the deadline for one still runs.
    private var isVideoDue = false
    /// Media time of the first picture of a file, in the stream's time base.
    private let origin: Int64
    private var furthest = Duration.zero
    private var packetCount: Int64 = 0
    private var lastStamp: Int64 = 0
    /// Of H.264 and H.265 a picture is known to be whole when the next one begins, so what libavformat says of time
    /// along with one packet was said of the next.
    private let heardEarly: Bool
    private var heardOfNext: PacketHearing?
    /// Only a part of the last packet was in the file.
    private var isLastPartial = false
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
        let deadlines = deadlines.adapted(to: input.kind)
        let opening = try Self.open(input, codecs: codecs, deadlines: deadlines, log: log, watch: watch)
        do throws(MediaError) {
            let index = try Self.findVideo(opening.context, codecs: codecs, input: input, log: log, watch: watch)
            guard let stream = opening.context.pointee.streams[index], let packet = av_packet_alloc() else {
                throw MediaError(.unsupported, "out of memory while opening")
            }
            self.stream = stream
            self.packet = packet
            metadata = Self.pickMetadata(opening.context, kind: input.kind, video: index)
        } catch {
            Self.close(opening.context, watch)
            throw error
        }
        kind = input.kind
        context = opening.context
        tunnel = opening.tunnel
        door = opening.door
        leftoverOptions = opening.leftover
        metadataRefusal = opening.metadataRefusal
        metadataKinds = MetadataKind.allCases.filter(metadata.values.contains)
        video = Self.describe(stream)
        heardEarly = kind == .rtsp && video.codec != "mjpeg"
        origin = kind == .file && stream.pointee.start_time != MKDS_NO_PTS ? stream.pointee.start_time : 0
        self.log = log
        self.watch = watch
        self.deadlines = deadlines
    }

    deinit {
        var packet: UnsafeMutablePointer<AVPacket>? = packet
        av_packet_free(&packet)
        Self.close(context, watch)
    }

    /// Closing says goodbye to the camera; a dead one must not hold us up. FFmpeg asks the watch meanwhile.
    private static func close(_ context: UnsafeMutablePointer<AVFormatContext>, _ watch: IOWatch) {
        watch.beginGoodbye(within: .seconds(1))
        var context: UnsafeMutablePointer<AVFormatContext>? = context
        withExtendedLifetime(watch) { avformat_close_input(&context) }
    }

    // MARK: - Reading

    /// Reads the next packet of video or metadata; its bytes stay with the demuxer until the next call.
    ///
    /// - Returns: nil when a file came to its proper end.
    /// - Throws: ``MediaError``; the connection is of no further use then. Metadata does not make up for video that stands
    ///   still: the deadline runs from one video packet to the next.
    package func read() throws(MediaError) -> DemuxedPacket? {
        // The pictures FFmpeg still had were given out with the calls before.
        if watch.hasGivenUp { throw .givenUp(log, isStopped: watch.isStopped) }
        if !isVideoDue { watch.arm(deadlines.stall) }
        isVideoDue = true
        while true {
            av_packet_unref(packet)
            let started = ContinuousClock.now
            let waits = NamedThread.waitCount
            let code = av_read_frame(context, packet)
            if NamedThread.waitCount > waits { hasWaited = true }
            if watch.isStopped { throw .stopped }
            guard code == 0 else {
                try checkEnd(code, after: started.duration(to: .now))
                return nil
            }
            let index = packet.pointee.stream_index
            if index == stream.pointee.index {
                isVideoDue = false
                // What comes out after it gave up must not hide why it did.
                if !watch.hasGivenUp { log.noteVideo() }
                return .video(stamp(hear()))
            }
            // Other streams may go on while the video stands still.
            if watch.isExpired { throw .stalled() }
            if let kind = metadata[index], packet.pointee.size > 0 { return .metadata(facts(of: kind)) }
        }
    }

    /// Reads on to the next video packet and lets go of the metadata in between, as ``read()`` otherwise.
    package func readVideo() throws(MediaError) -> PacketFacts? {
        while let next = try read() {
            if case .video(let facts) = next { return facts }
        }
        return nil
    }

    /// Returns when a file came to its proper end with this code.
    private func checkEnd(_ code: Int32, after elapsed: Duration) throws(MediaError) {
        if kind == .file, code == MKDS_ERROR_EOF {
            // Some demuxers take a failed or given up read for the end.
            if let failure = context.pointee.pb?.pointee.error, failure < 0, failure != MKDS_ERROR_EOF {
                throw MediaError(
                    .malformed, "the file cannot be read further", underlying: MediaError.text(of: failure))
            }
            return try checkCompleteness()
        }
        if log.beganAnew { throw .beganAnew }
        if let failure = tunnel?.failure { throw MediaError(failure) }
        if log.redirected { throw .refused(log, underlying: MediaError.text(of: code)) }
        throw .reading(
            code,
            .init(
                isNetwork: kind != .file, elapsed: elapsed, patience: deadlines.stall / 2 - .milliseconds(50),
                watchExpired: watch.isExpired, hasPassword: false))
    }

    /// The bytes of the packet read last, as the depacketiser gave them (H.264 and H.265 cameras: Annex B).
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        body(UnsafeRawBufferPointer(start: packet.pointee.data, count: max(0, Int(packet.pointee.size))))
    }

    /// What came with the stream's description (SDP, container header): parameter sets, in FFmpeg's form.
    package func withDescription<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        let parameters = parameters.pointee
        return body(UnsafeRawBufferPointer(start: parameters.extradata, count: max(0, Int(parameters.extradata_size))))
    }

    var timeBase: AVRational { stream.pointee.time_base }
    var parameters: UnsafeMutablePointer<AVCodecParameters> { stream.pointee.codecpar }

    /// Media time of a stamp in the stream's time base. A container may say any 64 bits: times more than
    /// ``MediaLimits/mediaTime`` from the beginning are cut to it, so that nothing that computes with them overflows.
    func mediaTime(_ stamp: Int64) -> Duration {
        let (distance, isBeyond) = stamp.subtractingReportingOverflow(origin)
        let limit = MediaLimits.mediaTime.inMicroseconds
        let microseconds = isBeyond ? Int64.min : Self.microseconds(distance, timeBase)
        // FFmpeg answers the smallest number when the result does not fit.
        if microseconds == .min { return .microseconds(stamp < 0 ? -limit : limit) }
        return .microseconds(min(max(microseconds, -limit), limit))
    }

    private static func microseconds(_ span: Int64, _ timeBase: AVRational) -> Int64 {
        av_rescale_q(span, timeBase, AVRational(num: 1, den: 1_000_000))
    }

    /// When the packet's first bytes came and what camera time came with them.
    private func hear() -> PacketHearing {
        let heard = PacketHearing(received: .now, isAwaited: hasWaited, cameraTime: producerTime())
        hasWaited = false
        guard heardEarly else { return heard }
        defer { heardOfNext = heard }
        return heardOfNext ?? PacketHearing(received: heard.received, isAwaited: heard.isAwaited, cameraTime: nil)
    }

    /// The producer reference time FFmpeg derives from RTCP sender reports, of the picture heard now.
    private func producerTime() -> UTCTime? {
        var byteCount = 0
        guard let data = av_packet_get_side_data(packet, AV_PKT_DATA_PRFT, &byteCount),
            byteCount >= MemoryLayout<AVProducerReferenceTime>.size
        else { return nil }
        let reference = UnsafeRawPointer(data).loadUnaligned(as: AVProducerReferenceTime.self)
        return UTCTime(microseconds: reference.wallclock)
    }

    /// What is known of the metadata packet read now. Its reference time is its own: it passes no parser that waits for
    /// the next one.
    private func facts(of kind: MetadataKind) -> MetadataFacts {
        let stamp = packet.pointee.pts != MKDS_NO_PTS ? packet.pointee.pts : packet.pointee.dts
        let own = context.pointee.streams[Int(packet.pointee.stream_index)]?.pointee.time_base ?? timeBase
        return MetadataFacts(
            kind: kind, time: stamp == MKDS_NO_PTS ? nil : mediaTime(av_rescale_q(stamp, own, timeBase)),
            byteCount: Int(packet.pointee.size), received: .now, cameraTime: producerTime())
    }

    /// Gives the packet a time where the container has none.
    private func stamp(_ heard: PacketHearing) -> PacketFacts {
        if kind == .httpMultipart {
            let elapsed = opened.duration(to: .now).inMicroseconds
            packet.pointee.pts = av_rescale_q(elapsed, AVRational(num: 1, den: 1_000_000), timeBase)
            packet.pointee.dts = packet.pointee.pts
        } else if packet.pointee.pts == MKDS_NO_PTS, packet.pointee.dts == MKDS_NO_PTS, kind != .file {
            packet.pointee.pts = lastStamp
        } else if packet.pointee.pts == MKDS_NO_PTS, packet.pointee.dts == MKDS_NO_PTS {
            // Raw elementary streams: pictures in coding order at the announced rate. Only dts, so that the decoder
            // still puts them in the order of presentation.
            let rate =
                stream.pointee.avg_frame_rate.num > 0 ? stream.pointee.avg_frame_rate : AVRational(num: 25, den: 1)
            packet.pointee.dts = origin &+ av_rescale_q(packetCount, AVRational(num: rate.den, den: rate.num), timeBase)
        }
        packetCount += 1
        isLastPartial = packet.pointee.flags & AV_PKT_FLAG_CORRUPT != 0
        let stamp = packet.pointee.pts != MKDS_NO_PTS ? packet.pointee.pts : packet.pointee.dts
        lastStamp = stamp
        let time = mediaTime(stamp)
        let (end, isBeyond) = stamp.addingReportingOverflow(max(0, packet.pointee.duration))
        furthest = max(furthest, mediaTime(isBeyond ? stamp : end))
        return PacketFacts(
            time: time, isKeyframe: packet.pointee.flags & AV_PKT_FLAG_KEY != 0, byteCount: Int(packet.pointee.size),
            received: heard.received, isAwaited: heard.isAwaited, cameraTime: heard.cameraTime)
    }

    /// A file must hold what its container promised, and end where a packet ends.
    private func checkCompleteness() throws(MediaError) {
        let promised = promisedLength
        let missing = promised - furthest
        guard log.isTruncated || isLastPartial || endsWithinUnit || missing > max(.seconds(1), promised / 50) else {
            return
        }
        throw MediaError(
            .ended,
            "the file is cut short: \(seconds(furthest)) s of video"
                + (promised > furthest ? " where \(seconds(promised)) s were announced" : ""))
    }

    /// When a file says it was recorded, as recorders and FFmpeg write it (ISO 14496-12 § 8.2.2, Matroska's DateUTC).
    package var creationTime: UTCTime? {
        guard let entry = av_dict_get(context.pointee.metadata, "creation_time", nil, 0) else { return nil }
        return UTCTime(String(cString: entry.pointee.value))
    }

    /// How long a file is, by its header or its last time stamps; zero where neither tells.
    package var length: Duration { Self.length(context.pointee.duration, AVRational(num: 1, den: 1_000_000)) }

    /// What the container's header says, zero where it says nothing; never what FFmpeg estimated from the bytes there.
    private var promisedLength: Duration {
        // The AVI demuxer shortens the duration to what it finds, but not the count of frames, kept in time base units.
        if formatName == "avi" { return Self.length(stream.pointee.nb_frames, timeBase) }
        guard context.pointee.duration_estimation_method == AVFMT_DURATION_FROM_STREAM else { return .zero }
        if stream.pointee.duration != MKDS_NO_PTS, stream.pointee.duration > 0 {
            return Self.length(stream.pointee.duration, timeBase)
        }
        guard context.pointee.nb_streams == 1 else { return .zero }
        return Self.length(context.pointee.duration, AVRational(num: 1, den: 1_000_000))
    }

    private static func length(_ span: Int64, _ timeBase: AVRational) -> Duration {
        min(.microseconds(max(0, microseconds(span, timeBase))), MediaLimits.mediaTime)
    }

    /// MPEG-TS announces no length, but consists of packets of 188 bytes, 192 or 204 with time code or check bytes.
    private var endsWithinUnit: Bool {
        guard formatName == "mpegts", let io = context.pointee.pb else { return false }
        let size = avio_size(io)
        return size > 0 && [188, 192, 204].allSatisfy { size % $0 != 0 }
    }

    private var formatName: String { context.pointee.iformat.map { String(cString: $0.pointee.name) } ?? "" }

    private func seconds(_ duration: Duration) -> String {
        let tenths = Int64((duration.inSeconds * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}

/// What a call that read a packet says of time.
private struct PacketHearing {
    var received: ContinuousClock.Instant
    var isAwaited: Bool
    var cameraTime: UTCTime?
}

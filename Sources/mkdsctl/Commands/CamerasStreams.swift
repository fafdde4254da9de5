internal import ArgumentParser
internal import MKDSCore
internal import QueryAPI

/// `mkdsctl cameras streams ID`: connections to a camera's stream and what each told of itself, or what came over time.
struct CamerasStreams: SocketCommand {
    static let configuration = CommandConfiguration(
        commandName: "streams", abstract: Texts.here.camerasStreamsAbstract, discussion: Texts.here.timesDiscussion)

    /// Rows of a table unless more are asked for.
    private static let shownRuns = 20

    @Argument(help: ArgumentHelp(Texts.here.helpCameraID), completion: .custom(Completion.cameraIDs))
    var id: CameraID

    @Option(
        parsing: .unconditional, help: ArgumentHelp(Texts.here.helpStreamsFrom, valueName: Texts.here("čas", "time")))
    var from: String?

    @Option(parsing: .unconditional, help: ArgumentHelp(Texts.here.helpStreamsTo, valueName: Texts.here("čas", "time")))
    var to: String?

    @Option(help: ArgumentHelp(Texts.here.helpStreamsLimit, valueName: "n"))
    var limit: Int?

    @Flag(help: ArgumentHelp(Texts.here.helpBitrate))
    var bitrate = false

    @Option(help: ArgumentHelp(Texts.here.helpStep, valueName: Texts.here("minuty", "minutes")))
    var step: Int?

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        if let limit, !(1...StreamQuery.rowLimit).contains(limit) {
            throw ValidationError(Texts.here.outOfRange("--limit", 1, StreamQuery.rowLimit))
        }
        if let step, !(1...1_440).contains(step) { throw ValidationError(Texts.here.outOfRange("--step", 1, 1_440)) }
        if step != nil, !bitrate { throw ValidationError(Texts.here.stepNeedsBitrate) }
        if limit != nil, bitrate { throw ValidationError(Texts.here.limitWithBitrate) }
    }

    func execute(_ session: Session) async throws {
        let from = try session.time(from, as: .beginning, option: "--from")
        let to = try session.time(to, as: .end(after: from), option: "--to")
        if let from, let to, to <= from {
            throw CommandFailure(status: .usage, message: session.texts.emptySpan(from, to))
        }
        if bitrate {
            let end = to ?? session.now
            let query = BitrateQuery(
                from: from ?? end - BitrateQuery.defaultSpan, to: end, stepSeconds: step.map { $0 * 60 })
            try await show(session, query)
        } else {
            try await show(session, StreamQuery(from: from, to: to, limit: limit ?? Self.shownRuns))
        }
    }

    private func show(_ session: Session, _ query: StreamQuery) async throws {
        let request = QuerySocket.Request(target: target(APIPath.streams(id), query.items))
        if session.format == .json { return try await session.pass(request) }
        let page = try await session.value(Page<StreamResource>.self, request)
        if session.format == .csv {
            try session.console.write(CSVLine.text(StreamCSV.titles))
            for run in page.items { try session.console.write(CSVLine.text(StreamCSV.fields(run))) }
        } else {
            var table = Table(session.texts.streamColumns)
            for run in page.items { table.append(session.texts.streamCells(run)) }
            try session.show(&table, empty: session.texts.noStreams)
        }
        if page.nextCursor != nil { session.console.complain(session.texts.moreStreams(page.items.count)) }
    }

    private func show(_ session: Session, _ query: BitrateQuery) async throws {
        let request = QuerySocket.Request(target: target(APIPath.bitrate(id), query.items))
        if session.format == .json { return try await session.pass(request) }
        let series = try await session.value(BitrateSeries.self, request)
        if session.format == .csv {
            try session.console.write(CSVLine.text(BitrateCSV.titles))
            for step in series.items { try session.console.write(CSVLine.text(BitrateCSV.fields(step))) }
        } else {
            var table = Table(session.texts.bitrateColumns)
            for step in series.items { table.append(session.texts.bitrateCells(step)) }
            try session.show(&table, empty: session.texts.noSamples)
        }
    }
}

/// Connections as CSV: the wire's names, one a line.
enum StreamCSV {
    static let titles = [
        "id", "camera", "first_packet", "last_packet", "end_reason", "codec", "profile", "level", "width", "height",
        "frame_rate", "announced_frame_rate", "gop_s", "bit_rate", "packets", "bytes", "clock", "signing", "user_data",
        "registered_user_data", "picture_timing", "metadata", "klv_label", "klv_rate", "klv_timestamp",
    ]

    static func fields(_ run: StreamResource) -> [String?] {
        [
            run.id.description, run.camera.rawValue, run.firstPacket.description, run.lastPacket.description,
            run.endReason?.wireName, run.codec, run.profile, run.level, "\(run.width)", "\(run.height)",
            "\(run.frameRate)", run.announcedFrameRate.map { "\($0)" }, run.groupSeconds.map { "\($0)" },
            "\(run.bitRate)", "\(run.packets)", "\(run.bytes)", run.clock.wireName, run.signing?.wireName,
            run.userData.map(\.description).joined(separator: " "), "\(run.hasRegisteredUserData)",
            "\(run.hasPictureTiming)", run.metadata.map(\.wireName).joined(separator: " "),
            run.klv?.label.description, run.klv.map { "\($0.rate)" }, run.klv?.timestamp?.description,
        ]
    }
}

/// A time series as CSV: the wire's names, one step a line.
enum BitrateCSV {
    static let titles = [
        "start", "covered_s", "bytes", "bit_rate", "packets", "frame_rate", "keyframes", "missed", "longest_pause_s",
        "gop_s", "longest_gop_s",
    ]

    static func fields(_ step: BitrateResource) -> [String?] {
        [
            step.start.description, "\(step.coveredSeconds)", "\(step.bytes)", "\(step.bitRate)", "\(step.packets)",
            "\(step.frameRate)", "\(step.keyframes)", "\(step.missed)", step.longestPauseSeconds.map { "\($0)" },
            step.groupSeconds.map { "\($0)" }, step.longestGroupSeconds.map { "\($0)" },
        ]
    }
}

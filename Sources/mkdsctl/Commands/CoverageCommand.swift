internal import ArgumentParser
internal import MKDSCore
internal import QueryAPI

/// `mkdsctl coverage`: what each camera could and could not see, second by second.
struct CoverageCommand: SocketCommand {
    static let configuration = CommandConfiguration(
        commandName: "coverage", abstract: Texts.here.coverageAbstract, discussion: Texts.here.timesDiscussion)

    @Option(help: ArgumentHelp(Texts.here.helpCamera, valueName: "id"), completion: .custom(Completion.cameraIDs))
    var camera: [CameraID] = []

    @Option(
        parsing: .unconditional, help: ArgumentHelp(Texts.here.helpCoverageFrom, valueName: Texts.here("čas", "time")))
    var from: String?

    @Option(
        parsing: .unconditional, help: ArgumentHelp(Texts.here.helpCoverageTo, valueName: Texts.here("čas", "time")))
    var to: String?

    @Flag(help: ArgumentHelp(Texts.here.helpGapsOnly))
    var gaps = false

    @OptionGroup var shared: SharedOptions

    func execute(_ session: Session) async throws {
        let from = try session.time(from, as: .beginning, option: "--from")
        let to = try session.time(to, as: .end(after: from), option: "--to") ?? session.now
        let start = from ?? to - CoverageQuery.defaultSpan
        if to <= start { throw CommandFailure(status: .usage, message: session.texts.emptySpan(start, to)) }
        var seen: Set<CameraID> = []
        let query = CoverageQuery(cameras: camera.filter { seen.insert($0).inserted }, from: start, to: to)
        switch session.format {
        case .table: try await table(session, query)
        case .json: try await pass(session, query, MediaTypeName.lines)
        case .csv: try await pass(session, query, MediaTypeName.csv)
        }
    }

    /// NDJSON or CSV as the daemon gives it.
    private func pass(_ session: Session, _ query: CoverageQuery, _ type: String) async throws {
        var query = query
        query.limit = EventQuery.Shape.export.rowLimit
        try await session.pass(QuerySocket.Request(target: target(APIPath.coverage, query.items), accept: type))
    }

    private func table(_ session: Session, _ query: CoverageQuery) async throws {
        var query = query
        query.limit = EventQuery.Shape.page.rowLimit
        var table = Table(session.texts.coverageColumns)
        var sums = CoverageSums()
        repeat {
            let request = QuerySocket.Request(target: target(APIPath.coverage, query.items))
            let page = try await session.value(Page<CoverageResource>.self, request)
            for span in page.items {
                sums.add(span)
                if !gaps || span.state != .seen { table.append(session.texts.coverageCells(span)) }
            }
            query.cursor = page.nextCursor.flatMap { CoverageCursor($0) }
            if !table.isEmpty { try session.show(&table, empty: "") }
        } while query.cursor != nil
        if sums.isEmpty { return try session.console.print(session.texts.noCameras) }
        for line in session.texts.lines(sums) { session.console.complain(line) }
    }
}

/// Seconds of each camera by state.
struct CoverageSums: Sendable {
    private(set) var cameras: [CameraID: [CoverageState: Double]] = [:]

    var isEmpty: Bool { cameras.isEmpty }

    mutating func add(_ span: CoverageResource) {
        cameras[span.camera, default: [:]][span.state, default: 0] += span.durationSeconds
    }
}

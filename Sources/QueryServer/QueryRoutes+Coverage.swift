internal import EventIndex
internal import HTTPTypes
internal import Hummingbird
internal import Linux
internal import MKDSCore
internal import QueryAPI

extension QueryRoutes {
    /// Most gaps named beside a page of events.
    private static let namedGaps = 20
    /// A camera that is live and has sent something this recently is seen up to now: its packets stall for 5 s at most.
    private static let liveSpan: Duration = .seconds(10)

    /// `GET /v1/coverage`.
    func coverage(_ request: Request, _ context: QueryContext) async throws -> Response {
        let format = try AnswerFormat(accept: request.headers[.accept])
        let now = UTCTime.now
        let query = try CoverageQuery(request.queryItems, shape: format == .json ? .page : .export, now: now)
        context.exchange.note(filter: QueryString.text(query.items))
        let known = try await services.index.cameras()
        if let unknown = query.cameras.first(where: { !known.contains($0) }) {
            throw QueryResponder.noSuchCamera(unknown)
        }
        let cameras = query.cameras.isEmpty ? known : query.cameras.sorted()
        let answer = CoverageAnswer(
            walk: CoverageWalk(
                index: services.index, cameras: cameras, query: query, live: await live(at: now), now: now),
            limit: query.limit ?? (format == .json ? EventQuery.Shape.page : .export).defaultRowLimit, format: format,
            exchange: context.exchange)
        return format == .json ? try await answer.page() : try await answer.export()
    }

    /// What the cameras of a page of events could not see in the time the page covers.
    ///
    /// - Parameters:
    ///   - query: The question.
    ///   - oldest: Start of the last event shown, when there are more pages.
    /// - Returns: Nil for an empty span.
    /// - Throws: What the database has to say.
    func searchCoverage(_ query: EventQuery, downTo oldest: UTCTime?) async throws -> SearchCoverageResource? {
        let now = UTCTime.now
        let to = min(query.cursor?.start ?? query.filter.to ?? now, now)
        let from = oldest ?? query.filter.from
        if let from, from >= to { return nil }
        let found = try await services.index.coverage(
            for: query.filter, from: from, to: to, now: now, live: await live(at: now), limit: Self.namedGaps)
        return SearchCoverageResource(
            from: found.from, to: found.to, cameras: found.cameraCount, incompleteCameras: found.incompleteCount,
            missingSeconds: found.missing.inSeconds, gaps: found.gaps.map(CoverageResource.init),
            isTruncated: found.isTruncated)
    }

    /// Up to when each camera is known to be live.
    private func live(at now: UTCTime) async -> [CameraID: UTCTime] {
        let statuses = await services.status.snapshot().cameras.filter { $0.state == .live }
        let times = statuses.compactMap { status in
            status.lastPacket.map { (status.camera, now - $0 <= Self.liveSpan ? now : $0) }
        }
        return Dictionary(times) { _, later in later }
    }
}

extension QueryResponder {
    /// The problem of a camera that is not in the register.
    static func noSuchCamera(_ name: some CustomStringConvertible) -> Problem {
        let name = shown(name.description)
        return Problem(
            .noSuchCamera, detail: "There is no camera \(name) in the register.",
            detailCS: "Kamera \(name) v evidenci není.")
    }
}

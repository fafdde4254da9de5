internal import EventIndex
internal import Hummingbird
internal import Linux
internal import MKDSCore
internal import QueryAPI

extension QueryRoutes {
    /// `GET /v1/cameras/{id}/streams`.
    func streams(_ request: Request, _ context: QueryContext) async throws -> Response {
        let query = try StreamQuery(request.queryItems)
        context.exchange.note(filter: QueryString.text(query.items))
        let camera = try await knownCamera(context)
        let limit = query.limit ?? StreamQuery.defaultRowLimit
        // One more than is shown tells whether there is a next page.
        let found = try await services.index.runs(
            camera: camera, from: query.from, to: query.to, before: query.cursor, limit: limit + 1)
        let shown = found.prefix(limit)
        context.exchange.add(rows: shown.count)
        let next = found.count > limit ? shown.last.map { EventCursor(start: $0.firstPacket, id: $0.id) } : nil
        return try .json(Page(items: shown.map(StreamResource.init), nextCursor: next?.description))
    }

    /// `GET /v1/cameras/{id}/bitrate`.
    func bitrate(_ request: Request, _ context: QueryContext) async throws -> Response {
        let query = try BitrateQuery(request.queryItems, now: .now)
        context.exchange.note(filter: QueryString.text(query.items))
        let camera = try await knownCamera(context)
        let found = try await services.index.rates(
            camera: camera, from: query.from, to: query.to, step: .seconds(query.stepSeconds))
        context.exchange.add(rows: found.count)
        return try .json(BitrateSeries(camera: camera, query: query, items: found.map(BitrateResource.init)))
    }

    /// The camera of the path.
    /// - Throws: ``Problem`` of kind `no-such-camera` when the register does not hold it.
    private func knownCamera(_ context: QueryContext) async throws -> CameraID {
        let text = context.parameters.get("id") ?? ""
        guard let id = CameraID(text), try await services.register.unknown([id]).isEmpty else {
            throw QueryResponder.noSuchCamera(text)
        }
        return id
    }
}

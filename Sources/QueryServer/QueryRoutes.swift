internal import EventIndex
internal import Hummingbird
internal import HummingbirdCore
internal import Linux
internal import MKDSCore
internal import NIOCore
internal import QueryAPI

/// The routes of the API and what each does. Errors are thrown; the responder makes problems of them.
struct QueryRoutes: Sendable {
    let services: QueryServices
    let gate: AccessGate
    let limits: QueryServerConfiguration.Limits
    let streams: StreamSlots

    init(services: QueryServices, gate: AccessGate, limits: QueryServerConfiguration.Limits) {
        self.services = services
        self.gate = gate
        self.limits = limits
        streams = StreamSlots(limit: limits.streams)
    }

    func responder() -> any HTTPResponder<QueryContext> {
        let router = Router(context: QueryContext.self)
        router.get(RouterPath(APIPath.events)) { try await events($0, $1) }
        router.get(RouterPath(APIPath.eventStream)) { try await eventStream($0, $1) }
        router.get(RouterPath(APIPath.events + "/{id}")) { try await event($0, $1) }
        router.get(RouterPath(APIPath.events + "/{id}/documents")) { try await eventDocuments($0, $1) }
        router.get(RouterPath(APIPath.documents + "/{id}")) { try await document($0, $1) }
        router.get(RouterPath(APIPath.cameras)) { try await cameras($0, $1) }
        router.get(RouterPath(APIPath.cameras + "/{id}")) { try await camera($0, $1) }
        router.get(RouterPath(APIPath.cameras + "/{id}/streams")) { try await streams($0, $1) }
        router.get(RouterPath(APIPath.cameras + "/{id}/bitrate")) { try await bitrate($0, $1) }
        router.get(RouterPath(APIPath.coverage)) { try await coverage($0, $1) }
        router.get(RouterPath(APIPath.areas)) { try await areas($0, $1) }
        router.get(RouterPath(APIPath.officials)) { try await officials($0, $1) }
        router.get(RouterPath(APIPath.place)) { try await place($0, $1) }
        router.get(RouterPath(APIPath.health)) { try await health($0, $1) }
        router.get(RouterPath(APIPath.openAPI)) { try openAPI($0, $1) }
        router.post(RouterPath(APIPath.areaImports)) { try await importAreas($0, $1) }
        router.post(RouterPath(APIPath.cameraImports)) { try await importCameras($0, $1) }
        router.post(RouterPath(APIPath.officialImports)) { try await importOfficials($0, $1) }
        router.post(RouterPath(APIPath.cameraProbes)) { try await probe($0, $1) }
        router.post(RouterPath(APIPath.cameraDiscoveries)) { try await discover($0, $1) }
        return router.buildResponder()
    }

    // MARK: Events

    private func events(_ request: Request, _ context: QueryContext) async throws -> Response {
        let format = try AnswerFormat(accept: request.headers[.accept])
        let query = try EventQuery(request.queryItems, shape: format == .json ? .page : .export)
        context.exchange.note(filter: QueryString.text(query.items))
        return try await naming(query) {
            guard format == .json else {
                return try await EventExport(
                    index: services.index, query: query, format: format, exchange: context.exchange,
                    coverage: { try await searchCoverage(query, downTo: $0) }
                ).response()
            }
            let limit = query.limit ?? EventQuery.Shape.page.defaultRowLimit
            // One more than is shown tells whether there is a next page.
            let found = try await services.index.events(query.filter, before: query.cursor, limit: limit + 1)
            let shown = found.prefix(limit)
            context.exchange.add(rows: shown.count)
            let next = found.count > limit ? shown.last?.cursor : nil
            let coverage = try await searchCoverage(query, downTo: next?.start)
            return try .json(
                EventPage(
                    items: shown.map(EventResource.init), nextCursor: next?.description, coverage: coverage))
        }
    }

    /// Answers a question about a camera or an area that the register does not know with the parameter that is wrong:
    /// an empty list would say that nothing happened.
    private func naming(_ query: EventQuery, _ answer: () async throws -> Response) async throws -> Response {
        if !query.filter.cameras.isEmpty {
            let unknown = try await services.register.unknown(query.filter.cameras)
            if !unknown.isEmpty { throw Problem.unknownCameras(unknown) }
        }
        do {
            return try await answer()
        } catch let error as IndexError where error.code == .unknownArea {
            throw Problem.unknownArea(query)
        }
    }

    private func event(_ request: Request, _ context: QueryContext) async throws -> Response {
        try noParameters(request)
        let text = context.parameters.get("id") ?? ""
        guard let id = UUIDv7(text), let found = try await services.index.event(id) else {
            throw QueryResponder.noSuchEvent(text)
        }
        context.exchange.add(rows: 1)
        return try .json(EventResource(found))
    }

    private func eventStream(_ request: Request, _ context: QueryContext) async throws -> Response {
        var query = try EventQuery(request.queryItems, shape: .stream)
        if let header = request.headers[.lastEventID] {
            guard query.lastEventID == nil, let change = Int64(header), change >= 0 else {
                throw Problem(
                    .badParameter, detail: "Last-Event-ID must be the id of an earlier message, said once.",
                    detailCS: "Last-Event-ID musí být id dřívější zprávy, uvedené jednou.",
                    problems: [
                        Problem.Item(
                            parameter: "Last-Event-ID", message: "not the id of an earlier message",
                            messageCS: "není id dřívější zprávy")
                    ])
            }
            query.lastEventID = change
        }
        context.exchange.note(filter: QueryString.text(query.items))
        guard let slot = streams.take(uid: context.principal.peer.uid) else { throw QueryResponder.tooMany }
        return try await naming(query) {
            try await EventStream(
                services: services, query: query, heartbeat: limits.heartbeat, gate: gate,
                principal: context.principal, exchange: context.exchange, slot: slot
            ).response()
        }
    }

    // MARK: Register

    private func cameras(_ request: Request, _ context: QueryContext) async throws -> Response {
        try noParameters(request)
        let records = try await services.register.cameras()
        let status = await statusByCamera()
        context.exchange.add(rows: records.count)
        return try .json(Page(items: records.map { CameraResource($0, status: status[$0.id]) }))
    }

    private func camera(_ request: Request, _ context: QueryContext) async throws -> Response {
        try noParameters(request)
        let text = context.parameters.get("id") ?? ""
        guard let id = CameraID(text),
            let record = try await services.register.cameras().first(where: { $0.id == id })
        else {
            throw QueryResponder.noSuchCamera(text)
        }
        context.exchange.add(rows: 1)
        return try .json(CameraResource(record, status: await statusByCamera()[id]))
    }

    private func statusByCamera() async -> [CameraID: CameraStatus] {
        let statuses = await services.status.snapshot().cameras
        return Dictionary(statuses.map { ($0.camera, $0) }) { _, later in later }
    }

    private func areas(_ request: Request, _ context: QueryContext) async throws -> Response {
        let query = try AreaQuery(request.queryItems)
        context.exchange.note(filter: QueryString.text(query.items))
        let areas = try await services.register.areas(
            kind: query.kind, obec: query.obec, at: query.at ?? .now, geometry: query.includesGeometry)
        context.exchange.add(rows: areas.count)
        return try .json(Page(items: areas))
    }

    private func officials(_ request: Request, _ context: QueryContext) async throws -> Response {
        let query = try OfficialQuery(request.queryItems)
        context.exchange.note(filter: QueryString.text(query.items))
        let officials = try await services.register.officials(
            kind: query.kind, code: query.code, at: query.at ?? .now)
        context.exchange.add(rows: officials.count)
        return try .json(Page(items: officials))
    }

    private func place(_ request: Request, _ context: QueryContext) async throws -> Response {
        let query = try PlaceQuery(request.queryItems)
        context.exchange.note(filter: QueryString.text(query.items))
        let answer = try await services.register.place(query.point, at: query.at ?? .now)
        context.exchange.add(rows: 1)
        return try .json(answer)
    }

    // MARK: The daemon itself

    private func health(_ request: Request, _ context: QueryContext) async throws -> Response {
        try noParameters(request)
        let report = HealthReport(await services.status.snapshot())
        return try .json(report, status: report.status == .failing ? .serviceUnavailable : .ok)
    }

    private func openAPI(_ request: Request, _ context: QueryContext) throws -> Response {
        try noParameters(request)
        return try .json(OpenAPIDocument.json)
    }

    // MARK: Imports

    private func importAreas(_ request: Request, _ context: QueryContext) async throws -> Response {
        try gate.requireAdministrator(context.principal)
        let query = try AreaImportQuery(request.queryItems)
        context.exchange.note(filter: QueryString.text(query.items))
        try request.requireContentType(MediaTypeName.geoJSON, MediaTypeName.json)
        let document = try await body(request)
        let report = try await services.register.importAreas(
            document,
            options: AreaImportOptions(
                kind: query.kind, obec: query.obec, validFrom: query.validFrom, srid: query.srid,
                acceptOverlaps: query.acceptOverlaps, dryRun: query.dryRun, sourceName: query.source ?? "",
                actor: context.principal.actor, codeProperty: query.codeProperty, nameProperty: query.nameProperty))
        context.exchange.add(rows: report.areaCount)
        return try .json(report)
    }

    private func importCameras(_ request: Request, _ context: QueryContext) async throws -> Response {
        try gate.requireAdministrator(context.principal)
        let query = try ImportQuery(request.queryItems)
        context.exchange.note(filter: QueryString.text(query.items))
        let type = try request.requireContentType(MediaTypeName.csv, MediaTypeName.geoJSON)
        let document = try await body(request)
        let report = try await services.register.importCameras(
            document,
            options: CameraImportOptions(
                format: type == MediaTypeName.csv ? .csv : .geojson, dryRun: query.dryRun, replace: query.replace,
                sourceName: query.source ?? "", actor: context.principal.actor, networks: services.cameraNetworks),
            credentialExists: services.credentialExists)
        context.exchange.add(rows: report.cameras.count)
        return try .json(report)
    }

    private func importOfficials(_ request: Request, _ context: QueryContext) async throws -> Response {
        try gate.requireAdministrator(context.principal)
        let query = try ImportQuery(request.queryItems)
        context.exchange.note(filter: QueryString.text(query.items))
        try request.requireContentType(MediaTypeName.csv)
        let document = try await body(request)
        let report = try await services.register.importOfficials(
            document,
            options: OfficialImportOptions(
                dryRun: query.dryRun, replace: query.replace, sourceName: query.source ?? "",
                actor: context.principal.actor))
        context.exchange.add(rows: report.added + report.changed + report.unchanged)
        return try .json(report)
    }

    // MARK: Shared

    func noParameters(_ request: Request) throws {
        try ParameterCheck.none(request.queryItems)
    }

    private var tooLarge: Problem {
        Problem(
            .bodyTooLarge, detail: "The document is larger than \(limits.bodyByteCount) bytes.",
            detailCS: "Dokument je větší než \(limits.bodyByteCount) bajtů.")
    }

    /// The whole body, within its limits of size and time.
    func body(_ request: Request) async throws -> [UInt8] {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limits.bodyByteCount {
            throw tooLarge
        }
        let (limit, deadline) = (limits.bodyByteCount, limits.bodyDeadline)
        return try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask {
                do {
                    return Array(try await request.body.collect(upTo: limit).readableBytesView)
                } catch is NIOTooManyBytesError {
                    throw tooLarge
                }
            }
            group.addTask {
                try await Task.sleep(for: deadline)
                throw Problem(
                    .badRequest, detail: "The document did not arrive within \(deadline.components.seconds) s.",
                    detailCS: "Dokument nedorazil do \(deadline.components.seconds) s.")
            }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }
}

extension Request {
    /// The parameters of the address.
    var queryItems: [QueryItem] {
        get throws { try QueryString.parse(uri.query ?? "") }
    }

    /// - Throws: ``Problem`` unless the body is declared as one of these types.
    @discardableResult
    func requireContentType(_ types: String...) throws(Problem) -> String {
        let given = (headers[.contentType] ?? "").prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
        guard types.contains(given) else {
            let wanted = types.joined(separator: ", ")
            throw Problem(
                .unsupportedMediaType, detail: "Content-Type must be one of: \(wanted).",
                detailCS: "Content-Type musí být jedno z: \(wanted).")
        }
        return given
    }
}

extension IndexedEvent {
    /// Where the list goes on after this event.
    var cursor: EventCursor { EventCursor(start: event.start, id: event.id) }
}

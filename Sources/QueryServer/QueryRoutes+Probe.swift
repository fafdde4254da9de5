internal import EventIndex
internal import FoundationEssentials
internal import Hummingbird
internal import Linux
internal import MKDSCore
internal import QueryAPI

extension QueryRoutes {
    /// `POST /v1/cameras/probes`.
    func probe(_ request: Request, _ context: QueryContext) async throws -> Response {
        try gate.requireAdministrator(context.principal)
        try noParameters(request)
        try request.requireContentType(MediaTypeName.json)
        let query = try ProbeQuery(try await object(request, limit: ProbeQuery.byteLimit))
        let (target, order) = try await target(query)
        context.exchange.note(filter: QueryString.text(Self.shown(target, query)))
        let run = try await services.errands.start(
            .probe(order, credential: target.credential), for: context.principal.peer.uid)
        return ErrandAnswer(
            run: run, exchange: context.exchange,
            line: { bytes in try Self.message(bytes, target, context.exchange) },
            problem: { error in
                if error as? ErrandError == .crashed { return try? WireJSON.encode(Self.crash(target)) }
                return try? WireJSON.encode(ProbeMessage(problem: Problem(error)))
            }
        ).response()
    }

    /// What is to be looked at, and the order for it without what only the daemon knows.
    private func target(_ query: ProbeQuery) async throws -> (ProbeTarget, ProbeOrder) {
        guard let id = query.camera else {
            let url = query.url ?? ""
            if let complaint = CameraAddress.complaint(about: url) {
                throw Problem(
                    .badParameter, detail: "url: \(complaint.en).", detailCS: "url: \(complaint.cs).",
                    problems: [Problem.Item(parameter: "url", message: complaint.en, messageCS: complaint.cs)])
            }
            return (
                ProbeTarget(url: url, credential: query.credential, trust: query.trust),
                ProbeOrder(
                    url: url, user: query.user, password: query.password, trust: query.trust,
                    deviceService: query.deviceService, seconds: query.seconds)
            )
        }
        guard let record = try await services.register.cameras().first(where: { $0.id == id }) else {
            throw QueryResponder.noSuchCamera(id)
        }
        return (
            ProbeTarget(camera: id, url: record.url, credential: record.credential, trust: record.trust),
            ProbeOrder(
                url: record.url, trust: record.trust, motion: record.motion,
                deviceService: query.deviceService, seconds: query.seconds)
        )
    }

    /// What the access log tells: never user or password.
    private static func shown(_ target: ProbeTarget, _ query: ProbeQuery) -> [QueryItem] {
        [
            target.camera.map { QueryItem("camera", $0.rawValue) }, QueryItem("url", target.url),
            target.credential.map { QueryItem("credential", $0) }, QueryItem("seconds", "\(query.seconds)"),
        ].compactMap(\.self)
    }

    /// The client's line of one of the process's, which is foreign data.
    private static func message(_ bytes: [UInt8], _ target: ProbeTarget, _ exchange: Exchange) throws -> Data? {
        guard let notice = try? WireJSON.decode(ProbeNotice.self, from: Data(bytes)) else { return nil }
        guard let facts = notice.facts else {
            return try WireJSON.encode(ProbeMessage(stage: notice.stage, watched: notice.watched))
        }
        exchange.add(rows: 1)
        return try WireJSON.encode(ProbeMessage(report: ProbeReport(facts, of: target)))
    }

    /// A camera that crashes its reader has been found out, which is what a probe is for.
    private static func crash(_ target: ProbeTarget) -> ProbeMessage {
        var facts = ProbeFacts(time: .now)
        facts.failure = ProbeFacts.Failure(
            stage: .watch, reason: HealthTopic.quarantined.rawValue, detail: "the capture process died")
        return ProbeMessage(report: ProbeReport(facts, of: target))
    }

    /// `POST /v1/cameras/discoveries`.
    func discover(_ request: Request, _ context: QueryContext) async throws -> Response {
        try gate.requireAdministrator(context.principal)
        try noParameters(request)
        try request.requireContentType(MediaTypeName.json)
        let query = try DiscoveryQuery(try await object(request, limit: ProbeQuery.byteLimit))
        let items =
            [QueryItem("seconds", "\(query.seconds)")] + (query.interface.map { [QueryItem("interface", $0)] } ?? [])
        context.exchange.note(filter: QueryString.text(items))
        let registered = try await services.register.cameras().map { (id: $0.id, url: $0.url) }
        let order = DiscoveryOrder(seconds: query.seconds, interfaces: query.interface.map { [$0] })
        let run = try await services.errands.start(.discover(order), for: context.principal.peer.uid)
        let exchange = context.exchange
        return ErrandAnswer(
            run: run, exchange: exchange,
            line: { bytes in
                guard let notice = try? WireJSON.decode(DiscoveryNotice.self, from: Data(bytes)) else { return nil }
                guard notice.devices != nil || notice.failure != nil else {
                    return try WireJSON.encode(DiscoveryMessage(listened: notice.listened))
                }
                let report = DiscoveryReport(notice, registered: registered)
                exchange.add(rows: report.items.count)
                return try WireJSON.encode(DiscoveryMessage(report: report))
            },
            problem: { try? WireJSON.encode(DiscoveryMessage(problem: Problem($0))) }
        ).response()
    }

    /// The body as one JSON value.
    private func object(_ request: Request, limit: Int) async throws -> JSONValue {
        let bytes = try await body(request)
        guard bytes.count <= limit else {
            throw Problem(
                .bodyTooLarge, detail: "The body is larger than \(limit) bytes.",
                detailCS: "Tělo je větší než \(limit) bajtů.")
        }
        // The text of the error could quote a password.
        guard let value = try? WireJSON.decode(JSONValue.self, from: Data(bytes)) else {
            throw Problem(.badRequest, detail: "The body is not JSON.", detailCS: "Tělo není JSON.")
        }
        return value
    }
}

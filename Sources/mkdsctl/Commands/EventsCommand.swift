internal import ArgumentParser
internal import FoundationEssentials
internal import MKDSCore
internal import QueryAPI

struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: Texts.here.eventsAbstract,
        subcommands: [EventsList.self, EventsFollow.self, EventsShow.self, EventsDocument.self],
        defaultSubcommand: EventsList.self)
}

/// `mkdsctl events list`: the index's answer to a search, newest first.
struct EventsList: SocketCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: Texts.here.eventsListAbstract, discussion: Texts.here.timesDiscussion)

    @Option(parsing: .unconditional, help: ArgumentHelp(Texts.here.helpFrom, valueName: Texts.here("čas", "time")))
    var from: String?

    @Option(parsing: .unconditional, help: ArgumentHelp(Texts.here.helpTo, valueName: Texts.here("čas", "time")))
    var to: String?

    @OptionGroup var filters: FilterOptions

    @Option(help: ArgumentHelp(Texts.here.helpLimit, valueName: "n"))
    var limit: Int?

    @Flag(help: ArgumentHelp(Texts.here.helpAll))
    var all = false

    @OptionGroup var shared: SharedOptions

    static let defaultLimit = 100

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError(Texts.here.badLimit) }
        if all, limit != nil { throw ValidationError(Texts.here.limitAndAll) }
    }

    func execute(_ session: Session) async throws {
        let from = try session.time(from, as: .beginning, option: "--from")
        let to = try session.time(to, as: .end(after: from), option: "--to")
        if let from, let to, to <= from {
            throw CommandFailure(status: .usage, message: session.texts.emptySpan(from, to))
        }
        let filter = filters.filter(from: from, to: to)
        let wanted = all ? Int.max : limit ?? Self.defaultLimit
        switch session.format {
        case .table: try await table(session, filter, wanted)
        case .json where wanted <= EventQuery.Shape.page.rowLimit:
            try await session.pass(request(EventQuery(filter: filter, limit: wanted), accept: MediaTypeName.json))
        case .json: try await export(session, filter, wanted, MediaTypeName.lines)
        case .csv: try await export(session, filter, wanted, MediaTypeName.csv)
        }
    }

    private func request(_ query: EventQuery, accept: String) -> QuerySocket.Request {
        QuerySocket.Request(target: target(APIPath.events, query.items), accept: accept)
    }

    /// NDJSON or CSV, copied as it comes; as many answers as it takes.
    private func export(_ session: Session, _ filter: EventFilter, _ wanted: Int, _ type: String) async throws {
        var query = EventQuery(filter: filter)
        var remaining = wanted
        repeat {
            let limit = min(remaining, EventQuery.Shape.export.rowLimit)
            query.limit = limit
            let isFirst = query.cursor == nil
            query.cursor = try await session.export(
                request(query, accept: type), withoutTitles: type == MediaTypeName.csv && !isFirst)
            remaining -= limit
        } while query.cursor != nil && remaining > 0
        if query.cursor != nil { session.console.complain("mkdsctl: " + session.texts.limited(wanted)) }
    }

    private func table(_ session: Session, _ filter: EventFilter, _ wanted: Int) async throws {
        var table = Table(session.texts.eventColumns)
        var cursor: EventCursor?
        var shown = 0
        var coverage: [SearchCoverageResource] = []
        repeat {
            let query = EventQuery(
                filter: filter, limit: min(wanted - shown, EventQuery.Shape.page.rowLimit), cursor: cursor)
            let page = try await session.value(
                EventPage.self, request(query, accept: MediaTypeName.json))
            for event in page.items { table.append(session.texts.eventCells(event)) }
            shown += page.items.count
            if let told = page.coverage { coverage.append(told) }
            cursor = page.items.isEmpty ? nil : page.nextCursor.flatMap { EventCursor($0) }
            if shown == 0 { try session.console.print(session.texts.noEvents(filter)) }
            if !table.isEmpty { try session.show(&table, empty: "") }
        } while cursor != nil && shown < wanted
        if shown > 0 { session.console.complain(session.texts.eventsFooter(shown, filter, more: cursor != nil)) }
        // The pages lie one before the other in time.
        for page in coverage { for line in session.texts.unseen(page) { session.console.complain(line) } }
    }
}

/// `mkdsctl events show ID`: everything known of one event.
struct EventsShow: SocketCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: Texts.here.eventsShowAbstract)

    @Argument(help: ArgumentHelp(Texts.here.helpEventID, valueName: "id"))
    var id: UUIDv7

    @OptionGroup var shared: SharedOptions

    func execute(_ session: Session) async throws {
        let request = QuerySocket.Request(target: APIPath.event(id))
        if session.format == .json {
            try await session.pass(request)
            return
        }
        let event = try await session.value(EventResource.self, request)
        if session.format == .csv {
            try session.console.write(CSVLine.text(session.texts.eventFields(event).map(\.name)))
            try session.console.write(CSVLine.text(session.texts.eventFields(event).map(\.value)))
        } else {
            try session.show(fields: session.texts.eventFields(event))
            if event.source == .camera { try await showDocuments(session) }
        }
    }

    /// What the camera said: the documents that opened, extended and closed the event.
    private func showDocuments(_ session: Session) async throws {
        let request = QuerySocket.Request(target: APIPath.eventDocuments(id))
        let documents = try await session.value(Page<DocumentResource>.self, request).items
        var table = Table(session.texts.documentColumns)
        for document in documents { table.append(session.texts.documentCells(document)) }
        try session.console.print("")
        try session.show(&table, empty: session.texts.noDocuments)
    }
}

/// `mkdsctl events document ID`: the bytes of a camera's document, to standard output.
struct EventsDocument: SocketCommand {
    static let configuration = CommandConfiguration(
        commandName: "document", abstract: Texts.here.eventsDocumentAbstract)

    @Argument(help: ArgumentHelp(Texts.here.helpDocumentID, valueName: "id"))
    var id: UUIDv7

    @OptionGroup var shared: SharedOptions

    func execute(_ session: Session) async throws {
        try await session.copy(QuerySocket.Request(target: APIPath.document(id), accept: MediaTypeName.bytes))
    }
}

extension UUIDv7: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}

/// Path and query of a request.
func target(_ path: String, _ items: [QueryItem]) -> String {
    items.isEmpty ? path : "\(path)?\(QueryString.text(items))"
}

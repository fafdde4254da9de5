internal import ArgumentParser
internal import FoundationEssentials
internal import MKDSCore
internal import NIOCore
internal import QueryAPI

/// `mkdsctl events follow`: a line for each event that begins or ends, for as long as one looks.
///
/// When the connection is lost it is taken up again after the last change seen, so nothing is missed.
struct EventsFollow: SocketCommand {
    static let configuration = CommandConfiguration(commandName: "follow", abstract: Texts.here.eventsFollowAbstract)

    @OptionGroup var filters: FilterOptions
    @OptionGroup var shared: SharedOptions

    func validate() throws {
        if shared.format == .csv { throw ValidationError(Texts.here.followHasNoCSV) }
    }

    func execute(_ session: Session) async throws {
        var session = session
        // The server speaks at least every 15 s; three times that is silence.
        session.socket.silenceLimit = .seconds(shared.timeout ?? 45)
        var follower = Follower(session: session, query: EventQuery(filter: filters.filter()))
        try await follower.run()
    }
}

/// The live feed over as many connections as it takes.
private struct Follower {
    let session: Session
    let query: EventQuery
    private var log = FollowLog()
    private var lines = Table(widths: [0, 8, 0, 0, 0, 0])
    private var lastID: String?
    private var reconnect = Reconnect()
    private var hasConnected = false
    private var isAway = false

    init(session: Session, query: EventQuery) {
        self.session = session
        self.query = query
    }

    @MainActor
    mutating func run() async throws {
        var random = SystemRandomNumberGenerator()
        if session.format == .table { session.console.complain(session.texts.following) }
        while true {
            do {
                try await connection()
            } catch let error as ClientError {
                guard hasConnected, error.mayPass else { throw session.failure(error, importing: false) }
            }
            if !isAway { session.console.complain(session.texts.connectionLost) }
            isAway = true
            try await Task.sleep(for: reconnect.delay(using: &random))
        }
    }

    /// One connection, until it ends.
    @MainActor
    private mutating func connection() async throws {
        var request = QuerySocket.Request(
            target: target(APIPath.eventStream, query.items), accept: MediaTypeName.eventStream)
        if let lastID { request.headers.append((name: "Last-Event-ID", value: lastID)) }
        var state = self
        defer { self = state }
        try await session.refusing(request) { _, body in
            state.connected()
            var parser = StreamMessageParser()
            while let piece = try await body.next() {
                for message in parser.append(piece.readableBytesView) { try state.take(message) }
            }
        }
    }

    private mutating func connected() {
        if isAway { session.console.complain(session.texts.connectionBack) }
        hasConnected = true
        isAway = false
    }

    private mutating func take(_ message: StreamMessage) throws {
        reconnect.succeeded()
        if !message.id.isEmpty { lastID = message.id }
        guard message.name == StreamMessage.event else { return }
        if session.format == .json { return try session.console.print(message.data) }
        guard let event = try? WireJSON.decode(EventResource.self, from: Data(message.data.utf8)) else {
            throw ClientError.notUnderstood("event")
        }
        guard let step = log.take(event) else { return }
        lines.append(session.texts.followCells(event, step))
        for line in lines.takeLines(coloured: session.console.colours) { try session.console.print(line) }
    }
}

/// Which of an event's many revisions are worth a line: the first seen and the last.
struct FollowLog: Sendable {
    enum Step: Sendable {
        case opened
        case closed
        /// Over before it was first heard of.
        case openedAndClosed
    }

    /// Events remembered as open at most; beyond that the memory is cleared and some are announced again.
    static let limit = 20_000
    private var open: Set<UUIDv7> = []

    /// What a revision means for a reader; nil when it only extends what was announced.
    mutating func take(_ event: EventResource) -> Step? {
        if event.state == .closed { return open.remove(event.id) == nil ? .openedAndClosed : .closed }
        if open.count >= Self.limit { open.removeAll() }
        return open.insert(event.id).inserted ? .opened : nil
    }
}

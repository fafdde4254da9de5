internal import EventIndex
internal import HTTPTypes
internal import Hummingbird
internal import MKDSCore
internal import NIOCore
internal import QueryAPI
internal import ServiceLifecycle

/// One client's live feed (Server-Sent Events).
///
/// The database is the queue: the feed only remembers the last change it has sent and asks for what came after it each
/// time it is woken. A client that reads slowly gets later pages, never a growing buffer, and nothing is lost or doubled.
struct EventStream: Sendable {
    private static let pageLimit = 200
    /// Least time between two looks at the database.
    private static let rest = Duration.milliseconds(100)

    let services: QueryServices
    let query: EventQuery
    let heartbeat: Duration
    let gate: AccessGate
    let principal: Principal
    let exchange: Exchange
    /// Held as long as the feed lasts.
    let slot: StreamSlots.Slot

    /// Looks where the feed starts before it promises anything, so that a failing database is a problem and not a dead
    /// feed.
    func response() async throws -> Response {
        // Listen first: what is committed after this moment wakes us.
        let changes = services.feed.changes()
        let start: Int64
        if let resumed = query.lastEventID { start = resumed } else { start = try await services.index.lastChange() }
        _ = try await services.index.changes(after: start, filter: query.filter, limit: 1)
        return Response(
            status: .ok, headers: [.contentType: MediaTypeName.eventStream],
            body: .init { writer in
                try await feed(from: start, changes, to: &writer)
                try await writer.finish(nil)
            })
    }

    /// Runs until the client goes or loses the right to ask, the daemon stops or the database fails.
    ///
    /// The right is looked at before anything is sent, so what is committed after it was taken away is not told any more;
    /// a feed without events ends at the next heartbeat.
    // @concurrent: the framework's writer may not be tied to a caller's actor.
    @concurrent
    private func feed(
        from start: Int64, _ changes: AsyncStream<Int64>, to writer: inout any ResponseBodyWriter
    ) async throws {
        let (wakes, waker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        exchange.channel.closeFuture.whenComplete { _ in waker.finish() }
        waker.yield()
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                for await _ in changes { waker.yield() }
            }
            let heartbeat = heartbeat
            group.addTask {
                while !Task.isCancelled {
                    try await Task.sleep(for: heartbeat)
                    waker.yield()
                }
            }
            var position = start
            var written = ContinuousClock.now
            try await beat(position, to: &writer)
            for await _ in wakes.cancelOnGracefulShutdown() {
                guard await gate.admits(principal) else { return exchange.note(outcome: "right-withdrawn") }
                let isQuiet = ContinuousClock.now - written >= heartbeat
                // Everything up to here is visible, so what the filter leaves out need not be looked at again.
                let horizon = isQuiet ? try await services.index.lastChange() : position
                let sent = try await send(after: &position, to: &writer)
                if sent > 0 {
                    written = ContinuousClock.now
                } else if isQuiet {
                    position = max(position, horizon)
                    try await beat(position, to: &writer)
                    written = ContinuousClock.now
                }
                try await Task.sleep(for: Self.rest)
            }
        }
    }

    /// Sends every change after the position, page by page.
    // @concurrent: the framework's writer may not be tied to a caller's actor.
    @concurrent
    private func send(after position: inout Int64, to writer: inout any ResponseBodyWriter) async throws -> Int {
        var sent = 0
        while true {
            let page = try await services.index.changes(
                after: position, filter: query.filter, limit: Self.pageLimit)
            guard let last = page.last else { return sent }
            var text = ""
            for event in page {
                let data = String(decoding: try WireJSON.encode(EventResource(event)), as: UTF8.self)
                text += StreamMessage(name: StreamMessage.event, id: String(event.change), data: data).text
            }
            try await write(text, to: &writer)
            exchange.add(rows: page.count)
            position = last.change
            sent += page.count
            if page.count < Self.pageLimit { return sent }
        }
    }

    // @concurrent: the framework's writer may not be tied to a caller's actor.
    @concurrent
    private func beat(_ position: Int64, to writer: inout any ResponseBodyWriter) async throws {
        let data = String(decoding: try WireJSON.encode(StreamHeartbeat(change: position)), as: UTF8.self)
        let message = StreamMessage(name: StreamMessage.heartbeat, id: String(position), data: data)
        try await write(": alive\n" + message.text, to: &writer)
    }

    // @concurrent: the framework's writer may not be tied to a caller's actor.
    @concurrent
    private func write(_ text: String, to writer: inout any ResponseBodyWriter) async throws {
        exchange.add(bytes: text.utf8.count)
        try await writer.write(ByteBuffer(string: text))
        try await exchange.settle()
    }
}

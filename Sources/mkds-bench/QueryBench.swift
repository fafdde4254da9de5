import ArgumentParser
import EventIndex
import MKDSCore

/// Latency of each way of asking, as the query server asks: through ``IndexReader``, one after another.
struct QueryBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query", abstract: "Query latency over an index of a million events.")

    @Option(help: "libpq connection string of a scratch server; a database is made and dropped there.")
    var database: String

    @Option(help: "Events in the index.")
    var events = 1_000_000

    @Option(help: "Days they are spread over.")
    var days = 30

    @Option(help: "Questions of each kind.")
    var questions = 300

    @Flag(help: "Print the server's plan of one question of each kind.")
    var plans = false

    func run() async throws {
        try await ScratchIndex.with(database, name: "query") { index in
            print("filling \(events) events over \(days) days")
            try await index.fill(count: events, days: days)
            let reader = IndexReader(index.settings)
            var random = SeededGenerator(seed: 7)
            let end = try await newest(reader)
            print("question; rows; p50 ms; p95 ms; max ms")
            for route in routes {
                try await measure(route, reader, end, &random)
            }
            try await measureSingle(reader, end, &random)
        }
    }

    private struct Route {
        var name: String
        var filter: (UTCTime, inout SeededGenerator) -> EventFilter
    }

    private func newest(_ reader: IndexReader) async throws -> UTCTime {
        guard let event = try await reader.events(EventFilter(), limit: 1).first else {
            throw ValidationError("the index is empty")
        }
        return event.event.start
    }

    /// Somewhere within the history, 24 hours long.
    private func day(_ end: UTCTime, _ random: inout SeededGenerator) -> (UTCTime, UTCTime) {
        let to = end - .seconds(Int64.random(in: 0...Int64(max(1, days - 1)) * 86_400, using: &random))
        return (to - .seconds(86_400), to)
    }

    private var routes: [Route] {
        let okrsek: @Sendable (inout SeededGenerator) -> String = { "O\(Int.random(in: 1...30, using: &$0))" }
        let circle: @Sendable (inout SeededGenerator, Double) -> EventFilter.Circle? = { random, metres in
            GeoPoint(longitude: 13.01 + Double.random(in: 0..<0.3, using: &random), latitude: 49.005)
                .map { EventFilter.Circle(centre: $0, metres: metres) }
        }
        func route(
            _ name: String, timed: Bool = true, _ change: @escaping (inout EventFilter, inout SeededGenerator) -> Void
        )
            -> Route
        {
            Route(name: name) { end, random in
                let (from, to) = day(end, &random)
                var filter = timed ? EventFilter(from: from, to: to) : EventFilter()
                change(&filter, &random)
                return filter
            }
        }
        return [
            route("okrsek, 24 h") { $0.okrsek = okrsek(&$1) },
            route("okrsek, newest", timed: false) { $0.okrsek = okrsek(&$1) },
            route("okrsek and touched, 24 h") { filter, random in
                filter.okrsek = okrsek(&random)
                filter.includeTouched = true
            },
            route("obvod, 24 h") { $0.obvod = "P\(Int.random(in: 1...10, using: &$1))" },
            route("camera, 24 h") { $0.cameras = [ScratchIndex.camera(Int.random(in: 0..<260, using: &$1))] },
            route("camera, newest", timed: false) {
                $0.cameras = [ScratchIndex.camera(Int.random(in: 0..<260, using: &$1))]
            },
            route("all, 24 h") { _, _ in },
            route("all, newest", timed: false) { _, _ in },
            route("within 300 m, 24 h") { $0.near = circle(&$1, 300) },
            route("within 300 m, newest", timed: false) { $0.near = circle(&$1, 300) },
            route("okrsek, 24 h, 30 s and longer") { filter, random in
                filter.okrsek = okrsek(&random)
                filter.minimumDuration = .seconds(30)
            },
        ]
    }

    private func measure(
        _ route: Route, _ reader: IndexReader, _ end: UTCTime, _ random: inout SeededGenerator
    ) async throws {
        var times: [Duration] = []
        var coverageTimes: [Duration] = []
        var rows = 0
        for number in 0..<questions + 20 {
            let filter = route.filter(end, &random)
            let start = ContinuousClock.now
            let found = try await reader.events(filter, limit: 100)
            let middle = ContinuousClock.now
            // The server asks for the coverage of what a page spans; without a span that is what its events span.
            let from = filter.from ?? found.last?.event.start ?? end
            _ = try await reader.coverage(
                for: filter, from: from, to: filter.to ?? end, now: end, live: [:], limit: 20)
            // The first few warm the connection.
            if number >= 20 {
                times.append(middle - start)
                coverageTimes.append(ContinuousClock.now - middle)
                rows += found.count
            }
        }
        report(route.name, rows, times)
        report("- its coverage", 0, coverageTimes)
        if plans { print(try await reader.plan(route.filter(end, &random), limit: 100)) }
    }

    private func measureSingle(_ reader: IndexReader, _ end: UTCTime, _ random: inout SeededGenerator) async throws {
        let some = try await reader.events(EventFilter(to: end - .seconds(86_400)), limit: 100).map(\.event.id)
        var byID: [Duration] = []
        var changes: [Duration] = []
        let last = try await reader.lastChange()
        for number in 0..<questions {
            var start = ContinuousClock.now
            _ = try await reader.event(some[number % some.count])
            byID.append(ContinuousClock.now - start)
            start = ContinuousClock.now
            _ = try await reader.changes(after: last - 100, filter: EventFilter(), limit: 100)
            changes.append(ContinuousClock.now - start)
        }
        report("one event by id", questions, byID)
        report("last 100 changes", questions * 100, changes)
    }

    private func report(_ name: String, _ rows: Int, _ times: [Duration]) {
        let sorted = times.sorted()
        guard let longest = sorted.last else { return }
        let p95 = sorted[min(sorted.count - 1, sorted.count * 95 / 100)]
        print(
            "\(name); \(rows / max(1, times.count)); \(milliseconds(sorted[sorted.count / 2])); \(milliseconds(p95)); "
                + milliseconds(longest))
    }
}

import NIOCore
import NIOPosix
import Testing

@testable import QueryServer

@Suite(.timeLimit(.minutes(10)))
struct QueryConnectionRegistryTests {
    private func withChannels<T>(_ count: Int, _ body: ([any Channel]) throws -> T) async throws -> T {
        var channels: [any Channel] = []
        for _ in 0..<count {
            let bootstrap = DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            channels.append(try await bootstrap.bind(host: "127.0.0.1", port: 0).get())
        }
        let result = Result { try body(channels) }
        for channel in channels { try await channel.close() }
        return try result.get()
    }

    @Test func oneUserTakesAQuarterOfTheLiveFeedsAtMost() {
        let slots = StreamSlots(limit: 8)
        var first = (0..<3).map { _ in slots.take(uid: 1000) }
        #expect(first.map { $0 != nil } == [true, true, false])
        let others = (1001...1003).flatMap { uid in (0..<2).map { _ in slots.take(uid: uid) } }
        #expect(others.allSatisfy { $0 != nil })
        #expect(slots.take(uid: 1004) == nil)
        first = []
        withExtendedLifetime(others) { #expect(slots.take(uid: 1004) != nil) }
        #expect(StreamSlots(limit: 1).take(uid: 1000) != nil)
    }

    @Test func oneUserWhoGoesOnBeyondTheLimitTakesNoPlaceOfTheOthers() async throws {
        var limits = QueryServerConfiguration.Limits()
        (limits.connections, limits.connectionsPerUser) = (4, 2)
        let registry = ConnectionRegistry(limits: limits)
        try await withChannels(23) { channels in
            let greedy = channels[..<20].map { registry.enter($0, uid: 1000) }
            #expect(greedy.prefix(2) == [.welcome, .welcome])
            #expect(greedy.dropFirst(2).prefix(8).allSatisfy { $0 == .surplus })
            #expect(greedy.dropFirst(10).allSatisfy { $0 == .rejected })
            #expect(registry.enter(channels[20], uid: 1001) == .welcome)
            #expect(registry.enter(channels[21], uid: 1002) == .welcome)
            #expect(registry.enter(channels[22], uid: 1003) == .surplus)
            registry.leave(channels[0])
            #expect(registry.enter(channels[19], uid: 1003) == .welcome)
        }
    }
}

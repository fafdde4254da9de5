import CameraSimulator
import Linux
import MKDSCore
import Media
import OnvifMetadata
import Testing

@testable import OnvifDevice

@Suite(.timeLimit(.minutes(10))) struct PullPointTests {
    private static let moment = UTCTime(seconds: 1_795_273_200)

    private func service(_ change: (inout OnvifCamera) -> Void = { _ in }) async throws -> OnvifService {
        var camera = OnvifCamera()
        change(&camera)
        return try await OnvifService(camera)
    }

    /// What the metadata reader makes of a pulled message.
    private static func states(_ document: [UInt8]) throws -> [Bool?] {
        var reader = DocumentReader()
        return try reader.read(document).notifications.map(\.state)
    }

    @Test(arguments: [false, true]) func fetchesWhatHappened(usesReferenceParameters: Bool) async throws {
        let service = try await service { $0.usesReferenceParameters = usesReferenceParameters }
        let (first, second) = try await onThread {
            let point = try PullPoint(try service.client())
            try point.synchronise()
            let first = try point.pull().document
            service.notify(isMotion: true, at: Self.moment)
            let second = try point.pull()
            #expect(second.count == 1)
            point.unsubscribe()
            return (try Self.states(first), try Self.states(second.document))
        }
        // The synchronisation point repeats the state, then comes the change.
        #expect(first == [false])
        #expect(second == [true])
        #expect(service.subscriptionCount == 0)
        try await service.stop()
    }

    /// Axis tells subscriptions apart by a reference parameter, which must come back as it was (WS-Addressing 1.0).
    @Test func sendsTheReferenceBackAsItCame() async throws {
        let service = try await service { $0.usesReferenceParameters = true }
        try await onThread {
            let point = try PullPoint(try service.client())
            service.notify(isMotion: true, at: Self.moment)
            _ = try point.pull()
        }
        let pull = try #require(service.requests.last { $0.operation == "PullMessages" })
        #expect(pull.message.contains("xmlns:n=\"http://camera.example/event\""))
        #expect(pull.message.contains(" kind=\"pull\"") == false)
        #expect(pull.message.contains(":kind=\"pull\""))
        #expect(pull.message.contains("IsReferenceParameter=\"true\">1</n:SubscriptionId>"))
        #expect(pull.message.contains("<a:To>http://127.0.0.1:\(service.port)/onvif/event</a:To>"))
        #expect(pull.message.contains("PullPointSubscription/PullMessagesRequest</a:Action>"))
        try await service.stop()
    }

    /// The address is told to the camera as the camera told it, but the request goes to the camera's own host.
    @Test func pullsFromTheCamerasOwnHostOnly() async throws {
        let service = try await service { $0.namedHost = "192.0.2.7:81" }
        try await onThread {
            let point = try PullPoint(try service.client())
            service.notify(isMotion: true, at: Self.moment)
            #expect(try point.pull().count == 1)
        }
        let pull = try #require(service.requests.last { $0.operation == "PullMessages" })
        #expect(pull.host == "127.0.0.1:\(service.port)")
        #expect(pull.path == "/onvif/Subscription?Idx=1")
        #expect(pull.message.contains("<a:To>http://192.0.2.7:81/onvif/Subscription?Idx=1</a:To>"))
        try await service.stop()
    }

    @Test func saysThatTheSubscriptionIsGone() async throws {
        let service = try await service()
        let error = try await failure {
            let point = try PullPoint(try service.client())
            service.forgetSubscriptions()
            _ = try point.pull()
        }
        #expect(error.topic == .unsupported)
        #expect(error.underlying.contains("InvalidArgVal"))
        try await service.stop()
    }

    /// Subscriptions of ten seconds: after half of that a pull must renew first.
    @Test func renewsBeforeTheSubscriptionEnds() async throws {
        let service = try await service {
            $0.subscriptionLifetime = .seconds(10)
            $0.clockOffset = .seconds(-7200)
            $0.misbehaviour["SetSynchronizationPoint"] = .fault(status: 500, code: "ActionNotSupported", reason: "no")
        }
        try await onThread {
            let client = try service.client()
            _ = try client.clock()
            let point = try PullPoint(client)
            try point.synchronise()
            let end = ContinuousClock.now + .seconds(60)
            while !service.requests.contains(where: { $0.operation == "Renew" }), ContinuousClock.now < end {
                service.notify(isMotion: true, at: Self.moment)
                _ = try point.pull()
            }
        }
        #expect(service.requests.contains { $0.operation == "Renew" && $0.isSigned })
        try await service.stop()
    }

    /// A camera that cannot renew is pulled from all the same.
    @Test(arguments: [
        OnvifCamera.Misbehaviour.fault(status: 500, code: "ActionNotSupported", reason: "no"),
        .raw(status: 404, headers: [], body: "Not Found"),
    ]) func doesWithoutRenewing(refusal: OnvifCamera.Misbehaviour) async throws {
        let service = try await service {
            $0.subscriptionLifetime = .seconds(4)
            $0.subscriptionsEnd = false
            $0.misbehaviour["Renew"] = refusal
            $0.misbehaviour["SetSynchronizationPoint"] = refusal
        }
        try await onThread {
            let point = try PullPoint(try service.client())
            try point.synchronise()
            let end = ContinuousClock.now + .seconds(60)
            while !service.requests.contains(where: { $0.operation == "Renew" }), ContinuousClock.now < end {
                service.notify(isMotion: true, at: Self.moment)
                _ = try point.pull()
            }
            service.notify(isMotion: true, at: Self.moment)
            #expect(try point.pull().count == 1)
        }
        #expect(service.requests.count { $0.operation == "Renew" } == 1)
        try await service.stop()
    }

    /// Else it would end while the camera waits for something to happen.
    @Test func waitsForHalfOfAShortSubscriptionAtMost() async throws {
        let service = try await service { $0.subscriptionLifetime = .seconds(7) }
        try await onThread {
            let point = try PullPoint(try service.client())
            service.notify(isMotion: true, at: Self.moment)
            _ = try point.pull()
        }
        let pull = try #require(service.requests.last { $0.operation == "PullMessages" })
        #expect(pull.message.contains("<t:Timeout>PT3S</t:Timeout>"))
        // As many as a document can be linked to.
        #expect(pull.message.contains("<t:MessageLimit>48</t:MessageLimit>"))
        try await service.stop()
    }

    @Test func sendsALongAddressBackAsItCame() async throws {
        let service = try await service { $0.namedHost = "192.0.2.7/" + String(repeating: "x", count: 1_500) }
        try await onThread {
            let point = try PullPoint(try service.client())
            service.notify(isMotion: true, at: Self.moment)
            #expect(try point.pull().count == 1)
        }
        let pull = try #require(service.requests.last { $0.operation == "PullMessages" })
        #expect(pull.path.hasSuffix("xxx/onvif/Subscription?Idx=1"))
        #expect(pull.message.contains("xxx/onvif/Subscription?Idx=1</a:To>"))
        try await service.stop()
    }

    @Test func saysThatThereIsNoEventService() async throws {
        let service = try await service {
            $0.misbehaviour["GetServices"] = .raw(
                status: 200, headers: [],
                body: "<s:Envelope xmlns:s='x'><s:Body><GetServicesResponse/></s:Body></s:Envelope>")
        }
        let error = try await failure {
            _ = try PullPoint(try service.client())
        }
        #expect(error.detail == "the camera offers no event service")
        try await service.stop()
    }
}

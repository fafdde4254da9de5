internal import Capture
internal import MKDSCore
internal import Testing

@Suite("Reconnect policy")
struct ReconnectPolicyTests {
    private func policy(_ seed: UInt64 = 1) -> ReconnectPolicy { ReconnectPolicy(seed: SeededGenerator(seed: seed)) }

    @Test("doubles from a second to a minute, within a quarter either way")
    func doubles() {
        var policy = policy()
        for expected in [1.0, 2, 4, 8, 16, 32, 60, 60, 60] {
            let delay = policy.delay(after: .unreachable, lived: .zero).inSeconds
            #expect(delay >= expected * 0.75 && delay <= expected * 1.25, "\(delay) for \(expected)")
        }
    }

    @Test("begins anew after a connection that lived, not after one that flapped")
    func beginsAnew() {
        var policy = policy()
        for _ in 0..<6 { _ = policy.delay(after: .unreachable, lived: .zero) }
        #expect(policy.delay(after: .lost, lived: .seconds(29)) > .seconds(40))
        #expect(policy.delay(after: .lost, lived: .seconds(30)) < .seconds(1.3))
    }

    @Test("is slow with refused credentials, so that the camera does not lock the account")
    func slowWithCredentials() {
        var policy = policy()
        #expect(policy.delay(after: .credentialsRefused, lived: .zero) > .seconds(20))
        for _ in 0..<10 { _ = policy.delay(after: .credentialsRefused, lived: .zero) }
        #expect(policy.delay(after: .credentialsRefused, lived: .zero) > .seconds(200))
    }

    @Test("gives the same delays for the same seed and others for another")
    func isSeeded() {
        func delays(_ seed: UInt64) -> [Duration] {
            var policy = policy(seed)
            return (0..<8).map { _ in policy.delay(after: .lost, lived: .zero) }
        }
        #expect(delays(7) == delays(7))
        #expect(delays(7) != delays(8))
        #expect(SeededGenerator(seedText: "cam1").hashOfFirst != SeededGenerator(seedText: "cam2").hashOfFirst)
    }

    @Test("never overflows, however long a camera is away")
    func neverOverflows() {
        var policy = policy()
        for _ in 0..<10_000 { #expect(policy.delay(after: .unreachable, lived: .zero) <= .seconds(75)) }
    }
}

extension SeededGenerator {
    fileprivate var hashOfFirst: UInt64 {
        var copy = self
        return copy.next()
    }
}

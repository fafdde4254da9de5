internal import Capture
internal import MKDSCore
internal import Testing

@Suite("Reconnect policy")
struct ReconnectPolicyTests {
    private func policy(_ seed: UInt64 = 1) -> ReconnectPolicy { ReconnectPolicy(seed: SeededGenerator(seed: seed)) }

    @Test("doubles from a second, to three at most, within a quarter either way")
    func doubles() {
        var policy = policy()
        for expected in [1.0, 2, 3, 3, 3] {
            let delay = policy.delay(after: .unreachable, lived: .zero).inSeconds
            #expect(delay >= expected * 0.75 && delay <= expected * 1.25, "\(delay) for \(expected)")
        }
    }

    @Test("begins anew after a connection that lived, not after one that flapped")
    func beginsAnew() {
        var policy = policy()
        for _ in 0..<6 { _ = policy.delay(after: .unreachable, lived: .zero) }
        #expect(policy.delay(after: .lost, lived: .seconds(29)) > .seconds(2.2))
        #expect(policy.delay(after: .lost, lived: .seconds(30)) < .seconds(1.3))
    }

    @Test("a camera away for days is tried again within ten seconds, less three and a half for its first picture")
    func isNeverFar() {
        // Of a try that just began and waits in vain for its five seconds, or of one that was refused at once.
        for took in [Duration.zero, .milliseconds(300), .seconds(2.5), .seconds(5)] {
            var policy = policy()
            for _ in 0..<10_000 {
                let delay = policy.delay(after: .unreachable, lived: .zero, took: took)
                #expect(took + delay < .seconds(6.5))
                #expect(delay >= .seconds(0.75))
            }
        }
    }

    @Test("is slow with refused credentials, so that the camera does not lock the account")
    func slowWithCredentials() {
        var policy = policy()
        #expect(policy.delay(after: .credentialsRefused, lived: .zero) > .seconds(20))
        for _ in 0..<10 { _ = policy.delay(after: .credentialsRefused, lived: .zero) }
        #expect(policy.delay(after: .credentialsRefused, lived: .zero) > .seconds(200))
    }

    @Test("a camera refused often while it booted waits no longer for the password it did not know yet")
    func kindsOfFailureCountApart() {
        var policy = policy()
        for _ in 0..<8 { _ = policy.delay(after: .unreachable, lived: .zero) }
        #expect(policy.delay(after: .credentialsRefused, lived: .zero) < .seconds(38))
        _ = policy.delay(after: .unreachable, lived: .zero)
        #expect(policy.delay(after: .credentialsRefused, lived: .zero) > .seconds(44), "the account could be locked")
    }

    @Test("a camera that showed pictures is tried often when it says strange things, for some minutes")
    func strangeAfterGood() {
        var policy = policy()
        #expect(policy.delay(after: .unsupported, lived: .zero) > .seconds(7))
        _ = policy.delay(after: .lost, lived: .seconds(40))
        var waited = Duration.zero
        while true {
            let delay = policy.delay(after: .unsupported, lived: .zero)
            if delay > .seconds(3.75) { break }
            waited += delay
        }
        #expect(waited > .seconds(240) && waited < .seconds(400), "\(waited)")
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
        for _ in 0..<10_000 { #expect(policy.delay(after: .unsupported, lived: .zero) <= .seconds(150)) }
    }
}

extension SeededGenerator {
    fileprivate var hashOfFirst: UInt64 {
        var copy = self
        return copy.next()
    }
}

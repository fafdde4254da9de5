import Linux
import Testing

@testable import Media

@Suite(.timeLimit(.minutes(5))) struct StopFlagTests {
    // A process without a descriptor to spare waited for hours.
    @Test func aFlagWithoutAPipeStillEndsALongWait() throws {
        let flag = StopFlag(readEnd: -1, writeEnd: -1)
        let raiser = try NamedThread(name: "raiser") { flag.raise() }
        #expect(flag.wait(for: .seconds(86_400)))
        raiser.join()
    }
}

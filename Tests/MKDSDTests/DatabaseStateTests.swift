import Logging
import Postgres
import QueryServer
import Testing

@testable import mkdsd

struct DatabaseStateTests {
    private let state = DatabaseState(logger: Logger(label: "test"))

    @Test func aClusterThatStartsIsNoTroubleUntilItFails() {
        state.isAway("no socket", .starting)
        #expect(state.snapshot.state == .starting)
        #expect(state.snapshot.detail == "no socket")
        state.isAway("no socket", .down("no space left"))
        #expect(state.snapshot.state == .down)
        #expect(state.snapshot.detail == "no space left")
        // The next try does not hide why the last one failed.
        state.isAway("no socket", .starting)
        #expect(state.snapshot.state == .down)
        #expect(state.snapshot.detail == "no space left")
        state.isUp()
        #expect(state.snapshot.state == .up)
        #expect(state.snapshot.detail == nil)
    }

    @Test func aServerThatWasUpIsDownWhileItIsStartedAgain() {
        state.isUp()
        state.isAway("connection refused", .starting)
        #expect(state.snapshot.state == .down)
    }

    @Test func aServerOfTheTownIsDownWhenItDoesNotAnswer() {
        state.isAway("connection refused", nil)
        #expect(state.snapshot.state == .down)
        #expect(state.snapshot.detail == "connection refused")
    }
}

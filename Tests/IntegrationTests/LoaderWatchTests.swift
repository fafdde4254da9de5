import Linux
import MKDSCore
import Postgres
import QueryAPI
import QueryServer
import Testing

@testable import EventIndex

/// What is seen of a loader that hangs.
@Suite(.timeLimit(.minutes(10)))
struct LoaderWatchTests {
    @Test func aReaderThatHangsIsSeenWhileItHangs() async throws {
        let loader = Loader(try IndexConnectionSettings("host=/nowhere"), spools: [])
        #expect(loader.status.readerBusySince == nil)
        let (began, release) = (try WakeCounter(), try WakeCounter())
        let hanging = Task {
            // As a read of a disk that does not answer: blocks the reader's own thread.
            await loader.spools.run { spools in
                spools.work {
                    began.signal()
                    release.wait()
                }
            }
        }
        while loader.status.readerBusySince == nil { await Task.yield() }
        let since = try #require(loader.status.readerBusySince)
        #expect(loader.status.readerBusy(at: since + .seconds(61)) == .seconds(61))
        #expect(loader.status.isTurning(at: since + .seconds(59)))
        #expect(!loader.status.isTurning(at: since + .seconds(60)))
        release.signal()
        await hanging.value
        #expect(loader.status.readerBusySince == nil)
        #expect(loader.status.readerBusy(at: .now) == .zero)
    }

    @Test func aLoaderThatTakesNoStepForMinutesIsNotTurning() {
        var status = LoaderStatus()
        let start = ContinuousClock.now
        status.lastStep = start
        #expect(status.isTurning(at: start + .seconds(299)))
        #expect(!status.isTurning(at: start + .seconds(300)))
    }

    /// The database away is no reason to restart: the loader goes on trying, and each try is a step.
    @Test func aLoaderWithoutADatabaseGoesOnTurning() async throws {
        let loader = Loader(
            try IndexConnectionSettings("host=/nowhere"), spools: [],
            configuration: LoaderConfiguration(longestDelay: .milliseconds(10)))
        let first = loader.status.lastStep
        try await LoaderFixture.running(loader) {
            while loader.status.lastStep == first || loader.status.trouble == nil { await Task.yield() }
        }
        #expect(loader.status.isTurning(at: .now))
    }

    @Test func aServerWithTheUsualSettingsHasTooLittleRoomForLocks() {
        #expect(!LockRoom(locks: 64 * 100).isEnough)
        #expect(LockRoom(locks: 512 * 60).isEnough)
    }
}

extension LoaderSpools {
    /// Runs a closure on the reader's thread.
    fileprivate func run(_ body: @Sendable (isolated LoaderSpools) -> Void) {
        body(self)
    }
}

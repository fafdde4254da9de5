internal import Linux
internal import MKDSCore
internal import QueryServer

/// The daemon's live state for `/v1/health` and `/v1/cameras`: put together from what its parts keep in memory.
struct LiveStatus: DaemonStatus {
    let started: UTCTime
    let capture: CaptureBoard
    let database: DatabaseState
    let spool: SpoolWatch
    let loader: @Sendable () -> DaemonSnapshot.Loader

    func snapshot() async -> DaemonSnapshot {
        let time = UTCTime.now
        return DaemonSnapshot(
            time: time, version: ProductVersion.text, started: started, cameras: capture.cameras(at: time),
            groups: capture.snapshots, loader: loader(), database: database.snapshot, spool: spool.snapshot,
            hostClock: try? HostClockState.current())
    }
}

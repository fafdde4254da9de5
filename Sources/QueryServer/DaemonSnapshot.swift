package import MKDSCore

/// The daemon's live state as the query server needs it; `mkdsd` implements it.
package protocol DaemonStatus: Sendable {
    /// How things stand now, from memory: it must not wait for disk, database or network.
    func snapshot() async -> DaemonSnapshot
}

/// How the parts of the daemon stand at one moment.
package struct DaemonSnapshot: Sendable {
    /// One capture process and its spool folder.
    package struct Group: Sendable {
        /// A capture process that is away or silent for longer than this is a failure, not a restart.
        package static let grace = Duration.seconds(10)

        package var name: String
        package var isRunning: Bool
        /// When it got cameras, or when its last process that had reported ended.
        package var since: UTCTime
        package var restarts: Int
        /// Time of its last report, nil before the first.
        package var lastReport: UTCTime?
        /// Journal entries that wait in memory for the disk.
        package var unsyncedEntries: Int
        /// Why its journal cannot be written, nil when it can.
        package var spoolTrouble: String?
        package var cpuSeconds: Double
        /// What its process is held by; nil before its first report.
        package var walls: CaptureWalls?

        package init(
            name: String, isRunning: Bool, since: UTCTime, restarts: Int = 0, lastReport: UTCTime? = nil,
            unsyncedEntries: Int = 0, spoolTrouble: String? = nil, cpuSeconds: Double = 0,
            walls: CaptureWalls? = nil
        ) {
            self.name = name
            self.isRunning = isRunning
            self.since = since
            self.restarts = restarts
            self.lastReport = lastReport
            self.unsyncedEntries = unsyncedEntries
            self.spoolTrouble = spoolTrouble
            self.cpuSeconds = cpuSeconds
            self.walls = walls
        }
    }

    /// The way of journal entries into the database.
    package struct Loader: Sendable {
        /// Journal entries loaded since the daemon started.
        package var rows: Int64
        /// Age of the oldest entry that waits to be loaded; zero when none does.
        package var lag: Duration
        package var lastCommit: UTCTime?
        /// Why it cannot load at the moment, nil when it can. No secrets.
        package var trouble: String?
        /// Entries the database refused since the daemon started; they lie aside in the spool.
        package var rejected: Int64
        /// Stretches of journal that could not be read since the daemon started; the files are kept aside.
        package var damages: Int64
        /// Events stored since the daemon started whose id carries a day far from today.
        package var misdated: Int64
        /// How long the reader of the spools has been at one piece of work: minutes mean a disk that hangs.
        package var readerBusy: Duration

        package init(
            rows: Int64 = 0, lag: Duration = .zero, lastCommit: UTCTime? = nil, trouble: String? = nil,
            rejected: Int64 = 0, damages: Int64 = 0, misdated: Int64 = 0,
            readerBusy: Duration = .zero
        ) {
            self.rows = rows
            self.lag = lag
            self.lastCommit = lastCommit
            self.trouble = trouble
            self.rejected = rejected
            self.damages = damages
            self.misdated = misdated
            self.readerBusy = readerBusy
        }
    }

    /// The PostgreSQL server, private or the town's own.
    package struct Database: Sendable {
        package enum State: Sendable {
            case starting
            case up
            case down
        }

        package var state: State
        package var since: UTCTime
        /// Why it is not up, nil when it is. No secrets.
        package var detail: String?

        package init(state: State, since: UTCTime, detail: String? = nil) {
            self.state = state
            self.since = since
            self.detail = detail
        }
    }

    /// The file system the spool lives on.
    package struct Spool: Sendable {
        package var usedByteCount: Int64
        package var freeByteCount: Int64
        /// What is wrong with it, nil when nothing is.
        package var trouble: String?

        package init(usedByteCount: Int64 = 0, freeByteCount: Int64 = 0, trouble: String? = nil) {
            self.usedByteCount = usedByteCount
            self.freeByteCount = freeByteCount
            self.trouble = trouble
        }
    }

    package var time: UTCTime
    package var version: String
    package var started: UTCTime
    /// One for each camera a capture process has spoken of lately.
    package var cameras: [CameraStatus]
    package var groups: [Group]
    package var loader: Loader
    package var database: Database
    package var spool: Spool
    /// The server's own clock; nil where the kernel does not tell.
    package var hostClock: HostClockState?

    package init(
        time: UTCTime, version: String, started: UTCTime, cameras: [CameraStatus], groups: [Group], loader: Loader,
        database: Database, spool: Spool, hostClock: HostClockState? = nil
    ) {
        self.time = time
        self.version = version
        self.started = started
        self.cameras = cameras
        self.groups = groups
        self.loader = loader
        self.database = database
        self.spool = spool
        self.hostClock = hostClock
    }
}

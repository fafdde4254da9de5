internal import EventIndex
internal import Glibc
internal import Linux
internal import Logging
internal import MKDSCore
internal import Postgres
internal import QueryServer
internal import ServiceLifecycle
internal import Settings
internal import UnixSignals

/// The whole daemon: makes the parts, joins them, runs them until the order to stop.
///
/// Order of the service group is order of start; it stops in reverse: first no more questions, then no more capture,
/// then the loader, at last the database.
struct Daemon {
    let settingsPath: String
    let settings: DaemonSettings
    /// Where systemd starts units for the capture groups; nil to start them as children.
    let captureSocket: String?
    let environment: [String: String]
    let threshold: DaemonLogHandler.Threshold
    let logger: Logger

    func run() async throws {
        let heartbeats = HeartbeatBoard()
        let (connection, cluster) = try database()
        try ProcessHygiene.makeDirectory(settings.stateDirectory)
        try ProcessHygiene.makeDirectory(settings.spool.directory)
        let database = DatabaseState(logger: part("index"))

        let spoolDirectory = settings.spool.directory
        let spoolWatch = SpoolWatch(directory: spoolDirectory)
        try spoolWatch.start()
        let board = CaptureBoard()
        let supervisor = CaptureSupervisor(
            board: board, heartbeats: heartbeats, logger: part("capture"), launch: try captureLaunch())
        let loader = Loader(
            connection, spools: [],
            configuration: LoaderConfiguration(keeping: .seconds(3_600 * settings.spool.keepAcknowledgedHours)))
        let feed = ChangeFeed(connection)
        let index = IndexService(
            settings: connection, cluster: cluster, feed: feed,
            load: { await Self.load(loader, from: spoolWatch, board, heartbeats, in: spoolDirectory) },
            state: database,
            heartbeats: heartbeats,
            logger: part("index"))
        let register = Register(connection)
        let cameras = CameraDirectory(
            path: settings.stateDirectory + "/cameras.json", configuration: cameraConfiguration,
            read: { try await register.cameras() }, registerChanges: { feed.registerChanges() },
            apply: { supervisor.apply($0) }, heartbeats: heartbeats, logger: part("cameras"))
        let status = LiveStatus(
            started: .now, capture: board, database: database, spool: spoolWatch,
            loader: { Self.snapshot(loader.status) })
        let (listener, isListening) = try querySocket()
        let queryServer = QueryServer(
            configuration: QueryServerConfiguration(
                listener: listener, access: settings.query.accessRules, limits: settings.query.limits),
            services: QueryServices(
                index: IndexReader(connection), register: register, feed: feed, status: status,
                errands: CaptureErrands(
                    program: errandProgram, credentials: { cameras.credentials }, logger: part("errands")),
                credentialExists: { cameras.credentialExists($0) }, cameraNetworks: settings.capture.networks),
            logger: part("query"))
        let socket = NotifySocket(address: environment["NOTIFY_SOCKET"])
        let notifier = Notifier(
            socket: socket,
            watchdog: Notifier.watchdogInterval(environment: environment, process: getpid()),
            isListening: isListening, status: status, heartbeats: heartbeats, logger: logger)
        let reload = ReloadService(
            path: settingsPath, settings: settings, threshold: threshold,
            systemCredentials: environment["CREDENTIALS_DIRECTORY"], cameras: cameras, queryServer: queryServer,
            notifier: notifier, logger: logger)

        let clock = HostClockService(HostClockLog(connection), logger: part("clock"))
        let services: [any Service] = [index, clock, supervisor, cameras, queryServer, reload, notifier]
        let clusterService = cluster.map { ClusterService($0, socket: socket) }
        try await serve(clusterService.map { [$0] + services } ?? services)
    }

    // MARK: - Parts

    private func part(_ name: String) -> Logger { Logger(label: "mkdsd.\(name)") }

    private func serve(_ services: [any Service]) async throws {
        var configuration = ServiceGroupConfiguration(
            services: services.map { service in
                ServiceGroupConfiguration.ServiceConfiguration(
                    service: service, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup)
            },
            gracefulShutdownSignals: [.sigterm, .sigint], logger: part("services"))
        // Longer than all stops together may take: questions 5 s, capture 9 s, loader a few, cluster 75 s.
        configuration.maximumGracefulShutdownDuration = .seconds(110)
        try await ServiceGroup(configuration: configuration).run()
    }

    /// How to reach the database, and the private cluster when it is in one.
    private func database() throws -> (ConnectionSettings, PrivateCluster?) {
        guard let url = settings.database.url else {
            var configuration = PrivateClusterConfiguration(
                directory: settings.database.privateCluster.directory,
                socketDirectory: settings.database.privateCluster.socketDirectory)
            configuration.programDirectory = settings.database.privateCluster.programDirectory
            try configuration.check()
            return (try configuration.connection, PrivateCluster(configuration))
        }
        var connection = try ConnectionSettings(url)
        if let name = settings.database.passwordCredential {
            let store = settings.credentials(systemDirectory: environment["CREDENTIALS_DIRECTORY"])
            connection["password"] = try store.secret(name).revealed
        }
        return (connection, nil)
    }

    private var cameraConfiguration: CameraDirectory.Configuration {
        CameraDirectory.Configuration(
            groupSize: settings.capture.groupSize,
            credentials: settings.credentials(systemDirectory: environment["CREDENTIALS_DIRECTORY"]))
    }

    private var capturePath: String {
        settings.capture.program ?? (ProcessHygiene.ownDirectory() ?? "/usr/bin") + "/mkds-capture"
    }

    /// What every capture process may reach.
    private var boundArguments: [String] {
        ["--networks", settings.capture.networks.description]
            + settings.capture.fileDirectories.flatMap { ["--files", $0] }
    }

    /// A crash must end the process at once: Swift's backtraces cannot be made inside the sandbox, whose attempt at
    /// them never ended, and would print memory that holds camera passwords.
    private static let captureEnvironment = ["PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "SWIFT_BACKTRACE=enable=no"]

    /// How to start the capture process of a group.
    private func captureLaunch() throws -> @Sendable (String) -> CaptureGroupWorker.Launch {
        let (spool, reserve, threshold) = (settings.spool.directory, settings.spool.reserveMiB, threshold)
        let bounds = boundArguments
        let arguments = { @Sendable (group: String) in
            [
                "run", "--spool", spool, "--group", group, "--reserve-mib", "\(reserve)", "--log-level",
                threshold.current.rawValue,
            ] + bounds
        }
        if let captureSocket {
            return { .unit(socket: captureSocket, arguments: arguments($0) + ["--confined"]) }
        }
        let path = capturePath
        guard access(path, X_OK) == 0 else { throw SystemError("run the capture program \(path)") }
        return { .child(.init(path: path, arguments: arguments($0), environment: Self.captureEnvironment)) }
    }

    private var errandProgram: CaptureGroupWorker.Program {
        CaptureGroupWorker.Program(
            path: capturePath, arguments: boundArguments, environment: Self.captureEnvironment)
    }

    private func querySocket() throws -> (QueryServerConfiguration.Listener, @Sendable () -> Bool) {
        let descriptor = try SocketActivation.querySocket(environment: environment, process: getpid())
        if let descriptor { return (.inherited(descriptor), { true }) }
        let path = settings.query.socket
        return (.path(path, group: settings.query.group), { SocketProbe.answers(path) })
    }

    /// Runs the loader over all groups' spools, those without cameras too: what they hold must not be lost.
    private static func load(
        _ loader: Loader, from spool: SpoolWatch, _ board: CaptureBoard, _ heartbeats: HeartbeatBoard,
        in directory: String
    ) async {
        let heartbeat = heartbeats.join(name: "loader")
        defer { heartbeats.leave(heartbeat) }
        await withDiscardingTaskGroup { group in
            group.addTask { await loader.run() }
            while !Task.isCancelled {
                if loader.status.isTurning(at: .now) { heartbeat.beat() }
                let running = board.snapshots.map { "\(directory)/\($0.name)" }
                loader.setSpools(Set(spool.groupDirectories + running).sorted())
                // Ends early only by cancellation, which the loop's condition sees.
                try? await Task.sleep(for: .milliseconds(200))
            }
            group.cancelAll()
        }
    }

    private static func snapshot(_ status: LoaderStatus) -> DaemonSnapshot.Loader {
        let trouble = status.trouble ?? status.spoolTrouble.sorted { $0.key < $1.key }.first?.value
        return DaemonSnapshot.Loader(
            rows: status.records, lag: max(status.lag(at: .now), status.readerBusy(at: .now)),
            lastCommit: status.lastCommit, trouble: trouble,
            rejected: status.rejected, damages: status.damages, misdated: status.misdated,
            readerBusy: status.readerBusy(at: .now))
    }
}

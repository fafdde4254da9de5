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
            board: board, heartbeats: heartbeats, logger: part("capture"), program: try captureProgram())
        let loader = Loader(
            connection, spools: [],
            configuration: LoaderConfiguration(keeping: .seconds(3_600 * settings.spool.keepAcknowledgedHours)))
        let feed = ChangeFeed(connection)
        let index = IndexService(
            settings: connection, isPrivate: cluster != nil, feed: feed,
            load: { await Self.load(loader, from: spoolWatch, board, in: spoolDirectory) }, state: database,
            heartbeats: heartbeats,
            logger: part("index"))
        let register = Register(connection)
        let cameras = CameraDirectory(
            path: settings.stateDirectory + "/cameras.json", configuration: cameraConfiguration,
            read: { try await register.cameras() }, registerChanges: { feed.registerChanges() },
            supervisor: supervisor, heartbeats: heartbeats, logger: part("cameras"))
        let status = LiveStatus(
            started: .now, capture: board, database: database, spool: spoolWatch,
            loader: { Self.snapshot(loader.status) })
        let (listener, isListening) = try querySocket()
        let queryServer = QueryServer(
            configuration: QueryServerConfiguration(
                listener: listener, access: settings.query.accessRules, limits: settings.query.limits),
            services: QueryServices(
                index: IndexReader(connection), register: register, feed: feed, status: status,
                credentialExists: { cameras.credentialExists($0) }),
            logger: part("query"))
        let notifier = Notifier(
            socket: NotifySocket(address: environment["NOTIFY_SOCKET"]),
            watchdog: Notifier.watchdogInterval(environment: environment, process: getpid()),
            isListening: isListening, status: status, heartbeats: heartbeats, logger: logger)
        let reload = ReloadService(
            path: settingsPath, settings: settings, threshold: threshold,
            systemCredentials: environment["CREDENTIALS_DIRECTORY"], cameras: cameras, queryServer: queryServer,
            notifier: notifier, logger: logger)

        await cameras.start()
        let services: [any Service] = [index, supervisor, cameras, queryServer, reload, notifier]
        try await serve(cluster.map { [$0] + services } ?? services)
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
        configuration.maximumGracefulShutdownDuration = .seconds(80)
        try await ServiceGroup(configuration: configuration).run()
    }

    /// How to reach the database, and the private cluster when it is in one.
    private func database() throws -> (ConnectionSettings, ClusterService?) {
        guard let url = settings.database.url else {
            var configuration = PrivateClusterConfiguration(
                directory: settings.database.privateCluster.directory,
                socketDirectory: settings.database.privateCluster.socketDirectory)
            configuration.programDirectory = settings.database.privateCluster.programDirectory
            try configuration.check()
            return (try configuration.connection, ClusterService(PrivateCluster(configuration)))
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

    private func captureProgram() throws -> @Sendable (String) -> CaptureGroupWorker.Program {
        let path = settings.capture.program ?? (ProcessHygiene.ownDirectory() ?? "/usr/bin") + "/mkds-capture"
        guard access(path, X_OK) == 0 else { throw SystemError("run the capture program \(path)") }
        let (spool, reserve, threshold) = (settings.spool.directory, settings.spool.reserveMiB, threshold)
        return { group in
            CaptureGroupWorker.Program(
                path: path,
                arguments: [
                    "run", "--spool", spool, "--group", group, "--reserve-mib", "\(reserve)", "--log-level",
                    threshold.current.rawValue,
                ],
                environment: ["PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"])
        }
    }

    private func querySocket() throws -> (QueryServerConfiguration.Listener, @Sendable () -> Bool) {
        let descriptor = try SocketActivation.querySocket(environment: environment, process: getpid())
        if let descriptor { return (.inherited(descriptor), { true }) }
        let path = settings.query.socket
        return (.path(path, group: settings.query.group), { SocketProbe.answers(path) })
    }

    /// Runs the loader over all groups' spools, those without cameras too: what they hold must not be lost.
    private static func load(
        _ loader: Loader, from spool: SpoolWatch, _ board: CaptureBoard, in directory: String
    ) async {
        await withDiscardingTaskGroup { group in
            group.addTask { await loader.run() }
            while !Task.isCancelled {
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
            rows: status.records, lag: status.lag(at: .now), lastCommit: status.lastCommit, trouble: trouble,
            rejected: status.rejected, damages: status.damages)
    }
}

internal import Glibc
internal import Logging
internal import Synchronization

/// A PostgreSQL of our own: made, started, watched, restarted and stopped here; reachable by one account of this machine
/// over a Unix socket, and by nobody else.
///
/// Whatever was killed, the next start puts it right: a postmaster left running by a killed mkdsd is stopped in order
/// first, backends left by a killed postmaster are waited for and then ended, a stale `postmaster.pid` is PostgreSQL's
/// own affair, an interrupted `initdb` leaves only a directory beside the real one.
package actor PrivateCluster {
    /// How the server stands, for health.
    package enum State: Hashable, Sendable {
        case stopped
        case starting
        case up
        /// It died or cannot be started; being tried again.
        case down(String)
    }

    package nonisolated let configuration: PrivateClusterConfiguration
    private let executor = ThreadExecutor.required(name: "pg-cluster")
    private let logger = Logger(label: "mkds.cluster")
    private nonisolated let shownState = Mutex(State.stopped)
    private var child: ChildProcess?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    package init(_ configuration: PrivateClusterConfiguration) {
        self.configuration = configuration
    }

    package nonisolated var state: State { shownState.withLock { $0 } }

    private func show(_ state: State) { shownState.withLock { $0 = state } }

    private var startLog: String { configuration.directory + ".start.log" }

    // MARK: - Start

    /// Makes the cluster when it is missing, starts the server, waits until it accepts connections and has its database.
    /// A server of ours that runs already is not started again, only waited for.
    ///
    /// Throws ``PostgresError`` of code `cluster` with what an administrator can do about it.
    package func start() async throws -> ConnectionSettings {
        let settings = try configuration.connection
        try configuration.check()
        show(.starting)
        do {
            try makeDirectory(configuration.socketDirectory)
            if child == nil {
                let programs = try prepareData()
                try endLeftovers()
                try launch(programs)
            }
            try await waitUntilAccepting()
            try await makeDatabase(settings)
        } catch {
            show(.down("\(error)"))
            throw error
        }
        show(.up)
        return settings
    }

    /// The programs for the data directory, which exists afterwards and holds who may connect.
    private func prepareData() throws -> ClusterPrograms {
        let directory = configuration.directory
        let version = readSmallFile(directory + "/PG_VERSION").flatMap { Int($0.prefix { $0.isNumber }) }
        let programs = try ClusterPrograms.find(in: configuration.programDirectory, forDataOfVersion: version)
        if version == nil { try initialise(programs) }
        try write("local all all peer map=mkds\n", to: directory + "/pg_hba.conf")
        let lines = try accounts().map { "mkds \"\($0)\" \(PrivateClusterConfiguration.userName)\n" }
        try write(lines.joined(), to: directory + "/pg_ident.conf")
        return programs
    }

    /// `initdb` into a directory beside, renamed when it is whole: a kill in between leaves no half cluster.
    private func initialise(_ programs: ClusterPrograms) throws {
        let fresh = configuration.directory + ".new"
        logger.info("making a private PostgreSQL cluster", metadata: ["directory": "\(configuration.directory)"])
        if access(fresh, F_OK) == 0 {
            try run(["/usr/bin/rm", "-rf", "--", fresh], "cannot remove a half-made cluster")
        }
        try run(
            [
                programs.initdb, "-D", fresh, "--locale=C.UTF-8", "--encoding=UTF8", "--auth=peer", "--data-checksums",
                "--username=\(PrivateClusterConfiguration.userName)", "--no-instructions",
            ], "initdb failed")
        guard rename(fresh, configuration.directory) == 0 else {
            throw PostgresError(
                .cluster,
                "cannot put the new cluster to \(configuration.directory): \(String(cString: strerror(errno)))")
        }
    }

    private func run(_ command: [String], _ complaint: String) throws(PostgresError) {
        let child = try ChildProcess(configuration.launcher + command, output: startLog)
        if let failure = child.failureAfterWaiting() {
            throw PostgresError(.cluster, "\(complaint) (\(failure)): \(lastLines())")
        }
    }

    private func accounts() throws(PostgresError) -> [String] {
        guard configuration.accounts.isEmpty else { return configuration.accounts }
        guard let entry = getpwuid(geteuid()), let name = entry.pointee.pw_name else {
            throw PostgresError(.cluster, "the account mkdsd runs as, number \(geteuid()), has no name on this machine")
        }
        return [String(cString: name)]
    }

    private func makeDirectory(_ path: String) throws(PostgresError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw PostgresError(.cluster, "cannot make \(path): \(String(cString: strerror(errno)))")
        }
        // Of others' directories (tests with a launcher) the owner decides.
        guard configuration.launcher.isEmpty else { return }
        guard chmod(path, 0o700) == 0 else {
            throw PostgresError(.cluster, "\(path) is not ours: \(String(cString: strerror(errno)))")
        }
    }

    private func write(_ text: String, to path: String) throws(PostgresError) {
        guard let file = fopen(path, "we") else {
            throw PostgresError(.cluster, "cannot write \(path): \(String(cString: strerror(errno)))")
        }
        let written = fputs(text, file)
        guard fclose(file) == 0, written >= 0 else {
            throw PostgresError(.cluster, "cannot write \(path): \(String(cString: strerror(errno)))")
        }
    }

    private func launch(_ programs: ClusterPrograms) throws {
        let options = configuration.serverSettings.flatMap { ["-c", "\($0.name)=\($0.value)"] }
        let command = configuration.launcher + [programs.postgres, "-D", configuration.directory] + options
        child = try ChildProcess(command, output: startLog)
    }

    /// Waits until the server accepts connections. After ``PrivateClusterConfiguration/startLimit`` it throws, so that
    /// health tells; the server is left to go on with its recovery.
    private func waitUntilAccepting() async throws {
        let probe = try configuration.connection.database("postgres")
        let limit = ContinuousClock.now + configuration.startLimit
        while true {
            guard let child else { throw PostgresError(.cluster, "the private PostgreSQL was stopped") }
            if let end = child.exitText() {
                self.child = nil
                throw PostgresError(.cluster, "the private PostgreSQL did not start (\(end)): \(lastLines())")
            }
            do {
                let connection = try await PostgresConnection.connect(probe, name: "probe")
                await connection.close()
                return
            } catch let error as PostgresError {
                guard ContinuousClock.now < limit else {
                    throw PostgresError(
                        .cluster, "the private PostgreSQL does not accept connections: \(error.message)")
                }
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func makeDatabase(_ settings: ConnectionSettings) async throws {
        let connection = try await PostgresConnection.connect(settings.database("postgres"), name: "setup")
        let name = configuration.databaseName
        let exists = try await connection.query("SELECT FROM pg_database WHERE datname = $1", [.text(name)]).count == 1
        if !exists {
            try await connection.execute("CREATE DATABASE \(PostgresConnection.quoted(identifier: name))")
        }
        await connection.close()
    }

    /// What the server said before its own log took over, shortened.
    private func lastLines() -> String {
        let lines = readSmallFile(startLog)?.split(separator: "\n").suffix(4) ?? []
        return lines.isEmpty ? "it said nothing" : lines.joined(separator: " | ")
    }

    // MARK: - Watch and stop

    /// Watches the server and starts it again whenever it dies, until the task is cancelled; then stops it.
    package func run() async {
        var delay = RetryDelay(first: .milliseconds(100), longest: .seconds(10))
        while !Task.isCancelled {
            if state == .up, let child {
                if let end = child.exitText() {
                    logger.error("the private PostgreSQL died; starting it again", metadata: ["end": "\(end)"])
                    show(.down("the private PostgreSQL \(end)"))
                    self.child = nil
                } else {
                    do { try await Task.sleep(for: .milliseconds(200)) } catch { break }
                    continue
                }
            }
            do {
                _ = try await start()
                logger.info("the private PostgreSQL is up", metadata: ["directory": "\(configuration.directory)"])
                delay.reset()
            } catch {
                logger.error("cannot start the private PostgreSQL", metadata: ["error": "\(error)"])
                do { try await Task.sleep(for: delay.advance()) } catch { break }
            }
        }
        await stop()
    }

    /// Stops the server in order: running statements are broken off, everything committed is safe.
    package func stop() async {
        guard let stopping = child else { return }
        child = nil
        for (signal, limit) in [(SIGINT, Duration.seconds(60)), (SIGQUIT, .seconds(10)), (SIGKILL, .seconds(5))] {
            stopping.signal(signal)
            let end = ContinuousClock.now + limit
            while ContinuousClock.now < end {
                if stopping.exitText() != nil {
                    logger.info("the private PostgreSQL stopped")
                    show(.stopped)
                    return
                }
                pause()
            }
        }
        logger.error("the private PostgreSQL did not stop")
    }

    /// A short wait on this actor's own thread; unlike `Task.sleep` a cancelled task gets it too, and stopping is what
    /// cancelled tasks do here.
    private func pause() { usleep(20_000) }

    /// Ends what an earlier run left: a postmaster in order, then stray backends.
    private func endLeftovers() throws {
        let processes = ClusterProcesses(directory: configuration.directory)
        if let postmaster = processes.postmaster() {
            logger.warning("stopping the PostgreSQL an earlier run left behind", metadata: ["process": "\(postmaster)"])
            kill(postmaster, SIGINT)
            let end = ContinuousClock.now + .seconds(60)
            while processes.postmaster() == postmaster, ContinuousClock.now < end {
                try Task.checkCancellation()
                pause()
            }
        }
        // Backends without their postmaster notice and end by themselves, unless they are busy.
        for (signal, limit) in [
            (0, Duration.seconds(2)), (SIGTERM, .seconds(5)), (SIGQUIT, .seconds(5)), (SIGKILL, .seconds(5)),
        ] {
            for process in processes.all() where signal != 0 { kill(process, signal) }
            let end = ContinuousClock.now + limit
            while ContinuousClock.now < end {
                if processes.all().isEmpty { return }
                pause()
            }
        }
        throw PostgresError(.cluster, "processes of an earlier PostgreSQL on \(configuration.directory) do not end")
    }
}

internal import Linux
internal import Logging
internal import MKDSCore
internal import ServiceLifecycle
internal import Settings
internal import Synchronization

/// Knows the cameras: from the register when the database answers, from the file of the last run until then; and tells
/// the supervisor which group is to have which.
///
/// One loop does it all, woken by register imports, by a reload and by a second's tick. Files and credentials are read
/// on threads of their own.
final class CameraDirectory: Service, CustomStringConvertible {
    /// What a reload may change.
    struct Configuration: Sendable, Equatable {
        var groupSize: Int
        var credentials: CredentialStore
    }

    private struct State {
        var configuration: Configuration
        var cameras: [CameraRecord] = []
        var grouping = CaptureGrouping()
        var wantsRead = true
        /// New settings are to be handed out even if the register does not answer.
        var wantsDistribution = false
        /// An administrator spoke: cameras in quarantine get another try.
        var releasesQuarantine = false
        /// Imports the register has told of.
        var imports = 0
        var nextTry = ContinuousClock.now
        /// Credential troubles already told, so that each is told once.
        var told: Set<String> = []
    }

    private static let retryInterval = Duration.seconds(1)

    let description = "camera directory"
    private let state: Mutex<State>
    private let path: String
    private let read: @Sendable () async throws -> [CameraRecord]
    private let registerChanges: @Sendable () -> AsyncStream<Int>
    private let apply: @Sendable (CaptureSupervisor.Plan) -> Void
    private let heartbeats: HeartbeatBoard
    private let logger: Logger
    private let wakes: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation

    /// `path` is `cameras.json` in the state directory; `read` asks the register and throws while the database is away;
    /// `registerChanges` gives a value when the register may have changed: how many imports were told of so far;
    /// `apply` takes what was decided.
    init(
        path: String, configuration: Configuration, read: @escaping @Sendable () async throws -> [CameraRecord],
        registerChanges: @escaping @Sendable () -> AsyncStream<Int>,
        apply: @escaping @Sendable (CaptureSupervisor.Plan) -> Void, heartbeats: HeartbeatBoard, logger: Logger
    ) {
        state = Mutex(State(configuration: configuration))
        self.path = path
        self.read = read
        self.registerChanges = registerChanges
        self.apply = apply
        self.heartbeats = heartbeats
        self.logger = logger
        (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Reads cameras and credentials again, by new settings if they changed.
    func reload(_ configuration: Configuration) {
        state.withLock { state in
            state.configuration = configuration
            state.wantsRead = true
            state.wantsDistribution = true
            state.releasesQuarantine = true
            state.nextTry = .now
            state.told = []
        }
        wake.yield()
    }

    /// Where credentials lie by the settings in force.
    var credentials: CredentialStore { state.withLock { $0.configuration.credentials } }

    /// Whether a credential of this name is there by the settings in force. Blocking.
    func credentialExists(_ name: String) -> Bool { credentials.exists(name) }

    func run() async throws {
        let heartbeat = heartbeats.join(name: "cameras")
        defer { heartbeats.leave(heartbeat) }
        await withGracefulShutdownHandler {
            await self.resume()
            await withDiscardingTaskGroup { group in
                group.addTask { await self.passRegisterChanges() }
                group.addTask { await self.tick() }
                for await _ in wakes {
                    heartbeat.beat()
                    await readIfDue()
                }
                group.cancelAll()
            }
        } onGracefulShutdown: {
            self.wake.finish()
        }
    }

    // MARK: - The loop

    /// The list of the last run, so that capture begins at once.
    private func resume() async {
        let path = path
        do {
            guard let file = try await NamedThread.run(name: "cameras", { try CameraListFile.read(path) }) else {
                return
            }
            state.withLock { state in
                state.cameras = file.cameras
                state.grouping = file.grouping
            }
            logger.info("cameras of the last run", metadata: ["count": "\(file.cameras.count)"])
            await distribute()
        } catch {
            logger.warning("the list of cameras of the last run cannot be used", metadata: ["error": "\(error)"])
        }
    }

    private func passRegisterChanges() async {
        for await imports in registerChanges() {
            state.withLock { state in
                if imports > state.imports { state.releasesQuarantine = true }
                state.imports = imports
                state.wantsRead = true
                state.nextTry = .now
            }
            wake.yield()
        }
    }

    private func tick() async {
        // The sleep ends early only by cancellation.
        while (try? await Task.sleep(for: .seconds(1))) != nil { wake.yield() }
    }

    private func readIfDue() async {
        let isDue = state.withLock { state in
            guard state.wantsRead, state.nextTry <= .now else { return false }
            state.wantsRead = false
            return true
        }
        guard isDue else { return }
        do {
            let cameras = try await read()
            state.withLock { state in
                let enabled = cameras.filter(\.enabled).map(\.id)
                state.cameras = cameras
                state.grouping.update(cameras: enabled, size: state.configuration.groupSize)
                state.wantsDistribution = false
            }
            await distribute()
            await keep()
            logger.info("cameras of the register", metadata: ["count": "\(cameras.count)"])
        } catch {
            logger.debug("the register does not answer", metadata: ["error": "\(error)"])
            let wantsDistribution = state.withLock { state in
                state.wantsRead = true
                state.nextTry = .now + Self.retryInterval
                defer { state.wantsDistribution = false }
                return state.wantsDistribution
            }
            if wantsDistribution { await distribute() }
        }
    }

    /// Looks the credentials up and hands each group its cameras.
    private func distribute() async {
        let (cameras, grouping, store, releases) = state.withLock { state in
            defer { state.releasesQuarantine = false }
            return (state.cameras, state.grouping, state.configuration.credentials, state.releasesQuarantine)
        }
        let logins = await credentials(cameras.compactMap(\.credential), store)
        var groups: [String: CaptureAssignment] = [:]
        for camera in cameras.sorted(by: { $0.id < $1.id }) where camera.enabled {
            guard let group = grouping.groups[camera.id] else { continue }
            let login = camera.credential.flatMap { logins[$0] }
            groups[group, default: CaptureAssignment(cameras: [])].cameras.append(
                AssignedCamera(
                    id: camera.id, url: camera.url, user: login?.user, password: login?.password.revealed,
                    trust: camera.trust, onvif: camera.onvif, motion: camera.motion))
        }
        apply(CaptureSupervisor.Plan(groups: groups, releasesQuarantine: releases))
    }

    /// A credential that cannot be read leaves its camera without login: the camera's refusal then shows as its health.
    private func credentials(_ names: [String], _ store: CredentialStore) async -> [String: Login] {
        guard !names.isEmpty else { return [:] }
        do {
            let results = try await NamedThread.run(name: "credentials") {
                Set(names).map { name in (name, Result { () throws(CredentialError) in try store.login(name) }) }
            }
            var logins: [String: Login] = [:]
            for (name, result) in results {
                switch result {
                case .success(let login): logins[name] = login
                case .failure(let error): tell("\(error)")
                }
            }
            return logins
        } catch {
            tell("\(error)")
            return [:]
        }
    }

    private func tell(_ trouble: String) {
        guard state.withLock({ $0.told.insert(trouble).inserted }) else { return }
        logger.warning("credential cannot be used", metadata: ["error": "\(trouble)"])
    }

    private func keep() async {
        let file = state.withLock { CameraListFile(cameras: $0.cameras, grouping: $0.grouping) }
        let path = path
        do {
            try await NamedThread.run(name: "cameras") {
                if try CameraListFile.read(path) != file { try file.write(path) }
            }
        } catch {
            logger.warning("the list of cameras cannot be kept for the next start", metadata: ["error": "\(error)"])
        }
    }
}

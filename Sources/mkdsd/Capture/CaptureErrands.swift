internal import FoundationEssentials
internal import Glibc
internal import Linux
internal import Logging
internal import MKDSCore
internal import QueryServer
internal import Settings
internal import Synchronization

/// Short-lived `mkds-capture` processes that look at a camera or a network for an administrator and end.
///
/// The order goes over the process's standard input, which then stays open: its end is the order to stop, be it that the
/// client is gone or this daemon. A process that does not end then, or by its deadline, is killed.
final class CaptureErrands: CameraErrands {
    /// At once, all users together and one of them.
    static let limit = 4
    static let userLimit = 2

    private let path: String
    private let arguments: [String]
    private let environment: [String]
    private let credentials: @Sendable () -> CredentialStore
    private let logger: Logger
    /// Errands at work, by user.
    private let running = Mutex<[UInt32: Int]>([:])

    /// - Parameters:
    ///   - program: The capture program; its arguments are those all errands have.
    ///   - credentials: The store by the settings in force.
    ///   - logger: Takes what the processes log.
    init(program: CaptureGroupWorker.Program, credentials: @escaping @Sendable () -> CredentialStore, logger: Logger) {
        path = program.path
        arguments = program.arguments
        environment = program.environment
        self.credentials = credentials
        self.logger = logger
    }

    func start(_ errand: CameraErrand, for uid: UInt32) async throws -> ErrandRun {
        let place = try take(uid)
        switch errand {
        case .probe(var order, let credential):
            if let credential {
                let login = try await login(credential)
                order.user = login.user
                order.password = login.password.revealed
            }
            return try launch("probe", order, lasting: .seconds(order.seconds), place)
        case .discover(let order):
            return try launch("discover", order, lasting: .seconds(order.seconds), place)
        }
    }

    // MARK: - Places

    /// A place among those at work; free again once it is left, or when nobody holds it any more.
    final class Place: Sendable {
        private let release: Mutex<(@Sendable () -> Void)?>

        init(release: @escaping @Sendable () -> Void) { self.release = Mutex(release) }

        deinit { leave() }

        func leave() {
            let release = release.withLock { release in
                defer { release = nil }
                return release
            }
            release?()
        }
    }

    private func take(_ uid: UInt32) throws(ErrandError) -> Place {
        let isFree = running.withLock { running in
            guard running.values.reduce(0, +) < Self.limit, running[uid, default: 0] < Self.userLimit else {
                return false
            }
            running[uid, default: 0] += 1
            return true
        }
        guard isFree else { throw .busy(limit: Self.limit, userLimit: Self.userLimit) }
        return Place { [self] in
            running.withLock { running in
                let left = running[uid, default: 1] - 1
                running[uid] = left > 0 ? left : nil
            }
        }
    }

    private func login(_ name: String) async throws -> Login {
        let store = credentials()
        do {
            return try await NamedThread.run(name: "credentials") { try store.login(name) }
        } catch let error as CredentialError {
            throw ErrandError.credential(name: name, reason: error.reason, reasonCS: error.reasonCS)
        }
    }

    // MARK: - The process

    private func launch(
        _ command: String, _ order: some Encodable, lasting: Duration, _ place: Place
    ) throws -> ErrandRun {
        let line = Array(try JSONEncoder().encode(order)) + [UInt8(ascii: "\n")]
        let (lines, feed) = AsyncThrowingStream.makeStream(
            of: [UInt8].self, bufferingPolicy: .bufferingOldest(ErrandWorker.lineLimit))
        let (program, environment) = (path, environment)
        let arguments = [command] + arguments
        var logger = logger
        logger[metadataKey: "errand"] = "\(command)"
        let log = logger
        do throws(SystemError) {
            let wake = try WakeCounter()
            try NamedThread(name: command) {
                let failure: ErrandError?
                do throws(SystemError) {
                    let child = try ChildProcess(program: program, arguments: arguments, environment: environment)
                    let worker = ErrandWorker(
                        child: child, order: line, deadline: .now + lasting + ErrandWorker.slack, wake: wake,
                        feed: feed, logger: log)
                    failure = worker.run()
                } catch {
                    log.error("errand cannot be started", metadata: ["error": "\(error)"])
                    failure = .notStarted
                }
                // Whoever hears of the end finds the place free.
                place.leave()
                feed.finish(throwing: failure)
            }
            return ErrandRun(lines: lines, stop: { wake.signal() })
        } catch {
            logger.error("errand cannot be started", metadata: ["error": "\(error)"])
            throw ErrandError.notStarted
        }
    }
}

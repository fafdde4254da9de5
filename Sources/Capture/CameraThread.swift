internal import Linux
internal import Logging
package import MKDSCore
internal import Media
internal import Synchronization

/// The thread of one camera, from assignment to withdrawal. All FFmpeg objects of the camera live and die on it.
///
/// What other threads may do: read ``status``, ask it to stop, wait for its end.
package final class CameraThread: Sendable {
    /// FFmpeg's parsers need less than half of it.
    private static let stackByteCount = 1 << 20

    package let camera: AssignedCamera
    /// The camera is not to be opened, only reported.
    let isQuarantined: Bool
    private let stop = StopFlag()
    private let context: CaptureContext
    private let shared: Mutex<Shared>

    private struct Shared {
        var status: CameraStatus
        var thread: NamedThread?
        var isDone = false
        /// What the thread is to begin with; nil once it has begun.
        var pending: Pending?
    }

    private struct Pending {
        var health: HealthTracker
        var predecessor: CameraThread?
    }

    /// Starts the thread; where the kernel gives none, that is recorded, and ``startIfPending()`` tries again.
    ///
    /// - Parameters:
    ///   - camera: What to watch; with the credentials.
    ///   - isQuarantined: Do not open it, only report it.
    ///   - context: Where records go.
    ///   - predecessor: The thread that watched the same camera with other settings; it has been asked to stop, and this
    ///     one begins when it has ended, so that a camera never sees both.
    package init(
        _ camera: AssignedCamera, isQuarantined: Bool = false, context: CaptureContext,
        after predecessor: CameraThread? = nil
    ) {
        self.camera = camera
        self.isQuarantined = isQuarantined
        self.context = context
        shared = Mutex(
            Shared(
                status: CameraStatus(camera: camera.id, state: .connecting, since: context.now()),
                pending: Pending(health: HealthTracker(camera: camera.id), predecessor: predecessor)))
        startIfPending()
    }

    package var status: CameraStatus { shared.withLock { $0.status } }

    /// True once the thread has written its last record.
    package var isDone: Bool { shared.withLock { $0.isDone } }

    /// Asks the thread to close what is open and end; returns at once.
    package func requestStop() {
        stop.raise()
        let pending = shared.withLock { shared in
            defer { shared.pending = nil }
            if shared.pending != nil { shared.isDone = true }
            return shared.pending
        }
        guard var health = pending?.health else { return }
        record(health.finish(at: context.now(), .withdrawn))
    }

    /// Waits for the end of the thread; the second call returns at once. One thread may call it.
    package func join() {
        let thread = shared.withLock { shared in
            defer { shared.thread = nil }
            return shared.thread
        }
        thread?.join()
    }

    // MARK: - The thread

    /// Begins what could not begin before. Called by one thread, which is also the one that asks to stop.
    package func startIfPending() {
        guard let pending = shared.withLock({ $0.pending }) else { return }
        do throws(SystemError) {
            let thread = try context.startThread("cam \(camera.id)", Self.stackByteCount) { self.run(pending) }
            shared.withLock { shared in
                shared.thread = thread
                shared.pending = nil
            }
        } catch {
            note(error, pending)
        }
    }

    private func run(_ pending: Pending) {
        CrashNote.blame(camera.id.rawValue)
        pending.predecessor?.join()
        var loop = CameraLoop(
            camera: camera, context: context, health: pending.health, stop: stop,
            update: { change in self.shared.withLock { change(&$0.status) } })
        if isQuarantined {
            loop.sitOut()
        } else if isFolder {
            readFolder(pending.health, loop: &loop)
        } else {
            loop.run()
        }
        shared.withLock { $0.isDone = true }
    }

    private func note(_ error: SystemError, _ pending: Pending) {
        var pending = pending
        let (now, topic) = (context.now(), HealthTopic.unreachable)
        let detail = "this machine gives no thread for the camera (errno \(error.code))"
        record(pending.health.failed(topic, detail, at: now))
        let isFirst = shared.withLock { shared in
            defer { shared.status.state = .waiting }
            if shared.status.state != .waiting { shared.status.since = now }
            shared.status.reason = topic.rawValue
            shared.status.detail = detail
            shared.pending = pending
            return shared.status.state != .waiting
        }
        guard isFirst else { return }
        context.logger.error("cannot start a camera's thread", metadata: ["camera": "\(camera.id)"])
    }

    private var isFolder: Bool { camera.url.hasPrefix("folder:") }

    /// A folder has no gaps, as ``FolderLoop`` knows.
    private func record(_ records: [JournalRecord]) {
        for record in records {
            if case .gap = record, isFolder { continue }
            context.record(record)
        }
    }

    private func readFolder(_ health: HealthTracker, loop: inout CameraLoop) {
        do throws(MediaError) {
            var folder = try FolderLoop(
                camera: camera, context: context, health: health, stop: stop,
                update: { change in self.shared.withLock { change(&$0.status) } })
            folder.run()
        } catch {
            loop.sitOut(error.topic, error.detail)
        }
    }
}

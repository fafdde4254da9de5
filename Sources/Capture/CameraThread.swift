internal import CLinux
internal import Glibc
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
    private let stop = StopFlag()
    private let shared: Mutex<Shared>

    private struct Shared {
        var status: CameraStatus
        var thread: pthread_t?
        var isDone = false
    }

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - camera: What to watch; with the credentials.
    ///   - context: Where records go.
    ///   - predecessor: The thread that watched the same camera with other settings; it has been asked to stop, and this
    ///     one begins when it has ended, so that a camera never sees both.
    package init(_ camera: AssignedCamera, context: CaptureContext, after predecessor: CameraThread? = nil) {
        self.camera = camera
        shared = Mutex(
            Shared(status: CameraStatus(camera: camera.id, state: .connecting, since: context.now())))
        start(context: context, after: predecessor)
    }

    package var status: CameraStatus { shared.withLock { $0.status } }

    /// True once the thread has written its last record.
    package var isDone: Bool { shared.withLock { $0.isDone } }

    /// Asks the thread to close what is open and end; returns at once.
    package func requestStop() { stop.raise() }

    /// Waits for the end of the thread; the second call returns at once. One thread may call it.
    package func join() {
        let thread = shared.withLock { shared in
            defer { shared.thread = nil }
            return shared.thread
        }
        if let thread { pthread_join(thread, nil) }
    }

    // MARK: - The thread

    /// What crosses to the new thread; it owns it from then on.
    private final class Start {
        let body: () -> Void
        let name: String
        init(name: String, body: @escaping () -> Void) {
            self.name = name
            self.body = body
        }
    }

    private func start(context: CaptureContext, after predecessor: CameraThread?) {
        let start = Start(name: "cam \(camera.id)") {
            predecessor?.join()
            var loop = CameraLoop(
                camera: self.camera, context: context, stop: self.stop,
                update: { change in self.shared.withLock { change(&$0.status) } })
            loop.run()
            self.shared.withLock { $0.isDone = true }
        }
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, Self.stackByteCount)
        defer { pthread_attr_destroy(&attributes) }
        var thread = pthread_t()
        let passed = Unmanaged.passRetained(start)
        let error = pthread_create(
            &thread, &attributes,
            { context in
                guard let context else { return nil }
                let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
                _ = mkds_thread_set_name(start.name)
                _ = mkds_thread_block_signals()
                start.body()
                return nil
            }, passed.toOpaque())
        if error == 0 {
            let started = thread
            shared.withLock { $0.thread = started }
        } else {
            passed.release()
            context.logger.error("cannot start a camera's thread", metadata: ["camera": "\(camera.id)"])
            shared.withLock { shared in
                shared.status.state = .waiting
                shared.status.detail = "no thread could be started (errno \(error))"
                shared.isDone = true
            }
        }
    }
}

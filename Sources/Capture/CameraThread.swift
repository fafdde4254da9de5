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
    private let shared: Mutex<Shared>

    private struct Shared {
        var status: CameraStatus
        var thread: NamedThread?
        var isDone = false
    }

    /// Starts the thread.
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
        thread?.join()
    }

    // MARK: - The thread

    private func start(context: CaptureContext, after predecessor: CameraThread?) {
        do throws(SystemError) {
            let thread = try NamedThread(name: "cam \(camera.id)", stackByteCount: Self.stackByteCount) {
                CrashNote.blame(self.camera.id.rawValue)
                predecessor?.join()
                var loop = CameraLoop(
                    camera: self.camera, context: context, stop: self.stop,
                    update: { change in self.shared.withLock { change(&$0.status) } })
                if self.isQuarantined {
                    loop.sitOut()
                } else if self.camera.url.hasPrefix("folder:") {
                    self.readFolder(context, loop: &loop)
                } else {
                    loop.run()
                }
                self.shared.withLock { $0.isDone = true }
            }
            shared.withLock { $0.thread = thread }
        } catch {
            context.logger.error("cannot start a camera's thread", metadata: ["camera": "\(camera.id)"])
            shared.withLock { shared in
                shared.status.state = .waiting
                shared.status.detail = "no thread could be started (errno \(error.code))"
                shared.isDone = true
            }
        }
    }

    private func readFolder(_ context: CaptureContext, loop: inout CameraLoop) {
        do throws(MediaError) {
            var folder = try FolderLoop(
                camera: camera, context: context, stop: stop,
                update: { change in self.shared.withLock { change(&$0.status) } })
            folder.run()
        } catch {
            loop.sitOut(error.topic, error.detail)
        }
    }
}

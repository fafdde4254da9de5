internal import Linux
internal import Logging
internal import MKDSCore
internal import Media

/// The thread of one camera's device services: begins and ends with the camera's own.
final class DeviceThread {
    private static let stackByteCount = 1 << 20

    private let stop = StopFlag()
    private let ended = StopFlag()
    private let thread: NamedThread?

    /// - Parameters:
    ///   - camera: Whose services; with the login.
    ///   - access: Where they are, and when its events are wanted.
    ///   - context: Where records go.
    ///   - recorder: Makes events of what the camera tells; shared with the camera's thread.
    init(
        _ camera: AssignedCamera, access: OnvifAccess, context: CaptureContext, recorder: OnvifRecorder
    ) {
        do throws(SystemError) {
            thread = try NamedThread(name: "dev \(camera.id)", stackByteCount: Self.stackByteCount) { [stop, ended] in
                defer { ended.raise() }
                CrashNote.blame(camera.id.rawValue)
                var loop = DeviceLoop(
                    camera: camera, access: access, context: context, recorder: recorder, stop: stop)
                loop.run()
            }
        } catch {
            context.logger.error(
                "cannot start the thread of a camera's services",
                metadata: ["camera": "\(camera.id)", "errno": "\(error.code)"])
            thread = nil
        }
    }

    /// Ends it: what it waits for is cut short, a subscription is given back within two seconds. One that hangs in the
    /// name resolver is left to itself after `limit`.
    func end(within limit: Duration) {
        stop.raise()
        if thread != nil, ended.wait(for: limit) { thread?.join() }
    }
}

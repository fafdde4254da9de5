internal import Glibc
internal import Logging
package import MKDSCore
internal import Media

/// The cameras of one capture process. Used from one thread.
package struct CaptureGroup {
    /// Cameras of one process; more are refused and logged.
    package static let cameraLimit = 32

    private let context: CaptureContext
    /// In the order of the assignment.
    private var threads: [CameraThread] = []
    /// Asked to stop, not yet ended.
    private var leaving: [CameraThread] = []

    package init(context: CaptureContext) {
        self.context = context
    }

    /// Makes the group watch these cameras: new ones are started, missing ones stopped, changed ones stopped and
    /// started; those that did not change go on undisturbed. Never waits for a camera.
    package mutating func apply(_ assignment: CaptureAssignment) {
        // An ended thread keeps its stack until somebody joins it.
        for thread in leaving where thread.isDone { thread.join() }
        leaving.removeAll { $0.isDone }
        let wanted = admitted(assignment.cameras)
        var running: [CameraID: CameraThread] = [:]
        for thread in threads {
            let isQuarantined = assignment.quarantined.contains(thread.camera.id)
            if wanted.contains(thread.camera), thread.isQuarantined == isQuarantined {
                running[thread.camera.id] = thread
            } else {
                thread.requestStop()
                leaving.append(thread)
            }
        }
        threads = wanted.map { camera in
            if let thread = running[camera.id] { return thread }
            let predecessor = leaving.last { $0.camera.id == camera.id }
            return CameraThread(
                camera, isQuarantined: assignment.quarantined.contains(camera.id), context: context, after: predecessor)
        }
        context.logger.info(
            "cameras assigned", metadata: ["count": "\(threads.count)", "unchanged": "\(running.count)"])
    }

    /// Time passed, about a second: cameras for which no thread could be started get another try.
    package func tick() {
        for thread in threads { thread.startIfPending() }
    }

    /// State of every camera, in the order of the assignment.
    package var statuses: [CameraStatus] { threads.map(\.status) }

    /// Stops all cameras and waits for them, but no longer than `limit`: a thread may hang in the name resolver. What a
    /// hanging thread left open is closed by the next session's recovery.
    ///
    /// - Returns: true when all have ended.
    package mutating func stop(within limit: Duration) -> Bool {
        for thread in threads { thread.requestStop() }
        let all = threads + leaving
        let deadline = ContinuousClock.now + limit
        let pause = StopFlag()
        while !all.allSatisfy(\.isDone), ContinuousClock.now < deadline { pause.wait(for: .milliseconds(10)) }
        for thread in all where thread.isDone { thread.join() }
        let complete = all.allSatisfy(\.isDone)
        threads = []
        leaving = all.filter { !$0.isDone }
        return complete
    }

    private func admitted(_ cameras: [AssignedCamera]) -> [AssignedCamera] {
        var seen: Set<CameraID> = []
        let unique = cameras.filter { seen.insert($0.id).inserted }
        if unique.count < cameras.count { context.logger.error("a camera was assigned twice, the first one counts") }
        if unique.count > Self.cameraLimit {
            context.logger.error("too many cameras assigned, the rest is not watched")
        }
        return Array(unique.prefix(Self.cameraLimit))
    }
}

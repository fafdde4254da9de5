internal import Capture
internal import MKDSCore
internal import Motion
internal import Testing

@Suite("Motion recorder")
struct MotionRecorderTests {
    private let zero = UTCTime(seconds: 1_800_000_000)

    private func motion(_ start: Int64, _ lastSeen: Int64) -> MotionEvent {
        MotionEvent(
            start: .seconds(start), lastSeen: .seconds(lastSeen), peak: 0.5, peakTime: .seconds(start),
            box: PictureBox(left: 0, top: 0, right: 0.5, bottom: 0.5))
    }

    @Test("one id for all revisions of an event, another for the next")
    func ids() throws {
        var recorder = MotionRecorder(camera: try #require(CameraID("cam1")))
        let clock = CameraClock(fileStart: zero)
        let maybeopened = recorder.record(.opened(motion(10, 11)), clock: clock)
        let opened = try #require(maybeopened)
        let maybeextended = recorder.record(.extended(motion(10, 12)), clock: clock)
        let extended = try #require(maybeextended)
        let maybeclosed = recorder.record(.closed(motion(10, 13), .split), clock: clock)
        let closed = try #require(maybeclosed)
        let maybenext = recorder.record(.opened(motion(13, 13)), clock: clock)
        let next = try #require(maybenext)
        #expect(Set([opened.id, extended.id, closed.id]).count == 1)
        #expect(next.id != opened.id)
        #expect([opened, extended, closed].map(\.revision) == [0, 1, 2])
        #expect(opened.start == zero + .seconds(10))
        #expect(opened.end == nil)
        #expect(closed.end == zero + .seconds(13))
        #expect(closed.endReason == .split)
        #expect(closed.box == PictureBox(left: 0, top: 0, right: 0.5, bottom: 0.5))
        #expect(opened.id.time == opened.start)
    }

    @Test("an event never ends before it began, though the clock's mapping moved")
    func mappingMoves() throws {
        var recorder = MotionRecorder(camera: try #require(CameraID("cam1")))
        var clock = CameraClock()
        clock.observe(.seconds(10), arrival: zero + .seconds(11), elapsed: .seconds(11))
        let maybeopened = recorder.record(.opened(motion(10, 10)), clock: clock)
        let opened = try #require(maybeopened)
        clock.observe(.seconds(11), arrival: zero + .milliseconds(11_300), elapsed: .milliseconds(11_300))
        let maybeclosed = recorder.record(.closed(motion(10, 10), .over), clock: clock)
        let closed = try #require(maybeclosed)
        #expect(closed.start == opened.start)
        #expect(try #require(closed.end) >= closed.start)
        #expect(try #require(closed.peakTime) >= closed.start)
    }
}

import FoundationEssentials
import MKDSCore
import Media
import Motion
import Testing

/// The real thing: `vtest.avi` of Debian's package opencv-doc, 80 s of people crossing a campus, decoded by Media.
///
/// The times below were read off the pictures by eye.
@Suite struct SurveillanceClipTests {
    static let clip = "/usr/share/doc/opencv-doc/examples/data/vtest.avi"
    static let isThere = FileManager.default.fileExists(atPath: clip)

    /// Runs the detectors side by side over one decoding of the clip.
    private func watch(_ settings: [MotionSettings]) throws -> [[MotionEvent]] {
        let demuxer = try Demuxer(try MediaInput(path: Self.clip), codecs: .file)
        let decoder = try PictureDecoder(demuxer, picturesPerSecond: 5)
        let watchers = settings.map { Shared($0) }
        while let facts = try demuxer.readVideo() {
            try decoder.decode(facts, of: demuxer) { picture in
                for watcher in watchers { watcher.watch(picture) }
            }
        }
        try decoder.finish(demuxer) { picture in
            for watcher in watchers { watcher.watch(picture) }
        }
        return watchers.map { $0.finish() }
    }

    private final class Shared {
        private var detector: MotionDetector
        private var tracker: MotionEventTracker
        private var events: [MotionEvent] = []

        init(_ settings: MotionSettings) {
            detector = MotionDetector(settings: settings)
            tracker = MotionEventTracker(settings: settings)
        }

        func watch(_ picture: LumaPicture) {
            guard let base = picture.luma.baseAddress,
                let luma = LumaView(base: base, width: picture.width, height: picture.height, stride: picture.stride)
            else { return }
            take(tracker.consume(detector.analyse(luma, at: picture.time)))
        }

        func finish() -> [MotionEvent] {
            take(tracker.reset(.streamLost).map { [$0] } ?? [])
            return events
        }

        private func take(_ changes: [MotionEventChange]) {
            for case .closed(let event, _) in changes { events.append(event) }
        }
    }

    /// Masks that leave two rectangles: the lawn in front and the footpath far behind.
    private static let lawnAndFootpath = MotionSettings(masks: [
        [[0, 0], [0.05, 0], [0.05, 1], [0, 1]], [[0.45, 0], [1, 0], [1, 0.62], [0.45, 0.62]],
        [[0.05, 0], [0.45, 0], [0.45, 0.08], [0.05, 0.08]],
        [[0.05, 0.24], [0.45, 0.24], [0.45, 0.62], [0.05, 0.62]],
        [[0.55, 0.62], [1, 0.62], [1, 1], [0.55, 1]],
    ])

    @Test(.enabled(if: isThere, "vtest.avi is not there: install Debian's package opencv-doc"))
    func everyoneCrossingTheCampusIsFound() throws {
        let found = try watch([MotionSettings(), Self.lawnAndFootpath])

        // Somebody walks from the first picture to the last: one event, all over the paths.
        #expect(found[0].count == 1)
        let whole = try #require(found[0].first)
        #expect(whole.start.inSeconds < 1 && whole.lastSeen.inSeconds > 78.5)
        #expect(whole.cells.count > 120)

        // The footpath far behind: one man, 30 pixels tall, comes from behind the house at 8 and is gone at 16.
        // The lawn in front: empty until two people enter from the right at 53; the second leaves at 70.
        #expect(found[1].count == 2)
        let walker = try #require(found[1].first)
        #expect(abs(walker.start.inSeconds - 8) < 2.5 && abs(walker.lastSeen.inSeconds - 16) < 2.5)
        let crossing = try #require(found[1].last)
        #expect(abs(crossing.start.inSeconds - 53) < 1.2 && abs(crossing.lastSeen.inSeconds - 70.5) < 1.5)
    }
}

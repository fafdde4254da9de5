import Glibc
import MKDSCore

extension UTCTime {
    /// Now, by the machine's wall clock.
    static var wallClock: UTCTime? {
        var time = timespec()
        guard clock_gettime(CLOCK_REALTIME, &time) == 0 else { return nil }
        return UTCTime(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }
}

import Glibc

/// Time as a value, so that a test can run an hour of paced output without sleeping.
package struct GeneratorClock: Sendable {
    /// Nanoseconds since a fixed moment; never goes back.
    package var now: @Sendable () -> Int64
    /// Waits about this many nanoseconds; may return early.
    package var sleep: @Sendable (Int64) -> Void

    package init(now: @escaping @Sendable () -> Int64, sleep: @escaping @Sendable (Int64) -> Void) {
        self.now = now
        self.sleep = sleep
    }

    /// The monotonic clock of the machine.
    package static let system = GeneratorClock(
        now: {
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
        },
        sleep: { nanoseconds in
            guard nanoseconds > 0 else { return }
            var time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
            nanosleep(&time, nil)
        })

    /// Wall time in milliseconds since 1970-01-01 UTC, for a caller that wants a run to start now.
    package static func wallMilliseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) &* 1_000 &+ Int64(time.tv_nsec) / 1_000_000
    }
}

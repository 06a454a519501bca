import Glibc

/// Where time comes from; production uses ``SystemClock``, tests a virtual one.
package protocol TimeSource: Sendable {
    /// Nanoseconds that only grow; for timeouts and durations.
    func monotonicNanoseconds() -> UInt64
    /// Milliseconds since 1970-01-01T00:00:00Z; for what people see, never for order.
    func wallMilliseconds() -> Int64
    /// Blocks the calling OS thread for about this long (a virtual clock only moves on).
    func sleep(nanoseconds: UInt64)
}

/// The clocks of the operating system.
package struct SystemClock: TimeSource {
    package init() {}

    package func monotonicNanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }

    package func wallMilliseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) &* 1_000 &+ Int64(time.tv_nsec) / 1_000_000
    }

    package func sleep(nanoseconds: UInt64) {
        var time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        nanosleep(&time, nil)
    }
}

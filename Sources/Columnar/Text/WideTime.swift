/// Timestamps of more than six digits: `Int128` nanoseconds since 1970, of which the part that calendars and zones look at
/// is their whole microseconds.
package enum WideTime {
    /// Whole microseconds, rounded down, and the nanoseconds above them: 0 to 999.
    @inline(__always)
    package static func split(_ nanoseconds: Int128) -> (microseconds: Int64, rest: Int64) {
        let quotient = nanoseconds / 1_000
        let remainder = Int64(truncatingIfNeeded: nanoseconds &- quotient &* 1_000)
        let microseconds = Int64(truncatingIfNeeded: quotient)
        return remainder < 0 ? (microseconds &- 1, remainder &+ 1_000) : (microseconds, remainder)
    }

    @inline(__always)
    package static func join(_ microseconds: Int64, _ rest: Int64 = 0) -> Int128 {
        Int128(microseconds) &* 1_000 &+ Int128(rest)
    }

    /// The value without the digits behind the precision, which is 7 to 9.
    package static func truncate(_ nanoseconds: Int128, toPrecision precision: Int) -> Int128 {
        guard precision < 9 else { return nanoseconds }
        let (microseconds, rest) = split(nanoseconds)
        return join(microseconds, rest &- rest % (precision < 8 ? 100 : 10))
    }
}

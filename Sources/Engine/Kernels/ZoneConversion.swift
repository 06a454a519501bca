import Columnar

/// Turns instants into local times and back, remembering the span of the last offset. One thread's.
final class ZoneConversion {
    private let zone: TimeZoneRules
    private var period: TimeZoneRules.Period

    init(_ zone: TimeZoneRules) {
        self.zone = zone
        period = zone.period(at: 0)
    }

    /// Microseconds as the zone's clocks show them.
    @inline(__always)
    func local(_ microseconds: Int64) -> Int64 {
        let second = floorDivide(microseconds, TimeUnits.microsecondsPerSecond)
        if second < period.from || second >= period.until { period = zone.period(at: second) }
        return microseconds &+ period.offset &* TimeUnits.microsecondsPerSecond
    }

    /// The instant at which the clocks show this.
    func instant(_ local: Int64) -> Int64 {
        let second = floorDivide(local, TimeUnits.microsecondsPerSecond)
        // Well inside a span, local time and instant go together.
        let guess = second &- period.offset
        let isAfter = period.from == .min || guess &- period.from >= 172_800 && guess > period.from
        let isBefore = period.until == .max || period.until &- guess > 172_800 && guess < period.until
        if isAfter && isBefore {
            return local &- period.offset &* TimeUnits.microsecondsPerSecond
        }
        let instant = zone.instant(ofLocal: second)
        period = zone.period(at: instant)
        return local &+ (instant &- second) &* TimeUnits.microsecondsPerSecond
    }
}

/// A kernel that maps local times to instants or instants to local times.
enum ZoneKernels {
    static func toLocal(_ zone: TimeZoneRules, _ then: @escaping @Sendable (Int64) -> Int64) -> Kernel {
        if zone.isUTC { return { call in mapUnary(call, \.int64, \.int64, then) } }
        return { call in
            let conversion = call.remembered { ZoneConversion(zone) }
            return mapUnary(call, \.int64, \.int64) { then(conversion.local($0)) }
        }
    }

    static func toInstant(_ zone: TimeZoneRules, _ first: @escaping @Sendable (Int64) -> Int64) -> Kernel {
        if zone.isUTC { return { call in mapUnary(call, \.int64, \.int64, first) } }
        return { call in
            let conversion = call.remembered { ZoneConversion(zone) }
            return mapUnary(call, \.int64, \.int64) { conversion.instant(first($0)) }
        }
    }
}

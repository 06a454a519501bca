import Columnar
import StreamSQL

/// Casts among dates, times, timestamps and intervals. None fails.
enum TimeCasts {
    static func kernel(from: LogicalType, to: LogicalType, zone: TimeZoneRules) -> Kernel? {
        let day = TimeUnits.microsecondsPerDay
        if from.isWideTimestamp || to.isWideTimestamp {
            return WideTimeKernels.cast(from: from, to: to, zone: zone)
        }
        switch (from, to) {
        case (.date, .timestamp): return map { $0 &* day }
        case (.date, .timestampLTZ): return ZoneKernels.toInstant(zone) { $0 &* day }
        case (.time, .timestamp): return map { $0 &* 1_000 }
        case (.time, .timestampLTZ): return ZoneKernels.toInstant(zone) { $0 &* 1_000 }
        case (.time, .time(let precision)):
            let unit = milliseconds(precision)
            return map { $0 &- floorModulo($0, unit) }
        case (.timestamp, .date): return map { floorDivide($0, day) }
        case (.timestampLTZ, .date): return ZoneKernels.toLocal(zone) { floorDivide($0, day) }
        case (.timestamp, .time(let precision)):
            let unit = milliseconds(precision)
            return map { timeOfDay($0, unit) }
        case (.timestampLTZ, .time(let precision)):
            let unit = milliseconds(precision)
            return ZoneKernels.toLocal(zone) { timeOfDay($0, unit) }
        case (.timestamp(let old), .timestamp(let new)), (.timestampLTZ(let old), .timestampLTZ(let new)):
            return new >= old ? map { $0 } : truncation(new)
        case (.timestamp, .timestampLTZ(let precision)):
            let unit = microseconds(precision)
            return ZoneKernels.toInstant(zone) { $0 &- floorModulo($0, unit) }
        case (.timestampLTZ, .timestamp(let precision)):
            let unit = microseconds(precision)
            return ZoneKernels.toLocal(zone) { $0 &- floorModulo($0, unit) }
        case (_, _) where from.isInterval && to.isInteger: return map { to.wrapped($0) }
        case (_, _) where from.isInteger && to.isInterval: return map { to.wrapped($0) }
        default: return nil
        }
    }

    private static func map(_ body: @escaping @Sendable (Int64) -> Int64) -> Kernel {
        { call in mapUnary(call, \.int64, \.int64, body) }
    }

    private static func truncation(_ precision: Int) -> Kernel {
        let unit = microseconds(precision)
        return map { $0 &- floorModulo($0, unit) }
    }

    private static func timeOfDay(_ microseconds: Int64, _ unit: Int64) -> Int64 {
        let time = floorModulo(microseconds, TimeUnits.microsecondsPerDay) / TimeUnits.microsecondsPerMillisecond
        return time &- time % unit
    }

    /// Microseconds of the last digit of a timestamp of this precision.
    static func microseconds(_ precision: Int) -> Int64 {
        [1_000_000, 100_000, 10_000, 1_000, 100, 10, 1][max(0, min(6, precision))]
    }

    /// Milliseconds of the last digit of a TIME of this precision.
    static func milliseconds(_ precision: Int) -> Int64 { [1_000, 100, 10, 1][max(0, min(3, precision))] }
}

import Columnar
import Diagnostics
import StreamSQL

/// Parts of times, rounding, intervals. Instants are looked at in the session zone.
struct TimeKernels {
    let zone: TimeZoneRules

    /// EXTRACT(unit FROM time).
    func extract(_ field: TimeField, from type: LogicalType) -> Kernel {
        switch type {
        case .date: return Self.second { field.part(of: $0 &* TimeUnits.microsecondsPerDay) }
        case .time: return Self.second { field.part(of: $0 &* TimeUnits.microsecondsPerMillisecond) }
        case .intervalMilliseconds:
            return Self.second { value in
                field == .day
                    ? value / TimeUnits.millisecondsPerDay
                    : field.part(of: value &* TimeUnits.microsecondsPerMillisecond)
            }
        case .intervalMonths: return Self.second { field.part(ofMonths: $0) }
        case .timestampLTZ where field != .epoch && !zone.isUTC:
            return { [zone] call in
                let conversion = call.remembered { ZoneConversion(zone) }
                return Self.map(call, 1) { field.part(of: conversion.local($0)) }
            }
        default: return Self.second { field.part(of: $0) }
        }
    }

    /// FLOOR and CEIL (time TO unit).
    func round(_ field: TimeField, _ type: LogicalType, isUp: Bool) -> Kernel {
        switch type {
        case .date:
            return Self.first { days in
                let begin = field.floor(days: days)
                return !isUp || begin == days ? begin : field.next(days: begin)
            }
        case .time:
            return Self.first { time in
                let value = time &* TimeUnits.microsecondsPerMillisecond
                return (isUp ? field.ceiling(value) : field.floor(value)) / TimeUnits.microsecondsPerMillisecond
            }
        case .timestampLTZ where !zone.isUTC:
            return { [zone] call in
                let conversion = call.remembered { ZoneConversion(zone) }
                return Self.map(call, 0) {
                    let local = conversion.local($0)
                    return conversion.instant(isUp ? field.ceiling(local) : field.floor(local))
                }
            }
        default:
            if !isUp, field != .week, let unit = field.microseconds {
                return Self.first { $0 &- floorModulo($0, unit) }
            }
            return Self.first { isUp ? field.ceiling($0) : field.floor($0) }
        }
    }

    /// (time, interval)
    func shift(_ type: LogicalType, by interval: LogicalType, isNegative: Bool) -> Kernel {
        let sign: Int64 = isNegative ? -1 : 1
        let isMonths = interval == .intervalMonths
        switch type {
        case .date where isMonths: return Self.both { CivilDate(days: $0).adding(months: sign &* $1).days }
        case .date: return Self.both { $0 &+ sign &* $1 / TimeUnits.millisecondsPerDay }
        case .time where isMonths: return Self.both { time, _ in time }
        case .time:
            return Self.both {
                floorModulo($0 &+ sign &* ($1 % TimeUnits.millisecondsPerDay), TimeUnits.millisecondsPerDay)
            }
        case .timestampLTZ where isMonths && !zone.isUTC:
            return { [zone] call in
                let conversion = call.remembered { ZoneConversion(zone) }
                return mapBinary(call, \.int64, \.int64) {
                    conversion.instant(MonthArithmetic.add(sign &* $1, to: conversion.local($0)))
                }
            }
        default:
            return isMonths
                ? Self.both { MonthArithmetic.add(sign &* $1, to: $0) }
                : Self.both { $0 &+ sign &* $1 &* TimeUnits.microsecondsPerMillisecond }
        }
    }

    /// (unit, count, time)
    func add(_ field: TimeField, _ type: LogicalType) -> Kernel? {
        if let months = field.months {
            switch type {
            case .date: return Self.counted { CivilDate(days: $1).adding(months: $0 &* months).days }
            case .timestampLTZ where !zone.isUTC:
                return { [zone] call in
                    let conversion = call.remembered { ZoneConversion(zone) }
                    return Self.counted(call) {
                        conversion.instant(MonthArithmetic.add($0 &* months, to: conversion.local($1)))
                    }
                }
            default: return Self.counted { MonthArithmetic.add($0 &* months, to: $1) }
            }
        }
        guard let unit = field.microseconds else { return nil }
        switch type {
        case .date: return Self.counted { $1 &+ $0 &* unit / TimeUnits.microsecondsPerDay }
        case .time: return Self.counted { floorModulo($1 &+ $0 &* unit / 1_000, TimeUnits.millisecondsPerDay) }
        default: return Self.counted { $1 &+ $0 &* unit }
        }
    }

    /// (unit, from, to): whole units, as an INT or as an interval of such.
    func difference(_ field: TimeField, _ type: LogicalType, asInterval: Bool) -> Kernel? {
        let scale: Int64
        switch type {
        case .date: scale = TimeUnits.microsecondsPerDay
        case .time: scale = TimeUnits.microsecondsPerMillisecond
        default: scale = 1
        }
        if let months = field.months {
            return Self.counted {
                let count = MonthArithmetic.between($0 &* scale, $1 &* scale) / months
                return asInterval ? count : Self.narrow(count)
            }
        }
        guard let unit = field.microseconds else { return nil }
        return Self.counted {
            let count = ($1 &- $0) &* scale / unit
            return asInterval ? count : Self.narrow(count)
        }
    }

    private static func narrow(_ value: Int64) -> Int64 { Int64(Int32(truncatingIfNeeded: value)) }

    // MARK: Loops

    private static func first(_ body: @escaping @Sendable (Int64) -> Int64) -> Kernel { { call in map(call, 0, body) } }
    private static func second(_ body: @escaping @Sendable (Int64) -> Int64) -> Kernel {
        { call in map(call, 1, body) }
    }

    private static func both(_ body: @escaping @Sendable (Int64, Int64) -> Int64) -> Kernel {
        { call in mapBinary(call, \.int64, \.int64, body) }
    }

    /// A function of the second and third operand.
    private static func counted(_ body: @escaping @Sendable (Int64, Int64) -> Int64) -> Kernel {
        { call in counted(call, body) }
    }

    @inline(__always)
    private static func map(_ call: KernelCall, _ index: Int, _ body: (Int64) -> Int64) -> Column {
        let result = call.makeResult()
        let values = NumberOperand(call[index])
        for row in 0..<call.rowCount { result.int64[row] = body(values[row]) }
        propagateNulls(call, into: result)
        return result
    }

    @inline(__always)
    private static func counted(_ call: KernelCall, _ body: (Int64, Int64) -> Int64) -> Column {
        let result = call.makeResult()
        let counts = NumberOperand(call[1])
        let times = NumberOperand(call[2])
        for row in 0..<call.rowCount { result.int64[row] = body(counts[row], times[row]) }
        propagateNulls(call, into: result)
        return result
    }
}

/// Functions that read the clock; one reading a batch.
enum ClockKernels {
    static func now(
        _ zone: TimeZoneRules, _ value: @escaping @Sendable (_ local: Int64, _ instant: Int64) -> Int64
    ) -> Kernel {
        { call in
            let instant = (call.context?.clock.wallMilliseconds() ?? 0) &* TimeUnits.microsecondsPerMillisecond
            let result = call.makeResult()
            result.int64.update(repeating: value(ZoneConversion(zone).local(instant), instant), count: call.rowCount)
            return result
        }
    }

    static let watermark: Kernel = { call in
        guard let watermark = call.context?.currentWatermark else { return call.makeNullResult() }
        let result = call.makeResult()
        result.int64.update(repeating: watermark, count: call.rowCount)
        return result
    }
}

import Columnar
import StreamSQL

/// Zones of sessions whose rules can be told in a few lines, for the years from 1987 on.
enum NaiveZone: CaseIterable, Sendable {
    case utc, tokyo, newYork

    var name: String {
        switch self {
        case .utc: "UTC"
        case .tokyo: "Asia/Tokyo"
        case .newYork: "America/New_York"
        }
    }

    static let hour: Int64 = 3_600_000_000
    private static let day: Int64 = 24 * hour

    /// What the clocks show at an instant, in microseconds.
    func local(_ instant: Int64) -> Int64 {
        switch self {
        case .utc: instant
        case .tokyo: instant + 9 * Self.hour
        case .newYork: instant - (Self.isSummer(instant) ? 4 : 5) * Self.hour
        }
    }

    /// The first instant at which the clocks show this; where they skip it, what an hour later they show.
    func instant(_ local: Int64) -> Int64 {
        guard self == .newYork else { return local - self.local(0) }
        let inSummer = local + 4 * Self.hour
        return Self.isSummer(inSummer) ? inSummer : local + 5 * Self.hour
    }

    /// From the second Sunday of March to the first of November; before 2007 from the first of April to the last of October.
    private static func isSummer(_ instant: Int64) -> Bool {
        // The year by its winter time; neither end is near a change of it.
        let (year, january) = NaiveTimes.yearBegin(instant - 5 * hour)
        let isNew = year >= 2007
        let march = january + NaiveTimes.daysBefore(month: isNew ? 3 : 4, of: year) * day
        let november = january + NaiveTimes.daysBefore(month: 11, of: year) * day
        let begin = sunday(from: march) + (isNew ? 7 : 0) * day + 7 * hour
        let end = sunday(from: november) - (isNew ? 0 : 7) * day + 6 * hour
        return instant >= begin && instant < end
    }

    /// The first Sunday at or behind the begin of a day; 1970-01-01 was a Thursday.
    private static func sunday(from begin: Int64) -> Int64 {
        var result = begin
        while (result / day + 4) % 7 != 0 { result += day }
        return result
    }
}

/// TIMESTAMP(9) and TIMESTAMP_LTZ: by way of the microseconds that the clocks show, and the nanoseconds above them.
enum NaiveZones {
    private static func split(_ nanoseconds: Int128) -> (Int64, Int64) {
        var rest = nanoseconds % 1_000
        if rest < 0 { rest += 1_000 }
        return (Int64((nanoseconds - rest) / 1_000), Int64(rest))
    }

    /// Microseconds as the clocks show them with the nanoseconds above; nil for other types.
    private static func local(_ value: LiteralValue, _ type: LogicalType, _ zone: NaiveZone) -> (Int64, Int64)? {
        var parts: (Int64, Int64)
        switch value {
        case .int64(let number): parts = (number, 0)
        case .int128(let number): parts = split(number)
        default: return nil
        }
        switch type {
        case .timestamp: return parts
        case .timestampLTZ:
            parts.0 = zone.local(parts.0)
            return parts
        case .date:
            parts.0 *= 24 * NaiveZone.hour
            return parts
        default: return nil
        }
    }

    /// Back to a value of a type, cut to its digits.
    private static func value(_ local: Int64, _ rest: Int64, _ type: LogicalType, _ zone: NaiveZone) -> LiteralValue {
        switch type {
        case .timestamp(let precision):
            return precision > 6 ? .int128(Int128(local) * 1_000 + Int128(rest)) : .int64(local - local % 1_000)
        case .timestampLTZ(let precision):
            let instant = zone.instant(local)
            return precision > 6 ? .int128(Int128(instant) * 1_000 + Int128(rest)) : .int64(instant - instant % 1_000)
        default: return .null
        }
    }

    /// Whether a type is one of those that stand here.
    private static func isHere(_ type: LogicalType) -> Bool {
        switch type {
        case .timestamp(let precision): precision > 6
        case .timestampLTZ: true
        default: false
        }
    }

    private static func isInstant(_ type: LogicalType) -> Bool {
        if case .timestampLTZ = type { return true }
        return false
    }

    /// A cast from or to such a type; nil for others.
    static func cast(
        _ value: LiteralValue, from: LogicalType, to: LogicalType, _ zone: NaiveZone
    ) -> LiteralValue? {
        // From instant to instant no clock is looked at, for it shows some hours twice.
        let zone = isInstant(from) && isInstant(to) ? NaiveZone.utc : zone
        guard isHere(from) || isHere(to), let (local, rest) = local(value, from, zone) else { return nil }
        switch to {
        case .timestamp, .timestampLTZ:
            if from == to { return value }
            return Self.value(local, rest, to, zone)
        case .varchar:
            guard case .text(let shown)? = NaiveTimes.cast(.int64(local), from: .timestamp(precision: 3), to: to) else {
                return nil
            }
            guard case .int128 = value else { return .text(shown) }
            // Three digits stand there already.
            let more = String(1_000_000 + local % 1_000 * 1_000 + rest).dropFirst()
            return .text(shown + Array(more.utf8))
        default: return NaiveTimes.cast(.int64(local), from: .timestamp(precision: 3), to: to)
        }
    }

    /// A call on such a type without NULLs; nil for others.
    static func value(
        _ function: ScalarFunction, _ values: [LiteralValue], _ types: [LogicalType], _ result: LogicalType,
        _ zone: NaiveZone
    ) throws(NaiveFailure) -> LiteralValue? {
        let place = function == .extract ? 1 : 0
        guard values.count > place, isHere(types[place]) else { return nil }
        let plain = LogicalType.timestamp(precision: 3)
        switch function {
        case .extract:
            guard let (local, _) = local(values[1], types[1], zone) else { return nil }
            return try NaiveTimes.value(function, [values[0], .int64(local)], [types[0], plain], result)
        case .floorTime:
            guard let (local, _) = local(values[0], types[0], zone),
                case .int64(let floor)? = try NaiveTimes.value(function, [.int64(local), values[1]], [plain], plain)
            else { return nil }
            return value(floor, 0, types[0], zone)
        case .addInterval, .subtractInterval:
            // Hours are of time that passes, months of the calendar on the wall.
            let isMonths = types[1] == .intervalMonths
            let between = isMonths ? zone : .utc
            guard let (local, rest) = local(values[0], types[0], between),
                case .int64(let moved)? = try NaiveTimes.value(
                    function, [.int64(local), values[1]], [plain, types[1]], plain)
            else { return nil }
            return value(moved, rest, types[0], between)
        default: return nil
        }
    }
}

extension RandomExpressions {
    static let nano = LogicalType.timestamp(precision: 9)
    static let instant = LogicalType.timestampLTZ(precision: 3)
    static let nanoInstant = LogicalType.timestampLTZ(precision: 9)

    /// A constant of these types; nil for others.
    mutating func zonedValue(_ type: LogicalType) -> LiteralValue? {
        guard [Self.nano, Self.instant, Self.nanoInstant].contains(type),
            case .int64(let time)? = timeValue(Self.timestamp)
        else { return nil }
        return type == Self.instant ? .int64(time) : .int128(Int128(time) * 1_000 + Int128(number(1_000_000)))
    }

    /// An instant or a timestamp of nine digits; nil for other types.
    mutating func zoned(_ type: LogicalType, _ depth: Int) -> PlanExpression? {
        let all = [Self.nano, Self.instant, Self.nanoInstant]
        guard all.contains(type) else { return nil }
        switch number(type == Self.instant ? 6 : 5) {
        case 0...1: return shifted(expression(type, depth: depth - 1), type, days: false)
        case 2: return .cast(expression(Self.timestamp, depth: depth - 1), to: DataType(type), isTry: number(2) == 0)
        case 3: return .cast(expression(.date, depth: depth - 1), to: DataType(type), isTry: false)
        case 4:
            let others = all.filter { $0 != type }
            return .cast(expression(others[number(2)], depth: depth - 1), to: DataType(type), isTry: false)
        default:
            let unit = ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"][number(6)]
            let word = PlanExpression.literal(.text(Array(unit.utf8)), DataType(.string))
            return .call(.floorTime, [expression(type, depth: depth - 1), word], DataType(type))
        }
    }

    /// A value of another type made of those; nil for types of which there is none.
    mutating func ofZoned(_ type: LogicalType, _ depth: Int) -> PlanExpression? {
        let source = [Self.nano, Self.instant, Self.nanoInstant][number(3)]
        switch type {
        case .date, .timestamp, .time, .varchar:
            return .cast(expression(source, depth: depth - 1), to: DataType(type), isTry: number(3) == 0)
        case .bigint:
            let unit = ["YEAR", "QUARTER", "MONTH", "DAY", "DOY", "HOUR", "MINUTE", "SECOND"][number(8)]
            let word = PlanExpression.literal(.text(Array(unit.utf8)), DataType(.string))
            return .call(.extract, [word, expression(Self.instant, depth: depth - 1)], DataType(.bigint))
        case .boolean:
            let tests: [ScalarFunction] = [.equal, .less, .greaterOrEqual, .isNotDistinctFrom]
            let operands = (0..<2).map { _ in expression(source, depth: depth - 1) }
            return .call(tests[number(4)], operands, DataType(.boolean))
        default: return nil
        }
    }
}

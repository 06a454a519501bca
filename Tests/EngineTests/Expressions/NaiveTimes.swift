import Columnar
import StreamSQL

/// Decimals and times in the plainest way: years and months are counted through, digits are moved one at a time.
enum NaiveTimes {
    private static let microsecondsPerDay: Int64 = 86_400_000_000

    // MARK: Calendar

    private static func isLeap(_ year: Int64) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    private static func length(_ year: Int64, _ month: Int64) -> Int64 {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private struct Day {
        var year: Int64 = 1970
        var month: Int64 = 1
        var day: Int64 = 1

        init(_ number: Int64) {
            var rest = number
            while rest < 0 {
                year -= 1
                rest += isLeap(year) ? 366 : 365
            }
            while rest >= (isLeap(year) ? 366 : 365) {
                rest -= isLeap(year) ? 366 : 365
                year += 1
            }
            while rest >= length(year, month) {
                rest -= length(year, month)
                month += 1
            }
            day = rest + 1
        }

        var number: Int64 {
            var result: Int64 = 0
            if year >= 1970 {
                for earlier in 1970..<year { result += isLeap(earlier) ? 366 : 365 }
            } else {
                for later in year..<1970 { result -= isLeap(later) ? 366 : 365 }
            }
            for earlier in 1..<month { result += length(year, earlier) }
            return result + day - 1
        }

        mutating func add(months: Int64) {
            var total = month - 1 + months
            while total < 0 {
                total += 12
                year -= 1
            }
            while total >= 12 {
                total -= 12
                year += 1
            }
            month = total + 1
            day = min(day, length(year, month))
        }
    }

    /// The year of a time, and its first microsecond.
    static func yearBegin(_ timestamp: Int64) -> (year: Int64, begin: Int64) {
        var day = Day(split(timestamp).day)
        (day.month, day.day) = (1, 1)
        return (day.year, day.number * microsecondsPerDay)
    }

    /// Days of a year before one of its months.
    static func daysBefore(month: Int64, of year: Int64) -> Int64 {
        (1..<month).reduce(0) { $0 + length(year, $1) }
    }

    /// Day and microseconds in it.
    private static func split(_ timestamp: Int64) -> (day: Int64, time: Int64) {
        var day = timestamp / microsecondsPerDay
        if timestamp % microsecondsPerDay < 0 { day -= 1 }
        return (day, timestamp - day * microsecondsPerDay)
    }

    private static func word(_ value: LiteralValue) -> String {
        guard case .text(let bytes) = value else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: Functions

    /// The value of a call without NULLs; nil for a function that is not here. `types` are those of the operands.
    static func value(
        _ function: ScalarFunction, _ values: [LiteralValue], _ types: [LogicalType], _ result: LogicalType
    ) throws(NaiveFailure) -> LiteralValue? {
        switch function {
        case .addInterval, .subtractInterval: return shifted(values, types, isBack: function == .subtractInterval)
        case .extract:
            guard case .int64(let time) = values[1] else { return nil }
            return part(word(values[0]), time, isDate: types[1] == .date).map { .int64($0) }
        case .floorTime:
            guard case .int64(let time) = values[0] else { return nil }
            return floored(time, word(values[1]))
        case .timestampDifference:
            guard case .int64(let from) = values[1], case .int64(let to) = values[2] else { return nil }
            let units = ["SECOND": 1_000_000, "MINUTE": 60_000_000, "HOUR": 3_600_000_000, "DAY": microsecondsPerDay]
            return units[word(values[0])].map { .int64((to - from) / $0) }
        case .dateFormat:
            guard case .int64(let time) = values[0], word(values[1]) == "yyyy-MM-dd HH:mm" else { return nil }
            return .text(Array(shown(timestamp: time).prefix(16).utf8))
        case .toTimestamp where values.count == 2: return digits(word(values[0]), word(values[1]))
        default: break
        }
        guard case .decimal(_, let scale) = result, case .int128(let x)? = values.first else { return nil }
        return try decimal(function, x, values, types, result, scale)
    }

    private static func shifted(
        _ values: [LiteralValue], _ types: [LogicalType], isBack: Bool
    ) -> LiteralValue? {
        guard case .int64(let time) = values[0], case .int64(let written) = values[1] else { return nil }
        let amount = isBack ? -written : written
        let isDate = types[0] == .date
        guard types[1] == .intervalMonths else {
            return .int64(isDate ? time + amount / 86_400_000 : time + amount * 1_000)
        }
        let (number, rest) = isDate ? (time, 0) : split(time)
        var day = Day(number)
        day.add(months: amount)
        return .int64(isDate ? day.number : day.number * microsecondsPerDay + rest)
    }

    private static func part(_ unit: String, _ value: Int64, isDate: Bool) -> Int64? {
        let (number, time) = isDate ? (value, 0) : split(value)
        let day = Day(number)
        switch unit {
        case "YEAR": return day.year
        case "QUARTER": return (day.month + 2) / 3
        case "MONTH": return day.month
        case "DAY": return day.day
        case "DOY":
            var first = day
            (first.month, first.day) = (1, 1)
            return number - first.number + 1
        case "HOUR": return time / 3_600_000_000
        case "MINUTE": return time / 60_000_000 % 60
        case "SECOND": return time / 1_000_000 % 60
        default: return nil
        }
    }

    private static func floored(_ timestamp: Int64, _ unit: String) -> LiteralValue? {
        let (number, time) = split(timestamp)
        var day = Day(number)
        let units: [String: Int64] = ["HOUR": 3_600_000_000, "MINUTE": 60_000_000, "SECOND": 1_000_000]
        if let length = units[unit] { return .int64(number * microsecondsPerDay + time / length * length) }
        switch unit {
        case "YEAR": (day.month, day.day) = (1, 1)
        case "MONTH": day.day = 1
        case "DAY": break
        default: return nil
        }
        return .int64(day.number * microsecondsPerDay)
    }

    /// A timestamp of seventeen digits.
    private static func digits(_ text: String, _ format: String) -> LiteralValue? {
        guard format == "yyyyMMddHHmmssSSS", text.count == 17, let all = Int64(text) else { return nil }
        var day = Day(0)
        day.year = all / 10_000_000_000_000
        day.month = all / 100_000_000_000 % 100
        day.day = all / 1_000_000_000 % 100
        let seconds = (all / 10_000_000 % 100 * 60 + all / 100_000 % 100) * 60 + all / 1_000 % 100
        return .int64(day.number * microsecondsPerDay + (seconds * 1_000 + all % 1_000) * 1_000)
    }

    // MARK: Decimals

    private static func scale(_ type: LogicalType) -> Int {
        if case .decimal(_, let scale) = type { return scale }
        return 0
    }

    /// The value times ten to a power; divided where that is negative, half up.
    private static func moved(_ value: Int128, _ places: Int) -> Int128? {
        var result = value
        for _ in 0..<max(0, places) {
            let (product, overflow) = result.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            result = product
        }
        guard places < 0 else { return result }
        var unit: Int128 = 1
        for _ in 0..<(-places) { unit *= 10 }
        let half = unit / 2
        return value >= 0 ? (value + half) / unit : -((-value + half) / unit)
    }

    private static func fitting(_ value: Int128?, _ type: LogicalType) -> LiteralValue {
        guard let value, case .decimal(let precision, _) = type else { return .null }
        var limit: Int128 = 1
        for _ in 0..<precision { limit *= 10 }
        return value < limit && value > -limit ? .int128(value) : .null
    }

    private static func decimal(
        _ function: ScalarFunction, _ x: Int128, _ values: [LiteralValue], _ types: [LogicalType],
        _ result: LogicalType, _ wanted: Int
    ) throws(NaiveFailure) -> LiteralValue? {
        if function == .negate { return fitting(moved(-x, wanted - scale(types[0])), result) }
        if function == .absolute { return fitting(moved(x < 0 ? -x : x, wanted - scale(types[0])), result) }
        guard values.count == 2, case .int128(let y) = values[1] else { return nil }
        let scales = (scale(types[0]), scale(types[1]))
        switch function {
        case .add, .subtract:
            guard let first = moved(x, wanted - scales.0), let second = moved(y, wanted - scales.1) else {
                return .null
            }
            return fitting(function == .add ? first + second : first - second, result)
        case .multiply: return fitting(moved(x * y, wanted - scales.0 - scales.1), result)
        case .divide:
            if y == 0 { throw NaiveFailure() }
            guard let dividend = moved(x, wanted - scales.0 + scales.1) else { return .null }
            let (quotient, rest) = (dividend / y, dividend % y)
            let isUp = 2 * (rest < 0 ? -rest : rest) >= (y < 0 ? -y : y)
            let isNegative = (x < 0) != (y < 0)
            return fitting(isUp ? quotient + (isNegative ? -1 : 1) : quotient, result)
        default: return nil
        }
    }

    // MARK: Casts

    /// The value of a cast; nil for one that is not here.
    static func cast(_ value: LiteralValue, from: LogicalType, to: LogicalType) -> LiteralValue? {
        switch (value, from, to) {
        case (.int128(let number), .decimal, .decimal): return fitting(moved(number, scale(to) - scale(from)), to)
        case (.int64(let number), .integer, .decimal): return fitting(moved(Int128(number), scale(to)), to)
        case (.int128(let number), .decimal, .varchar): return .text(Array(shown(number, scale(from)).utf8))
        case (.text(let bytes), .varchar, .date): return read(String(decoding: bytes, as: UTF8.self)).map { .int64($0) }
        case (.text(let bytes), .varchar, .timestamp):
            let halves = String(decoding: bytes, as: UTF8.self).split(separator: " ")
            guard halves.count == 2, let day = read(String(halves[0])), let time = clock(halves[1]) else { return nil }
            return .int64(day * microsecondsPerDay + time)
        case (.int64(let time), .timestamp, .date): return .int64(split(time).day)
        case (.int64(let time), .timestamp, .time): return .int64(split(time).time / 1_000_000 * 1_000)
        case (.int64(let day), .date, .timestamp): return .int64(day * microsecondsPerDay)
        case (.int64(let day), .date, .varchar):
            return .text(Array(shown(timestamp: day * microsecondsPerDay).prefix(10).utf8))
        case (.int64(let time), .timestamp, .varchar): return .text(Array(shown(timestamp: time).utf8))
        case (.int64(let time), .time, .varchar):
            return .text(Array(shown(timestamp: time * 1_000).dropFirst(11).prefix(8).utf8))
        default: return nil
        }
    }

    /// The day of a date of full length; nil for other texts.
    private static func read(_ text: String) -> Int64? {
        let parts = text.split(separator: "-").compactMap { Int64($0) }
        guard text.count == 10, parts.count == 3 else { return nil }
        var day = Day(0)
        (day.year, day.month, day.day) = (parts[0], parts[1], parts[2])
        return day.number
    }

    /// Microseconds of a time with milliseconds; nil for other texts.
    private static func clock(_ text: Substring) -> Int64? {
        let parts = text.split(whereSeparator: { $0 == ":" || $0 == "." }).compactMap { Int64($0) }
        guard text.count == 12, parts.count == 4 else { return nil }
        return (((parts[0] * 60 + parts[1]) * 60 + parts[2]) * 1_000 + parts[3]) * 1_000
    }

    private static func padded(_ value: Int64, _ digits: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    /// `yyyy-MM-dd HH:mm:ss.SSS`.
    private static func shown(timestamp: Int64) -> String {
        let (number, time) = split(timestamp)
        let day = Day(number)
        let clock = [time / 3_600_000_000, time / 60_000_000 % 60, time / 1_000_000 % 60].map { padded($0, 2) }
        return padded(day.year, 4) + "-" + padded(day.month, 2) + "-" + padded(day.day, 2) + " "
            + clock.joined(separator: ":") + "." + padded(time / 1_000 % 1_000, 3)
    }

    private static func shown(_ value: Int128, _ scale: Int) -> String {
        let digits = String(value < 0 ? -value : value)
        let all = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
        return (value < 0 ? "-" : "") + all.dropLast(scale) + (scale > 0 ? "." + all.suffix(scale) : "")
    }
}

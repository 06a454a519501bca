import Columnar

/// A unit of time in the functions of SQL.
enum TimeField: String, Sendable {
    case millennium = "MILLENNIUM"
    case century = "CENTURY"
    case decade = "DECADE"
    case year = "YEAR"
    case isoYear = "ISOYEAR"
    case quarter = "QUARTER"
    case month = "MONTH"
    case week = "WEEK"
    case day = "DAY"
    case dayOfWeek = "DOW"
    case isoDayOfWeek = "ISODOW"
    case dayOfYear = "DOY"
    case hour = "HOUR"
    case minute = "MINUTE"
    case second = "SECOND"
    case millisecond = "MILLISECOND"
    case microsecond = "MICROSECOND"
    case nanosecond = "NANOSECOND"
    case epoch = "EPOCH"

    /// Reads the unit's name in any case; plural and the long spellings are known too.
    init?(_ bytes: [UInt8]) {
        var name = String(decoding: bytes, as: UTF8.self).uppercased()
        if let field = TimeField(rawValue: name) {
            self = field
            return
        }
        if name.hasPrefix("SQL_TSI_") { name.removeFirst(8) }
        if name.hasSuffix("S") { name.removeLast() }
        switch name {
        case "DAYOFWEEK": self = .dayOfWeek
        case "DAYOFYEAR": self = .dayOfYear
        case "DAYOFMONTH": self = .day
        default:
            guard let field = TimeField(rawValue: name) else { return nil }
            self = field
        }
    }

    /// The microseconds of units of fixed length.
    var microseconds: Int64? {
        switch self {
        case .week: 7 * TimeUnits.microsecondsPerDay
        case .day: TimeUnits.microsecondsPerDay
        case .hour: TimeUnits.microsecondsPerHour
        case .minute: TimeUnits.microsecondsPerMinute
        case .second: TimeUnits.microsecondsPerSecond
        case .millisecond: TimeUnits.microsecondsPerMillisecond
        case .microsecond: 1
        default: nil
        }
    }

    /// The months of units of whole months.
    var months: Int64? {
        switch self {
        case .month: 1
        case .quarter: 3
        case .year: 12
        case .decade: 120
        case .century: 1_200
        case .millennium: 12_000
        default: nil
        }
    }

    /// The unit's part of an interval of months.
    func part(ofMonths value: Int64) -> Int64 {
        switch self {
        case .month: value % 12
        case .quarter: (value % 12 &- 1) / 3 &+ 1
        default: months.map { value / $0 } ?? 0
        }
    }

    /// The unit's part of a moment, in microseconds since 1970.
    func part(of microseconds: Int64) -> Int64 {
        switch self {
        case .hour: return microseconds % TimeUnits.microsecondsPerDay / TimeUnits.microsecondsPerHour
        case .minute: return microseconds % TimeUnits.microsecondsPerHour / TimeUnits.microsecondsPerMinute
        case .second: return microseconds % TimeUnits.microsecondsPerMinute / TimeUnits.microsecondsPerSecond
        case .millisecond: return microseconds % TimeUnits.microsecondsPerMinute / 1_000 % 1_000
        case .microsecond: return microseconds % TimeUnits.microsecondsPerSecond
        case .nanosecond: return microseconds % TimeUnits.microsecondsPerSecond &* 1_000
        case .epoch: return floorDivide(microseconds, TimeUnits.microsecondsPerSecond)
        default: return part(ofDays: floorDivide(microseconds, TimeUnits.microsecondsPerDay))
        }
    }

    private func part(ofDays days: Int64) -> Int64 {
        switch self {
        case .dayOfWeek: return (CivilDate.weekday(days: days) &+ 1) % 7 &+ 1
        case .isoDayOfWeek: return CivilDate.weekday(days: days) &+ 1
        case .week: return CivilDate.isoWeek(days: days).week
        case .isoYear: return CivilDate.isoWeek(days: days).year
        default: break
        }
        let date = CivilDate(days: days)
        switch self {
        case .year: return date.year
        case .quarter: return (date.month &- 1) / 3 &+ 1
        case .month: return date.month
        case .day: return date.day
        case .dayOfYear: return date.dayOfYear
        case .decade: return floorDivide(date.year, 10)
        case .century: return date.year > 0 ? (date.year &+ 99) / 100 : 0 &- (99 &- date.year) / 100
        case .millennium: return date.year > 0 ? (date.year &+ 999) / 1_000 : 0 &- (999 &- date.year) / 1_000
        default: return 0
        }
    }

    /// The days down to the beginning of the unit.
    func floor(days: Int64) -> Int64 {
        if self == .week { return days &- (CivilDate.weekday(days: days) &+ 1) % 7 }
        guard let months else { return days }
        let date = CivilDate(days: days)
        if self == .month { return days &- date.day &+ 1 }
        let index = date.year &* 12 &+ date.month &- 1
        // Centuries and millennia begin with their year 1.
        let shift: Int64 = self == .century || self == .millennium ? 12 : 0
        let first = floorDivide(index &- shift, months) &* months &+ shift
        let year = floorDivide(first, 12)
        return CivilDate.days(year: year, month: first &- year &* 12 &+ 1, day: 1)
    }

    /// A moment down to the beginning of the unit.
    func floor(_ microseconds: Int64) -> Int64 {
        if self != .week, let unit = self.microseconds { return floorDivide(microseconds, unit) &* unit }
        let days = floorDivide(microseconds, TimeUnits.microsecondsPerDay)
        return floor(days: days) &* TimeUnits.microsecondsPerDay
    }

    /// The beginning of the unit after the one that begins here.
    func next(days: Int64) -> Int64 {
        if self == .week { return days &+ 7 }
        guard let months else { return days &+ 1 }
        return CivilDate(days: days).adding(months: months).days
    }

    func ceiling(_ microseconds: Int64) -> Int64 {
        let begin = floor(microseconds)
        if begin == microseconds { return begin }
        if self != .week, let unit = self.microseconds { return begin &+ unit }
        return next(days: floorDivide(begin, TimeUnits.microsecondsPerDay)) &* TimeUnits.microsecondsPerDay
    }
}

/// Months added to moments.
enum MonthArithmetic {
    @inline(__always)
    static func add(_ months: Int64, to microseconds: Int64) -> Int64 {
        let days = floorDivide(microseconds, TimeUnits.microsecondsPerDay)
        let time = microseconds &- days &* TimeUnits.microsecondsPerDay
        return CivilDate(days: days).adding(months: months).days &* TimeUnits.microsecondsPerDay &+ time
    }

    /// Whole months from one moment to another, towards zero.
    static func between(_ from: Int64, _ to: Int64) -> Int64 {
        if from > to { return 0 &- between(to, from) }
        let first = CivilDate(days: floorDivide(from, TimeUnits.microsecondsPerDay))
        let second = CivilDate(days: floorDivide(to, TimeUnits.microsecondsPerDay))
        let months = (second.year &* 12 &+ second.month) &- (first.year &* 12 &+ first.month)
        // A step too far is taken back; adding months cuts the day to the length of the month.
        return months > 0 && add(months, to: from) > to ? months &- 1 : months
    }
}

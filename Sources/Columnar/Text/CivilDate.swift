/// A day of the proleptic Gregorian calendar.
package struct CivilDate: Sendable, Equatable {
    package var year: Int64
    /// 1 to 12.
    package var month: Int64
    /// 1 to 31.
    package var day: Int64

    @inlinable
    package init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// 400-year eras that are added, so that divisions have nothing negative to divide: years and days down to some
    /// thousand millions of years before 1970 are counted from there.
    @inlinable package static var eras: Int64 { 1 &<< 24 }
    @inlinable package static var yearsBefore: Int64 { 400 &* eras }
    /// From 1 March of the year 0, with which months of equal steps begin, and the eras.
    @inlinable package static var daysBefore: Int64 { 719_468 &+ 146_097 &* eras }

    /// The date of a number of days since 1970-01-01; total, so extreme numbers give meaningless dates. After Cassio Neri and
    /// Lorenz Schneider: each step is a division by a constant, or a multiplication and a shift that stand for one.
    @inlinable
    package init(days: Int64) {
        let quarters = UInt64(bitPattern: days &+ CivilDate.daysBefore) &* 4 | 3
        let century = quarters / 146_097
        let dayOfCentury = (quarters &- century &* 146_097) | 3
        let product = 2_939_745 &* dayOfCentury
        let yearOfCentury = product &>> 32
        let dayOfYear = (product & 0xFFFF_FFFF) / 2_939_745 / 4
        let steps = 2_141 &* dayOfYear &+ 197_913
        let isNextYear: Int64 = dayOfYear >= 306 ? 1 : 0
        day = Int64(bitPattern: (steps & 0xFFFF) / 2_141) &+ 1
        month = Int64(bitPattern: steps &>> 16) &- 12 &* isNextYear
        year = Int64(bitPattern: 100 &* century &+ yearOfCentury) &+ isNextYear &- CivilDate.yearsBefore
    }

    /// Days since 1970-01-01. Days past the end of the month count on into the next one.
    @inlinable
    package static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let isEarly: Int64 = month <= 2 ? 1 : 0
        let fromMarch = UInt64(bitPattern: year &- isEarly &+ yearsBefore)
        let century = fromMarch / 100
        let ofYears = 1_461 &* fromMarch / 4 &- century &+ century / 4
        let ofMonths = (979 &* (month &+ 12 &* isEarly) &- 2_919) &>> 5
        return Int64(bitPattern: ofYears) &+ ofMonths &+ day &- 1 &- daysBefore
    }

    @inlinable package var days: Int64 { CivilDate.days(year: year, month: month, day: day) }

    @inlinable
    package static func isLeap(_ year: Int64) -> Bool { year & 3 == 0 && (year % 25 != 0 || year & 15 == 0) }

    /// Days of a month.
    @inlinable
    package static func length(ofMonth month: Int64, year: Int64) -> Int64 {
        if month == 2 { return isLeap(year) ? 29 : 28 }
        // Long and short months take turns, and change over after July.
        return 30 | (month ^ month &>> 3)
    }

    /// 1 for the first of January.
    @inlinable package var dayOfYear: Int64 { days &- CivilDate.days(year: year, month: 1, day: 1) &+ 1 }

    /// 0 for Monday.
    @inlinable
    package static func weekday(days: Int64) -> Int64 { floorModulo(days &+ 3, 7) }

    /// The week of the year by ISO 8601, and the year it belongs to.
    @inlinable
    package static func isoWeek(days: Int64) -> (year: Int64, week: Int64) {
        let thursday = days &- weekday(days: days) &+ 3
        let date = CivilDate(days: thursday)
        return (date.year, (date.dayOfYear &- 1) / 7 &+ 1)
    }

    /// The date some months later; the day is cut to the length of the month.
    @inlinable
    package func adding(months: Int64) -> CivilDate {
        let total = year &* 12 &+ (month &- 1) &+ months
        let newYear = floorDivide(total, 12)
        let newMonth = total &- newYear &* 12 &+ 1
        return CivilDate(
            year: newYear, month: newMonth, day: min(day, CivilDate.length(ofMonth: newMonth, year: newYear)))
    }
}

/// Quotient rounded down; `divisor` must be positive.
@inlinable
package func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient &- 1 : quotient
}

/// Remainder that is never negative; `divisor` must be positive.
@inlinable
package func floorModulo(_ value: Int64, _ divisor: Int64) -> Int64 {
    let remainder = value % divisor
    return remainder < 0 ? remainder &+ divisor : remainder
}

/// Lengths of time in the units of columns.
package enum TimeUnits {
    @inlinable package static var microsecondsPerSecond: Int64 { 1_000_000 }
    @inlinable package static var microsecondsPerMillisecond: Int64 { 1_000 }
    @inlinable package static var microsecondsPerMinute: Int64 { 60_000_000 }
    @inlinable package static var microsecondsPerHour: Int64 { 3_600_000_000 }
    @inlinable package static var microsecondsPerDay: Int64 { 86_400_000_000 }
    @inlinable package static var millisecondsPerDay: Int64 { 86_400_000 }
}

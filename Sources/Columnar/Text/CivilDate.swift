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

    /// The date of a number of days since 1970-01-01; total, so extreme numbers give meaningless dates.
    @inlinable
    package init(days: Int64) {
        let shifted = days &+ 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted &- era &* 146_097
        let yearOfEra = (dayOfEra &- dayOfEra / 1_460 &+ dayOfEra / 36_524 &- dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra &- (365 &* yearOfEra &+ yearOfEra / 4 &- yearOfEra / 100)
        let shiftedMonth = (5 &* dayOfYear &+ 2) / 153
        day = dayOfYear &- (153 &* shiftedMonth &+ 2) / 5 &+ 1
        month = shiftedMonth < 10 ? shiftedMonth &+ 3 : shiftedMonth &- 9
        year = yearOfEra &+ era &* 400 &+ (month <= 2 ? 1 : 0)
    }

    /// Days since 1970-01-01. Days past the end of the month count on into the next one.
    @inlinable
    package static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year &- 1 : year
        let era = floorDivide(shifted, 400)
        let yearOfEra = shifted &- era &* 400
        let dayOfYear = (153 &* (month > 2 ? month &- 3 : month &+ 9) &+ 2) / 5 &+ day &- 1
        let dayOfEra = yearOfEra &* 365 &+ yearOfEra / 4 &- yearOfEra / 100 &+ dayOfYear
        return era &* 146_097 &+ dayOfEra &- 719_468
    }

    @inlinable package var days: Int64 { CivilDate.days(year: year, month: month, day: day) }

    @inlinable
    package static func isLeap(_ year: Int64) -> Bool { year & 3 == 0 && (year % 100 != 0 || year % 400 == 0) }

    /// Days of a month.
    @inlinable
    package static func length(ofMonth month: Int64, year: Int64) -> Int64 {
        if month == 2 { return isLeap(year) ? 29 : 28 }
        return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31
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
    package static let microsecondsPerSecond: Int64 = 1_000_000
    package static let microsecondsPerMillisecond: Int64 = 1_000
    package static let microsecondsPerMinute: Int64 = 60_000_000
    package static let microsecondsPerHour: Int64 = 3_600_000_000
    package static let microsecondsPerDay: Int64 = 86_400_000_000
    package static let millisecondsPerDay: Int64 = 86_400_000
}

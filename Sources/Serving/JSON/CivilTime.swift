/// Calendar dates and times as text, by the proleptic Gregorian calendar; takes every Int64 without overflow.
package enum CivilTime {
    private static let microsecondsOfDay: Int64 = 86_400_000_000

    /// `yyyy-MM-dd HH:mm:ss` with `precision` digits of a second behind.
    package static func timestamp(microseconds: Int64, precision: Int) -> String {
        let day = floorDivide(microseconds, microsecondsOfDay)
        let rest = microseconds &- day &* microsecondsOfDay
        return date(days: day) + " " + time(microseconds: rest, precision: precision)
    }

    /// `yyyy-MM-dd` of a day counted from 1970-01-01.
    static func date(days: Int64) -> String {
        // Far outside the calendar of SQL; keeps the arithmetic below from overflowing.
        guard abs(clamped: days) < 4_000_000_000 else { return "out of range" }
        // Days from 0000-03-01: years that begin in March end with the leap day.
        let shifted = days + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2)
    }

    /// `HH:mm:ss` with `precision` digits of a second behind.
    static func time(microseconds: Int64, precision: Int) -> String {
        let seconds = microseconds / 1_000_000
        var text = padded(seconds / 3_600, 2) + ":" + padded(seconds / 60 % 60, 2) + ":" + padded(seconds % 60, 2)
        let digits = min(max(precision, 0), 6)
        if digits > 0 { text += "." + padded(microseconds % 1_000_000, 6).prefix(digits) }
        return text
    }

    private static func abs(clamped value: Int64) -> Int64 { value == .min ? .max : Swift.abs(value) }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let text = String(Swift.abs(value))
        return (value < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}

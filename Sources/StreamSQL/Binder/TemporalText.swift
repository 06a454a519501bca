import Columnar

/// Reads the texts of time literals, in the forms a cast takes too: `2026-1-5`, `8:09:10.123`, both with a blank between.
enum TemporalText {
    /// Days since 1970-01-01.
    static func date(_ bytes: [UInt8]) -> Int64? {
        var reader = Reader(bytes)
        guard let days = reader.date(), reader.isAtEnd else { return nil }
        return days
    }

    /// Milliseconds of the day; digits after the third are cut.
    static func time(_ bytes: [UInt8]) -> Int64? {
        var reader = Reader(bytes)
        guard let microseconds = reader.time(), reader.isAtEnd else { return nil }
        return microseconds / 1_000
    }

    /// Microseconds since 1970-01-01 00:00:00; a date alone is its midnight.
    static func timestamp(_ bytes: [UInt8]) -> Int64? {
        var reader = Reader(bytes)
        guard let days = reader.date() else { return nil }
        var result = days &* 86_400_000_000
        if !reader.isAtEnd {
            guard reader.accept(0x20) || reader.accept(0x54), let time = reader.time() else { return nil }
            result = result &+ time
        }
        return reader.isAtEnd ? result : nil
    }

    /// As ``timestamp(_:)``, in nanoseconds.
    static func nanoseconds(_ bytes: [UInt8]) -> Int128? {
        guard let microseconds = timestamp(bytes) else { return nil }
        var rest: Int64 = 0
        if let point = bytes.lastIndex(of: 0x2E) {
            for place in (point + 7)...(point + 9) {
                let isDigit = place < bytes.count && (0x30...0x39).contains(bytes[place])
                rest = rest * 10 + (isDigit ? Int64(bytes[place] - 0x30) : 0)
            }
        }
        return WideTime.join(microseconds, rest)
    }

    /// A timestamp as a constant of this precision.
    static func literal(_ bytes: [UInt8], precision: Int) -> LiteralValue? {
        guard precision > LogicalType.microsecondPrecision else {
            return timestamp(bytes).map { .int64(truncate($0, toPrecision: precision)) }
        }
        return nanoseconds(bytes).map { .int128(WideTime.truncate($0, toPrecision: precision)) }
    }

    /// Digits after the point in a time text, at most nine.
    static func fractionDigits(_ bytes: [UInt8]) -> Int {
        guard let point = bytes.lastIndex(of: 0x2E) else { return 0 }
        return min(9, bytes.count - point - 1)
    }

    /// A count of microseconds cut to a precision of seconds.
    static func truncate(_ microseconds: Int64, toPrecision precision: Int) -> Int64 {
        guard precision < 6 else { return microseconds }
        var unit: Int64 = 1
        for _ in 0..<(6 - max(0, precision)) { unit *= 10 }
        let remainder = microseconds % unit
        return microseconds &- (remainder < 0 ? remainder + unit : remainder)
    }

    /// Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
    static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private struct Reader {
        private let bytes: ArraySlice<UInt8>
        private var index: Int

        init(_ bytes: [UInt8]) {
            var slice = bytes[...]
            while slice.first == 0x20 { slice.removeFirst() }
            while slice.last == 0x20 { slice.removeLast() }
            self.bytes = slice
            index = slice.startIndex
        }

        var isAtEnd: Bool { index >= bytes.endIndex }

        mutating func accept(_ byte: UInt8) -> Bool {
            guard index < bytes.endIndex, bytes[index] == byte else { return false }
            index += 1
            return true
        }

        /// A number of one to `most` digits.
        private mutating func number(_ most: Int) -> Int64? {
            var value: Int64 = 0
            var count = 0
            while index < bytes.endIndex, count < most, (0x30...0x39).contains(bytes[index]) {
                value = value * 10 + Int64(bytes[index] - 0x30)
                index += 1
                count += 1
            }
            return count > 0 ? value : nil
        }

        mutating func date() -> Int64? {
            guard let year = number(4), accept(0x2D), let month = number(2), accept(0x2D), let day = number(2),
                (1...12).contains(month), day >= 1
            else { return nil }
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let longest: Int64 = month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
            return day <= longest ? TemporalText.days(year: year, month: month, day: day) : nil
        }

        /// Microseconds of the day.
        mutating func time() -> Int64? {
            guard let hour = number(2), hour < 24, accept(0x3A), let minute = number(2), minute < 60 else { return nil }
            var result = (hour * 60 + minute) * 60_000_000
            guard accept(0x3A) else { return result }
            guard let second = number(2), second < 60 else { return nil }
            result += second * 1_000_000
            guard accept(0x2E) else { return result }
            var unit: Int64 = 100_000
            var digits = 0
            while index < bytes.endIndex, (0x30...0x39).contains(bytes[index]), digits < 9 {
                result += Int64(bytes[index] - 0x30) * unit
                unit /= 10
                index += 1
                digits += 1
            }
            return digits > 0 ? result : nil
        }
    }
}

/// Reads dates and times from text as SQL casts do.
package enum TimeParsing {
    /// Days of `yyyy`, `yyyy-M` or `yyyy-M-d`; what follows a blank is ignored. A day past the end of its month counts on.
    package static func date(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int64? {
        var cursor = ByteCursor(bytes, count)
        cursor.skipBlanks()
        guard let year = cursor.number(upTo: 4) else { return nil }
        var month: Int64 = 1
        var day: Int64 = 1
        if cursor.accept(0x2D) {
            guard let read = cursor.number(upTo: 2) else { return nil }
            month = read
            if cursor.accept(0x2D) {
                guard let read = cursor.number(upTo: 2) else { return nil }
                day = read
            }
        }
        guard cursor.isAtEnd || cursor.accept(0x20) else { return nil }
        guard (1...12).contains(month), (1...31).contains(day) else { return nil }
        return CivilDate.days(year: year, month: month, day: day)
    }

    /// Microseconds of `yyyy-M-d[ H:m:s[.f]]`, at most nine digits of fraction. A day past the end of its month is
    /// taken for its last one.
    package static func timestamp(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int64? {
        if count >= 19, let fast = fullTimestamp(bytes, count) { return fast }
        var cursor = ByteCursor(bytes, count)
        guard let year = cursor.number(exactly: 4), cursor.accept(0x2D), let month = cursor.number(upTo: 2),
            cursor.accept(0x2D), let day = cursor.number(upTo: 2)
        else { return nil }
        guard let days = days(year, month, day) else { return nil }
        let midnight = days &* TimeUnits.microsecondsPerDay
        if cursor.isAtEnd { return midnight }
        guard cursor.accept(0x20), let time = timeOfDay(&cursor) else { return nil }
        return midnight &+ time
    }

    /// As ``timestamp(_:_:)``, in nanoseconds.
    package static func nanoseconds(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int128? {
        guard let microseconds = timestamp(bytes, count) else { return nil }
        // The text is well formed: behind its only point stand one to nine digits.
        var rest: Int64 = 0
        if let point = (0..<count).first(where: { bytes[$0] == 0x2E }) {
            for place in 7...9 {
                rest = rest &* 10
                if point &+ place < count { rest = rest &+ Int64(bytes[point &+ place] &- 0x30) }
            }
        }
        return WideTime.join(microseconds, rest)
    }

    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64? {
        guard year >= 1, (1...12).contains(month), (1...31).contains(day) else { return nil }
        let last = CivilDate.length(ofMonth: month, year: year)
        return CivilDate.days(year: year, month: month, day: min(day, last))
    }

    /// The common form with all digits there, `yyyy-MM-dd HH:mm:ss` and a fraction.
    private static func fullTimestamp(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int64? {
        guard bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[10] == 0x20, bytes[13] == 0x3A, bytes[16] == 0x3A else {
            return nil
        }
        var bad = false
        @inline(__always) func two(_ at: Int) -> Int64 {
            let high = bytes[at] &- 0x30
            let low = bytes[at &+ 1] &- 0x30
            bad = bad || high > 9 || low > 9
            return Int64(high) &* 10 &+ Int64(low)
        }
        let year = two(0) &* 100 &+ two(2)
        let month = two(5)
        let day = two(8)
        let hour = two(11)
        let minute = two(14)
        let second = two(17)
        if bad || hour > 23 || minute > 59 || second > 59 { return nil }
        guard let days = days(year, month, day) else { return nil }
        var result = days &* TimeUnits.microsecondsPerDay
        result &+= ((hour &* 60 &+ minute) &* 60 &+ second) &* TimeUnits.microsecondsPerSecond
        if count == 19 { return result }
        var cursor = ByteCursor(bytes, count)
        cursor.index = 19
        guard cursor.accept(0x2E), let fraction = cursor.fraction(), cursor.isAtEnd else { return nil }
        return result &+ fraction
    }

    /// `H:m:s[.f]` to the end of the text, as microseconds.
    private static func timeOfDay(_ cursor: inout ByteCursor) -> Int64? {
        guard let hour = cursor.number(upTo: 2), cursor.accept(0x3A), let minute = cursor.number(upTo: 2),
            cursor.accept(0x3A), let second = cursor.number(upTo: 2), hour < 24, minute < 60, second < 60
        else { return nil }
        let time = ((hour &* 60 &+ minute) &* 60 &+ second) &* TimeUnits.microsecondsPerSecond
        if cursor.isAtEnd { return time }
        guard cursor.accept(0x2E), let fraction = cursor.fraction(), cursor.isAtEnd else { return nil }
        return time &+ fraction
    }

    /// Milliseconds of the day of `H[:m[:s[.f]]]`, with an optional shift `+hh:mm` behind it.
    package static func time(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int64? {
        var cursor = ByteCursor(bytes, count)
        cursor.skipBlanks()
        guard let hour = cursor.number(upTo: 2) else { return nil }
        var minute: Int64 = 0
        var second: Int64 = 0
        var fraction: Int64 = 0
        if cursor.accept(0x3A) {
            guard let read = cursor.number(upTo: 2) else { return nil }
            minute = read
            if cursor.accept(0x3A) {
                guard let read = cursor.number(upTo: 2) else { return nil }
                second = read
                if cursor.accept(0x2E) {
                    guard let read = cursor.fraction() else { return nil }
                    fraction = read / 1_000
                }
            }
        }
        guard hour < 24, minute < 60, second < 60 else { return nil }
        var result = ((hour &* 60 &+ minute) &* 60 &+ second) &* 1_000 &+ fraction
        cursor.skipBlanks()
        let isEast = cursor.accept(0x2B)
        if isEast || cursor.accept(0x2D) {
            guard let hours = cursor.number(upTo: 2), cursor.accept(0x3A), let minutes = cursor.number(upTo: 2) else {
                return nil
            }
            let shift = (hours &* 60 &+ minutes) &* 60_000
            result = floorModulo(isEast ? result &- shift : result &+ shift, TimeUnits.millisecondsPerDay)
        }
        return cursor.isAtEnd ? result : nil
    }
}

/// Reads bytes from the front.
package struct ByteCursor {
    package let bytes: UnsafePointer<UInt8>
    package let count: Int
    package var index = 0

    package init(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
        self.bytes = bytes
        self.count = count
    }

    package var isAtEnd: Bool { index >= count }

    package mutating func accept(_ byte: UInt8) -> Bool {
        guard index < count, bytes[index] == byte else { return false }
        index &+= 1
        return true
    }

    package mutating func skipBlanks() {
        while index < count && bytes[index] == 0x20 { index &+= 1 }
    }

    /// One to `most` digits (at most 18).
    package mutating func number(upTo most: Int) -> Int64? {
        var value: Int64 = 0
        let start = index
        while index < count, index &- start < most {
            let digit = bytes[index] &- 0x30
            if digit > 9 { break }
            value = value &* 10 &+ Int64(digit)
            index &+= 1
        }
        return index > start ? value : nil
    }

    package mutating func number(exactly digits: Int) -> Int64? {
        let start = index
        guard let value = number(upTo: digits), index &- start == digits else { return nil }
        return value
    }

    /// Up to nine digits of a fraction of a second as microseconds, further digits cut.
    package mutating func fraction() -> Int64? {
        var value: Int64 = 0
        var unit: Int64 = 100_000
        let start = index
        while index < count, bytes[index] &- 0x30 <= 9 {
            value = value &+ Int64(bytes[index] &- 0x30) &* unit
            unit /= 10
            index &+= 1
        }
        return index &- start <= 9 ? value : nil
    }
}

import Columnar

/// Reads local times by a pattern.
struct TimeParser: Sendable {
    /// How exactly the text must follow the pattern.
    enum Mode: Sendable {
        /// All of the text, digits as many as letters, fields in range; a day past its month is the last one.
        case smart
        /// Any number of digits, fields roll over, what follows is ignored.
        case lenient
    }

    private let pattern: TimePattern
    private let mode: Mode
    private let layout: FixedLayout?

    init(_ pattern: TimePattern, mode: Mode) {
        self.pattern = pattern
        self.mode = mode
        layout = FixedLayout(pattern)
    }

    /// Microseconds since 1970-01-01 00:00:00; missing fields are those of that moment. nil when the text does not fit.
    func parse(_ text: TextBytes) -> Int64? {
        if let layout {
            if let fast = layout.parse(text) { return fast }
            if mode == .smart { return nil }
        }
        var cursor = ByteCursor(text.start, text.count)
        var fields = TimeFields()
        for (index, part) in pattern.parts.enumerated() {
            switch part {
            case .literal(let literal):
                for byte in literal where !cursor.accept(byte) { return nil }
            case .field(let letter, let count):
                guard read(letter, count, isAdjacent: isNumeric(index + 1), &cursor, &fields) else { return nil }
            }
        }
        guard mode == .lenient || cursor.isAtEnd else { return nil }
        return mode == .lenient ? fields.rolledOver : fields.checked
    }

    private func isNumeric(_ index: Int) -> Bool {
        guard index < pattern.parts.count, case .field(let letter, let count) = pattern.parts[index] else { return false }
        switch letter {
        case 0x61, 0x45, 0x47, 0x58, 0x78, 0x5A, 0x7A: return false
        case 0x4D, 0x4C: return count < 3
        default: return true
        }
    }

    private func read(
        _ letter: UInt8, _ count: Int, isAdjacent: Bool, _ cursor: inout ByteCursor, _ fields: inout TimeFields
    ) -> Bool {
        switch letter {
        case 0x4D where count > 2, 0x4C where count > 2:
            guard let index = name(TimePattern.monthNames, count, &cursor) else { return false }
            fields.month = Int64(index) + 1
            return true
        case 0x45: return name(TimePattern.dayNames, max(3, count), &cursor) != nil
        case 0x61: return readHalf(&cursor, &fields)
        case 0x53: return readFraction(count, &cursor, &fields)
        default: break
        }
        if mode == .lenient { cursor.skipBlanks() }
        let start = cursor.index
        let isNegative = mode == .lenient && cursor.accept(0x2D)
        let most = isAdjacent ? count : mode == .lenient ? 9 : count == 2 ? 2 : letter == 0x79 || letter == 0x75 ? max(4, count) : max(2, count)
        guard var value = cursor.number(upTo: most) else { return false }
        let digits = cursor.index - start
        if mode == .smart, digits < count { return false }
        if isNegative { value = -value }
        return fields.set(letter, value, isShortYear: count == 2 && digits == 2, mode: mode)
    }

    private func readHalf(_ cursor: inout ByteCursor, _ fields: inout TimeFields) -> Bool {
        guard cursor.index + 1 < cursor.count, cursor.bytes[cursor.index + 1] | 0x20 == 0x6D else { return false }
        let letter = cursor.bytes[cursor.index] | 0x20
        guard letter == 0x61 || letter == 0x70 else { return false }
        fields.isAfternoon = letter == 0x70
        cursor.index += 2
        return true
    }

    /// The fraction of a second; in the lenient mode a number of milliseconds.
    private func readFraction(_ count: Int, _ cursor: inout ByteCursor, _ fields: inout TimeFields) -> Bool {
        if mode == .lenient {
            guard let value = cursor.number(upTo: 9) else { return false }
            fields.microsecond = value &* 1_000
            return true
        }
        let start = cursor.index
        guard cursor.number(exactly: count) != nil else { return false }
        var part = ByteCursor(cursor.bytes + start, count)
        fields.microsecond = part.fraction() ?? 0
        return true
    }

    /// The index of the name that stands here, short (3 letters) or in full.
    private func name(_ names: [[UInt8]], _ count: Int, _ cursor: inout ByteCursor) -> Int? {
        let isFull = count > 3
        for (index, name) in names.enumerated() {
            for wanted in (mode == .lenient ? [name, Array(name[..<3])] : [isFull ? name : Array(name[..<3])]) {
                guard cursor.count - cursor.index >= wanted.count else { continue }
                let isHere = wanted.indices.allSatisfy { offset in
                    let byte = cursor.bytes[cursor.index + offset]
                    return byte == wanted[offset] || (mode == .lenient && byte | 0x20 == wanted[offset] | 0x20)
                }
                if isHere {
                    cursor.index += wanted.count
                    return index
                }
            }
        }
        return nil
    }
}

/// The fields of a time while it is read.
struct TimeFields {
    var year: Int64 = 1970
    var month: Int64 = 1
    var day: Int64 = 1
    var dayOfYear: Int64?
    var hour: Int64 = 0
    /// Hour of the half day and which half, for patterns with `h`.
    var halfHour: Int64?
    var isAfternoon = false
    var minute: Int64 = 0
    var second: Int64 = 0
    var microsecond: Int64 = 0

    /// False when the letter can't be read or, in the smart mode, the value is out of range.
    mutating func set(_ letter: UInt8, _ value: Int64, isShortYear: Bool, mode: TimeParser.Mode) -> Bool {
        func isWithin(_ range: ClosedRange<Int64>) -> Bool { mode == .lenient || range.contains(value) }
        switch letter {
        case 0x79, 0x75:
            year = isShortYear ? (mode == .lenient && value > 46 ? 1_900 : 2_000) &+ value : value
            return isWithin(isShortYear ? 0...99 : 1...9_999)
        case 0x4D, 0x4C:
            month = value
            return isWithin(1...12)
        case 0x64:
            day = value
            return isWithin(1...31)
        case 0x44:
            dayOfYear = value
            return isWithin(1...366)
        case 0x48, 0x6B:
            hour = letter == 0x6B && value == 24 ? 0 : value
            return isWithin(letter == 0x6B ? 1...24 : 0...23)
        case 0x68, 0x4B:
            halfHour = value % 12
            return isWithin(letter == 0x68 ? 1...12 : 0...11)
        case 0x6D:
            minute = value
            return isWithin(0...59)
        case 0x73:
            second = value
            return isWithin(0...59)
        default: return false
        }
    }

    private func time(days: Int64) -> Int64 {
        let hours = halfHour.map { $0 &+ (isAfternoon ? 12 : 0) } ?? hour
        let seconds = (hours &* 60 &+ minute) &* 60 &+ second
        return days &* TimeUnits.microsecondsPerDay &+ seconds &* TimeUnits.microsecondsPerSecond &+ microsecond
    }

    /// The time of fields that were in range one by one.
    var checked: Int64 {
        if let dayOfYear { return time(days: CivilDate.days(year: year, month: 1, day: 1) &+ dayOfYear &- 1) }
        return time(days: CivilDate.days(year: year, month: month, day: min(day, CivilDate.length(ofMonth: month, year: year))))
    }

    /// The time of any fields: what is too large counts on.
    var rolledOver: Int64 {
        let first = CivilDate(year: year, month: 1, day: 1).adding(months: month &- 1).days
        if let dayOfYear { return time(days: CivilDate.days(year: year, month: 1, day: 1) &+ dayOfYear &- 1) }
        return time(days: first &+ day &- 1)
    }
}

/// A pattern of nothing but fields of fixed width and plain text: every field is at a known place.
struct FixedLayout: Sendable {
    /// Where a field begins, or -1.
    private var year = -1
    private var month = -1
    private var day = -1
    private var hour = -1
    private var minute = -1
    private var second = -1
    private var fraction = -1
    private var fractionDigits = 0
    private var fractionUnit: Int64 = 0
    private var length = 0
    private var literals: [(place: Int, byte: UInt8)] = []

    /// nil when the pattern has anything else in it.
    init?(_ pattern: TimePattern) {
        for part in pattern.parts {
            switch part {
            case .literal(let bytes):
                for (offset, byte) in bytes.enumerated() { literals.append((length + offset, byte)) }
                length += bytes.count
            case .field(let letter, let count):
                guard place(letter, count) else { return nil }
                length += count
            }
        }
    }

    private mutating func place(_ letter: UInt8, _ count: Int) -> Bool {
        switch (letter, count) {
        case (0x79, 4) where year < 0, (0x75, 4) where year < 0: year = length
        case (0x4D, 2) where month < 0: month = length
        case (0x64, 2) where day < 0: day = length
        case (0x48, 2) where hour < 0: hour = length
        case (0x6D, 2) where minute < 0: minute = length
        case (0x73, 2) where second < 0: second = length
        case (0x53, 1...6) where fraction < 0:
            fraction = length
            fractionDigits = count
            fractionUnit = 1
            for _ in count..<6 { fractionUnit *= 10 }
        default: return false
        }
        return true
    }

    /// Microseconds, or nil when the text is of another form or out of range.
    func parse(_ text: TextBytes) -> Int64? {
        guard text.count == length else { return nil }
        for literal in literals where text[literal.place] != literal.byte { return nil }
        var bad: UInt8 = 0
        @inline(__always) func two(_ place: Int) -> Int64 {
            let high = text[place] &- 0x30
            let low = text[place &+ 1] &- 0x30
            bad |= unsafeBitCast(high > 9, to: UInt8.self) | unsafeBitCast(low > 9, to: UInt8.self)
            return Int64(high) &* 10 &+ Int64(low)
        }
        let yearValue = year < 0 ? 1_970 : two(year) &* 100 &+ two(year &+ 2)
        let monthValue = month < 0 ? 1 : two(month)
        let dayValue = day < 0 ? 1 : two(day)
        let hourValue = hour < 0 ? 0 : two(hour)
        let minuteValue = minute < 0 ? 0 : two(minute)
        let secondValue = second < 0 ? 0 : two(second)
        var fractionValue: Int64 = 0
        for index in 0..<fractionDigits {
            let digit = text[fraction &+ index] &- 0x30
            bad |= unsafeBitCast(digit > 9, to: UInt8.self)
            fractionValue = fractionValue &* 10 &+ Int64(digit)
        }
        guard bad == 0, yearValue >= 1, monthValue &- 1 < 12, monthValue > 0, dayValue > 0, dayValue < 32, hourValue < 24,
            minuteValue < 60, secondValue < 60
        else { return nil }
        var shownDay = dayValue
        if dayValue > 28 { shownDay = min(dayValue, CivilDate.length(ofMonth: monthValue, year: yearValue)) }
        let days = CivilDate.days(year: yearValue, month: monthValue, day: shownDay)
        let seconds = (hourValue &* 60 &+ minuteValue) &* 60 &+ secondValue
        return days &* TimeUnits.microsecondsPerDay &+ seconds &* TimeUnits.microsecondsPerSecond
            &+ fractionValue &* fractionUnit
    }
}

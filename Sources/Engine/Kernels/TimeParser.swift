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
    /// Set when every field of the pattern stands at a known place.
    let layout: FixedLayout?

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
        guard index < pattern.parts.count, case .field(let letter, let count) = pattern.parts[index] else {
            return false
        }
        switch letter {
        case 0x61, 0x45, 0x47, 0x58, 0x78, 0x5A, 0x7A, 0x56, 0x4F: return false
        case 0x4D, 0x4C, 0x51, 0x71, 0x65, 0x63: return count < 3
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
        let most =
            isAdjacent
            ? count
            : mode == .lenient ? 9 : count == 2 ? 2 : letter == 0x79 || letter == 0x75 ? max(4, count) : max(2, count)
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
        return time(
            days: CivilDate.days(year: year, month: month, day: min(day, CivilDate.length(ofMonth: month, year: year))))
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
    /// Where the time begins, when the date and what separates it stand in front and are 8 to 16 bytes; else 0.
    fileprivate var dateLength = 0
    fileprivate var hasTimeLiterals = false

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
        let timeBegin = [hour, minute, second, fraction].filter { $0 >= 0 }.min() ?? length
        if (8...16).contains(timeBegin), max(year, month, day) < timeBegin { dateLength = timeBegin }
        hasTimeLiterals = literals.contains { $0.place >= dateLength }
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
        var reader = FixedLayoutReader(self)
        return reader.parse(text)
    }

    fileprivate var places: (year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        (year, month, day, hour, minute, second)
    }
    fileprivate var fractionPlace: (start: Int, digits: Int, unit: Int64) { (fraction, fractionDigits, fractionUnit) }
    fileprivate var textLength: Int { length }
    fileprivate func literalsMatch(_ text: TextBytes, from start: Int) -> Bool {
        for literal in literals where literal.place >= start && text[literal.place] != literal.byte { return false }
        return true
    }
}

/// Reads texts of one layout and remembers the last day, which most rows of a log share.
struct FixedLayoutReader {
    private let layout: FixedLayout
    private var lastDays: Int64?
    /// The first and the last eight bytes of the last date's text, which overlap or meet.
    private var lastBegin: UInt64 = 0
    private var lastEnd: UInt64 = 0

    init(_ layout: FixedLayout) { self.layout = layout }

    @inline(__always)
    mutating func parse(_ text: TextBytes) -> Int64? {
        guard text.count == layout.textLength else { return nil }
        guard !layout.hasTimeLiterals || layout.literalsMatch(text, from: layout.dateLength) else { return nil }
        guard let days = days(text) else { return nil }
        let places = layout.places
        var digits = FixedDigits(text)
        let hour = digits.two(places.hour, missing: 0)
        let minute = digits.two(places.minute, missing: 0)
        let second = digits.two(places.second, missing: 0)
        let fraction = layout.fractionPlace
        let microsecond = digits.number(fraction.start, fraction.digits)
        guard digits.areValid, hour < 24, minute < 60, second < 60 else { return nil }
        let seconds = (hour &* 60 &+ minute) &* 60 &+ second
        return days &* TimeUnits.microsecondsPerDay &+ seconds &* TimeUnits.microsecondsPerSecond
            &+ microsecond &* fraction.unit
    }

    /// Days since 1970; nil when the text has no such date.
    @inline(__always)
    private mutating func days(_ text: TextBytes) -> Int64? {
        let dateLength = layout.dateLength
        guard dateLength > 0 else { return layout.literalsMatch(text, from: 0) ? date(text) : nil }
        let place = UnsafeRawPointer(text.start)
        let begin = place.loadUnaligned(as: UInt64.self)
        let end = place.loadUnaligned(fromByteOffset: dateLength &- 8, as: UInt64.self)
        if begin == lastBegin, end == lastEnd, let lastDays { return lastDays }
        lastDays = layout.literalsMatch(text, from: 0) ? date(text) : nil
        lastBegin = begin
        lastEnd = end
        return lastDays
    }

    private func date(_ text: TextBytes) -> Int64? {
        let places = layout.places
        var digits = FixedDigits(text)
        let year =
            places.year < 0
            ? 1_970 : digits.two(places.year, missing: 0) &* 100 &+ digits.two(places.year &+ 2, missing: 0)
        let month = digits.two(places.month, missing: 1)
        let day = digits.two(places.day, missing: 1)
        guard digits.areValid, year >= 1, month >= 1, month <= 12, day >= 1, day <= 31 else { return nil }
        return CivilDate.days(
            year: year, month: month, day: min(day, CivilDate.length(ofMonth: month, year: year)))
    }
}

/// Reads digits at known places and remembers whether all of them were some.
private struct FixedDigits {
    private let start: UnsafeRawPointer
    /// The highest bit of a byte is set when any character at its place was no digit.
    private var bad: UInt16 = 0

    @inline(__always)
    init(_ text: TextBytes) { start = UnsafeRawPointer(text.start) }

    @inline(__always) var areValid: Bool { bad & 0x8080 == 0 }

    /// Two digits; `missing` for a negative place.
    @inline(__always)
    mutating func two(_ place: Int, missing: Int64) -> Int64 {
        guard place >= 0 else { return missing }
        let pair = start.loadUnaligned(fromByteOffset: place, as: UInt16.self) ^ 0x3030
        bad |= pair | (pair &+ 0x7676)
        return Int64(pair & 0xFF) &* 10 &+ Int64(pair &>> 8)
    }

    /// So many digits.
    @inline(__always)
    mutating func number(_ place: Int, _ count: Int) -> Int64 {
        var value: Int64 = 0
        for index in 0..<count {
            let digit = UInt16(start.load(fromByteOffset: place &+ index, as: UInt8.self)) ^ 0x30
            bad |= digit | (digit &+ 0x76)
            value = value &* 10 &+ Int64(digit)
        }
        return value
    }
}

import Columnar

/// Writes local times by a pattern whose fields all have a fixed width: its text with zeros, and the numbers put into it.
struct TimeTemplate {
    private enum Field {
        case year, month, day, hour, minute, second, millisecond
    }

    private static let longest = 64

    private var text: [UInt8] = []
    private var fields: [(field: Field, offset: Int)] = []

    /// nil for a pattern with other fields.
    init?(_ pattern: TimePattern) {
        for part in pattern.parts {
            switch part {
            case .literal(let bytes): text += bytes
            case .field(let letter, let count):
                guard let field = Self.field(letter, count) else { return nil }
                fields.append((field, text.count))
                text += [UInt8](repeating: 0x30, count: count)
            }
        }
        guard text.count <= Self.longest else { return nil }
    }

    private static func field(_ letter: UInt8, _ count: Int) -> Field? {
        switch (letter, count) {
        case (0x79, 4), (0x75, 4): .year
        case (0x4D, 2), (0x4C, 2): .month
        case (0x64, 2): .day
        case (0x48, 2): .hour
        case (0x6D, 2): .minute
        case (0x73, 2): .second
        case (0x53, 3): .millisecond
        default: nil
        }
    }

    /// Writes a time of a date, microseconds of its day; returns how many bytes, nil for a year that is not of four digits.
    @inline(__always)
    func write(_ date: CivilDate, _ time: Int64, to target: UnsafeMutablePointer<UInt8>) -> Int? {
        guard date.year >= 0, date.year <= 9_999 else { return nil }
        text.withUnsafeBufferPointer { text in
            if let start = text.baseAddress { TextBytes(start: start, count: text.count).copy(to: target) }
        }
        let second = UInt64(truncatingIfNeeded: time) / 1_000_000
        for (field, offset) in fields {
            let place = target + offset
            switch field {
            case .year:
                let century = UInt64(truncatingIfNeeded: date.year) / 100
                Self.writePair(century, to: place)
                Self.writePair(UInt64(truncatingIfNeeded: date.year) &- century &* 100, to: place + 2)
            case .month: Self.writePair(UInt64(truncatingIfNeeded: date.month), to: place)
            case .day: Self.writePair(UInt64(truncatingIfNeeded: date.day), to: place)
            case .hour: Self.writePair(second / 3_600, to: place)
            case .minute: Self.writePair(second / 60 % 60, to: place)
            case .second: Self.writePair(second % 60, to: place)
            case .millisecond:
                let millisecond = UInt64(truncatingIfNeeded: time) / 1_000 % 1_000
                let tens = millisecond / 10
                Self.writePair(tens, to: place)
                place[2] = 0x30 &+ UInt8(truncatingIfNeeded: millisecond &- tens &* 10)
            }
        }
        return text.count
    }

    /// The two digits of a number below 100.
    @inline(__always)
    private static func writePair(_ number: UInt64, to place: UnsafeMutablePointer<UInt8>) {
        let tens = (number &* 103) &>> 10
        let digits = tens | (number &- tens &* 10) &<< 8
        UnsafeMutableRawPointer(place).storeBytes(of: UInt16(truncatingIfNeeded: digits) &+ 0x3030, as: UInt16.self)
    }
}

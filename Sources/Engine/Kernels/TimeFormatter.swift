import Columnar
import Diagnostics

/// Writes local times by a pattern. Remembers its last result, for rows of a log mostly share minute and day.
final class TimeFormatter {
    private let parts: [TimePattern.Part]
    private let zoneOffset: (Int64) -> Int64
    /// The finest unit that the pattern shows, microseconds.
    private let resolution: Int64
    private var lastUnit = Int64.min
    private var lastView = TextView()
    private var lastBytes: [UInt8] = []
    private var scratch: [UInt8] = []

    /// `zoneOffset` gives the seconds from UTC at a local time, for the letters that show them.
    init(_ pattern: TimePattern, zoneOffset: @escaping (Int64) -> Int64) {
        parts = pattern.parts
        self.zoneOffset = zoneOffset
        resolution = Self.resolution(pattern)
    }

    private static func resolution(_ pattern: TimePattern) -> Int64 {
        var finest = TimeUnits.microsecondsPerDay
        for case .field(let letter, _) in pattern.parts {
            switch letter {
            case 0x53, 0x6E: finest = 1
            case 0x73: finest = min(finest, TimeUnits.microsecondsPerSecond)
            case 0x79, 0x75, 0x4D, 0x4C, 0x64, 0x44, 0x45, 0x65, 0x51, 0x71, 0x47, 0x77: break
            default: finest = min(finest, TimeUnits.microsecondsPerMinute)
            }
        }
        return finest
    }

    /// The text of a local time; views may point into the heap, which must be that of this batch.
    func format(_ microseconds: Int64, heap: ByteHeap, isNewBatch: inout Bool) -> TextView {
        let unit = resolution == 1 ? microseconds : floorDivide(microseconds, resolution)
        if unit == lastUnit && !isNewBatch { return lastView }
        if unit != lastUnit {
            scratch.removeAll(keepingCapacity: true)
            write(microseconds, to: &scratch)
            lastUnit = unit
        }
        isNewBatch = false
        lastView = scratch.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { heap.add($0, count: buffer.count) } ?? TextView()
        }
        return lastView
    }

    /// Appends the text of a local time.
    func write(_ microseconds: Int64, to bytes: inout [UInt8]) {
        let days = floorDivide(microseconds, TimeUnits.microsecondsPerDay)
        let time = microseconds &- days &* TimeUnits.microsecondsPerDay
        let date = CivilDate(days: days)
        for part in parts {
            switch part {
            case .literal(let text): bytes.append(contentsOf: text)
            case .field(let letter, let count):
                if !writeDate(letter, count, date, days, to: &bytes) {
                    writeTime(letter, count, time, microseconds, to: &bytes)
                }
            }
        }
    }

    private func writeDate(
        _ letter: UInt8, _ count: Int, _ date: CivilDate, _ days: Int64, to bytes: inout [UInt8]
    ) -> Bool {
        switch letter {
        case 0x79, 0x75:
            if count == 2 { number(floorModulo(date.year, 100), 2, to: &bytes) } else { number(date.year, count, to: &bytes) }
        case 0x4D, 0x4C:
            if count < 3 {
                number(date.month, count, to: &bytes)
            } else {
                name(TimePattern.monthNames[Int(date.month) - 1], count, to: &bytes)
            }
        case 0x64: number(date.day, count, to: &bytes)
        case 0x44: number(date.dayOfYear, count, to: &bytes)
        case 0x45: name(TimePattern.dayNames[Int(CivilDate.weekday(days: days))], max(3, count), to: &bytes)
        case 0x65: number((CivilDate.weekday(days: days) &+ 1) % 7 &+ 1, count, to: &bytes)
        case 0x51, 0x71: number((date.month &- 1) / 3 &+ 1, count, to: &bytes)
        case 0x77: number(CivilDate.isoWeek(days: days).week, count, to: &bytes)
        case 0x47: bytes.append(contentsOf: (date.year > 0 ? "AD" : "BC").utf8)
        default: return false
        }
        return true
    }

    private func writeTime(
        _ letter: UInt8, _ count: Int, _ time: Int64, _ microseconds: Int64, to bytes: inout [UInt8]
    ) {
        let hour = time / TimeUnits.microsecondsPerHour
        switch letter {
        case 0x48: number(hour, count, to: &bytes)
        case 0x6B: number(hour == 0 ? 24 : hour, count, to: &bytes)
        case 0x4B: number(hour % 12, count, to: &bytes)
        case 0x68: number(hour % 12 == 0 ? 12 : hour % 12, count, to: &bytes)
        case 0x6D: number(time / TimeUnits.microsecondsPerMinute % 60, count, to: &bytes)
        case 0x73: number(time / TimeUnits.microsecondsPerSecond % 60, count, to: &bytes)
        case 0x53: fraction(time % TimeUnits.microsecondsPerSecond, count, to: &bytes)
        case 0x6E: number(time % TimeUnits.microsecondsPerSecond &* 1_000, count, to: &bytes)
        case 0x61: bytes.append(contentsOf: (hour < 12 ? "AM" : "PM").utf8)
        default: offset(letter, count, zoneOffset(microseconds), to: &bytes)
        }
    }

    /// Digits, zeros in front up to `width`.
    private func number(_ value: Int64, _ width: Int, to bytes: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: NumberText.longest) { buffer in
            let count = NumberText.write(unsigned: value.magnitude, to: buffer.baseAddress!)
            if value < 0 { bytes.append(0x2D) }
            for _ in 0..<max(0, width &- count) { bytes.append(0x30) }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[..<count]))
        }
    }

    private func fraction(_ microseconds: Int64, _ count: Int, to bytes: inout [UInt8]) {
        var unit: Int64 = 100_000
        for _ in 0..<count {
            bytes.append(unit > 0 ? 0x30 &+ UInt8(truncatingIfNeeded: microseconds / unit % 10) : 0x30)
            unit /= 10
        }
    }

    private func name(_ name: [UInt8], _ count: Int, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: count == 3 ? name[..<3] : count == 5 ? name[..<1] : name[...])
    }

    /// `+08:00` in the letter's form; X writes Z for none.
    private func offset(_ letter: UInt8, _ count: Int, _ seconds: Int64, to bytes: inout [UInt8]) {
        if letter == 0x58, seconds == 0 { return bytes.append(0x5A) }
        if letter == 0x7A { bytes.append(contentsOf: seconds == 0 ? Array("UTC".utf8) : Array("GMT".utf8)) }
        if letter == 0x7A, seconds == 0 { return }
        bytes.append(seconds < 0 ? 0x2D : 0x2B)
        let minutes = Int64(seconds.magnitude) / 60
        number(minutes / 60, 2, to: &bytes)
        if count == 1 && letter != 0x5A && letter != 0x7A && minutes % 60 == 0 { return }
        if count == 3 && letter != 0x5A || letter == 0x7A { bytes.append(0x3A) }
        number(minutes % 60, 2, to: &bytes)
    }
}

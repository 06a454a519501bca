import Columnar
import Diagnostics

/// Bytes being written into memory of a fixed size.
struct ByteSink {
    let start: UnsafeMutablePointer<UInt8>
    var count = 0

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        start[count] = byte
        count &+= 1
    }

    mutating func append(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            (start + count).update(from: base, count: buffer.count)
            count &+= buffer.count
        }
    }

    /// Digits, zeros in front up to `width`.
    mutating func append(_ value: Int64, width: Int) {
        if value >= 0 && value < 100 && width == 2 {
            append(0x30 &+ UInt8(truncatingIfNeeded: value / 10))
            append(0x30 &+ UInt8(truncatingIfNeeded: value % 10))
            return
        }
        if value < 0 { append(0x2D) }
        var digits = 1
        var limit: UInt64 = 10
        while digits < 19 && value.magnitude >= limit {
            digits &+= 1
            limit &*= 10
        }
        for _ in 0..<max(0, width &- digits) { append(0x30) }
        count &+= NumberText.write(unsigned: value.magnitude, to: start + count)
    }
}

/// Writes local times by a pattern. Remembers the last results of a batch, for rows of a log mostly share minute and day.
final class TimeFormatter {
    private static let rememberedCount = 16
    /// Bytes that one field writes at most: names of zones are the longest.
    private static let longestField = 64

    /// A byte that stands for itself (`letter` 0), or a run of a pattern letter.
    private struct Step {
        var letter: UInt8
        var count: UInt8
    }

    private let steps: [Step]
    /// For patterns of which every field has a fixed width.
    private let template: TimeTemplate?
    private let zoneOffset: (Int64) -> Int64
    private let zoneName: [UInt8]
    /// The finest unit that the pattern shows, microseconds.
    private let resolution: Int64
    /// What was written for a unit of time, at the unit's low bits; views point into the heap of the batch.
    private let units: UnsafeMutablePointer<Int64>
    private let views: UnsafeMutablePointer<TextView>
    private let scratch: UnsafeMutablePointer<UInt8>
    /// Below the microseconds of the time that is being written.
    private var nanosecondsAbove: Int64 = 0

    /// `zoneOffset` gives the seconds from UTC at a local time, for the letters that show them; `zoneName` is for VV.
    init(_ pattern: TimePattern, zoneName: String, zoneOffset: @escaping (Int64) -> Int64) {
        self.zoneName = Array(zoneName.utf8.prefix(Self.longestField))
        steps = Self.steps(pattern)
        template = TimeTemplate(pattern)
        units = .allocate(capacity: Self.rememberedCount)
        units.initialize(repeating: .min, count: Self.rememberedCount)
        views = .allocate(capacity: Self.rememberedCount)
        views.initialize(repeating: TextView(), count: Self.rememberedCount)
        self.zoneOffset = zoneOffset
        resolution = Self.resolution(pattern)
        scratch = .allocate(capacity: Self.longestField * (steps.count + 1))
    }

    deinit {
        scratch.deallocate()
        units.deallocate()
        views.deallocate()
    }

    private static func steps(_ pattern: TimePattern) -> [Step] {
        pattern.parts.flatMap { part in
            switch part {
            case .literal(let bytes): bytes.map { Step(letter: 0, count: $0) }
            case .field(let letter, let count): [Step(letter: letter, count: UInt8(clamping: count))]
            }
        }
    }

    /// Forgets the results of the batch before.
    func beginBatch() { units.update(repeating: .min, count: Self.rememberedCount) }

    /// The text of a local time; the heap must be that of this batch. `nanoseconds` are those above the microseconds.
    func format(_ microseconds: Int64, nanoseconds: Int64 = 0, heap: ByteHeap) -> TextView {
        nanosecondsAbove = nanoseconds
        if resolution == 1 { return write(microseconds, heap) }
        let unit = floorDivide(microseconds, resolution)
        let slot = Int(truncatingIfNeeded: unit) & (Self.rememberedCount &- 1)
        if units[slot] == unit { return views[slot] }
        let view = write(microseconds, heap)
        units[slot] = unit
        views[slot] = view
        return view
    }

    private func write(_ microseconds: Int64, _ heap: ByteHeap) -> TextView {
        var sink = ByteSink(start: scratch)
        write(microseconds, to: &sink)
        return heap.add(scratch, count: sink.count)
    }

    private static func resolution(_ pattern: TimePattern) -> Int64 {
        var finest = TimeUnits.microsecondsPerDay
        for case .field(let letter, _) in pattern.parts {
            switch letter {
            case 0x53, 0x6E, 0x41, 0x4E: finest = 1
            case 0x73: finest = min(finest, TimeUnits.microsecondsPerSecond)
            case 0x79, 0x75, 0x59, 0x4D, 0x4C, 0x64, 0x44, 0x45, 0x65, 0x63, 0x51, 0x71, 0x47, 0x77, 0x57, 0x46: break
            default: finest = min(finest, TimeUnits.microsecondsPerMinute)
            }
        }
        return finest
    }

    /// Appends the text of a local time.
    func write(_ microseconds: Int64, to bytes: inout ByteSink) {
        let days = floorDivide(microseconds, TimeUnits.microsecondsPerDay)
        let time = microseconds &- days &* TimeUnits.microsecondsPerDay
        let date = CivilDate(days: days)
        if let count = template?.write(date, time, to: bytes.start + bytes.count) {
            bytes.count &+= count
            return
        }
        for step in steps {
            let count = Int(step.count)
            if step.letter == 0 {
                bytes.append(step.count)
            } else if !writeDate(step.letter, count, date, days, to: &bytes) {
                writeTime(step.letter, count, time, microseconds, to: &bytes)
            }
        }
    }

    private func writeDate(
        _ letter: UInt8, _ count: Int, _ date: CivilDate, _ days: Int64, to bytes: inout ByteSink
    ) -> Bool {
        switch letter {
        case 0x79, 0x75: year(date.year, count, to: &bytes)
        case 0x4D, 0x4C:
            if count < 3 {
                bytes.append(date.month, width: count)
            } else {
                name(TimePattern.monthNames[Int(date.month) - 1], count, to: &bytes)
            }
        case 0x64: bytes.append(date.day, width: count)
        case 0x44: bytes.append(date.dayOfYear, width: count)
        case 0x45: name(TimePattern.dayNames[Int(CivilDate.weekday(days: days))], max(3, count), to: &bytes)
        case 0x65 where count > 2, 0x63 where count > 2:
            name(TimePattern.dayNames[Int(CivilDate.weekday(days: days))], count, to: &bytes)
        case 0x65, 0x63: bytes.append((CivilDate.weekday(days: days) &+ 1) % 7 &+ 1, width: count)
        case 0x51, 0x71: quarter((date.month &- 1) / 3 &+ 1, count, to: &bytes)
        case 0x59: year(LocalWeek(days: days, date).year, count, to: &bytes)
        case 0x77: bytes.append(LocalWeek(days: days, date).week, width: count)
        case 0x57: bytes.append(LocalWeek.ofMonth(days: days, date), width: count)
        // As Java has it up to 18: the day among those of the month's weeks that begin with its first day.
        case 0x46: bytes.append((date.day &- 1) % 7 &+ 1, width: count)
        case 0x47: era(isCommon: date.year > 0, count, to: &bytes)
        default: return false
        }
        return true
    }

    private func year(_ year: Int64, _ count: Int, to bytes: inout ByteSink) {
        if count == 2 {
            bytes.append(floorModulo(year, 100), width: 2)
        } else {
            bytes.append(year, width: count)
        }
    }

    private func quarter(_ quarter: Int64, _ count: Int, to bytes: inout ByteSink) {
        switch count {
        case 1, 2: bytes.append(quarter, width: count)
        case 4: bytes.append(TimePattern.quarterNames[Int(min(4, max(1, quarter))) - 1][...])
        default:
            if count == 3 { bytes.append(0x51) }
            bytes.append(quarter, width: 1)
        }
    }

    private func era(isCommon: Bool, _ count: Int, to bytes: inout ByteSink) {
        let name: StaticString = isCommon ? (count == 4 ? "Anno Domini" : "AD") : (count == 4 ? "Before Christ" : "BC")
        for index in 0..<(count == 5 ? 1 : name.utf8CodeUnitCount) { bytes.append(name.utf8Start[index]) }
    }

    private func writeTime(
        _ letter: UInt8, _ count: Int, _ time: Int64, _ microseconds: Int64, to bytes: inout ByteSink
    ) {
        let hour = time / TimeUnits.microsecondsPerHour
        switch letter {
        case 0x48: bytes.append(hour, width: count)
        case 0x6B: bytes.append(hour == 0 ? 24 : hour, width: count)
        case 0x4B: bytes.append(hour % 12, width: count)
        case 0x68: bytes.append(hour % 12 == 0 ? 12 : hour % 12, width: count)
        case 0x6D: bytes.append(time / TimeUnits.microsecondsPerMinute % 60, width: count)
        case 0x73: bytes.append(time / TimeUnits.microsecondsPerSecond % 60, width: count)
        case 0x53: fraction(nanosecond(time), count, to: &bytes)
        case 0x6E: bytes.append(nanosecond(time), width: count)
        case 0x41: bytes.append(time / TimeUnits.microsecondsPerMillisecond, width: count)
        case 0x4E: bytes.append(time &* 1_000 &+ nanosecondsAbove, width: count)
        case 0x56: bytes.append(zoneName[...])
        case 0x4F: localizedOffset(count, zoneOffset(microseconds), to: &bytes)
        case 0x61:
            bytes.append(hour < 12 ? 0x41 : 0x50)
            bytes.append(0x4D)
        default: offset(letter, count, zoneOffset(microseconds), to: &bytes)
        }
    }

    /// The nanosecond of the second.
    private func nanosecond(_ time: Int64) -> Int64 {
        time % TimeUnits.microsecondsPerSecond &* 1_000 &+ nanosecondsAbove
    }

    private func fraction(_ nanosecond: Int64, _ count: Int, to bytes: inout ByteSink) {
        var unit: Int64 = 100_000_000
        for _ in 0..<count {
            bytes.append(unit > 0 ? 0x30 &+ UInt8(truncatingIfNeeded: nanosecond / unit % 10) : 0x30)
            unit /= 10
        }
    }

    private func name(_ name: [UInt8], _ count: Int, to bytes: inout ByteSink) {
        bytes.append(count == 3 ? name[..<3] : count == 5 ? name[..<1] : name[...])
    }

    /// `GMT+8`, or `GMT+08:00` for OOOO; GMT alone for none.
    private func localizedOffset(_ count: Int, _ seconds: Int64, to bytes: inout ByteSink) {
        for byte in [0x47, 0x4D, 0x54] as [UInt8] { bytes.append(byte) }
        guard seconds != 0 else { return }
        bytes.append(seconds < 0 ? 0x2D : 0x2B)
        let minutes = Int64(seconds.magnitude) / 60
        bytes.append(minutes / 60, width: count == 4 ? 2 : 1)
        guard count == 4 || minutes % 60 != 0 else { return }
        bytes.append(0x3A)
        bytes.append(minutes % 60, width: 2)
    }

    /// `+08:00` in the letter's form; X writes Z for none.
    private func offset(_ letter: UInt8, _ count: Int, _ seconds: Int64, to bytes: inout ByteSink) {
        if letter == 0x58, seconds == 0 { return bytes.append(0x5A) }
        if letter == 0x7A { bytes.append(Array((seconds == 0 ? "UTC" : "GMT").utf8)[...]) }
        if letter == 0x7A, seconds == 0 { return }
        bytes.append(seconds < 0 ? 0x2D : 0x2B)
        let minutes = Int64(seconds.magnitude) / 60
        bytes.append(minutes / 60, width: 2)
        if count == 1 && letter != 0x5A && letter != 0x7A && minutes % 60 == 0 { return }
        if count == 3 && letter != 0x5A || letter == 0x7A { bytes.append(0x3A) }
        bytes.append(minutes % 60, width: 2)
    }
}

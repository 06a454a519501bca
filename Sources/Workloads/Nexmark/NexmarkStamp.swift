/// Writes moments as `yyyy-MM-dd HH:mm:ss.SSS` in UTC; the second written last is remembered.
struct NexmarkStamp {
    private var second = Int64.min
    /// Year, month, day, hour, minute and second.
    private var parts: (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0, 0, 0)

    /// Moments from 1970 to 9999.
    mutating func put(_ milliseconds: Int64, _ line: inout LineCursor) {
        let moment = milliseconds / 1_000
        if moment != second { remember(moment) }
        line.put2(parts.0 / 100)
        line.put2(parts.0 % 100)
        line.put(byte: 0x2D)
        line.put2(parts.1)
        line.put(byte: 0x2D)
        line.put2(parts.2)
        line.put(byte: 0x20)
        line.put2(parts.3)
        line.put(byte: 0x3A)
        line.put2(parts.4)
        line.put(byte: 0x3A)
        line.put2(parts.5)
        line.put(byte: 0x2E)
        line.put3(UInt32(truncatingIfNeeded: milliseconds % 1_000))
    }

    private mutating func remember(_ moment: Int64) {
        second = moment
        // A year that begins in March ends with the leap day.
        let days = moment / 86_400 + 719_468
        let era = days / 146_097
        let dayOfEra = days % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let ofDay = moment % 86_400
        parts = (
            UInt32(clamping: year), UInt32(clamping: month), UInt32(clamping: dayOfYear - (153 * shifted + 2) / 5 + 1),
            UInt32(clamping: ofDay / 3_600), UInt32(clamping: ofDay / 60 % 60), UInt32(clamping: ofDay % 60)
        )
    }
}

extension LineCursor {
    /// A number from 0 on.
    mutating func put(integer value: Int64) {
        var rest = UInt64(clamping: value)
        if rest < 1_000_000 { return put(number: UInt32(truncatingIfNeeded: rest)) }
        var divisor: UInt64 = 1_000_000
        while rest / divisor >= 10 { divisor &*= 10 }
        while divisor > 0 {
            put(byte: UInt8(truncatingIfNeeded: 48 &+ rest / divisor))
            rest %= divisor
            divisor /= 10
        }
    }

    /// Bytes that lie elsewhere.
    mutating func put(_ bytes: UnsafePointer<UInt8>, count: Int) {
        for index in 0..<count { put(byte: bytes[index]) }
    }
}

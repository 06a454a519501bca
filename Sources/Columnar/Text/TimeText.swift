/// Writes dates and times into memory that has room for ``longest`` bytes.
package enum TimeText {
    package static let longest = 64

    /// `yyyy-MM-dd`; years beyond four digits are written in full.
    package static func write(days: Int64, to target: UnsafeMutablePointer<UInt8>) -> Int {
        if let text = PackedText(days: days) {
            text.store(to: target)
            return text.count
        }
        let date = CivilDate(days: days)
        var length = 0
        if date.year < 0 {
            target[0] = 0x2D
            length = 1
        }
        if date.year.magnitude <= 9_999 {
            NumberText.write(Int64(date.year.magnitude), digits: 4, to: target + length)
            length &+= 4
        } else {
            length &+= NumberText.write(unsigned: date.year.magnitude, to: target + length)
        }
        target[length] = 0x2D
        NumberText.write(date.month, digits: 2, to: target + length + 1)
        target[length &+ 3] = 0x2D
        NumberText.write(date.day, digits: 2, to: target + length + 4)
        return length &+ 6
    }

    /// `HH:mm:ss` and, for a precision above 0, a point and so many digits. Takes microseconds of the day.
    package static func write(
        microsecondsOfDay time: Int64, precision: Int, to target: UnsafeMutablePointer<UInt8>
    ) -> Int {
        let time = UInt64(bitPattern: time)
        let second = time / 1_000_000
        let minute = second / 60
        let hour = minute / 60
        let pairs = hour | (minute &- hour &* 60) &<< 16 | (second &- minute &* 60) &<< 32
        let digits = DigitWord.digits(pairs: pairs) | DigitWord.zeros
        let clock = digits & 0xFFFF | (digits &>> 16 & 0xFFFF) &<< 24 | (digits &>> 32 & 0xFFFF) &<< 48
        let place = UnsafeMutableRawPointer(target)
        place.storeBytes(of: clock | 0x3A00_003A_0000, as: UInt64.self)
        guard precision > 0 else { return 8 }
        target[8] = 0x2E
        let fraction = DigitWord.digits((time &- second &* 1_000_000) &* 100) | DigitWord.zeros
        place.storeBytes(of: fraction, toByteOffset: 9, as: UInt64.self)
        let shown = min(precision, 9)
        if shown == 9 { target[17] = 0x30 }
        return 9 &+ shown
    }

    /// `yyyy-MM-dd HH:mm:ss[.fraction]` of microseconds since 1970, as the clock shows them.
    package static func write(
        microseconds: Int64, precision: Int, to target: UnsafeMutablePointer<UInt8>
    ) -> Int {
        let days = floorDivide(microseconds, TimeUnits.microsecondsPerDay)
        let length = write(days: days, to: target)
        target[length] = 0x20
        let time = microseconds &- days &* TimeUnits.microsecondsPerDay
        return length &+ 1 &+ write(microsecondsOfDay: time, precision: precision, to: target + length + 1)
    }

    /// As ``write(microseconds:precision:to:)``, of nanoseconds and with a precision of 7 to 9.
    package static func write(nanoseconds: Int128, precision: Int, to target: UnsafeMutablePointer<UInt8>) -> Int {
        let (microseconds, rest) = WideTime.split(nanoseconds)
        let length = write(microseconds: microseconds, precision: 6, to: target)
        let shown = max(0, min(precision, 9) &- 6)
        target[length] = 0x30 &+ UInt8(truncatingIfNeeded: rest / 100)
        target[length &+ 1] = 0x30 &+ UInt8(truncatingIfNeeded: rest / 10 % 10)
        target[length &+ 2] = 0x30 &+ UInt8(truncatingIfNeeded: rest % 10)
        return length &+ shown
    }

    /// An interval of months as `+1-02`.
    package static func write(months: Int64, to target: UnsafeMutablePointer<UInt8>) -> Int {
        target[0] = months < 0 ? 0x2D : 0x2B
        var length = 1 &+ NumberText.write(unsigned: months.magnitude / 12, to: target + 1)
        target[length] = 0x2D
        NumberText.write(Int64(months.magnitude % 12), digits: 2, to: target + length + 1)
        length &+= 3
        return length
    }

    /// An interval of milliseconds as `+1 02:03:04.005`.
    package static func write(milliseconds: Int64, to target: UnsafeMutablePointer<UInt8>) -> Int {
        target[0] = milliseconds < 0 ? 0x2D : 0x2B
        let magnitude = milliseconds.magnitude
        let length = 1 &+ NumberText.write(unsigned: magnitude / 86_400_000, to: target + 1)
        target[length] = 0x20
        let time = Int64(magnitude % 86_400_000) &* 1_000
        return length &+ 1 &+ write(microsecondsOfDay: time, precision: 3, to: target + length + 1)
    }
}

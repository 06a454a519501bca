public import CPlatform

/// A text of at most 16 bytes in registers: the first byte lowest, bytes behind its end zero.
package struct PackedText: Equatable, Sendable {
    package var bits: UInt128
    package var count: Int

    @inlinable package static var longest: Int { 16 }

    @inlinable @inline(__always)
    package init(bits: UInt128, count: Int) {
        self.bits = bits
        self.count = count
    }

    /// The text of a view; nil when it is longer. Reads no byte behind the text's end.
    @inlinable @inline(__always)
    package init?(_ place: UnsafePointer<TextView>) {
        let view = place.pointee
        count = view.count
        if count <= TextView.inlineLimit {
            bits = UInt128(view.head &>> 32) | UInt128(view.tail) &<< 32
        } else if count <= 16 {
            let bytes = UnsafeRawPointer(TextView.bytes(at: place))
            // Where both words overlap they have the same bytes.
            let last = bytes.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
            bits = UInt128(bytes.loadUnaligned(as: UInt64.self)) | UInt128(last) &<< UInt128(8 &* (count &- 8))
        } else {
            return nil
        }
    }

    /// The view of a text that fits into one.
    @inlinable @inline(__always)
    package var inlineView: TextView {
        var view = TextView()
        view.head = UInt64(truncatingIfNeeded: count) | UInt64(truncatingIfNeeded: bits) &<< 32
        view.tail = UInt64(truncatingIfNeeded: bits &>> 32)
        return view
    }

    /// Stores all 16 bytes; the place must have room for them.
    @inlinable @inline(__always)
    package func store(to target: UnsafeMutablePointer<UInt8>) {
        let place = UnsafeMutableRawPointer(target)
        place.storeBytes(of: UInt64(truncatingIfNeeded: bits), as: UInt64.self)
        place.storeBytes(of: UInt64(truncatingIfNeeded: bits &>> 64), toByteOffset: 8, as: UInt64.self)
    }

    // MARK: Numbers

    /// A whole number; nil when it has more than 15 digits.
    @inlinable @inline(__always)
    package init?(_ value: Int64) {
        let magnitude = value.magnitude
        if magnitude < 100_000_000 {
            let digits = DigitWord.digits(magnitude)
            let zeros = min(digits.trailingZeroBitCount &>> 3, 7)
            self.init(bits: UInt128((digits | DigitWord.zeros) &>> UInt64(8 &* zeros)), count: 8 &- zeros)
        } else if magnitude < 1_000_000_000_000_000 {
            let digits = DigitWord.wideDigits(magnitude)
            let zeros = digits.trailingZeroBitCount &>> 3
            self.init(bits: (digits | DigitWord.wideZeros) &>> UInt128(8 &* zeros), count: 16 &- zeros)
        } else {
            return nil
        }
        negate(value < 0)
    }

    /// A minus sign in front where it is wanted; there must be room for it.
    @inlinable @inline(__always)
    package mutating func negate(_ isNegative: Bool) {
        if isNegative {
            bits = bits &<< 8 | 0x2D
            count &+= 1
        }
    }

    /// Takes away the last bytes, but never all.
    @inlinable @inline(__always)
    package mutating func drop(last dropped: Int) {
        count &-= dropped
        bits &= UInt128(bytes: millrace_first_bytes(Int64(count)))
    }

    // MARK: Reading

    /// A whole number with an optional minus sign; nil for any other text, and for blanks around.
    @inlinable @inline(__always)
    package var integer: Int64? {
        var text = bits
        var length = count
        let isNegative = UInt8(truncatingIfNeeded: text) == 0x2D
        if isNegative {
            text = text &>> 8
            length &-= 1
        }
        guard length > 0, let magnitude = PackedText.value(text, length) else { return nil }
        let value = Int64(bitPattern: magnitude)
        return isNegative ? 0 &- value : value
    }

    /// Digits with an optional minus sign and an optional point: the digits as a number and how many stand behind the
    /// point. nil for any other text, and for blanks around.
    @inlinable @inline(__always)
    package var decimal: (isNegative: Bool, digits: UInt64, scale: Int)? {
        var text = bits
        var length = count
        let isNegative = UInt8(truncatingIfNeeded: text) == 0x2D
        if isNegative {
            text = text &>> 8
            length &-= 1
        }
        // The lowest zero byte of the difference has its highest bit set in `points`.
        let difference = text ^ PackedText.manyPoints
        let points = (difference &- PackedText.manyOnes) & ~difference & (PackedText.manyOnes &<< 7)
        var scale = 0
        if points != 0 {
            let before = UInt128(points.trailingZeroBitCount & ~7)
            scale = length &- 1 &- Int(before &>> 3)
            text = text & ~(UInt128.max &<< before) | ((text &>> 8) &>> before) &<< before
            length &-= 1
        }
        guard length > 0, let digits = PackedText.value(text, length) else { return nil }
        return (isNegative, digits, scale)
    }

    @inlinable package static var manyPoints: UInt128 { 0x2E2E_2E2E_2E2E_2E2E_2E2E_2E2E_2E2E_2E2E }
    @inlinable package static var manyOnes: UInt128 { 0x0101_0101_0101_0101_0101_0101_0101_0101 }

    /// The number that 1 to 16 characters stand for; nil when there is anything but digits.
    @inlinable @inline(__always)
    package static func value(_ text: UInt128, _ length: Int) -> UInt64? {
        if length <= 8 {
            // Digits at the end of the word, zeros in front of them.
            let digits = (UInt64(truncatingIfNeeded: text) ^ DigitWord.zeros) &<< UInt64(64 &- 8 &* length)
            return DigitWord.areDigits(digits) ? DigitWord.value(digits) : nil
        }
        let digits = (text ^ DigitWord.wideZeros) &<< UInt128(128 &- 8 &* length)
        let high = UInt64(truncatingIfNeeded: digits)
        let low = UInt64(truncatingIfNeeded: digits &>> 64)
        guard DigitWord.areDigits(high), DigitWord.areDigits(low) else { return nil }
        return DigitWord.value(high) &* 100_000_000 &+ DigitWord.value(low)
    }

    // MARK: Dates

    /// `yyyy-MM-dd`; nil for years that have no four digits.
    @inlinable @inline(__always)
    package init?(days: Int64) {
        let date = CivilDate(days: days)
        guard date.year >= 0, date.year <= 9_999 else { return nil }
        let year = UInt64(bitPattern: date.year)
        let century = year / 100
        let monthAndDay = UInt64(bitPattern: date.month) &<< 32 | UInt64(bitPattern: date.day) &<< 48
        let pairs = century | (year &- century &* 100) &<< 16 | monthAndDay
        let text = DigitWord.digits(pairs: pairs) | DigitWord.zeros
        let low = text & 0xFFFF_FFFF | (text &>> 32 & 0xFFFF) &<< 40 | 0x2D00_002D_0000_0000
        self.init(bits: UInt128(low) | UInt128(text &>> 48) &<< 64, count: 10)
    }
}

/// Where the point stands in decimals of a scale.
package struct DecimalPoint: Sendable {
    /// Decimals from here on are too long for a packed text.
    @inlinable package static var limit: UInt64 { 100_000_000_000_000 }

    @usableFromInline let wholeMask: UInt128
    @usableFromInline let point: UInt128
    @usableFromInline let mostZeros: Int

    /// For 1 to 14 digits behind the point; nil for others.
    @inlinable @inline(__always)
    package init?(scale: Int) {
        guard scale >= 1, scale <= 14 else { return nil }
        wholeMask = UInt128(bytes: millrace_first_bytes(Int64(16 &- scale)))
        point = UInt128(bytes: millrace_point_at(Int64(15 &- scale)))
        mostZeros = 14 &- scale
    }

    /// Sixteen digits, of which the first is zero, with the point between them and without zeros in front.
    @inlinable @inline(__always)
    package func text(_ digits: UInt128) -> PackedText {
        let characters = digits | DigitWord.wideZeros
        let zeros = min(digits.trailingZeroBitCount &>> 3 &- 1, mostZeros)
        let text = (characters & wholeMask) &>> 8 | point | characters & ~wholeMask
        return PackedText(bits: text &>> UInt128(8 &* zeros), count: 16 &- zeros)
    }

    /// A decimal; nil when it is too long.
    @inlinable @inline(__always)
    package func text(_ unscaled: Int128) -> PackedText? {
        let value = Int64(truncatingIfNeeded: unscaled)
        guard Int128(value) == unscaled, value.magnitude < Self.limit else { return nil }
        var text = text(DigitWord.wideDigits(value.magnitude))
        guard value < 0 else { return text }
        guard text.count < PackedText.longest else { return nil }
        text.negate(true)
        return text
    }
}

extension UInt128 {
    /// Sixteen bytes, the first in the lowest.
    @inlinable @inline(__always)
    package init(bytes: millrace_bytes16) { self = UInt128(bytes.low) | UInt128(bytes.high) &<< 64 }
}

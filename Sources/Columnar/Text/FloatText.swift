import CPlatform

/// Writes FLOAT and DOUBLE as Java does: the fewest digits that read back, plain between 0.001 and 10,000,000.
package enum FloatText {
    /// A DOUBLE; returns how many bytes, at most ``NumberText/longest``.
    package static func write(_ value: Double, to target: UnsafeMutablePointer<UInt8>) -> Int {
        if let text = packed(value) {
            text.store(to: target)
            return text.count
        }
        return writeAny(value, to: target)
    }

    /// A DOUBLE that is likely to have more digits than ``packed(_:)`` takes: the same text, without trying that first.
    package static func writeAny(_ value: Double, to target: UnsafeMutablePointer<UInt8>) -> Int {
        if let special = writeSpecial(value, to: target) { return special }
        var decimal = ShortestDecimal(value.magnitude)
        if value.magnitude.bitPattern < 2_048 {
            decimal.widen(units: Double(value.bitPattern & 0xFFFF), unit: 49.40656458412465, power: -324)
        }
        return decimal.write(isNegative: value < 0, to: target)
    }

    /// A FLOAT.
    package static func write(_ value: Float, to target: UnsafeMutablePointer<UInt8>) -> Int {
        if let special = writeSpecial(Double(value), to: target) { return special }
        var decimal = ShortestDecimal(value.magnitude)
        if value.magnitude.bitPattern < 1_024 {
            decimal.widen(units: Double(value.bitPattern & 0xFFFF), unit: 14.01298464324817, power: -45)
        }
        return decimal.write(isNegative: value < 0, to: target)
    }

    /// The numbers of everyday: from 0.001 to below ten millions, with at most 15 digits; nil for others.
    ///
    /// Scaled to 15 digits in front of the point and rounded, such a number is a whole one, and divided by the scale it is itself
    /// again. Two decimals of up to 15 digits are never read as the same number, so this one is the shortest.
    @inlinable @inline(__always)
    package static func packed(_ value: Double) -> PackedText? {
        let magnitude = value.magnitude
        guard magnitude >= 1e-3, magnitude < 1e7 else { return nil }
        let power = Int(truncatingIfNeeded: magnitude.bitPattern &>> 52) &- 1_023
        // 1,233 / 2^12 is near enough to the logarithm of two.
        let wholeDigits = power < 0 ? 1 : ((power &+ 1) &* 1_233) &>> 12 &+ 1
        let scale = 15 &- wholeDigits
        let factor = millrace_power_of_ten(Int64(scale))
        // Above 2^52 there are no fractions: the sum is rounded, and its low bits are the whole number.
        let sum = magnitude * factor + 0x1p52
        guard (sum - 0x1p52) / factor == magnitude, let point = DecimalPoint(scale: scale) else { return nil }
        let digits = DigitWord.wideDigits(sum.bitPattern & 0xF_FFFF_FFFF_FFFF)
        var text = point.text(digits)
        text.drop(last: min(digits.leadingZeroBitCount &>> 3, scale &- 1))
        guard value < 0 else { return text }
        guard text.count < PackedText.longest else { return nil }
        text.negate(true)
        return text
    }

    private static func writeSpecial(_ value: Double, to target: UnsafeMutablePointer<UInt8>) -> Int? {
        let text: StaticString
        if value.isNaN {
            text = "NaN"
        } else if value.isInfinite {
            text = value < 0 ? "-Infinity" : "Infinity"
        } else if value == 0 {
            text = value.sign == .minus ? "-0.0" : "0.0"
        } else {
            return nil
        }
        target.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        return text.utf8CodeUnitCount
    }
}

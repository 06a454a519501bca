import CPlatform
import Glibc

/// Reads numbers from text as SQL casts do.
package enum NumberParsing {
    /// Digits with an optional sign; a fraction may follow and is cut off. Blanks around are ignored.
    package static func integer(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int64? {
        var index = 0
        var end = count
        while index < end && bytes[index] == 0x20 { index &+= 1 }
        while end > index && bytes[end &- 1] == 0x20 { end &-= 1 }
        guard index < end else { return nil }
        let isNegative = bytes[index] == 0x2D
        if isNegative || bytes[index] == 0x2B {
            index &+= 1
            guard index < end else { return nil }
        }
        if end &- index <= 18 {
            // Too short to overflow.
            var value: Int64 = 0
            while index < end {
                let digit = bytes[index] &- 0x30
                index &+= 1
                if digit > 9 {
                    guard digit == 0xFE, onlyDigits(bytes, index, end) else { return nil }
                    break
                }
                value = value &* 10 &+ Int64(digit)
            }
            return isNegative ? 0 &- value : value
        }
        // Counted downwards, so that the smallest number needs no case of its own.
        var value: Int64 = 0
        while index < end {
            let digit = bytes[index] &- 0x30
            index &+= 1
            if digit > 9 {
                guard digit == 0xFE, onlyDigits(bytes, index, end) else { return nil }
                break
            }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.subtractingReportingOverflow(Int64(digit))
            if overflow || carry { return nil }
            value = sum
        }
        if isNegative { return value }
        return value == .min ? nil : 0 &- value
    }

    private static func onlyDigits(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
        for index in start..<end where bytes[index] &- 0x30 > 9 { return false }
        return true
    }

    /// TRUE or FALSE in any of the spellings of the dialect: t, true, y, yes, 1 and their opposites, in any case.
    package static func boolean(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool? {
        var start = 0
        var end = count
        while start < end && bytes[start] == 0x20 { start &+= 1 }
        while end > start && bytes[end &- 1] == 0x20 { end &-= 1 }
        var word: UInt64 = 0
        guard end > start, end &- start <= 5 else { return nil }
        for index in start..<end {
            let byte = bytes[index]
            word = word << 8 | UInt64(byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte)
        }
        switch word {
        case 0x74, 0x7472_7565, 0x79, 0x79_6573, 0x31: return true
        case 0x66, 0x66_616C_7365, 0x6E, 0x6E6F, 0x30: return false
        default: return nil
        }
    }

    /// A decimal number, with an exponent if there is one, at the wanted scale, rounded half up or cut.
    /// nil when the text is no number, `.some(nil)` when it has more than `precision` digits.
    package static func decimal(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, precision: Int, scale: Int, isTruncating: Bool = false
    ) -> Int128?? {
        var literal = NumberLiteral(bytes, count)
        guard literal.readDecimal() else { return nil }
        // In short texts, zeros in front count as digits: the dialect says so.
        if count <= 18, precision <= 18, literal.wholeDigits > max(1, precision &- scale), literal.exponent <= 0 {
            return .some(nil)
        }
        // Digits beyond the 39th only matter by whether they are there: half up looks at one digit.
        let shift = literal.exponent &+ scale
        var value = literal.mantissa
        if value == 0 { return .some(0) }
        if shift > 0 {
            guard shift <= 38, let scaled = multiplied(value, tens: shift) else { return .some(nil) }
            value = scaled
        } else if shift < 0 {
            guard shift >= -39 else { return .some(0) }
            var dropped = -shift
            while dropped > 1 {
                value /= 10
                dropped &-= 1
            }
            value = isTruncating ? value / 10 : (value &+ 5) / 10
        }
        guard value < powerOfTen(min(max(precision, 0), 38)) else { return .some(nil) }
        let result = Int128(truncatingIfNeeded: value)
        return .some(literal.isNegative ? 0 &- result : result)
    }

    private static func multiplied(_ value: UInt128, tens: Int) -> UInt128? {
        let (product, overflow) = value.multipliedReportingOverflow(by: powerOfTen(tens))
        return overflow ? nil : product
    }

    private static func powerOfTen(_ exponent: Int) -> UInt128 {
        var result: UInt128 = 1
        for _ in 0..<exponent { result &*= 10 }
        return result
    }

    /// A DOUBLE in Java's grammar: NaN, Infinity, hexadecimal, a trailing `d` or `f`; blanks around are ignored.
    package static func double(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Double? {
        var literal = NumberLiteral(bytes, count)
        guard let form = literal.readFloating() else { return nil }
        switch form {
        case .value(let value): return value
        case .decimal:
            if !literal.isCut, let mantissa = UInt64(exactly: literal.mantissa),
                let value = nearest(mantissa, tens: literal.exponent)
            {
                return literal.isNegative ? -value : value
            }
            return literal.withTerminatedText { strtod($0, nil) }
        case .hexadecimal: return literal.withTerminatedText { strtod($0, nil) }
        }
    }

    /// The DOUBLE nearest to `mantissa` times ten to `exponent`; nil where this does not tell, and for the largest and the
    /// smallest numbers.
    @inlinable
    package static func nearest(_ mantissa: UInt64, tens exponent: Int) -> Double? {
        if mantissa <= 1 << 53, exponent >= -22, exponent <= 22 {
            // Both are exact, so their product or quotient is rounded once.
            let power = millrace_power_of_ten(Int64(exponent.magnitude))
            return exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
        }
        return scaled(mantissa, tens: exponent)
    }

    /// By a product with 128 bits of the power of ten.
    @usableFromInline
    static func scaled(_ mantissa: UInt64, tens exponent: Int) -> Double? {
        guard mantissa != 0, exponent >= PowersOfTen.smallest, exponent <= 308 else { return nil }
        let zeros = mantissa.leadingZeroBitCount
        let factor = mantissa &<< UInt64(zeros)
        let power = PowersOfTen.scaled(exponent)
        let low = power.low.multipliedFullWidth(by: factor).high
        let high = power.high.multipliedFullWidth(by: factor)
        let (middle, carry) = high.low.addingReportingOverflow(low)
        let product = UInt128(high.high &+ (carry ? 1 : 0)) &<< 64 | UInt128(middle)
        // The power is rounded up and the end of the product is cut: what was meant is less than one away from it.
        let dropped = UInt128(75 &- product.leadingZeroBitCount)
        let rest = product & ~(UInt128.max &<< dropped)
        let half: UInt128 = 1 &<< (dropped &- 1)
        if rest == half { return nil }
        var significand = UInt64(truncatingIfNeeded: product &>> dropped) &+ (rest > half ? 1 : 0)
        var binary = Int(dropped) &+ 64 &- zeros &+ PowersOfTen.floorLog2(exponent) &- 127 &+ 1_075
        if significand >> 53 != 0 {
            significand &>>= 1
            binary &+= 1
        }
        guard binary >= 1, binary <= 2_046 else { return nil }
        return Double(bitPattern: UInt64(binary) &<< 52 | significand & 0xF_FFFF_FFFF_FFFF)
    }

    /// A FLOAT in the same grammar, rounded once.
    package static func float(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Float? {
        var literal = NumberLiteral(bytes, count)
        guard let form = literal.readFloating() else { return nil }
        if case .value(let value) = form { return Float(value) }
        return literal.withTerminatedText { strtof($0, nil) }
    }
}

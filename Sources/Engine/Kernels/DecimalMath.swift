import Columnar

/// Exact decimal arithmetic over unscaled numbers, rounded half up; nil when a result has more than 38 digits.
enum DecimalMath {
    /// Ten to the powers 0 to 38.
    static let powers: [Int128] = {
        var result: [Int128] = [1]
        for _ in 0..<38 { result.append(result[result.count - 1] &* 10) }
        return result
    }()

    @inline(__always)
    static func power(_ exponent: Int) -> Int128 { powers[min(max(exponent, 0), 38)] }

    /// The number at another scale, if it has at most `precision` digits there.
    static func rescale(_ value: Int128, from: Int, to: Int, precision: Int) -> Int128? {
        let shift = to &- from
        if shift >= 0 {
            if value == 0 { return 0 }
            guard shift <= 38 else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: power(shift))
            return overflow ? nil : fitting(product, precision)
        }
        guard shift >= -38 else { return 0 }
        return fitting(divideHalfUp(value, power(-shift)), precision)
    }

    /// The value if it has at most so many digits.
    @inline(__always)
    static func fitting(_ value: Int128, _ precision: Int) -> Int128? {
        value.magnitude < power(precision).magnitude ? value : nil
    }

    /// Rounded half away from zero; the divisor is positive.
    static func divideHalfUp(_ value: Int128, _ divisor: Int128) -> Int128 {
        if value.magnitude <= UInt128(UInt64.max >> 1), divisor.magnitude <= UInt128(UInt64.max >> 2) {
            let small = Int64(truncatingIfNeeded: value)
            let by = Int64(truncatingIfNeeded: divisor)
            let quotient = small / by
            let rest = (small % by).magnitude
            return Int128(rest &* 2 >= by.magnitude ? quotient &+ (small < 0 ? -1 : 1) : quotient)
        }
        let (quotient, rest) = value.quotientAndRemainder(dividingBy: divisor)
        let isUp = rest.magnitude >= divisor.magnitude &- rest.magnitude
        return isUp ? quotient &+ (value < 0 ? -1 : 1) : quotient
    }

    /// `left * right`, whose exact scale is that of both together, at a smaller or equal scale.
    static func multiply(_ left: Int128, _ right: Int128, dropping digits: Int, precision: Int) -> Int128? {
        let (product, overflow) = left.multipliedReportingOverflow(by: right)
        if !overflow {
            return digits == 0 ? fitting(product, precision) : fitting(divideHalfUp(product, power(digits)), precision)
        }
        let wide = WideNumber(product: left.magnitude, right.magnitude)
        guard let quotient = wide.dividedHalfUp(by: power(digits).magnitude) else { return nil }
        return signed(quotient, isNegative: (left < 0) != (right < 0), precision)
    }

    /// `left / right * 10^exponent`; `right` is not zero.
    static func divide(_ left: Int128, _ right: Int128, exponent: Int, precision: Int) -> Int128? {
        let isNegative = (left < 0) != (right < 0)
        let divisor = right.magnitude
        if exponent < 0 {
            // Fewer digits than the quotient has: a larger divisor.
            guard exponent >= -38 else { return 0 }
            let (larger, overflow) = divisor.multipliedReportingOverflow(by: power(-exponent).magnitude)
            if overflow { return 0 }
            guard let quotient = WideNumber(high: 0, low: left.magnitude).dividedHalfUp(by: larger) else { return nil }
            return signed(quotient, isNegative: isNegative, precision)
        }
        if exponent <= 38 {
            let dividend = WideNumber(product: left.magnitude, power(exponent).magnitude)
            guard let quotient = dividend.dividedHalfUp(by: divisor) else { return nil }
            return signed(quotient, isNegative: isNegative, precision)
        }
        // More digits than one step can give: the quotient first, then the digits of its remainder.
        let first = WideNumber(product: left.magnitude, power(38).magnitude)
        guard let (head, rest) = first.divided(by: divisor) else { return nil }
        let more = min(exponent &- 38, 38)
        let (shifted, overflow) = head.multipliedReportingOverflow(by: power(more).magnitude)
        let tail = WideNumber(product: rest, power(more).magnitude)
        guard !overflow, let low = tail.dividedHalfUp(by: divisor) else { return nil }
        let (sum, carry) = shifted.addingReportingOverflow(low)
        return carry ? nil : signed(sum, isNegative: isNegative, precision)
    }

    /// The remainder with the sign of the dividend. One of the factors, which bring both to one scale, is one.
    static func remainder(_ left: Int128, _ right: Int128, _ leftFactor: Int128, _ rightFactor: Int128) -> Int128? {
        let (divisor, overflow) = right.magnitude.multipliedReportingOverflow(by: rightFactor.magnitude)
        // Then the divisor is larger than any dividend.
        if overflow { return left }
        let dividend = WideNumber(product: left.magnitude, leftFactor.magnitude)
        let rest = dividend.remainder(by: divisor)
        return rest > UInt128(Int128.max) ? nil : left < 0 ? 0 &- Int128(rest) : Int128(rest)
    }

    private static func signed(_ magnitude: UInt128, isNegative: Bool, _ precision: Int) -> Int128? {
        guard magnitude < power(precision).magnitude else { return nil }
        let value = Int128(truncatingIfNeeded: magnitude)
        return isNegative ? 0 &- value : value
    }

    /// The nearest DOUBLE to a decimal.
    static func double(_ unscaled: Int128, scale: Int) -> Double {
        if unscaled.magnitude <= 1 << 53, scale <= 22 {
            return Double(Int64(truncatingIfNeeded: unscaled)) / exactPowers[max(0, scale)]
        }
        return withDecimalText(unscaled, scale: scale) { NumberParsing.double($0, $1) ?? .nan }
    }

    static func float(_ unscaled: Int128, scale: Int) -> Float {
        withDecimalText(unscaled, scale: scale) { NumberParsing.float($0, $1) ?? .nan }
    }

    private static func withDecimalText<Result>(
        _ unscaled: Int128, scale: Int, _ body: (UnsafePointer<UInt8>, Int) -> Result
    ) -> Result {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: NumberText.longest) { buffer in
            let place = buffer.baseAddress!
            return body(place, NumberText.write(unscaled, scale: scale, to: place))
        }
    }

    private static let exactPowers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]
}

/// An unsigned number of 256 bits: what two decimals multiply to.
struct WideNumber {
    var high: UInt128
    var low: UInt128

    init(high: UInt128, low: UInt128) {
        self.high = high
        self.low = low
    }

    init(product left: UInt128, _ right: UInt128) {
        let product = left.multipliedFullWidth(by: right)
        high = product.high
        low = product.low
    }

    /// Quotient and remainder; nil when the quotient has more than 128 bits or the divisor is zero.
    func divided(by divisor: UInt128) -> (quotient: UInt128, remainder: UInt128)? {
        guard high < divisor else { return nil }
        if high == 0 {
            let result = low.quotientAndRemainder(dividingBy: divisor)
            return (result.quotient, result.remainder)
        }
        let result = divisor.dividingFullWidth((high, low))
        return (result.quotient, result.remainder)
    }

    func dividedHalfUp(by divisor: UInt128) -> UInt128? {
        guard let (quotient, rest) = divided(by: divisor) else { return nil }
        guard rest >= divisor &- rest, rest > 0 else { return quotient }
        let (sum, overflow) = quotient.addingReportingOverflow(1)
        return overflow ? nil : sum
    }

    /// The remainder; the divisor is not zero.
    func remainder(by divisor: UInt128) -> UInt128 {
        guard divisor != 0 else { return 0 }
        let rest = high % divisor
        if rest == 0 { return low % divisor }
        return divisor.dividingFullWidth((rest, low)).remainder
    }
}

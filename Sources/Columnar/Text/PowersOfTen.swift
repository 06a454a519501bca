/// Powers of ten as binary fractions of 128 bits: what conversions between decimal and binary multiply with.
package enum PowersOfTen {
    package static let smallest = -292
    static let largest = 324

    /// Both words of the smallest 128-bit number g with g * 2^(floor(log2(10^exponent)) - 127) >= 10^exponent; the
    /// highest bit of g is set.
    @inline(__always)
    static func scaled(_ exponent: Int) -> (high: UInt64, low: UInt64) {
        let index = 2 &* (exponent &- smallest)
        return (words[index], words[index &+ 1])
    }

    /// The largest whole number whose power of two is not above ten to the exponent.
    @inline(__always)
    static func floorLog2(_ exponent: Int) -> Int { (exponent &* 1_741_647) &>> 19 }

    /// High and low words one after the other, from the smallest exponent on. Made once, in about a millisecond.
    package static let words: [UInt64] = {
        var powers: [[UInt64]] = [[1]]
        for _ in 0..<largest { powers.append(timesTen(powers[powers.count - 1])) }
        var words: [UInt64] = []
        words.reserveCapacity(2 * (largest - smallest + 1))
        for exponent in smallest...largest {
            let value = exponent < 0 ? reciprocal(powers[-exponent]) : leading(powers[exponent])
            words.append(UInt64(truncatingIfNeeded: value >> 64))
            words.append(UInt64(truncatingIfNeeded: value))
        }
        return words
    }()

    /// Long numbers, the lowest word first.
    private static func timesTen(_ number: [UInt64]) -> [UInt64] {
        var result = number
        var carry: UInt64 = 0
        for index in result.indices {
            let product = UInt128(result[index]) * 10 + UInt128(carry)
            result[index] = UInt64(truncatingIfNeeded: product)
            carry = UInt64(truncatingIfNeeded: product >> 64)
        }
        if carry > 0 { result.append(carry) }
        return result
    }

    /// The highest 128 bits, rounded up.
    private static func leading(_ number: [UInt64]) -> UInt128 {
        let top = number[number.count - 1]
        let next = number.count > 1 ? number[number.count - 2] : 0
        let third = number.count > 2 ? number[number.count - 3] : 0
        let shift = UInt64(top.leadingZeroBitCount)
        var value = (UInt128(top) << 64 | UInt128(next)) << UInt128(shift)
        if shift > 0 { value |= UInt128(third >> (64 - shift)) }
        let isThirdCut = third << shift != 0
        let isExact = !isThirdCut && number.dropLast(3).allSatisfy { $0 == 0 }
        return isExact ? value : value + 1
    }

    /// The first 128 bits of one divided by the number, rounded up: long division by bits.
    private static func reciprocal(_ divisor: [UInt64]) -> UInt128 {
        // The highest bit of the divisor, so that the first doubling may already reach it.
        var rest = [UInt64](repeating: 0, count: divisor.count + 1)
        let bit = divisor.count * 64 - divisor[divisor.count - 1].leadingZeroBitCount - 1
        rest[bit / 64] = 1 << UInt64(bit % 64)
        var quotient: UInt128 = 0
        for _ in 0..<128 {
            quotient <<= 1
            var carry: UInt64 = 0
            for index in rest.indices {
                let word = rest[index]
                rest[index] = word << 1 | carry
                carry = word >> 63
            }
            if subtract(divisor, from: &rest) { quotient |= 1 }
        }
        return quotient + 1
    }

    /// Subtracts where the result is not negative; tells whether it did.
    private static func subtract(_ number: [UInt64], from rest: inout [UInt64]) -> Bool {
        var index = number.count
        if rest[index] == 0 {
            index -= 1
            while index > 0, rest[index] == number[index] { index -= 1 }
            if rest[index] < number[index] { return false }
        }
        var borrow: UInt64 = 0
        for index in number.indices {
            let (first, isUnder) = rest[index].subtractingReportingOverflow(number[index])
            let (second, isUnderAgain) = first.subtractingReportingOverflow(borrow)
            rest[index] = second
            borrow = isUnder || isUnderAgain ? 1 : 0
        }
        rest[number.count] &-= borrow
        return true
    }
}

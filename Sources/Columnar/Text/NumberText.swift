/// Writes numbers as text into memory that has room for the longest: ``longest`` bytes.
package enum NumberText {
    /// Bytes that every function of this type may write at most.
    package static let longest = 80

    /// Digits with a minus sign where needed; returns how many bytes.
    package static func write(_ value: Int64, to target: UnsafeMutablePointer<UInt8>) -> Int {
        var count = 0
        if value < 0 {
            target[0] = 0x2D
            count = 1
        }
        return count &+ write(unsigned: value.magnitude, to: target + count)
    }

    /// Digits without sign.
    package static func write(unsigned value: UInt64, to target: UnsafeMutablePointer<UInt8>) -> Int {
        let place = UnsafeMutableRawPointer(target)
        if value < 100_000_000 {
            let digits = DigitWord.digits(value)
            let zeros = min(digits.trailingZeroBitCount &>> 3, 7)
            place.storeBytes(of: (digits | DigitWord.zeros) &>> UInt64(8 &* zeros), as: UInt64.self)
            return 8 &- zeros
        }
        let high = value / 100_000_000
        let count = write(unsigned: high, to: target)
        let digits = DigitWord.digits(value &- high &* 100_000_000) | DigitWord.zeros
        place.storeBytes(of: digits, toByteOffset: count, as: UInt64.self)
        return count &+ 8
    }

    /// Exactly `count` digits, zeros in front; higher digits are lost.
    @inline(__always)
    package static func write(_ value: Int64, digits count: Int, to target: UnsafeMutablePointer<UInt8>) {
        var rest = value
        var index = count
        while index > 0 {
            index &-= 1
            target[index] = 0x30 &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }

    /// A decimal with exactly `scale` digits after the point.
    package static func write(_ unscaled: Int128, scale: Int, to target: UnsafeMutablePointer<UInt8>) -> Int {
        var digits: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0)
        return withUnsafeMutableBytes(of: &digits) { buffer in
            let place = buffer.baseAddress!.assumingMemoryBound(to: UInt8.self)
            let count = write(magnitude: unscaled.magnitude, to: place)
            var length = 0
            if unscaled < 0 {
                target[0] = 0x2D
                length = 1
            }
            let scale = max(0, min(scale, 38))
            let whole = max(0, count &- scale)
            if whole == 0 {
                target[length] = 0x30
                length &+= 1
            }
            (target + length).update(from: place, count: whole)
            length &+= whole
            guard scale > 0 else { return length }
            target[length] = 0x2E
            length &+= 1
            for _ in 0..<max(0, scale &- count) {
                target[length] = 0x30
                length &+= 1
            }
            (target + length).update(from: place + whole, count: count &- whole)
            return length &+ count &- whole
        }
    }

    /// Up to 39 digits.
    private static func write(magnitude: UInt128, to target: UnsafeMutablePointer<UInt8>) -> Int {
        if magnitude <= UInt128(UInt64.max) {
            return write(unsigned: UInt64(truncatingIfNeeded: magnitude), to: target)
        }
        let chunk: UInt128 = 1_000_000_000_000_000_000
        let (high, low) = magnitude.quotientAndRemainder(dividingBy: chunk)
        let count = write(magnitude: high, to: target)
        write(Int64(truncatingIfNeeded: low), digits: 18, to: target + count)
        return count &+ 18
    }
}

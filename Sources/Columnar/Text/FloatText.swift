/// Writes FLOAT and DOUBLE as Java does: the fewest digits that read back, plain between 0.001 and 10,000,000.
package enum FloatText {
    /// A DOUBLE; returns how many bytes, at most ``NumberText/longest``.
    package static func write(_ value: Double, to target: UnsafeMutablePointer<UInt8>) -> Int {
        if let special = writeSpecial(value, to: target) { return special }
        var digits = value.magnitude.description
        var decimal = ShortestDecimal(&digits)
        if decimal.count == 1, value.magnitude.bitPattern < 2_048 {
            decimal.widen(units: Double(value.bitPattern & 0xFFFF), unit: 49.40656458412465, exponent: -324)
        }
        return decimal.write(isNegative: value < 0, to: target)
    }

    /// A FLOAT.
    package static func write(_ value: Float, to target: UnsafeMutablePointer<UInt8>) -> Int {
        if let special = writeSpecial(Double(value), to: target) { return special }
        var digits = value.magnitude.description
        var decimal = ShortestDecimal(&digits)
        if decimal.count == 1, value.magnitude.bitPattern < 1_024 {
            decimal.widen(units: Double(value.bitPattern & 0xFFFF), unit: 14.01298464324817, exponent: -45)
        }
        return decimal.write(isNegative: value < 0, to: target)
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

/// The shortest digits of a positive finite number, without leading and trailing zeros, and the place of the point.
private struct ShortestDecimal {
    /// Up to 17 digits, most significant first.
    var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
    var count = 0
    /// The number is 0.d1d2d3… times ten to this power.
    var pointPlace = 0

    /// Reads the standard library's description, such as `123.45` or `1.5e-07`.
    init(_ text: inout String) {
        var exponent = 0
        var isInExponent = false
        var isExponentNegative = false
        var isAfterPoint = false
        text.withUTF8 { bytes in
            for byte in bytes {
                switch byte {
                case 0x2E: isAfterPoint = true
                case 0x65: isInExponent = true
                case 0x2D: isExponentNegative = true
                case 0x30...0x39:
                    if isInExponent {
                        exponent = exponent &* 10 &+ Int(byte &- 0x30)
                    } else if count == 0 && byte == 0x30 {
                        if isAfterPoint { pointPlace &-= 1 }
                    } else {
                        if !isAfterPoint { pointPlace &+= 1 }
                        append(byte)
                    }
                default: break
                }
            }
        }
        pointPlace &+= isExponentNegative ? -exponent : exponent
        while count > 1, digit(count &- 1) == 0x30 { count &-= 1 }
    }

    private mutating func append(_ byte: UInt8) {
        guard count < 24 else { return }
        withUnsafeMutableBytes(of: &digits) { $0[count] = byte }
        count &+= 1
    }

    private func digit(_ index: Int) -> UInt8 { withUnsafeBytes(of: digits) { $0[index] } }

    /// The two digits nearest to `units` times `unit` times ten to `exponent - 1`: Java never writes a single digit, and for the
    /// smallest numbers the second one is not zero.
    mutating func widen(units: Double, unit: Double, exponent: Int) {
        var value = units * unit
        var power = exponent
        while value >= 99.5 {
            value /= 10
            power &+= 1
        }
        let pair = UInt8(value.rounded(.toNearestOrEven))
        withUnsafeMutableBytes(of: &digits) {
            $0[0] = 0x30 &+ pair / 10
            $0[1] = 0x30 &+ pair % 10
        }
        count = pair % 10 == 0 ? 1 : 2
        pointPlace = power &+ 1
    }

    func write(isNegative: Bool, to target: UnsafeMutablePointer<UInt8>) -> Int {
        var length = 0
        func put(_ byte: UInt8) {
            target[length] = byte
            length &+= 1
        }
        func putDigits(_ range: Range<Int>) {
            for index in range { put(index < count ? digit(index) : 0x30) }
        }
        if isNegative { put(0x2D) }
        if pointPlace > 0 && pointPlace <= 7 {
            putDigits(0..<pointPlace)
            put(0x2E)
            putDigits(pointPlace..<max(pointPlace &+ 1, count))
        } else if pointPlace <= 0 && pointPlace > -3 {
            put(0x30)
            put(0x2E)
            for _ in 0..<(-pointPlace) { put(0x30) }
            putDigits(0..<count)
        } else {
            putDigits(0..<1)
            put(0x2E)
            putDigits(1..<max(2, count))
            put(0x45)
            length &+= NumberText.write(Int64(pointPlace &- 1), to: target + length)
        }
        return length
    }
}

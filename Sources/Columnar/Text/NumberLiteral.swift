/// Takes the text of a number apart.
struct NumberLiteral {
    /// What the text stands for.
    enum Form {
        case value(Double)
        case decimal, hexadecimal
    }

    private let bytes: UnsafePointer<UInt8>
    private var index = 0
    private var end: Int
    private(set) var isNegative = false
    /// The first 38 digits; the number is `mantissa` times ten to `exponent`.
    private(set) var mantissa: UInt128 = 0
    private(set) var exponent = 0
    /// Digits in front of the point, zeros too.
    private(set) var wholeDigits = 0
    /// True when there were more digits than the mantissa holds.
    private(set) var isCut = false

    /// Texts longer than this are no numbers.
    private static let longestText = 4_096
    private static let longestMantissa: UInt128 = 10_000_000_000_000_000_000_000_000_000_000_000_000

    /// The text without blanks and control characters around it.
    init(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
        self.bytes = bytes
        end = count
        while index < end && bytes[index] <= 0x20 { index &+= 1 }
        while end > index && bytes[end &- 1] <= 0x20 { end &-= 1 }
        start = index
    }

    private var start = 0

    /// Digits, point, exponent; false when it is anything else.
    mutating func readDecimal() -> Bool {
        guard end &- index <= Self.longestText else { return false }
        readSign()
        return readDigits() && index == end
    }

    /// Java's grammar of floating point numbers; nil when the text is none.
    mutating func readFloating() -> Form? {
        guard end &- index <= Self.longestText else { return nil }
        readSign()
        if accept("NaN") { return index == end ? .value(.nan) : nil }
        if accept("Infinity") { return index == end ? .value(isNegative ? -.infinity : .infinity) : nil }
        if index &+ 1 < end, bytes[index] == 0x30, bytes[index &+ 1] | 0x20 == 0x78 {
            return readHexadecimal() ? .hexadecimal : nil
        }
        guard readDigits() else { return nil }
        acceptSuffix()
        return index == end ? .decimal : nil
    }

    /// The number's text with a NUL behind it, without suffix.
    func withTerminatedText<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        // A hexadecimal number ends in the decimal digits of its exponent, so a last letter is a suffix in any form.
        let last = end > start ? bytes[end &- 1] | 0x20 : 0
        let hasSuffix = last == 0x64 || last == 0x66
        let length = end &- start &- (hasSuffix ? 1 : 0)
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: length &+ 1) { buffer in
            for offset in 0..<length { buffer[offset] = CChar(bitPattern: bytes[start &+ offset]) }
            buffer[length] = 0
            return body(buffer.baseAddress!)
        }
    }

    private mutating func readSign() {
        guard index < end else { return }
        isNegative = bytes[index] == 0x2D
        if isNegative || bytes[index] == 0x2B { index &+= 1 }
    }

    private mutating func accept(_ word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        guard end &- index >= length else { return false }
        for offset in 0..<length where bytes[index &+ offset] != word.utf8Start[offset] { return false }
        index &+= length
        return true
    }

    private mutating func acceptSuffix() {
        guard index < end else { return }
        let letter = bytes[index] | 0x20
        if letter == 0x64 || letter == 0x66 { index &+= 1 }
    }

    private mutating func readDigits() -> Bool {
        var digits = 0
        var isAfterPoint = false
        while index < end {
            let byte = bytes[index]
            if byte == 0x2E {
                guard !isAfterPoint else { return false }
                isAfterPoint = true
            } else {
                let digit = byte &- 0x30
                guard digit <= 9 else { break }
                digits &+= 1
                if !isAfterPoint { wholeDigits &+= 1 }
                if mantissa < Self.longestMantissa {
                    mantissa = mantissa &* 10 &+ UInt128(digit)
                    if isAfterPoint { exponent &-= 1 }
                } else {
                    isCut = isCut || digit != 0
                    if !isAfterPoint { exponent &+= 1 }
                }
            }
            index &+= 1
        }
        guard digits > 0 else { return false }
        guard index < end, bytes[index] | 0x20 == 0x65 else { return true }
        index &+= 1
        return readExponent()
    }

    private mutating func readExponent() -> Bool {
        var isDown = false
        if index < end, bytes[index] == 0x2D || bytes[index] == 0x2B {
            isDown = bytes[index] == 0x2D
            index &+= 1
        }
        var power = 0
        var digits = 0
        while index < end, bytes[index] &- 0x30 <= 9 {
            power = min(power &* 10 &+ Int(bytes[index] &- 0x30), 100_000)
            index &+= 1
            digits &+= 1
        }
        exponent &+= isDown ? -power : power
        return digits > 0
    }

    /// `0x`, hexadecimal digits with a point, and the exponent that must follow.
    private mutating func readHexadecimal() -> Bool {
        index &+= 2
        var digits = 0
        var hasPoint = false
        while index < end {
            let byte = bytes[index]
            let isLetter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66
            if byte == 0x2E {
                guard !hasPoint else { return false }
                hasPoint = true
            } else if byte &- 0x30 <= 9 || isLetter {
                digits &+= 1
            } else {
                break
            }
            index &+= 1
        }
        guard digits > 0, index < end, bytes[index] | 0x20 == 0x70 else { return false }
        index &+= 1
        guard readExponent() else { return false }
        acceptSuffix()
        return index == end
    }
}

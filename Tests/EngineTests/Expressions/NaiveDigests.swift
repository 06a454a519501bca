import Columnar
import StreamSQL

/// MD5 and SHA-256 as their definitions say, byte by byte, in hexadecimal digits.
enum NaiveDigests {
    static func value(_ function: ScalarFunction, _ bytes: [UInt8]) -> LiteralValue? {
        switch function {
        case .md5: .text(hexadecimal(md5(bytes)))
        case .sha256: .text(hexadecimal(sha256(bytes)))
        default: nil
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> [UInt8] {
        bytes.flatMap { Array((($0 < 16 ? "0" : "") + String($0, radix: 16)).utf8) }
    }

    /// The message with its length behind it, in whole blocks of 64 bytes.
    private static func padded(_ bytes: [UInt8], isBigEndian: Bool) -> [UInt8] {
        var result = bytes + [0x80]
        while result.count % 64 != 56 { result.append(0) }
        let count = UInt64(bytes.count) * 8
        let length = (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * UInt64($0))) }
        return result + (isBigEndian ? length.reversed() : length)
    }

    private static func rotatedLeft(_ word: UInt32, _ count: UInt32) -> UInt32 { word << count | word >> (32 - count) }
    private static func rotatedRight(_ word: UInt32, _ count: UInt32) -> UInt32 { word >> count | word << (32 - count) }

    /// The fractions of the roots that the tables of SHA-256 are made of, by whole numbers: the first 32 bits of the square
    /// (`power` 2) or cube root (3) of a number, without what stands before the point.
    private static func fraction(of number: UInt32, root power: Int) -> UInt32 {
        // The greatest x with x^power <= number * 2^(32 * power).
        var (low, high) = (UInt64(0), UInt64(1) << 36)
        while low + 1 < high {
            let middle = (low + high) / 2
            // Below 2^36 to the third power, and a number below 2^10 shifted by 96 bits.
            let square = UInt128(middle) * UInt128(middle)
            let isSmall: Bool
            if power == 2 {
                isSmall = square <= UInt128(number) << 64
            } else {
                let (product, overflow) = square.multipliedReportingOverflow(by: UInt128(middle))
                isSmall = !overflow && product <= UInt128(number) << 96
            }
            if isSmall { low = middle } else { high = middle }
        }
        return UInt32(truncatingIfNeeded: low)
    }

    private static let primes: [UInt32] = {
        var found: [UInt32] = []
        var candidate: UInt32 = 2
        while found.count < 64 {
            if found.allSatisfy({ candidate % $0 != 0 }) { found.append(candidate) }
            candidate += 1
        }
        return found
    }()
    private static let start = primes.prefix(8).map { fraction(of: $0, root: 2) }
    private static let rounds = primes.map { fraction(of: $0, root: 3) }

    private static func sha256(_ message: [UInt8]) -> [UInt8] {
        let bytes = padded(message, isBigEndian: true)
        var state = start
        for block in stride(from: 0, to: bytes.count, by: 64) {
            var words = (0..<16).map { index in
                (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(bytes[block + index * 4 + $1]) }
            }
            for index in 16..<64 {
                let (a, b) = (words[index - 15], words[index - 2])
                let first = rotatedRight(a, 7) ^ rotatedRight(a, 18) ^ a >> 3
                let second = rotatedRight(b, 17) ^ rotatedRight(b, 19) ^ b >> 10
                words.append(words[index - 16] &+ first &+ words[index - 7] &+ second)
            }
            var s = state
            for index in 0..<64 {
                let mixed = rotatedRight(s[4], 6) ^ rotatedRight(s[4], 11) ^ rotatedRight(s[4], 25)
                let choice = s[4] & s[5] ^ ~s[4] & s[6]
                let first = s[7] &+ mixed &+ choice &+ rounds[index] &+ words[index]
                let other = rotatedRight(s[0], 2) ^ rotatedRight(s[0], 13) ^ rotatedRight(s[0], 22)
                let majority = s[0] & s[1] ^ s[0] & s[2] ^ s[1] & s[2]
                s = [first &+ other &+ majority, s[0], s[1], s[2], s[3] &+ first, s[4], s[5], s[6]]
            }
            for index in 0..<8 { state[index] &+= s[index] }
        }
        return state.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * UInt32($0))) } }
    }

    private static let shifts: [[UInt32]] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]]

    /// 2^32 times the sine of a number, without its sign, by the series of the sine; whole below 65.
    private static let sines: [UInt32] = (1...64).map { number in
        var angle = Double(number)
        while angle > Double.pi { angle -= 2 * Double.pi }
        var (term, sum) = (angle, angle)
        for step in 1..<30 {
            term *= -angle * angle / Double(2 * step * (2 * step + 1))
            sum += term
        }
        return UInt32((sum.magnitude * 4_294_967_296).rounded(.down))
    }

    private static func md5(_ message: [UInt8]) -> [UInt8] {
        let bytes = padded(message, isBigEndian: false)
        var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476]
        for block in stride(from: 0, to: bytes.count, by: 64) {
            let words = (0..<16).map { index in
                (0..<4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32(bytes[block + index * 4 + $1]) }
            }
            var (a, b, c, d) = (state[0], state[1], state[2], state[3])
            for index in 0..<64 {
                let (mixed, place): (UInt32, Int) =
                    switch index / 16 {
                    case 0: (b & c | ~b & d, index)
                    case 1: (d & b | ~d & c, (5 * index + 1) % 16)
                    case 2: (b ^ c ^ d, (3 * index + 5) % 16)
                    default: (c ^ (b | ~d), 7 * index % 16)
                    }
                let sum = a &+ mixed &+ sines[index] &+ words[place]
                (a, d, c, b) = (d, c, b, b &+ rotatedLeft(sum, shifts[index / 16][index % 4]))
            }
            for (index, word) in [a, b, c, d].enumerated() { state[index] &+= word }
        }
        return state.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * UInt32($0))) } }
    }
}

import Columnar
import StreamSQL

/// Digests as lower-case hexadecimal text. For keys and comparison with other systems, not for secrets.
enum DigestKernels {
    static let md5: Kernel = kernel(length: 16) { bytes, target in
        var digest = MD5()
        digest.run(bytes)
        withUnsafeBytes(of: &digest.state) { target.copyMemory(from: $0) }
    }

    static let sha256: Kernel = kernel(length: 32) { bytes, target in
        var digest = SHA256()
        digest.run(bytes)
        for index in 0..<8 {
            target.storeBytes(of: digest.state[index].bigEndian, toByteOffset: index * 4, as: UInt32.self)
        }
    }

    static let sha224: Kernel = kernel(length: 28) { bytes, target in
        var digest = SHA256(SHA256.shortened)
        digest.run(bytes)
        for index in 0..<7 {
            target.storeBytes(of: digest.state[index].bigEndian, toByteOffset: index * 4, as: UInt32.self)
        }
    }

    static let sha1: Kernel = kernel(length: 20) { bytes, target in
        var digest = SHA1()
        digest.run(bytes)
        for index in 0..<5 {
            target.storeBytes(of: digest.state[index].bigEndian, toByteOffset: index * 4, as: UInt32.self)
        }
    }

    static let sha384: Kernel = long(SHA512.shortened, words: 6)
    static let sha512: Kernel = long(SHA512.full, words: 8)

    private static func long(_ start: [UInt64], words: Int) -> Kernel {
        kernel(length: words * 8) { bytes, target in
            var digest = SHA512(start)
            digest.run(bytes)
            for index in 0..<words {
                target.storeBytes(of: digest.state[index].bigEndian, toByteOffset: index * 8, as: UInt64.self)
            }
        }
    }

    private static func kernel(
        length: Int, _ digest: @escaping @Sendable (TextBytes, UnsafeMutableRawBufferPointer) -> Void
    ) -> Kernel {
        { call in
            let texts = TextOperand(call[0])
            return makeTexts(call) { row, heap in
                let place = heap.allocate(length * 2)
                withUnsafeTemporaryAllocation(byteCount: length, alignment: 8) { buffer in
                    digest(texts[row], buffer)
                    for index in 0..<length {
                        place[index &* 2] = hexDigit(buffer[index] >> 4)
                        place[index &* 2 &+ 1] = hexDigit(buffer[index] & 15)
                    }
                }
                return TextView(place, count: length * 2)
            }
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 &+ value : 0x57 &+ value }
}

/// Cuts a message into blocks of 64 bytes, the last ones with the padding both digests share.
func forEachBlock(_ message: TextBytes, isBigEndian: Bool, _ body: (UnsafePointer<UInt8>) -> Void) {
    var index = 0
    while message.count &- index >= 64 {
        body(message.start + index)
        index &+= 64
    }
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 128) { buffer in
        buffer.update(repeating: 0)
        let rest = message.count &- index
        for offset in 0..<rest { buffer[offset] = message[index &+ offset] }
        buffer[rest] = 0x80
        let length = rest < 56 ? 64 : 128
        let bits = UInt64(truncatingIfNeeded: message.count) &* 8
        let word = isBigEndian ? bits.bigEndian : bits.littleEndian
        UnsafeMutableRawBufferPointer(buffer).storeBytes(of: word, toByteOffset: length - 8, as: UInt64.self)
        guard let base = buffer.baseAddress else { return }
        body(base)
        if length == 128 { body(base + 64) }
    }
}

func rotatedLeft(_ value: UInt32, _ count: UInt32) -> UInt32 { value << count | value >> (32 - count) }

/// RFC 1321.
private struct MD5 {
    var state: (UInt32, UInt32, UInt32, UInt32) = (0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476)

    private static let shifts: [UInt32] = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]
    /// The whole parts of 2^32 times |sin(1)|, |sin(2)|, …
    private static let constants: [UInt32] = [
        0xD76A_A478, 0xE8C7_B756, 0x2420_70DB, 0xC1BD_CEEE, 0xF57C_0FAF, 0x4787_C62A, 0xA830_4613, 0xFD46_9501,
        0x6980_98D8, 0x8B44_F7AF, 0xFFFF_5BB1, 0x895C_D7BE, 0x6B90_1122, 0xFD98_7193, 0xA679_438E, 0x49B4_0821,
        0xF61E_2562, 0xC040_B340, 0x265E_5A51, 0xE9B6_C7AA, 0xD62F_105D, 0x0244_1453, 0xD8A1_E681, 0xE7D3_FBC8,
        0x21E1_CDE6, 0xC337_07D6, 0xF4D5_0D87, 0x455A_14ED, 0xA9E3_E905, 0xFCEF_A3F8, 0x676F_02D9, 0x8D2A_4C8A,
        0xFFFA_3942, 0x8771_F681, 0x6D9D_6122, 0xFDE5_380C, 0xA4BE_EA44, 0x4BDE_CFA9, 0xF6BB_4B60, 0xBEBF_BC70,
        0x289B_7EC6, 0xEAA1_27FA, 0xD4EF_3085, 0x0488_1D05, 0xD9D4_D039, 0xE6DB_99E5, 0x1FA2_7CF8, 0xC4AC_5665,
        0xF429_2244, 0x432A_FF97, 0xAB94_23A7, 0xFC93_A039, 0x655B_59C3, 0x8F0C_CC92, 0xFFEF_F47D, 0x8584_5DD1,
        0x6FA8_7E4F, 0xFE2C_E6E0, 0xA301_4314, 0x4E08_11A1, 0xF753_7E82, 0xBD3A_F235, 0x2AD7_D2BB, 0xEB86_D391,
    ]

    mutating func run(_ message: TextBytes) { forEachBlock(message, isBigEndian: false) { add($0) } }

    private mutating func add(_ block: UnsafePointer<UInt8>) {
        var (a, b, c, d) = state
        for step in 0..<64 {
            var mixed: UInt32
            let word: Int
            switch step >> 4 {
            case 0: (mixed, word) = ((b & c) | (~b & d), step)
            case 1: (mixed, word) = ((d & b) | (~d & c), (5 &* step &+ 1) & 15)
            case 2: (mixed, word) = (b ^ c ^ d, (3 &* step &+ 5) & 15)
            default: (mixed, word) = (c ^ (b | ~d), (7 &* step) & 15)
            }
            let input = UnsafeRawPointer(block + word &* 4).loadUnaligned(as: UInt32.self).littleEndian
            mixed = mixed &+ a &+ Self.constants[step] &+ input
            (a, d, c) = (d, c, b)
            b = b &+ rotatedLeft(mixed, Self.shifts[(step >> 4) &* 4 &+ (step & 3)])
        }
        state = (state.0 &+ a, state.1 &+ b, state.2 &+ c, state.3 &+ d)
    }
}

/// FIPS 180-4.
private struct SHA256 {
    var state: [UInt32]

    static let full: [UInt32] = [
        0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19,
    ]

    /// SHA-224.
    static let shortened: [UInt32] = [
        0xC105_9ED8, 0x367C_D507, 0x3070_DD17, 0xF70E_5939, 0xFFC0_0B31, 0x6858_1511, 0x64F9_8FA7, 0xBEFA_4FA4,
    ]

    init(_ start: [UInt32] = SHA256.full) { state = start }

    /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
    private static let constants: [UInt32] = [
        0x428A_2F98, 0x7137_4491, 0xB5C0_FBCF, 0xE9B5_DBA5, 0x3956_C25B, 0x59F1_11F1, 0x923F_82A4, 0xAB1C_5ED5,
        0xD807_AA98, 0x1283_5B01, 0x2431_85BE, 0x550C_7DC3, 0x72BE_5D74, 0x80DE_B1FE, 0x9BDC_06A7, 0xC19B_F174,
        0xE49B_69C1, 0xEFBE_4786, 0x0FC1_9DC6, 0x240C_A1CC, 0x2DE9_2C6F, 0x4A74_84AA, 0x5CB0_A9DC, 0x76F9_88DA,
        0x983E_5152, 0xA831_C66D, 0xB003_27C8, 0xBF59_7FC7, 0xC6E0_0BF3, 0xD5A7_9147, 0x06CA_6351, 0x1429_2967,
        0x27B7_0A85, 0x2E1B_2138, 0x4D2C_6DFC, 0x5338_0D13, 0x650A_7354, 0x766A_0ABB, 0x81C2_C92E, 0x9272_2C85,
        0xA2BF_E8A1, 0xA81A_664B, 0xC24B_8B70, 0xC76C_51A3, 0xD192_E819, 0xD699_0624, 0xF40E_3585, 0x106A_A070,
        0x19A4_C116, 0x1E37_6C08, 0x2748_774C, 0x34B0_BCB5, 0x391C_0CB3, 0x4ED8_AA4A, 0x5B9C_CA4F, 0x682E_6FF3,
        0x748F_82EE, 0x78A5_636F, 0x84C8_7814, 0x8CC7_0208, 0x90BE_FFFA, 0xA450_6CEB, 0xBEF9_A3F7, 0xC671_78F2,
    ]

    mutating func run(_ message: TextBytes) { forEachBlock(message, isBigEndian: true) { add($0) } }

    private mutating func add(_ block: UnsafePointer<UInt8>) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { words in
            for index in 0..<16 {
                words[index] = UnsafeRawPointer(block + index &* 4).loadUnaligned(as: UInt32.self).bigEndian
            }
            for index in 16..<64 {
                let old = words[index &- 15]
                let new = words[index &- 2]
                let low = rotatedLeft(old, 25) ^ rotatedLeft(old, 14) ^ (old >> 3)
                let high = rotatedLeft(new, 15) ^ rotatedLeft(new, 13) ^ (new >> 10)
                words[index] = words[index &- 16] &+ low &+ words[index &- 7] &+ high
            }
            var (a, b, c, d) = (state[0], state[1], state[2], state[3])
            var (e, f, g, h) = (state[4], state[5], state[6], state[7])
            for index in 0..<64 {
                let high = rotatedLeft(e, 26) ^ rotatedLeft(e, 21) ^ rotatedLeft(e, 7)
                let first = h &+ high &+ ((e & f) ^ (~e & g)) &+ Self.constants[index] &+ words[index]
                let low = rotatedLeft(a, 30) ^ rotatedLeft(a, 19) ^ rotatedLeft(a, 10)
                let second = low &+ ((a & b) ^ (a & c) ^ (b & c))
                (h, g, f, e) = (g, f, e, d &+ first)
                (d, c, b, a) = (c, b, a, first &+ second)
            }
            for (index, value) in [a, b, c, d, e, f, g, h].enumerated() { state[index] = state[index] &+ value }
        }
    }
}

import Compression
import Testing

struct CodecTests {
    private let text = Array(repeating: Array("a rose is a rose is a rose, ".utf8), count: 400).flatMap { $0 }

    private func unpack(_ codec: Codec, _ bytes: [UInt8], limit: Int = 1 << 20) throws -> [UInt8] {
        try bytes.withUnsafeBytes { try codec.unpack($0, limitBytes: limit) }
    }

    @Test(arguments: Codec.allCases)
    func bytesComeBack(_ codec: Codec) throws {
        let noise = (0..<5_000).map { UInt8(truncatingIfNeeded: ($0 &* $0 &* 31) >> 3) }
        for plain in [[], [7], text, noise, [UInt8](repeating: 0, count: 100_000)] {
            #expect(try unpack(codec, codec.pack(plain)) == plain)
        }
        #expect(try codec.pack(text).count < text.count / 8)
    }

    @Test(arguments: Codec.allCases)
    func aBombIsRefusedAtTheLimit(_ codec: Codec) throws {
        let bomb = try codec.pack([UInt8](repeating: 0, count: 4 << 20))
        #expect(throws: CompressionError.self) { try unpack(codec, bomb, limit: 1 << 20) }
        #expect(try unpack(codec, bomb, limit: 4 << 20).count == 4 << 20)
    }

    @Test(arguments: Codec.allCases)
    func damageIsAnErrorOrOtherBytes(_ codec: Codec) throws {
        let whole = try codec.pack(Array(text.prefix(600)))
        for count in 0..<whole.count { _ = try? unpack(codec, Array(whole[..<count]), limit: 4096) }
        for bit in 0..<(whole.count * 8) {
            var damaged = whole
            damaged[bit / 8] ^= 1 << (bit % 8)
            if let plain = try? unpack(codec, damaged, limit: 4096) { #expect(plain.count <= 4096) }
        }
        #expect(throws: CompressionError.self) { try unpack(codec, Array(whole[..<(whole.count / 2)])) }
    }

    /// The framing of Java's library: its magic, two versions, then raw streams with their lengths.
    @Test func snappyInJavasFramingIsUnderstood() throws {
        let parts = [Array(text.prefix(100)), Array(text[100..<1_000])]
        var framed: [UInt8] = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]
        for part in parts {
            let raw = try Codec.snappy.pack(part)
            framed += [0, 0, UInt8(raw.count >> 8), UInt8(raw.count & 255)] + raw
        }
        #expect(try unpack(.snappy, framed) == Array(text.prefix(1_000)))
        let firstEnd = 20 + (try Codec.snappy.pack(parts[0]).count)
        for count in 17..<framed.count where count != firstEnd {
            #expect(throws: CompressionError.self) { try unpack(.snappy, Array(framed[..<count])) }
        }
    }

    /// Copies with one, two and four bytes of distance, written by hand.
    @Test func snappyCopiesOfEveryKind() throws {
        let stream: [UInt8] = [
            20, 3 << 2, 0x61, 0x62, 0x63, 0x64, 0 << 2 | 1, 4, 7 << 2 | 2, 8, 0, 3 << 2 | 3, 1, 0, 0, 0,
        ]
        #expect(try unpack(.snappy, stream) == Array("abcdabcdabcdabcddddd".utf8))
    }

    /// A stored block of RFC 1951, written by hand, and the sum that the format's description gives for nine digits.
    @Test func deflateHasNothingAroundIt() throws {
        #expect(try unpack(.deflate, [1, 3, 0, 0xfc, 0xff, 0x61, 0x62, 0x63]) == Array("abc".utf8))
        #expect(throws: CompressionError.self) { try unpack(.deflate, Codec.gzip.pack(text)) }
        #expect(Array("123456789".utf8).withUnsafeBytes { CRC32.of($0) } == 0xcbf4_3926)
    }
}

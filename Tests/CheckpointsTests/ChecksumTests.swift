import Diagnostics
import Testing

@testable import Checkpoints

@Suite("Checksums")
struct ChecksumTests {
    /// The checksum bit by bit, as it is defined.
    private static func plain(_ bytes: ArraySlice<UInt8>, from seed: UInt32 = 0) -> UInt32 {
        var rest = ~seed
        for byte in bytes {
            rest ^= UInt32(byte)
            for _ in 0..<8 { rest = rest & 1 == 1 ? rest >> 1 ^ 0x82f6_3b78 : rest >> 1 }
        }
        return ~rest
    }

    @Test("bytes of any length give what the definition gives, at once and in parts")
    func lengths() {
        var random = SplitMix64(seed: 11)
        let bytes = (0..<20_000).map { _ in UInt8.random(in: 0...255, using: &random) }
        // Around the lengths where the ways through them change.
        for length in [0, 1, 7, 8, 9, 1_023, 3_071, 3_072, 3_073, 3_080, 6_143, 6_144, 6_145, 13_000] {
            let start = Int.random(in: 0...16, using: &random)
            let part = bytes[start..<(start + length)]
            let wanted = Self.plain(part)
            #expect(Checksum.of(Array(part)) == wanted, "\(length) bytes")
            var running = Checksum()
            let middle = start + Int.random(in: 0...length, using: &random)
            for piece in [part[..<middle], part[middle...]] {
                Array(piece).withUnsafeBytes { running.update($0) }
            }
            #expect(running.value == wanted, "\(length) bytes in parts")
        }
        #expect(Checksum.of(Array("123456789".utf8)) == 0xe306_9283)
    }
}

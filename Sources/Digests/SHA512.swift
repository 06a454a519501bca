/// SHA-512, and SHA-384, which begins with other words and leaves some out of the result.
package struct SHA512: SecureHash {
    package static let digestBytes = 64
    package static let blockBytes = 128
    private static let constants: [UInt64] = SHA2Constants.rounds
    private static let start = SHA2Constants.start
    private static let shortStart = SHA2Constants.shortStart

    private var buffer = BlockBuffer(blockBytes: blockBytes)
    private var state = start

    package init() {}

    package mutating func update(_ bytes: some Collection<UInt8>) {
        var state = state
        buffer.append(bytes) { Self.compress($0, &state) }
        self.state = state
    }

    package mutating func finish() -> [UInt8] {
        var state = state
        buffer.finish { Self.compress($0, &state) }
        return state.indices.flatMap { place in withUnsafeBytes(of: state[place].bigEndian) { Array($0) } }
    }

    /// Writes the hash of a whole message, as much of it as `target` has room for; SHA-384 with `isShort`. Allocates nothing.
    package static func write(
        _ message: UnsafeBufferPointer<UInt8>, isShort: Bool = false, to target: UnsafeMutableRawBufferPointer
    ) {
        var state = isShort ? shortStart : start
        MessageBlocks.forEach(message, blockBytes) { compress($0, &state) }
        for place in 0..<min(8, target.count / 8) {
            target.storeBytes(of: state[place].bigEndian, toByteOffset: place &* 8, as: UInt64.self)
        }
    }

    /// Works one block into the eight words of the state.
    private static func compress(_ block: UnsafePointer<UInt8>, _ state: inout SIMD8<UInt64>) {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 80) { words in
            let bytes = UnsafeRawPointer(block)
            for place in 0..<16 {
                words[place] = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8 &* place, as: UInt64.self))
            }
            for place in 16..<80 {
                let (early, late) = (words[place &- 15], words[place &- 2])
                let first = turned(early, 1) ^ turned(early, 8) ^ (early >> 7)
                let second = turned(late, 19) ^ turned(late, 61) ^ (late >> 6)
                words[place] = words[place &- 16] &+ first &+ words[place &- 7] &+ second
            }
            var (a, b, c, d) = (state[0], state[1], state[2], state[3])
            var (e, f, g, h) = (state[4], state[5], state[6], state[7])
            for round in 0..<80 {
                let mixed = turned(e, 14) ^ turned(e, 18) ^ turned(e, 41)
                let added = h &+ mixed &+ ((e & f) ^ (~e & g)) &+ constants[round] &+ words[round]
                let spread = turned(a, 28) ^ turned(a, 34) ^ turned(a, 39)
                let most = (a & b) ^ (a & c) ^ (b & c)
                (h, g, f, e, d, c, b, a) = (g, f, e, d &+ added, c, b, a, added &+ spread &+ most)
            }
            state &+= SIMD8(a, b, c, d, e, f, g, h)
        }
    }

    private static func turned(_ word: UInt64, _ bits: UInt64) -> UInt64 { (word &>> bits) | (word &<< (64 &- bits)) }
}

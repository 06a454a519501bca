/// SHA-256, and SHA-224, which begins with other words and leaves some out of the result.
package struct SHA256: SecureHash {
    package static let digestBytes = 32
    package static let blockBytes = 64
    private static let constants: [UInt32] = SHA2Constants.rounds.prefix(64).map {
        UInt32(truncatingIfNeeded: $0 >> 32)
    }
    private static let start = SIMD8<UInt32>(truncatingIfNeeded: SHA2Constants.start &>> 32)
    private static let shortStart = SIMD8<UInt32>(truncatingIfNeeded: SHA2Constants.shortStart)

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

    /// Writes the hash of a whole message, as much of it as `target` has room for; SHA-224 with `isShort`. Allocates nothing.
    package static func write(
        _ message: UnsafeBufferPointer<UInt8>, isShort: Bool = false, to target: UnsafeMutableRawBufferPointer
    ) {
        var state = isShort ? shortStart : start
        MessageBlocks.forEach(message, blockBytes) { compress($0, &state) }
        for place in 0..<min(8, target.count / 4) {
            target.storeBytes(of: state[place].bigEndian, toByteOffset: place &* 4, as: UInt32.self)
        }
    }

    /// Works one block into the eight words of the state.
    private static func compress(_ block: UnsafePointer<UInt8>, _ state: inout SIMD8<UInt32>) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { words in
            let bytes = UnsafeRawPointer(block)
            for place in 0..<16 {
                words[place] = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4 &* place, as: UInt32.self))
            }
            for place in 16..<64 {
                let (early, late) = (words[place &- 15], words[place &- 2])
                let first = turned(early, 7) ^ turned(early, 18) ^ (early >> 3)
                let second = turned(late, 17) ^ turned(late, 19) ^ (late >> 10)
                words[place] = words[place &- 16] &+ first &+ words[place &- 7] &+ second
            }
            var (a, b, c, d) = (state[0], state[1], state[2], state[3])
            var (e, f, g, h) = (state[4], state[5], state[6], state[7])
            for round in 0..<64 {
                let mixed = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)
                let added = h &+ mixed &+ ((e & f) ^ (~e & g)) &+ constants[round] &+ words[round]
                let spread = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)
                let most = (a & b) ^ (a & c) ^ (b & c)
                (h, g, f, e, d, c, b, a) = (g, f, e, d &+ added, c, b, a, added &+ spread &+ most)
            }
            state &+= SIMD8(a, b, c, d, e, f, g, h)
        }
    }

    private static func turned(_ word: UInt32, _ bits: UInt32) -> UInt32 { (word &>> bits) | (word &<< (32 &- bits)) }
}

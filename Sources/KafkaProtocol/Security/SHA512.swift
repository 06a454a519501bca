/// SHA-512.
package struct SHA512: SecureHash {
    package static let digestBytes = 64
    package static let blockBytes = 128
    private static let constants = SHA2Constants.rounds.prefix(80).map { UInt64(truncatingIfNeeded: $0 >> 0) }

    private var buffer = BlockBuffer(blockBytes: blockBytes)
    private var state = SHA2Constants.start.map { UInt64(truncatingIfNeeded: $0 >> 0) }

    package init() {}

    package mutating func update(_ bytes: some Collection<UInt8>) {
        var state = state
        buffer.append(bytes) { Self.compress($0, &state) }
        self.state = state
    }

    package mutating func finish() -> [UInt8] {
        var state = state
        buffer.finish { Self.compress($0, &state) }
        return state.flatMap { word in withUnsafeBytes(of: word.bigEndian) { Array($0) } }
    }

    /// Works one block of 128 bytes into the eight words of the state.
    private static func compress(_ block: UnsafeRawBufferPointer, _ state: inout [UInt64]) {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 80) { words in
            for place in 0..<16 {
                words[place] = UInt64(
                    bigEndian: block.loadUnaligned(fromByteOffset: 8 * place, as: UInt64.self))
            }
            for place in 16..<80 {
                let (early, late) = (words[place - 15], words[place - 2])
                let first = turned(early, 1) ^ turned(early, 8) ^ (early >> 7)
                let second = turned(late, 19) ^ turned(late, 61) ^ (late >> 6)
                words[place] = words[place - 16] &+ first &+ words[place - 7] &+ second
            }
            var (a, b, c, d) = (state[0], state[1], state[2], state[3])
            var (e, f, g, h) = (state[4], state[5], state[6], state[7])
            for round in 0..<80 {
                let mixed = turned(e, 14) ^ turned(e, 18) ^ turned(e, 41)
                let chosen = (e & f) ^ (~e & g)
                let added = h &+ mixed &+ chosen &+ constants[round] &+ words[round]
                let spread = turned(a, 28) ^ turned(a, 34) ^ turned(a, 39)
                let most = (a & b) ^ (a & c) ^ (b & c)
                (h, g, f, e, d, c, b, a) = (g, f, e, d &+ added, c, b, a, added &+ spread &+ most)
            }
            for (place, word) in [a, b, c, d, e, f, g, h].enumerated() { state[place] &+= word }
        }
    }

    private static func turned(_ word: UInt64, _ bits: UInt64) -> UInt64 {
        (word &>> bits) | (word &<< (64 &- bits))
    }
}

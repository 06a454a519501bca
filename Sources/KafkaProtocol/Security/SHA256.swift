/// SHA-256.
package struct SHA256: SecureHash {
    package static let digestBytes = 32
    package static let blockBytes = 64
    private static let constants = SHA2Constants.rounds.prefix(64).map { UInt32(truncatingIfNeeded: $0 >> 32) }

    private var buffer = BlockBuffer(blockBytes: blockBytes)
    private var state = SHA2Constants.start.map { UInt32(truncatingIfNeeded: $0 >> 32) }

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

    /// Works one block of 64 bytes into the eight words of the state.
    private static func compress(_ block: UnsafeRawBufferPointer, _ state: inout [UInt32]) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { words in
            for place in 0..<16 {
                words[place] = UInt32(
                    bigEndian: block.loadUnaligned(fromByteOffset: 4 * place, as: UInt32.self))
            }
            for place in 16..<64 {
                let (early, late) = (words[place - 15], words[place - 2])
                let first = turned(early, 7) ^ turned(early, 18) ^ (early >> 3)
                let second = turned(late, 17) ^ turned(late, 19) ^ (late >> 10)
                words[place] = words[place - 16] &+ first &+ words[place - 7] &+ second
            }
            var (a, b, c, d) = (state[0], state[1], state[2], state[3])
            var (e, f, g, h) = (state[4], state[5], state[6], state[7])
            for round in 0..<64 {
                let mixed = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)
                let chosen = (e & f) ^ (~e & g)
                let added = h &+ mixed &+ chosen &+ constants[round] &+ words[round]
                let spread = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)
                let most = (a & b) ^ (a & c) ^ (b & c)
                (h, g, f, e, d, c, b, a) = (g, f, e, d &+ added, c, b, a, added &+ spread &+ most)
            }
            for (place, word) in [a, b, c, d, e, f, g, h].enumerated() { state[place] &+= word }
        }
    }

    private static func turned(_ word: UInt32, _ bits: UInt32) -> UInt32 {
        (word &>> bits) | (word &<< (32 &- bits))
    }
}

/// SHA-1 (FIPS 180-4): for comparison with other systems, not for secrets.
package struct SHA1 {
    package static let digestBytes = 20
    private var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]

    /// Writes the hash of a whole message.
    package static func write(_ message: UnsafeBufferPointer<UInt8>, to target: UnsafeMutableRawBufferPointer) {
        var hash = SHA1()
        MessageBlocks.forEach(message, 64) { hash.add($0) }
        for (index, word) in hash.state.enumerated() {
            target.storeBytes(of: word.bigEndian, toByteOffset: index * 4, as: UInt32.self)
        }
    }

    private mutating func add(_ block: UnsafePointer<UInt8>) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 80) { words in
            for index in 0..<16 {
                words[index] = UnsafeRawPointer(block + index &* 4).loadUnaligned(as: UInt32.self).bigEndian
            }
            for index in 16..<80 {
                let mixed = words[index &- 3] ^ words[index &- 8] ^ words[index &- 14] ^ words[index &- 16]
                words[index] = rotatedLeft(mixed, 1)
            }
            var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
            for index in 0..<80 {
                let mixed: UInt32
                let constant: UInt32
                switch index {
                case 0..<20: (mixed, constant) = ((b & c) | (~b & d), 0x5A82_7999)
                case 20..<40: (mixed, constant) = (b ^ c ^ d, 0x6ED9_EBA1)
                case 40..<60: (mixed, constant) = ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC)
                default: (mixed, constant) = (b ^ c ^ d, 0xCA62_C1D6)
                }
                let next = rotatedLeft(a, 5) &+ mixed &+ e &+ constant &+ words[index]
                (e, d, c, b, a) = (d, c, rotatedLeft(b, 30), a, next)
            }
            for (index, value) in [a, b, c, d, e].enumerated() { state[index] = state[index] &+ value }
        }
    }
}

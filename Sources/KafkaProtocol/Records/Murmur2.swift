/// The hash by which Kafka's clients choose partitions: MurmurHash2 with the seed of their partitioner. Whoever writes,
/// equal keys meet.
package enum Murmur2 {
    package static func hash(_ bytes: [UInt8]) -> UInt32 {
        let factor: UInt32 = 0x5BD1_E995
        var hash: UInt32 = 0x9747_B28C ^ UInt32(truncatingIfNeeded: bytes.count)
        let whole = bytes.count / 4 * 4
        for start in stride(from: 0, to: whole, by: 4) {
            var word = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) }
            word = word &* factor
            word ^= word >> 24
            hash = hash &* factor ^ (word &* factor)
        }
        if whole < bytes.count {
            for (place, byte) in bytes[whole...].enumerated() { hash ^= UInt32(byte) << UInt32(8 * place) }
            hash = hash &* factor
        }
        hash ^= hash >> 13
        hash = hash &* factor
        return hash ^ hash >> 15
    }
}

import Diagnostics

/// The random choices of the Nexmark generator, all from one stream: their order is part of the data.
struct NexmarkRandom {
    private var bits: SplitMix64

    init(seed: UInt64) { bits = SplitMix64(seed: seed) }

    /// A number from 0 to below `limit`.
    @inline(__always)
    mutating func below(_ limit: UInt64) -> UInt64 { bits.next().multipliedFullWidth(by: limit).high }

    @inline(__always) mutating func below(_ limit: Int) -> Int { Int(below(UInt64(limit))) }

    /// A number from 0 to below 1.
    @inline(__always) mutating func unit() -> Double { Double(bits.next() >> 11) * 0x1.0p-53 }

    /// A word of 3 to `limit` - 1 characters into memory with room for them, one in 13 of them `special`; blanks
    /// around it are left out. Returns where it begins and how long it is.
    mutating func word(
        _ place: UnsafeMutablePointer<UInt8>, below limit: Int, special: UInt8
    ) -> (start: Int, count: Int) {
        let count = 3 + below(limit - 3)
        for index in 0..<count {
            place[index] = below(13) == 0 ? special : UInt8(ascii: "a") + UInt8(below(26))
        }
        var start = 0
        var end = count
        while start < end && place[start] == 0x20 { start += 1 }
        while end > start && place[end - 1] == 0x20 { end -= 1 }
        return (start, end - start)
    }
}

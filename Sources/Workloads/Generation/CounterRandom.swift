/// Random words addressed by number instead of drawn in turn.
///
/// Any word can be computed again at any time, so an order costs no memory between its stages: whoever needs
/// one of its attributes derives it from the order's number.
struct CounterRandom {
    private let key: UInt64

    /// The words of one subject (an order, a second of the day) under a seed.
    init(seed: UInt64, subject: UInt64) {
        key =
            CounterRandom.mix(seed &+ 0x9E37_79B9_7F4A_7C15) ^ CounterRandom.mix(subject &* 0xD1B5_4A32_D192_ED03 &+ 1)
    }

    @inline(__always)
    func word(_ lane: UInt64) -> UInt64 {
        CounterRandom.mix(key &+ lane &* 0x9E37_79B9_7F4A_7C15)
    }

    /// The SplitMix64 finaliser: every input bit reaches every output bit.
    @inline(__always)
    private static func mix(_ input: UInt64) -> UInt64 {
        var z = input
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension UInt64 {
    /// The sixteen bits of a random word starting at `bit`, as an independent draw.
    @inline(__always)
    func draw(_ bit: UInt64) -> Int { Int(truncatingIfNeeded: (self &>> bit) & 0xFFFF) }

    /// Whether the sixteen-bit draw at `bit` falls under `perMille` thousandths.
    @inline(__always)
    func happens(_ bit: UInt64, perMille: Int) -> Bool { (draw(bit) &* 1_000) &>> 16 < perMille }

    /// The sixteen-bit draw at `bit` scaled to `0..<bound`; `bound` is at most 65,536.
    @inline(__always)
    func pick(_ bit: UInt64, below bound: Int) -> Int { (draw(bit) &* bound) &>> 16 }
}

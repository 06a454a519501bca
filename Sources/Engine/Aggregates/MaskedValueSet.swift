import CPlatform

/// The (group, 64-bit value) pairs that came so far, each with a bit for every call that has seen it.
///
/// Open addressing, 16 bytes a pair and nothing allocated for a group. Like ``FingerprintSet`` it is cut into segments
/// by the top bits of the hash, each of which grows by half on its own, so that growing never stops the stream for
/// long and never needs the memory of two whole tables.
final class MaskedValueSet {
    /// One pair. A slot whose mask is zero is empty.
    struct Slot {
        var value: Int64
        var group: Int32
        var mask: UInt32
    }

    /// Calls that can share a set.
    static let callLimit = 32

    private static let segmentBits: UInt64 = 6
    private static let segmentCount = 1 << Int(segmentBits)
    private static let firstSlots = 8
    /// Pairs whose slots are asked for ahead of their turn.
    static let lookahead = 16

    private struct Segment {
        var slots: UnsafeMutablePointer<Slot>
        var size: Int
        var count = 0

        init(size: Int) {
            slots = .allocate(capacity: size)
            slots.initialize(repeating: Slot(value: 0, group: 0, mask: 0), count: size)
            self.size = size
        }

        @inline(__always)
        func home(_ hash: UInt64) -> Int {
            let below = (hash << MaskedValueSet.segmentBits) >> 32
            return Int(truncatingIfNeeded: (below &* UInt64(truncatingIfNeeded: size)) >> 32)
        }

        /// The slot that holds the pair, or the empty one where it belongs.
        @inline(__always)
        func find(_ value: Int64, _ group: Int32, _ hash: UInt64) -> UnsafeMutablePointer<Slot> {
            var index = home(hash)
            while true {
                let slot = slots + index
                if slot.pointee.mask == 0 || (slot.pointee.value == value && slot.pointee.group == group) {
                    return slot
                }
                index &+= 1
                if index == size { index = 0 }
            }
        }

        /// Half as large again.
        mutating func grow(_ seed: UInt64) {
            var larger = Segment(size: size &+ size / 2)
            for index in 0..<size where slots[index].mask != 0 {
                let slot = slots[index]
                larger.find(slot.value, slot.group, MaskedValueSet.hash(slot.value, slot.group, seed)).pointee = slot
            }
            larger.count = count
            slots.deallocate()
            self = larger
        }
    }

    private let seed: UInt64
    private let segments: UnsafeMutablePointer<Segment>
    private(set) var count = 0

    init(seed: UInt64) {
        self.seed = seed
        segments = .allocate(capacity: Self.segmentCount)
        for index in 0..<Self.segmentCount { (segments + index).initialize(to: Segment(size: Self.firstSlots)) }
    }

    deinit {
        for index in 0..<Self.segmentCount { segments[index].slots.deallocate() }
        segments.deallocate()
    }

    var byteSize: Int { (0..<Self.segmentCount).reduce(0) { $0 + segments[$1].size * MemoryLayout<Slot>.stride } }

    @inline(__always)
    private static func hash(_ value: Int64, _ group: Int32, _ seed: UInt64) -> UInt64 {
        let place = UInt64(UInt32(bitPattern: group)) &* 0x9E37_79B9_7F4A_7C15
        return millrace_mix(UInt64(bitPattern: value) ^ seed, place ^ 0xE703_7ED1_A0B4_28DB)
    }

    @inline(__always)
    func hash(_ value: Int64, _ group: Int32) -> UInt64 { Self.hash(value, group, seed) }

    @inline(__always)
    private static func segment(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash >> (64 - segmentBits)) }

    /// Asks for the memory of a pair ahead of time.
    @inline(__always)
    func prefetch(_ hash: UInt64) {
        let segment = segments + Self.segment(hash)
        millrace_prefetch(segment.pointee.slots + segment.pointee.home(hash))
    }

    /// Adds bits, at least one, to the mask of a pair; gives those that are new.
    @inline(__always)
    func add(_ bits: UInt32, value: Int64, group: Int32, hash: UInt64) -> UInt32 {
        let segment = segments + Self.segment(hash)
        let slot = segment.pointee.find(value, group, hash)
        let before = slot.pointee.mask
        let added = bits & ~before
        if added == 0 { return 0 }
        guard before == 0 else {
            slot.pointee.mask = before | bits
            return added
        }
        slot.pointee = Slot(value: value, group: group, mask: bits)
        segment.pointee.count &+= 1
        count &+= 1
        // Seven eighths full is where probing begins to cost.
        if segment.pointee.count &* 8 >= segment.pointee.size &* 7 { segment.pointee.grow(seed) }
        return added
    }

    /// Calls `body` with every pair, in no order.
    func forEach(_ body: (Slot) -> Void) {
        for number in 0..<Self.segmentCount {
            let segment = segments[number]
            for index in 0..<segment.size where segment.slots[index].mask != 0 { body(segment.slots[index]) }
        }
    }
}

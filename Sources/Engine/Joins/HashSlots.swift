import CPlatform

/// Open addressing from 64-bit hashes to small numbers (rows, keys), from which the owner tells equal things apart.
///
/// 4 bytes a slot at a load of at most one half, and 8 bytes a number for its hash. Taking out leaves no gaps: those
/// behind move up.
final class HashSlots {
    private var slots: UnsafeMutablePointer<UInt32>
    private var mask: Int
    private(set) var count = 0
    /// The hash of each number that is in.
    let hashes = StateArray<UInt64>(zero: 0)

    init() {
        mask = 127
        slots = .allocate(capacity: mask + 1)
        slots.initialize(repeating: 0, count: mask + 1)
    }

    deinit { slots.deallocate() }

    var byteSize: Int { (mask + 1) * 4 + hashes.capacity * 8 }

    /// The first number with this hash that `isEqual` takes; -1 when there is none.
    @inline(__always)
    func find(_ hash: UInt64, _ isEqual: (Int32) -> Bool) -> Int32 {
        var slot = Int(truncatingIfNeeded: hash) & mask
        while true {
            let entry = slots[slot]
            if entry == 0 { return -1 }
            let number = Int32(bitPattern: entry &- 1)
            if hashes.base[Int(number)] == hash && isEqual(number) { return number }
            slot = (slot &+ 1) & mask
        }
    }

    /// As ``find(_:_:)`` where `isEqual` alone tells, so that the hashes need not be read.
    @inline(__always)
    func findUnhashed(_ hash: UInt64, _ isEqual: (Int32) -> Bool) -> Int32 {
        let slots = self.slots
        let mask = self.mask
        var slot = Int(truncatingIfNeeded: hash) & mask
        while true {
            let entry = slots[slot]
            if entry == 0 { return -1 }
            let number = Int32(bitPattern: entry &- 1)
            if isEqual(number) { return number }
            slot = (slot &+ 1) & mask
        }
    }

    /// Asks for the memory of a hash that will be looked up soon; nothing while the table fits into a core's cache.
    @inline(__always)
    func prefetch(_ hash: UInt64) {
        if mask >= 1 << 16 { millrace_prefetch(slots + Int(truncatingIfNeeded: hash) & mask) }
    }

    /// The number in a hash's own slot, most likely the one that a look-up gives; -1 for none.
    @inline(__always)
    func first(_ hash: UInt64) -> Int32 {
        Int32(bitPattern: slots[Int(truncatingIfNeeded: hash) & mask] &- 1)
    }

    /// Adds a number, which must not be in.
    func insert(_ number: Int32, hash: UInt64) {
        if (count &+ 1) &* 2 > mask &+ 1 { grow() }
        hashes.reserve(Int(number) + 1)
        hashes.base[Int(number)] = hash
        place(number, hash)
        count &+= 1
    }

    private func place(_ number: Int32, _ hash: UInt64) {
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 { slot = (slot &+ 1) & mask }
        slots[slot] = UInt32(bitPattern: number) &+ 1
    }

    private func grow() {
        let old = slots
        let oldCount = mask + 1
        mask = oldCount * 2 - 1
        slots = .allocate(capacity: mask + 1)
        slots.initialize(repeating: 0, count: mask + 1)
        for index in 0..<oldCount where old[index] != 0 {
            let number = Int32(bitPattern: old[index] &- 1)
            place(number, hashes.base[Int(number)])
        }
        old.deallocate()
    }

    /// Takes a number out; nothing happens when it is not in.
    func remove(_ number: Int32) {
        guard Int(number) < hashes.capacity else { return }
        var slot = Int(truncatingIfNeeded: hashes.base[Int(number)]) & mask
        let wanted = UInt32(bitPattern: number) &+ 1
        while slots[slot] != wanted {
            if slots[slot] == 0 { return }
            slot = (slot &+ 1) & mask
        }
        count &-= 1
        var gap = slot
        var next = (gap &+ 1) & mask
        while slots[next] != 0 {
            let home = Int(truncatingIfNeeded: hashes.base[Int(slots[next] &- 1)]) & mask
            // An entry may move up when its home does not lie behind the gap.
            if (next &- home) & mask >= (next &- gap) & mask {
                slots[gap] = slots[next]
                gap = next
            }
            next = (next &+ 1) & mask
        }
        slots[gap] = 0
    }
}

import Columnar

/// The different texts of a column, each under a number of two bytes; for chunks of rows that are packed and for blocks in
/// epochs.
///
/// Views are compared, not bytes: equal texts that lie in two places count as two. Bounded, and given up for a column
/// of which most texts are new.
final class TextCodes {
    private static let limit = 1 << 16
    /// So many rows are looked at until it is judged whether that is worth it.
    private static let trial = 4_096

    /// The texts by number.
    let views = StateArray<TextView>(zero: TextView())
    private var count = 0
    private var isOpen = true
    private var rowsSeen = 0
    /// Number + 1, or 0 for an empty slot; a power of two of them.
    private var slots: UnsafeMutablePointer<UInt32>
    private var mask = 1_023
    /// From an address, so that nobody outside can make texts that collide.
    private let seed: UInt64

    init() {
        slots = .allocate(capacity: mask + 1)
        slots.initialize(repeating: 0, count: mask + 1)
        seed = UInt64(UInt(bitPattern: slots)) &* 0x9E37_79B9_7F4A_7C15
    }

    deinit { slots.deallocate() }

    var byteSize: Int { (mask + 1) * 4 + views.capacity * 16 }

    /// The numbers of texts that stay where they are; nil when they have none.
    func codes(of texts: UnsafePointer<TextView>, rowCount: Int) -> [UInt16]? {
        guard isOpen, rowCount > 0, count + rowCount <= Self.limit else { return nil }
        let result = [UInt16](unsafeUninitializedCapacity: rowCount) { numbers, written in
            for row in 0..<rowCount { numbers[row] = number(of: texts[row]) }
            written = rowCount
        }
        rowsSeen += rowCount
        if rowsSeen >= Self.trial, count * 4 > rowsSeen * 3 {
            isOpen = false
            slots.deallocate()
            mask = 0
            slots = .allocate(capacity: 1)
            slots.initialize(to: 0)
        }
        return result
    }

    @inline(__always)
    private func number(of view: TextView) -> UInt16 {
        var slot = home(of: view)
        while slots[slot] != 0 {
            let known = views.base[Int(slots[slot] &- 1)]
            if known.head == view.head && known.tail == view.tail {
                return UInt16(truncatingIfNeeded: slots[slot] &- 1)
            }
            slot = (slot &+ 1) & mask
        }
        let number = count
        views.reserve(number + 1)
        views.base[number] = view
        slots[slot] = UInt32(truncatingIfNeeded: number + 1)
        count += 1
        if count * 2 > mask { grow() }
        return UInt16(truncatingIfNeeded: number)
    }

    @inline(__always)
    private func home(of view: TextView) -> Int {
        let product = (view.head ^ seed).multipliedFullWidth(by: view.tail ^ 0xD6E8_FEB8_6659_FD93)
        return Int(truncatingIfNeeded: product.high ^ product.low) & mask
    }

    private func grow() {
        slots.deallocate()
        mask = mask * 2 + 1
        slots = .allocate(capacity: mask + 1)
        slots.initialize(repeating: 0, count: mask + 1)
        for number in 0..<count {
            var slot = home(of: views.base[number])
            while slots[slot] != 0 { slot = (slot &+ 1) & mask }
            slots[slot] = UInt32(truncatingIfNeeded: number + 1)
        }
    }
}

import Columnar

/// Finds rows of a store by all their values, to take back what a -U or -D names; of equal rows the oldest first.
///
/// Open addressing with one entry for each different row; equal rows hang on it in a list.
final class RowIndex {
    private let store: RowSlots
    /// Row + 1, or 0 for an empty slot; a power of two of them.
    private var slots: UnsafeMutablePointer<UInt32>
    private var slotMask = 127
    private var entries = 0
    private let hashes = StateArray<UInt64>(zero: 0)
    /// The next younger equal row, -1 at the end.
    private let next = StateArray<Int32>(zero: -1)
    /// At the oldest of equal rows: the youngest.
    private let youngest = StateArray<Int32>(zero: -1)

    init(_ store: RowSlots) {
        self.store = store
        slots = .allocate(capacity: slotMask + 1)
        slots.initialize(repeating: 0, count: slotMask + 1)
    }

    deinit { slots.deallocate() }

    var byteSize: Int { (slotMask + 1) * 4 + hashes.capacity * 16 }

    func insert(_ id: Int32, hash: UInt64) {
        hashes.reserve(store.places)
        next.reserve(store.places)
        youngest.reserve(store.places)
        if (entries + 1) * 2 > slotMask + 1 { grow() }
        hashes.base[Int(id)] = hash
        next.base[Int(id)] = -1
        youngest.base[Int(id)] = id
        var slot = Int(truncatingIfNeeded: hash) & slotMask
        while slots[slot] != 0 {
            let oldest = Int(slots[slot]) - 1
            if hashes.base[oldest] == hash, store.areEqual(Int32(truncatingIfNeeded: oldest), id) {
                next.base[Int(youngest.base[oldest])] = id
                youngest.base[oldest] = id
                return
            }
            slot = (slot &+ 1) & slotMask
        }
        slots[slot] = UInt32(truncatingIfNeeded: id) &+ 1
        entries += 1
    }

    /// Takes the oldest row out that equals row `row` of the columns; nil when there is none.
    func take(_ columns: [Column], row: Int, hash: UInt64) -> Int32? {
        var slot = Int(truncatingIfNeeded: hash) & slotMask
        while slots[slot] != 0 {
            let oldest = Int(slots[slot]) - 1
            if hashes.base[oldest] == hash, equals(oldest, columns, row) {
                let heir = next.base[oldest]
                if heir >= 0 {
                    youngest.base[Int(heir)] = youngest.base[oldest]
                    slots[slot] = UInt32(truncatingIfNeeded: heir) &+ 1
                } else {
                    clear(slot)
                }
                return Int32(truncatingIfNeeded: oldest)
            }
            slot = (slot &+ 1) & slotMask
        }
        return nil
    }

    private func equals(_ id: Int, _ columns: [Column], _ row: Int) -> Bool {
        for (index, column) in store.columns.enumerated() where !column.equals(id, columns[index], row) { return false }
        return true
    }

    /// Empties a slot and moves those behind it that can no longer be found.
    private func clear(_ slot: Int) {
        entries -= 1
        var hole = slot
        var probe = (slot &+ 1) & slotMask
        while slots[probe] != 0 {
            let home = Int(truncatingIfNeeded: hashes.base[Int(slots[probe]) - 1]) & slotMask
            if (probe &- home) & slotMask >= (probe &- hole) & slotMask {
                slots[hole] = slots[probe]
                hole = probe
            }
            probe = (probe &+ 1) & slotMask
        }
        slots[hole] = 0
    }

    private func grow() {
        let old = slots
        let size = slotMask + 1
        slotMask = size * 2 - 1
        slots = .allocate(capacity: size * 2)
        slots.initialize(repeating: 0, count: size * 2)
        for index in 0..<size where old[index] != 0 {
            var slot = Int(truncatingIfNeeded: hashes.base[Int(old[index]) - 1]) & slotMask
            while slots[slot] != 0 { slot = (slot &+ 1) & slotMask }
            slots[slot] = old[index]
        }
        old.deallocate()
    }
}

import Columnar

/// Open addressing from the hash of some bytes to a slot number; whose bytes are equal is the caller's business.
struct RowIndex {
    private static let empty: Int32 = -1
    private static let removed: Int32 = -2

    private var places: [Int32] = []
    private var occupied = 0
    private let seed: UInt64

    init(seed: UInt64) { self.seed = seed }

    /// True when another entry would make probing slow; then rebuild with ``reset(for:)`` and fresh inserts.
    var isFull: Bool { (occupied + 1) * 10 > places.count * 7 }

    func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        let text = bytes.bindMemory(to: UInt8.self)
        let view = text.baseAddress.map { TextView($0, count: text.count) } ?? TextView()
        return withUnsafePointer(to: view) { TextView.hash(at: $0, seed: seed) }
    }

    /// The place and slot of the row whose key, or whose whole bytes, are `wanted`; nil when there is none.
    func find(
        _ hash: UInt64, slots: borrowing [RowSlot], isKeyed: Bool, wanted: UnsafeRawBufferPointer
    ) -> (place: Int, slot: Int)? {
        guard !places.isEmpty else { return nil }
        let mask = places.count - 1
        var place = Int(truncatingIfNeeded: hash) & mask
        while places[place] != Self.empty {
            let slot = Int(places[place])
            if slot >= 0 {
                let found = isKeyed ? slots[slot].key : slots[slot].row
                if RowStore.equal(found, wanted) { return (place, slot) }
            }
            place = (place + 1) & mask
        }
        return nil
    }

    /// Adds a slot that is known not to be there; there must be room.
    mutating func insert(_ slot: Int, hash: UInt64) {
        let mask = places.count - 1
        var place = Int(truncatingIfNeeded: hash) & mask
        while places[place] >= 0 { place = (place + 1) & mask }
        if places[place] == Self.empty { occupied += 1 }
        places[place] = Int32(truncatingIfNeeded: slot)
    }

    mutating func replace(at place: Int, with slot: Int) { places[place] = Int32(truncatingIfNeeded: slot) }

    mutating func remove(at place: Int) { places[place] = Self.removed }

    /// Empties it and makes room for `count` entries and as many again.
    mutating func reset(for count: Int) {
        var size = 16
        while size * 7 < (count + 1) * 20 { size <<= 1 }
        places = Array(repeating: Self.empty, count: size)
        occupied = 0
    }
}

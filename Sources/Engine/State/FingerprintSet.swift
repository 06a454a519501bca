import ConnectorContract

/// The 128-bit fingerprint of a key.
///
/// Two seeded 64-bit hashes: with n keys the chance that any two share a fingerprint is about n² / 2¹²⁹
/// (10⁻²⁰ at a billion keys), and the seeds keep outsiders from making it happen.
struct Fingerprint: Hashable {
    /// The hash by which rows are dealt to instances.
    var first: UInt64
    var second: UInt64
}

/// A growing set of fingerprints: open addressing, 16 bytes a slot.
///
/// Holds a key of any length in 16 to 36 bytes; what it cannot do is give the keys back.
final class FingerprintSet {
    private var slots: UnsafeMutablePointer<Fingerprint>
    private var mask: Int
    private(set) var count = 0

    init(capacity: Int = 1_024) {
        let size = Self.size(for: capacity)
        slots = .allocate(capacity: size)
        slots.initialize(repeating: Fingerprint(first: 0, second: 0), count: size)
        mask = size - 1
    }

    deinit { slots.deallocate() }

    var byteSize: Int { (mask + 1) * MemoryLayout<Fingerprint>.stride }

    /// Smallest power of two that holds so many at a load of 7/8.
    private static func size(for count: Int) -> Int {
        var size = 1_024
        while count * 8 > size * 7 { size *= 2 }
        return size
    }

    /// Adds each fingerprint; writes the rows that were new to `rows` and returns how many.
    func insert(_ fingerprints: UnsafePointer<Fingerprint>, count rowCount: Int, newRows rows: UnsafeMutablePointer<Int32>) -> Int {
        reserve(count + rowCount)
        var new = 0
        let slots = self.slots
        let mask = self.mask
        for row in 0..<rowCount {
            let print = Self.nonEmpty(fingerprints[row])
            var slot = Int(truncatingIfNeeded: print.second) & mask
            while true {
                let held = slots[slot]
                if held.second == print.second && held.first == print.first { break }
                if held.first == 0 && held.second == 0 {
                    slots[slot] = print
                    rows[new] = Int32(truncatingIfNeeded: row)
                    new &+= 1
                    break
                }
                slot = (slot &+ 1) & mask
            }
        }
        count += new
        return new
    }

    /// Adds one; true when it was new.
    func insert(_ fingerprint: Fingerprint) -> Bool {
        var row: Int32 = 0
        var print = fingerprint
        return insert(&print, count: 1, newRows: &row) == 1
    }

    func contains(_ fingerprint: Fingerprint) -> Bool {
        let print = Self.nonEmpty(fingerprint)
        var slot = Int(truncatingIfNeeded: print.second) & mask
        while true {
            let held = slots[slot]
            if held == print { return true }
            if held.first == 0 && held.second == 0 { return false }
            slot = (slot &+ 1) & mask
        }
    }

    /// All zeros mark an empty slot; that one fingerprint stands under another name.
    @inline(__always)
    private static func nonEmpty(_ print: Fingerprint) -> Fingerprint {
        print.first == 0 && print.second == 0 ? Fingerprint(first: 1, second: 0) : print
    }

    private func reserve(_ wanted: Int) {
        guard wanted * 8 > (mask + 1) * 7 else { return }
        let size = Self.size(for: max(wanted, (mask + 1)))
        let larger = UnsafeMutablePointer<Fingerprint>.allocate(capacity: size)
        larger.initialize(repeating: Fingerprint(first: 0, second: 0), count: size)
        for old in 0...mask where slots[old].first != 0 || slots[old].second != 0 {
            var slot = Int(truncatingIfNeeded: slots[old].second) & (size - 1)
            while larger[slot].first != 0 || larger[slot].second != 0 { slot = (slot &+ 1) & (size - 1) }
            larger[slot] = slots[old]
        }
        slots.deallocate()
        slots = larger
        mask = size - 1
    }
}

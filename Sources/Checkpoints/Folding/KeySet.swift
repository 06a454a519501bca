import CPlatform
import Glibc

/// A set of byte strings, for the keys a fold has already seen.
struct KeySet {
    /// Keys one after another.
    private var arena: [UInt8] = []
    /// End of each key in the arena.
    private var ends: [Int] = []
    private var hashes: [UInt64] = []
    /// Index of a key plus one; 0 is free. A power of two, at most half full.
    private var slots: [Int] = Array(repeating: 0, count: 64)

    var count: Int { ends.count }

    func contains(_ key: UnsafeRawBufferPointer) -> Bool { slots[slot(of: key, hash: Self.hash(key))] != 0 }

    /// False when the key was there before.
    mutating func insert(_ key: UnsafeRawBufferPointer) -> Bool {
        let hash = Self.hash(key)
        let place = slot(of: key, hash: hash)
        guard slots[place] == 0 else { return false }
        arena.append(contentsOf: key)
        ends.append(arena.count)
        hashes.append(hash)
        slots[place] = ends.count
        if ends.count * 2 > slots.count { grow() }
        return true
    }

    private static func hash(_ key: UnsafeRawBufferPointer) -> UInt64 {
        guard let base = key.baseAddress else { return 0 }
        return millrace_hash_bytes(base.assumingMemoryBound(to: UInt8.self), key.count, 0)
    }

    /// The slot that holds the key, or the free one where it belongs.
    private func slot(of key: UnsafeRawBufferPointer, hash: UInt64) -> Int {
        let mask = slots.count - 1
        var place = Int(truncatingIfNeeded: hash) & mask
        while slots[place] != 0 {
            let index = slots[place] - 1
            if hashes[index] == hash, equals(index, key) { break }
            place = (place + 1) & mask
        }
        return place
    }

    private func equals(_ index: Int, _ key: UnsafeRawBufferPointer) -> Bool {
        let start = index == 0 ? 0 : ends[index - 1]
        guard ends[index] - start == key.count else { return false }
        guard let other = key.baseAddress, !key.isEmpty else { return true }
        return arena.withUnsafeBytes { bytes in
            // In bounds: `ends` only holds positions inside the arena.
            bytes.baseAddress.map { memcmp($0 + start, other, key.count) == 0 } ?? false
        }
    }

    private mutating func grow() {
        var larger = [Int](repeating: 0, count: slots.count * 2)
        let mask = larger.count - 1
        for index in hashes.indices {
            var place = Int(truncatingIfNeeded: hashes[index]) & mask
            while larger[place] != 0 { place = (place + 1) & mask }
            larger[place] = index + 1
        }
        slots = larger
    }
}

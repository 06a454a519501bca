import CPlatform
import Columnar

/// From key columns to dense group numbers: open addressing over 32-bit slots, keys in columns.
///
/// Rows are looked up by their 64-bit hash first and verified column by column afterwards, so that the probing loop
/// stays free of type switches. A collision of full hashes is found by the verification and settled row by row.
final class GroupTable {
    let keyTypes: [DataType]
    private(set) var keys: [GrowableColumn]
    /// The full hash of each group, by group number.
    private var hashes: UnsafeMutablePointer<UInt64>
    private var hashCapacity: Int
    /// Group number + 1, or 0 for an empty slot; a power of two of them.
    private var slots: UnsafeMutablePointer<UInt32>
    private var slotMask: Int
    private(set) var count = 0
    private let seed: UInt64

    init(keyTypes: [DataType], seed: UInt64) {
        self.keyTypes = keyTypes
        self.seed = seed
        keys = keyTypes.map { GrowableColumn($0) }
        hashCapacity = 64
        hashes = .allocate(capacity: hashCapacity)
        slotMask = 127
        slots = .allocate(capacity: slotMask + 1)
        slots.initialize(repeating: 0, count: slotMask + 1)
    }

    deinit {
        hashes.deallocate()
        slots.deallocate()
    }

    /// Bytes held, roughly.
    var byteSize: Int { keys.reduce((slotMask + 1) * 4 + hashCapacity * 8) { $0 + $1.byteSize } }

    /// Finds or makes the group of each row of the key columns; writes their numbers.
    func assign(_ columns: [Column], rowCount: Int, groups: UnsafeMutablePointer<Int32>) {
        guard !keyTypes.isEmpty else {
            if count == 0 { count = 1 }
            groups.update(repeating: 0, count: rowCount)
            return
        }
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: rowCount) { scratch in
            guard let rowHashes = scratch.baseAddress else { return }
            hashRows(columns, rowCount: rowCount, into: rowHashes)
            reserve(count + rowCount)
            probe(columns, rowHashes: rowHashes, rowCount: rowCount, groups: groups)
            settleCollisions(columns, rowHashes: rowHashes, rowCount: rowCount, groups: groups)
        }
    }

    /// Finds the group of each row without making any; -1 where there is none. Rows with a NULL key find nothing,
    /// except in columns that are `nullSafe`.
    func find(
        _ columns: [Column], rowCount: Int, groups: UnsafeMutablePointer<Int32>, nullSafe: [Bool] = []
    ) {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: max(1, rowCount)) { scratch in
            guard let rowHashes = scratch.baseAddress else { return }
            hashRows(columns, rowCount: rowCount, into: rowHashes)
            if columns.contains(where: \.mayHaveNulls) {
                for row in 0..<rowCount {
                    let hasNull = columns.indices.contains { index in
                        !columns[index].isValid(row) && !(index < nullSafe.count && nullSafe[index])
                    }
                    groups[row] = hasNull ? -1 : lookup(columns, row: row, hash: rowHashes[row]) ?? -1
                }
                return
            }
            findByHash(rowHashes, rowCount: rowCount, groups: groups)
            // Another key may have the hash: those are looked for once more, value by value.
            for index in keys.indices {
                let key = keys[index]
                for row in 0..<rowCount where groups[row] >= 0 && !key.equals(Int(groups[row]), columns[index], row) {
                    groups[row] = lookup(columns, row: row, hash: rowHashes[row]) ?? -1
                }
            }
        }
    }

    /// The first group with the hash of each row, -1 where there is none.
    private func findByHash(
        _ rowHashes: UnsafeMutablePointer<UInt64>, rowCount: Int, groups: UnsafeMutablePointer<Int32>
    ) {
        let slots = self.slots
        let mask = slotMask
        let hashes = self.hashes
        for row in 0..<rowCount {
            let hash = rowHashes[row]
            var slot = Int(truncatingIfNeeded: hash) & mask
            while slots[slot] != 0, hashes[Int(slots[slot]) &- 1] != hash { slot = (slot &+ 1) & mask }
            groups[row] = Int32(bitPattern: slots[slot]) &- 1
        }
    }

    /// Keeps the listed groups alone, which get the numbers of their places in the list.
    func compact(keeping list: [Int32]) {
        guard !keyTypes.isEmpty else {
            count = min(count, list.count)
            return
        }
        let smaller = GroupTable(keyTypes: keyTypes, seed: seed)
        var numbers = [Int32](repeating: 0, count: min(4_096, max(1, list.count)))
        for start in stride(from: 0, to: list.count, by: 4_096) {
            let part = Array(list[start..<min(start + 4_096, list.count)])
            let columns = keys.map { $0.gathered(part) }
            numbers.withUnsafeMutableBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                smaller.assign(columns, rowCount: part.count, groups: base)
            }
        }
        swap(&keys, &smaller.keys)
        swap(&hashes, &smaller.hashes)
        swap(&hashCapacity, &smaller.hashCapacity)
        swap(&slots, &smaller.slots)
        swap(&slotMask, &smaller.slotMask)
        count = smaller.count
    }

    private func hashRows(_ columns: [Column], rowCount: Int, into rowHashes: UnsafeMutablePointer<UInt64>) {
        let batch = Batch(columns: columns, rowCount: rowCount)
        hashColumns(batch, Array(columns.indices), seed: seed, into: rowHashes)
    }

    private func probe(
        _ columns: [Column], rowHashes: UnsafeMutablePointer<UInt64>, rowCount: Int,
        groups: UnsafeMutablePointer<Int32>
    ) {
        let slots = self.slots
        let mask = slotMask
        let hashes = self.hashes
        let isLarge = mask >= Self.leastAheadSlots
        for row in 0..<rowCount {
            if isLarge, row &+ Self.lookahead < rowCount { fetch(rowHashes + row, slots, hashes, mask) }
            let hash = rowHashes[row]
            var slot = Int(truncatingIfNeeded: hash) & mask
            while true {
                let entry = slots[slot]
                if entry == 0 {
                    slots[slot] = UInt32(truncatingIfNeeded: count &+ 1)
                    hashes[count] = hash
                    groups[row] = Int32(truncatingIfNeeded: count)
                    appendKeys(columns, row: row)
                    break
                }
                if hashes[Int(entry) &- 1] == hash {
                    groups[row] = Int32(bitPattern: entry) &- 1
                    break
                }
                slot = (slot &+ 1) & mask
            }
        }
    }

    /// Rows that memory is asked for ahead of, in tables larger than the processor's cache of one core.
    private static let lookahead = 16
    private static let leastAheadSlots = 1 << 16

    /// Asks for the slot of the row farthest ahead, and for the hash of one half way to it, whose slot is there by now.
    @inline(__always)
    private func fetch(
        _ rowHashes: UnsafePointer<UInt64>, _ slots: UnsafePointer<UInt32>, _ hashes: UnsafePointer<UInt64>, _ mask: Int
    ) {
        millrace_prefetch(slots + Int(truncatingIfNeeded: rowHashes[Self.lookahead]) & mask)
        let entry = slots[Int(truncatingIfNeeded: rowHashes[Self.lookahead / 2]) & mask]
        if entry != 0 { millrace_prefetch(hashes + (Int(entry) &- 1)) }
    }

    @inline(never)
    private func appendKeys(_ columns: [Column], row: Int) {
        for index in keys.indices { keys[index].append(columns[index], row: row) }
        count += 1
    }

    /// Rows whose hash met another key's hash get their own group. All but never more than a check.
    private func settleCollisions(
        _ columns: [Column], rowHashes: UnsafeMutablePointer<UInt64>, rowCount: Int,
        groups: UnsafeMutablePointer<Int32>
    ) {
        for index in keys.indices {
            let key = keys[index]
            guard !allEqual(key.column, columns[index], rowCount: rowCount, groups: groups) else { continue }
            for row in 0..<rowCount where !key.equals(Int(groups[row]), columns[index], row) {
                groups[row] = findOrInsert(columns, row: row, hash: rowHashes[row])
            }
        }
    }

    /// True when each row equals the key of its group, for the common case of no NULLs.
    private func allEqual(
        _ key: Column, _ column: Column, rowCount: Int, groups: UnsafeMutablePointer<Int32>
    ) -> Bool {
        guard !key.mayHaveNulls, !column.mayHaveNulls else { return false }
        switch key.kind {
        case .int64:
            let known = key.int64
            let new = column.int64
            var difference: Int64 = 0
            for row in 0..<rowCount { difference |= known[Int(groups[row])] ^ new[row] }
            return difference == 0
        case .text:
            let known = key.text
            let new = column.text
            for row in 0..<rowCount where !TextView.equal(known + Int(groups[row]), new + row) { return false }
            return true
        case .bits, .float64, .int128: return false
        }
    }

    private func findOrInsert(_ columns: [Column], row: Int, hash: UInt64) -> Int32 {
        if let found = lookup(columns, row: row, hash: hash) { return found }
        reserve(count + 1)
        var slot = Int(truncatingIfNeeded: hash) & slotMask
        while slots[slot] != 0 { slot = (slot &+ 1) & slotMask }
        slots[slot] = UInt32(truncatingIfNeeded: count &+ 1)
        hashes[count] = hash
        let group = Int32(truncatingIfNeeded: count)
        appendKeys(columns, row: row)
        return group
    }

    private func lookup(_ columns: [Column], row: Int, hash: UInt64) -> Int32? {
        var slot = Int(truncatingIfNeeded: hash) & slotMask
        while slots[slot] != 0 {
            let group = Int(slots[slot]) - 1
            if hashes[group] == hash, keys.indices.allSatisfy({ keys[$0].equals(group, columns[$0], row) }) {
                return Int32(truncatingIfNeeded: group)
            }
            slot = (slot &+ 1) & slotMask
        }
        return nil
    }

    /// Room for so many groups at a load of at most one half.
    private func reserve(_ groups: Int) {
        for key in keys { key.reserve(groups) }
        if groups > hashCapacity {
            let capacity = max(groups, hashCapacity * 2)
            let larger = UnsafeMutablePointer<UInt64>.allocate(capacity: capacity)
            larger.update(from: hashes, count: count)
            hashes.deallocate()
            hashes = larger
            hashCapacity = capacity
        }
        guard groups * 2 > slotMask + 1 else { return }
        var size = slotMask + 1
        while size < groups * 2 { size *= 2 }
        slots.deallocate()
        slots = .allocate(capacity: size)
        slots.initialize(repeating: 0, count: size)
        slotMask = size - 1
        for group in 0..<count {
            var slot = Int(truncatingIfNeeded: hashes[group]) & slotMask
            while slots[slot] != 0 { slot = (slot &+ 1) & slotMask }
            slots[slot] = UInt32(truncatingIfNeeded: group &+ 1)
        }
    }
}

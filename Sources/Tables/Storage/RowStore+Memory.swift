import ConnectorContract
import Glibc

/// Where records lie, and how they are found.
extension RowStore {
    mutating func append(_ record: UnsafeRawBufferPointer, keyBytes: Int, sequence: UInt64, writer: Int) {
        let place = arena.allocate(record.count)
        copy(record, to: place)
        slots.append(
            RowSlot(
                record: place, sequence: sequence, keyBytes: UInt32(truncatingIfNeeded: keyBytes),
                rowBytes: UInt32(truncatingIfNeeded: record.count - keyBytes),
                writer: UInt16(truncatingIfNeeded: writer)))
        liveCount += 1
        let slot = slots.count - 1
        mark(slot, writer: writer)
        guard isIndexed else { return }
        if index.isFull { rebuildIndex() } else { addToIndex(slot) }
    }

    mutating func overwrite(_ slot: Int, with record: UnsafeRawBufferPointer, writer: Int) {
        if slots[slot].byteCount != record.count {
            arena.dead += slots[slot].byteCount
            slots[slot].record = arena.allocate(record.count)
            slots[slot].rowBytes = UInt32(truncatingIfNeeded: record.count - Int(slots[slot].keyBytes))
        }
        copy(record, to: slots[slot].record)
        slots[slot].writer = UInt16(truncatingIfNeeded: writer)
        mark(slot, writer: writer)
    }

    /// Takes a row away that stands at `place` of the index, as the first of its equals.
    mutating func removeIndexed(_ slot: Int, place: Int, writer: Int) {
        let next = slots[slot].next
        if next >= 0 { index.replace(at: place, with: Int(next)) } else { index.remove(at: place) }
        slots[slot].next = -1
        slots[slot].isLive = false
        liveCount -= 1
        arena.dead += slots[slot].byteCount
        mark(slot, writer: writer)
    }

    /// Place in the index and slot of the row of a key, or of the newest equal row where there is no key.
    func find(_ wanted: UnsafeRawBufferPointer) -> (place: Int, slot: Int)? {
        index.find(index.hash(wanted), slots: slots, isKeyed: isKeyed, wanted: wanted)
    }

    mutating func rebuildIndex() {
        index.reset(for: liveCount)
        for slot in slots.indices where slots[slot].isLive {
            slots[slot].next = -1
            addToIndex(slot)
        }
    }

    private mutating func addToIndex(_ slot: Int) {
        let wanted = isKeyed ? slots[slot].key : slots[slot].row
        let hash = index.hash(wanted)
        if !isKeyed, let (place, first) = index.find(hash, slots: slots, isKeyed: false, wanted: wanted) {
            slots[slot].next = Int32(truncatingIfNeeded: first)
            index.replace(at: place, with: slot)
        } else {
            index.insert(slot, hash: hash)
        }
    }

    private mutating func mark(_ slot: Int, writer: Int) {
        writers[writer].hasWritten = true
        let mark = UInt16(truncatingIfNeeded: writer + 1)
        guard writers[writer].tracksChanges, slots[slot].dirtyFor != mark else { return }
        slots[slot].dirtyFor = mark
        writers[writer].dirty.append(slot)
    }

    /// The key of a row in an epoch: its own, or its sequence number.
    func stateKey(_ slot: RowSlot) -> [UInt8] {
        isKeyed ? Array(slot.key) : withUnsafeBytes(of: slot.sequence.bigEndian) { Array($0) }
    }

    func put(_ slot: RowSlot, into entries: inout KeyedEntries) {
        var value = withUnsafeBytes(of: slot.sequence.littleEndian) { Array($0) }
        value.append(contentsOf: slot.row)
        entries.put(key: stateKey(slot), value: value)
    }

    mutating func compactWhereWorthwhile() {
        let dead = slots.count - liveCount
        if arena.isMostlyDead || dead > max(4 * 1_024, liveCount) { compact(sorted: false) }
    }

    /// Copies what lives, and the dead that an epoch still has to mention, to fresh memory.
    mutating func compact(sorted: Bool) {
        slots.removeAll { !$0.isLive && $0.dirtyFor == 0 }
        if sorted { slots.sort { $0.sequence < $1.sequence } }
        for writer in writers.indices { writers[writer].dirty.removeAll(keepingCapacity: true) }
        var fresh = RowArena()
        awaiting.removeAll(keepingCapacity: true)
        for slot in slots.indices {
            slots[slot].awaitsUpdate = false
            let count = slots[slot].byteCount
            let place = fresh.allocate(count)
            copy(UnsafeRawBufferPointer(start: slots[slot].record, count: count), to: place)
            slots[slot].record = place
            if !slots[slot].isLive { fresh.dead += count }
            let mark = Int(slots[slot].dirtyFor)
            if mark > 0, mark <= writers.count { writers[mark - 1].dirty.append(slot) }
        }
        arena = fresh
        if isIndexed { rebuildIndex() }
    }

    static func equal(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
        guard a.count == b.count else { return false }
        guard let x = a.baseAddress, let y = b.baseAddress else { return true }
        return memcmp(x, y, a.count) == 0
    }

    private func copy(_ bytes: UnsafeRawBufferPointer, to place: UnsafeMutableRawPointer) {
        if let base = bytes.baseAddress { place.copyMemory(from: base, byteCount: bytes.count) }
    }
}

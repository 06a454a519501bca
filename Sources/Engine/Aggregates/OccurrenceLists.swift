import Columnar
import ConnectorContract

/// The values of each group in order of arrival, any of which can be taken back in constant time.
///
/// An occurrence is a slot in arrays, linked to its neighbours in the group. Taking a value back removes its oldest
/// occurrence: equal values of a group form a queue, found through a table of (group, value).
final class OccurrenceLists {
    private let valueType: DataType
    private let seed: UInt64
    private let tracksChanges: Bool
    private let values: GrowableColumn
    private let groupOf = StateArray<Int32>(zero: -1)
    private let next = StateArray<Int32>(zero: -1)
    private let previous = StateArray<Int32>(zero: -1)
    /// Order of arrival over all groups; the key of the slot's part.
    private let sequence = StateArray<Int64>(zero: 0)
    /// 0 free, 1 stored, 2 not stored yet.
    private let standing = StateArray<UInt8>(zero: 0)
    private let first = StateArray<Int32>(zero: -1)
    private let last = StateArray<Int32>(zero: -1)
    private var free: [Int32] = []
    private var nextSequence: Int64 = 0
    private var unsaved: [Int32] = []
    private var removed: [(group: Int32, sequence: Int64)] = []
    /// Only where values can be taken back: entries of equal values with the queue of their slots.
    private var index: GroupTable?
    private let entryOf = StateArray<Int32>(zero: -1)
    private let nextEqual = StateArray<Int32>(zero: -1)
    private let oldest = StateArray<Int32>(zero: -1)
    private let newest = StateArray<Int32>(zero: -1)
    private var emptyEntries = 0
    private static let leastEmpty = 4_096

    init(_ valueType: DataType, retracts: Bool, seed: UInt64, tracksChanges: Bool) {
        self.valueType = valueType.nullable(true)
        self.seed = seed
        self.tracksChanges = tracksChanges
        values = GrowableColumn(self.valueType)
        if retracts { index = makeIndex() }
    }

    private func makeIndex() -> GroupTable {
        GroupTable(keyTypes: [DataType(.bigint, isNullable: false), valueType], seed: seed)
    }

    var column: Column { values.column }

    func reserve(groups: Int) {
        first.reserve(groups)
        last.reserve(groups)
    }

    func firstSlot(_ group: Int) -> Int? { first.base[group] < 0 ? nil : Int(first.base[group]) }
    func lastSlot(_ group: Int) -> Int? { last.base[group] < 0 ? nil : Int(last.base[group]) }

    /// Calls `body` with the slots of a group in order.
    @inline(__always)
    func forEachSlot(_ group: Int, _ body: (Int) -> Void) {
        var slot = first.base[group]
        while slot >= 0 {
            body(Int(slot))
            slot = next.base[Int(slot)]
        }
    }

    // MARK: changes

    func update(_ input: AggregateInput, _ argument: Column) {
        guard let index else {
            input.forEach { row, group, _ in _ = push(group, argument, row, sequence: nil) }
            return
        }
        dropEmptyEntries()
        let entries = assign(input, argument, index)
        var position = 0
        input.forEach { row, group, sign in
            let entry = Int(entries[position])
            position += 1
            if sign > 0 {
                enqueue(push(group, argument, row, sequence: nil), entry)
            } else if let slot = dequeue(entry) {
                remove(slot)
            }
        }
    }

    /// The entry of each row that counts.
    private func assign(_ input: AggregateInput, _ argument: Column, _ index: GroupTable) -> [Int32] {
        var rows: [Int32] = []
        rows.reserveCapacity(input.rowCount)
        let groups = Column(DataType(.bigint, isNullable: false), capacity: max(1, input.rowCount))
        input.forEach { row, group, _ in
            groups.int64[rows.count] = Int64(group)
            rows.append(Int32(truncatingIfNeeded: row))
        }
        guard !rows.isEmpty else { return [] }
        let dense = rows.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { gather(argument, rows: $0, count: buffer.count) } ?? argument
        }
        return entries(groups, dense, rows.count, index)
    }

    private func entries(_ groups: Column, _ values: Column, _ count: Int, _ index: GroupTable) -> [Int32] {
        var entries = [Int32](repeating: 0, count: count)
        let before = index.count
        entries.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            index.assign([groups, values], rowCount: count, groups: base)
        }
        oldest.reserve(index.count)
        newest.reserve(index.count)
        for entry in before..<max(before, index.count) {
            oldest.base[entry] = -1
            newest.base[entry] = -1
        }
        emptyEntries += index.count - before
        return entries
    }

    private func push(_ group: Int, _ source: Column, _ row: Int, sequence given: Int64?) -> Int32 {
        let slot: Int32
        if let reused = free.popLast() {
            slot = reused
            values.set(Int(slot), from: source, row: row)
        } else {
            slot = Int32(truncatingIfNeeded: values.count)
            values.append(source, row: row)
            reserveSlots(values.count)
        }
        let place = Int(slot)
        groupOf.base[place] = Int32(truncatingIfNeeded: group)
        sequence.base[place] = given ?? nextSequence
        nextSequence = max(nextSequence, (given ?? nextSequence) &+ 1)
        standing.base[place] = given == nil && tracksChanges ? 2 : 1
        if standing.base[place] == 2 { unsaved.append(slot) }
        next.base[place] = -1
        previous.base[place] = last.base[group]
        if last.base[group] >= 0 { next.base[Int(last.base[group])] = slot } else { first.base[group] = slot }
        last.base[group] = slot
        return slot
    }

    private func reserveSlots(_ count: Int) {
        groupOf.reserve(count)
        next.reserve(count)
        previous.reserve(count)
        sequence.reserve(count)
        standing.reserve(count)
        entryOf.reserve(count)
        nextEqual.reserve(count)
    }

    private func enqueue(_ slot: Int32, _ entry: Int) {
        entryOf.base[Int(slot)] = Int32(truncatingIfNeeded: entry)
        nextEqual.base[Int(slot)] = -1
        if newest.base[entry] >= 0 {
            nextEqual.base[Int(newest.base[entry])] = slot
        } else {
            oldest.base[entry] = slot
            emptyEntries -= 1
        }
        newest.base[entry] = slot
    }

    private func dequeue(_ entry: Int) -> Int32? {
        let slot = oldest.base[entry]
        guard slot >= 0 else { return nil }
        oldest.base[entry] = nextEqual.base[Int(slot)]
        if oldest.base[entry] < 0 {
            newest.base[entry] = -1
            emptyEntries += 1
        }
        return slot
    }

    private func remove(_ slot: Int32) {
        let place = Int(slot)
        let group = Int(groupOf.base[place])
        let (before, after) = (previous.base[place], next.base[place])
        if before >= 0 { next.base[Int(before)] = after } else { first.base[group] = after }
        if after >= 0 { previous.base[Int(after)] = before } else { last.base[group] = before }
        if tracksChanges && standing.base[place] == 1 {
            removed.append((Int32(truncatingIfNeeded: group), sequence.base[place]))
        }
        standing.base[place] = 0
        groupOf.base[place] = -1
        free.append(slot)
    }

    func clear(_ group: Int) {
        while let slot = firstSlot(group) {
            if index != nil { _ = dequeue(Int(entryOf.base[slot])) }
            // All slots of the group go, so it does not matter that a queue may give another one first.
            remove(Int32(truncatingIfNeeded: slot))
        }
    }

    /// Values that are nowhere any more leave the table when they are the majority.
    private func dropEmptyEntries() {
        guard let old = index, emptyEntries > Self.leastEmpty, emptyEntries > old.count / 2 else { return }
        let live = (0..<old.count).filter { oldest.base[$0] >= 0 }.map { Int32(truncatingIfNeeded: $0) }
        let queues = live.map { (oldest.base[Int($0)], newest.base[Int($0)]) }
        old.compact(keeping: live)
        emptyEntries = 0
        for (entry, queue) in queues.enumerated() {
            oldest.base[entry] = queue.0
            newest.base[entry] = queue.1
            var slot = queue.0
            while slot >= 0 {
                entryOf.base[Int(slot)] = Int32(truncatingIfNeeded: entry)
                slot = nextEqual.base[Int(slot)]
            }
        }
    }

    /// Takes in another's values behind the own ones, in their order.
    func absorb(_ other: OccurrenceLists, groups: [Int32]) {
        for (group, target) in groups.enumerated() where target >= 0 {
            other.forEachSlot(group) { slot in
                add(Int(target), other.column, slot, sequence: nil)
            }
        }
    }

    private func add(_ group: Int, _ source: Column, _ row: Int, sequence: Int64?) {
        let slot = push(group, source, row, sequence: sequence)
        guard let index else { return }
        let groups = Column(DataType(.bigint, isNullable: false), capacity: 1)
        groups.int64[0] = Int64(group)
        var rowNumber = Int32(truncatingIfNeeded: row)
        let value = gather(source, rows: &rowNumber, count: 1)
        enqueue(slot, Int(entries(groups, value, 1, index)[0]))
    }

    // MARK: parts: a slot each, keyed by its sequence

    private static func key(_ sequence: Int64) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(sequence)
        return writer.bytes
    }

    private func value(_ slot: Int) -> [UInt8] {
        var writer = ByteWriter()
        RowCoding.append(column, row: slot, to: &writer)
        return writer.bytes
    }

    func forEachPart(_ group: Int, _ body: (_ key: [UInt8], _ value: [UInt8]) -> Void) {
        forEachSlot(group) { body(Self.key(sequence.base[$0]), value($0)) }
    }

    func drainParts(_ body: (_ group: Int, _ key: [UInt8], _ value: [UInt8]?) -> Void) {
        for (group, sequence) in removed { body(Int(group), Self.key(sequence), nil) }
        removed.removeAll(keepingCapacity: true)
        for slot in unsaved where standing.base[Int(slot)] == 2 {
            standing.base[Int(slot)] = 1
            body(Int(groupOf.base[Int(slot)]), Self.key(sequence.base[Int(slot)]), value(Int(slot)))
        }
        unsaved.removeAll(keepingCapacity: true)
    }

    private struct Restored {
        var group: Int
        var sequence: Int64
        var row: Int
    }
    private var restored: [Restored] = []
    private lazy var restoredValues = GrowableColumn(valueType)

    func readPart(_ group: Int, key: inout ByteReader, value: inout ByteReader) throws(DamagedBytesError) {
        restored.append(
            Restored(group: group, sequence: try key.read(Int64.self), row: restoredValues.count))
        restoredValues.appendNull()
        try restoredValues.read(restoredValues.count - 1, from: &value)
    }

    /// Links what was read in its order of arrival.
    func finishRestore() {
        restored.sort { $0.sequence < $1.sequence }
        for part in restored { add(part.group, restoredValues.column, part.row, sequence: part.sequence) }
        restored = []
        restoredValues.removeAll()
    }

    var byteSize: Int {
        values.byteSize + next.capacity * 25 + entryOf.capacity * 8 + first.capacity * 8 + (index?.byteSize ?? 0)
    }
}

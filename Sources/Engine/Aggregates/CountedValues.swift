import Columnar
import ConnectorContract

/// The distinct values of each group with how often each is there: one table keyed by (group, value).
///
/// Entries of a group hang together in a list, so that nothing is allocated for a group. Values whose count came back
/// to zero stay until they are the majority, then the table is made anew without them.
final class CountedValues {
    private let seed: UInt64
    private let valueType: DataType
    private let tracksChanges: Bool
    private var table: GroupTable
    let counts = StateArray<Int64>(zero: 0)
    /// The next entry of the same group, and the first of each group; -1 ends.
    private let next = StateArray<Int32>(zero: -1)
    private let first = StateArray<Int32>(zero: -1)
    private let isUnsaved = StateArray<UInt8>(zero: 0)
    private var unsaved: [Int32] = []
    /// Parts of entries that were dropped before they were told of.
    private var dropped: [(group: Int, key: [UInt8])] = []
    private var deadCount = 0
    private static let leastDead = 4_096
    private var groupScratch: Column
    private var numbers: [Int32] = []
    /// Called when entries were renumbered.
    var didRebuild: (() -> Void)?

    init(_ valueType: DataType, seed: UInt64, tracksChanges: Bool) {
        self.seed = seed
        self.valueType = valueType.nullable(true)
        self.tracksChanges = tracksChanges
        table = Self.makeTable(self.valueType, seed)
        groupScratch = Column(DataType(.bigint, isNullable: false), capacity: 64)
    }

    private static func makeTable(_ valueType: DataType, _ seed: UInt64) -> GroupTable {
        GroupTable(keyTypes: [DataType(.bigint, isNullable: false), valueType], seed: seed)
    }

    /// The values by entry.
    var values: Column { table.keys[1].column }
    var entryCount: Int { table.count }
    func group(of entry: Int) -> Int { Int(table.keys[0].column.int64[entry]) }
    func reserve(groups: Int) { first.reserve(groups) }

    /// A value that came to its group, or left it: the row of the values and the sign.
    struct Transition {
        var row: Int32
        var entry: Int32
        var sign: Int8
    }

    /// Adds `weights` (one for each row) to the counts of (group, value); gives the values that came or went.
    func apply(
        groups: UnsafePointer<Int32>, values: Column, weights: UnsafePointer<Int64>, rowCount: Int
    ) -> [Transition] {
        guard rowCount > 0 else { return [] }
        if groupScratch.capacity < rowCount {
            groupScratch = Column(DataType(.bigint, isNullable: false), capacity: rowCount)
        }
        for row in 0..<rowCount { groupScratch.int64[row] = Int64(groups[row]) }
        if numbers.count < rowCount { numbers = [Int32](repeating: 0, count: rowCount) }
        let before = table.count
        var transitions: [Transition] = []
        numbers.withUnsafeMutableBufferPointer { buffer in
            guard let entries = buffer.baseAddress else { return }
            table.assign([groupScratch, values], rowCount: rowCount, groups: entries)
            link(from: before)
            count(entries, weights, rowCount, &transitions)
        }
        return transitions
    }

    private func link(from before: Int) {
        counts.reserve(table.count)
        next.reserve(table.count)
        isUnsaved.reserve(table.count)
        guard before < table.count else { return }
        deadCount += table.count - before
        for entry in before..<table.count {
            let group = self.group(of: entry)
            counts.base[entry] = 0
            isUnsaved.base[entry] = 0
            next.base[entry] = first.base[group]
            first.base[group] = Int32(truncatingIfNeeded: entry)
        }
    }

    private func count(
        _ entries: UnsafePointer<Int32>, _ weights: UnsafePointer<Int64>, _ rowCount: Int,
        _ transitions: inout [Transition]
    ) {
        let counts = self.counts.base
        for row in 0..<rowCount {
            let entry = Int(entries[row])
            let old = counts[entry]
            let new = old &+ weights[row]
            counts[entry] = new
            if old == 0 && new != 0 { deadCount -= 1 } else if old != 0 && new == 0 { deadCount += 1 }
            if tracksChanges && isUnsaved.base[entry] == 0 {
                isUnsaved.base[entry] = 1
                unsaved.append(entries[row])
            }
            guard (old > 0) != (new > 0) else { continue }
            transitions.append(
                Transition(row: Int32(truncatingIfNeeded: row), entry: entries[row], sign: new > 0 ? 1 : -1))
        }
    }

    /// Drops dead entries when they are the majority. Not called while entry numbers are held.
    func rebuildIfWorthwhile() {
        guard deadCount > Self.leastDead, deadCount > table.count / 2 else { return }
        var live: [Int32] = []
        for entry in 0..<table.count {
            if counts.base[entry] != 0 {
                live.append(Int32(truncatingIfNeeded: entry))
            } else if tracksChanges && isUnsaved.base[entry] != 0 {
                dropped.append((group(of: entry), key(of: entry)))
            }
        }
        rebuild(keeping: live)
    }

    private func rebuild(keeping live: [Int32]) {
        let oldUnsaved = live.map { isUnsaved.base[Int($0)] }
        let oldCounts = live.map { counts.base[Int($0)] }
        for entry in 0..<table.count { first.base[group(of: entry)] = -1 }
        table.compact(keeping: live)
        unsaved.removeAll(keepingCapacity: true)
        deadCount = 0
        for entry in 0..<table.count {
            counts.base[entry] = oldCounts[entry]
            isUnsaved.base[entry] = oldUnsaved[entry]
            if oldUnsaved[entry] != 0 { unsaved.append(Int32(truncatingIfNeeded: entry)) }
            if oldCounts[entry] == 0 { deadCount += 1 }
            let group = self.group(of: entry)
            next.base[entry] = first.base[group]
            first.base[group] = Int32(truncatingIfNeeded: entry)
        }
        didRebuild?()
    }

    /// Calls `body` with the entries of a group whose count is not zero.
    @inline(__always)
    func forEachEntry(_ group: Int, _ body: (_ entry: Int, _ count: Int64) -> Void) {
        var entry = first.base[group]
        while entry >= 0 {
            let count = counts.base[Int(entry)]
            if count != 0 { body(Int(entry), count) }
            entry = next.base[Int(entry)]
        }
    }

    /// Sets all counts of a group to zero.
    func clear(_ group: Int) {
        var entry = first.base[group]
        while entry >= 0 {
            if counts.base[Int(entry)] != 0 {
                counts.base[Int(entry)] = 0
                deadCount += 1
                if tracksChanges && isUnsaved.base[Int(entry)] == 0 {
                    isUnsaved.base[Int(entry)] = 1
                    unsaved.append(entry)
                }
            }
            entry = next.base[Int(entry)]
        }
    }

    // MARK: parts

    private func key(of entry: Int) -> [UInt8] {
        var writer = ByteWriter()
        RowCoding.append(values, row: entry, to: &writer)
        return writer.bytes
    }

    private func value(of entry: Int) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(counts.base[entry])
        return writer.bytes
    }

    func forEachPart(_ group: Int, _ body: (_ key: [UInt8], _ value: [UInt8]) -> Void) {
        forEachEntry(group) { entry, _ in body(key(of: entry), value(of: entry)) }
    }

    func drainParts(_ body: (_ group: Int, _ key: [UInt8], _ value: [UInt8]?) -> Void) {
        for (group, key) in dropped { body(group, key, nil) }
        dropped.removeAll()
        for number in unsaved {
            let entry = Int(number)
            isUnsaved.base[entry] = 0
            body(group(of: entry), key(of: entry), counts.base[entry] == 0 ? nil : value(of: entry))
        }
        unsaved.removeAll(keepingCapacity: true)
    }

    /// Reads a part as a value and its count.
    func readPart(key: inout ByteReader, value: inout ByteReader) throws(DamagedBytesError) -> (Column, Int64) {
        let heap = ByteHeap(chunkBytes: 256)
        let column = Column(valueType, capacity: 1)
        column.owners = [heap]
        try RowCoding.read(&key, into: column, row: 0, heap: heap)
        return (column, try value.read(Int64.self))
    }

    /// After a restore: what was read is what is stored.
    func markSaved() {
        for entry in unsaved { isUnsaved.base[Int(entry)] = 0 }
        unsaved.removeAll(keepingCapacity: true)
    }

    var byteSize: Int { table.byteSize + counts.capacity * 8 + next.capacity * 4 + first.capacity * 4 }
}

// MARK: feeding

extension CountedValues {
    /// What one batch did to the values.
    struct Fed {
        /// The argument's rows that counted, densely, with the group of each.
        var values: Column
        var groups: [Int32]
        var transitions: [Transition]
    }

    /// Counts the rows of an aggregate's input; `times` says how often a row counts.
    func apply(_ input: AggregateInput, _ argument: Column, times: Column? = nil) -> Fed {
        var rows: [Int32] = []
        var groups: [Int32] = []
        var weights: [Int64] = []
        rows.reserveCapacity(input.rowCount)
        groups.reserveCapacity(input.rowCount)
        weights.reserveCapacity(input.rowCount)
        input.forEach { row, group, sign in
            var weight = sign
            if let times {
                guard times.isValid(row), times.int64[row] > 0 else { return }
                weight = sign &* times.int64[row]
            }
            rows.append(Int32(truncatingIfNeeded: row))
            groups.append(Int32(truncatingIfNeeded: group))
            weights.append(weight)
        }
        let isAll = input.rows == nil && rows.count == input.rowCount
        let values =
            isAll
            ? argument
            : rows.withUnsafeBufferPointer { buffer in
                buffer.baseAddress.map { gather(argument, rows: $0, count: buffer.count) }
                    ?? Column(argument.type, capacity: 0)
            }
        return apply(values, groups, weights)
    }

    private func apply(_ values: Column, _ groups: [Int32], _ weights: [Int64]) -> Fed {
        var transitions: [Transition] = []
        groups.withUnsafeBufferPointer { groupBuffer in
            weights.withUnsafeBufferPointer { weightBuffer in
                guard let groups = groupBuffer.baseAddress, let weights = weightBuffer.baseAddress else { return }
                transitions = apply(groups: groups, values: values, weights: weights, rowCount: groupBuffer.count)
            }
        }
        return Fed(values: values, groups: groups, transitions: transitions)
    }

    /// Takes in the values of another table: its group g goes to `groups[g]`.
    func absorb(_ other: CountedValues, groups mapping: [Int32], _ took: (Fed) -> Void) {
        var entries: [Int32] = []
        var groups: [Int32] = []
        var weights: [Int64] = []
        func apply() {
            guard !entries.isEmpty else { return }
            let values = entries.withUnsafeBufferPointer { buffer in
                gather(other.values, rows: buffer.baseAddress!, count: buffer.count)
            }
            took(self.apply(values, groups, weights))
            entries.removeAll(keepingCapacity: true)
            groups.removeAll(keepingCapacity: true)
            weights.removeAll(keepingCapacity: true)
        }
        for entry in 0..<other.entryCount where other.counts.base[entry] != 0 {
            let group = other.group(of: entry)
            guard group < mapping.count, mapping[group] >= 0 else { continue }
            entries.append(Int32(truncatingIfNeeded: entry))
            groups.append(mapping[group])
            weights.append(other.counts.base[entry])
            if entries.count == 4_096 { apply() }
        }
        apply()
    }

    /// Takes back a stored part.
    func restore(_ group: Int, key: inout ByteReader, value: inout ByteReader) throws(DamagedBytesError) -> Fed {
        let (column, count) = try readPart(key: &key, value: &value)
        return apply(column, [Int32(truncatingIfNeeded: group)], [count])
    }
}

import Columnar
import ConnectorContract
import StreamSQL

// Groups in epochs: blocks of up to some thousand that changed, one after another; for each group the newest counts.
//
// Block: u32 its length, u8 kind, u32 rows, u32 length of the head, head, calls. Head: the key columns, and for rows
// their numbers of live rows, 1 and when they were touched, or 0. All columns in the form of ``StateColumns``.
extension AggregateOperator {
    static let blocksName = "blocks"

    /// What a block tells of its groups.
    enum BlockKind {
        static let rows: UInt8 = 1
        static let removals: UInt8 = 2
    }

    /// What changed since the last epoch, or all there is and what is gone.
    func takeBlocks(isWhole: Bool) throws -> [StateChange] {
        var removed: [Int32] = []
        var rows: [Int32] = []
        for group in unsavedGroups() {
            marks.base[Int(group)] &= ~Mark.unsaved
            if isGone(Int(group)) { removed.append(group) } else if !isWhole { rows.append(group) }
        }
        unsaved.removeAll(keepingCapacity: true)
        if isWhole {
            for group in 0..<groups.count where !isGone(group) { rows.append(Int32(truncatingIfNeeded: group)) }
        }
        writeRemovals(removed)
        StateRows.forEach(rows) { writeRows($0) }
        return upkeep.mark(
            try blocks.take(Self.blocksName, .append), name: Self.blocksName, fold: .append, rows: rows.count,
            liveRows: groups.count - deadCount, isWhole: isWhole)
    }

    private func isGone(_ group: Int) -> Bool { liveRows.base[group] <= 0 && isEmitted.base[group] == 0 }

    /// In order where there are many: their values then lie beside each other.
    private func unsavedGroups() -> [Int32] {
        guard unsaved.count > groups.count / 16 else { return unsaved }
        let marks = self.marks.base
        var list: [Int32] = []
        list.reserveCapacity(unsaved.count)
        for group in 0..<groups.count where marks[group] & Mark.unsaved != 0 {
            list.append(Int32(truncatingIfNeeded: group))
        }
        return list
    }

    func writeRemovals(_ list: [Int32]) {
        StateRows.forEach(list) { rows in
            let (start, head) = beginBlock(BlockKind.removals, rows)
            blocks.endLength(head)
            blocks.endLength(start)
            blocks.endRow()
        }
    }

    private func writeRows(_ rows: StateRows) {
        let (start, head) = beginBlock(BlockKind.rows, rows)
        StateColumns.write(liveRows.base, of: rows, to: blocks)
        if plan.stateTimeToLiveMilliseconds != nil {
            blocks.write(UInt8(1))
            StateColumns.write(touched.base, of: rows, to: blocks)
        } else {
            blocks.write(UInt8(0))
        }
        blocks.endLength(head)
        aggregates.writeColumns(rows, to: blocks)
        if rows.count > 1, blocks.isTooLong(since: start) {
            blocks.rewind(to: start)
            let (first, second) = rows.halves
            writeRows(first)
            return writeRows(second)
        }
        blocks.endLength(start)
        blocks.endRow()
    }

    private func beginBlock(_ kind: UInt8, _ rows: StateRows) -> (start: Int, head: Int) {
        let start = blocks.beginLength()
        blocks.write(kind)
        blocks.write(UInt32(truncatingIfNeeded: rows.count))
        let head = blocks.beginLength()
        for key in groups.keys { StateColumns.write(key.column, of: rows, to: blocks) }
        return (start, head)
    }

    // MARK: reading

    /// Takes stored blocks back in the order in which they were stored: what came later overwrites.
    func restoreBlocks(_ bytes: UnsafeRawBufferPointer, _ ownership: Ownership) throws {
        var reader = ByteReader(bytes)
        while reader.remaining > 0 {
            var block = ByteReader(try reader.readRaw(Int(try reader.read(UInt32.self))))
            let kind = try block.read(UInt8.self)
            let rowCount = Int(try block.read(UInt32.self))
            guard (1...StateColumns.rowLimit).contains(rowCount), kind == BlockKind.rows || kind == BlockKind.removals
            else { throw DamagedBytesError(what: "block \(kind) of \(rowCount) groups", offset: reader.offset) }
            var head = ByteReader(try block.readRaw(Int(try block.read(UInt32.self))))
            var keys: [Column] = []
            for type in keyTypes { keys.append(try StateColumns.read(&head, type, count: rowCount)) }
            let numbers = ownGroups(Batch(columns: keys, rowCount: rowCount), ownership)
            reserve()
            guard kind == BlockKind.rows else {
                for number in numbers where number >= 0 { forget(Int(number)) }
                continue
            }
            try liveRows.readNumbers(numbers, from: &head)
            let tellsTouched = try head.read(UInt8.self) == 1
            if plan.stateTimeToLiveMilliseconds != nil {
                if tellsTouched {
                    try touched.readNumbers(numbers, from: &head)
                } else {
                    // Of a query that kept groups for good: their time begins now.
                    let now = wallMilliseconds()
                    for number in numbers where number >= 0 { touched.base[Int(number)] = now }
                }
            }
            try aggregates.readColumns(numbers, from: &block)
        }
    }

    /// The groups of rows of keys, -1 for those that this instance does not own.
    private func ownGroups(_ keys: Batch, _ ownership: Ownership) -> [Int32] {
        var numbers = [Int32](repeating: -1, count: keys.rowCount)
        guard !keyTypes.isEmpty, ownership.count > 1 else {
            groups.assign(keys.columns, rowCount: keys.rowCount, groups: &numbers)
            return numbers
        }
        var hashes = [UInt64](repeating: 0, count: keys.rowCount)
        hashColumns(keys, Array(keyTypes.indices), seed: ownership.seed, into: &hashes)
        let own = hashes.indices.filter { ownership.owns(hashes[$0]) }.map { Int32(truncatingIfNeeded: $0) }
        var ownNumbers = [Int32](repeating: 0, count: own.count)
        let columns = own.withUnsafeBufferPointer { rows in
            rows.baseAddress.map { base in keys.columns.map { gather($0, rows: base, count: own.count) } } ?? []
        }
        if !own.isEmpty { groups.assign(columns, rowCount: own.count, groups: &ownNumbers) }
        for (row, number) in zip(own, ownNumbers) { numbers[Int(row)] = number }
        return numbers
    }
}

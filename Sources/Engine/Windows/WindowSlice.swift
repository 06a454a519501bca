import Columnar
import ConnectorContract
import StreamSQL

/// The groups and states of one slice of event time.
final class WindowSlice {
    let groups: GroupTable
    let aggregates: AggregateSet
    /// Rows each group stands for; counted only where rows can be taken back.
    private let liveRows: StateArray<Int64>?
    private let isUnsaved = StateArray<UInt8>(zero: 0)
    /// Groups that changed since the last epoch.
    private(set) var unsaved: [Int32] = []
    /// Whether an epoch holds groups of it. Most slices are over before the next epoch comes.
    private(set) var isSaved = false

    init(_ plan: WindowAggregatePlan, keyTypes: [DataType], seed: UInt64) {
        groups = GroupTable(keyTypes: keyTypes, seed: seed)
        aggregates = AggregateSet(plan.calls, inputRetracts: plan.inputRetracts, seed: seed)
        liveRows = plan.inputRetracts ? StateArray<Int64>(zero: 0) : nil
    }

    var byteSize: Int { groups.byteSize + aggregates.byteSize }

    /// Whether a group has rows; those without are not emitted.
    func isLive(_ group: Int) -> Bool { liveRows.map { $0.base[group] > 0 } ?? true }

    private func assign(_ keys: [Column], rowCount: Int, groups numbers: UnsafeMutablePointer<Int32>) {
        groups.assign(keys, rowCount: rowCount, groups: numbers)
        aggregates.reserve(groups: groups.count)
        liveRows?.reserve(groups.count)
        isUnsaved.reserve(groups.count)
    }

    private func mark(_ numbers: UnsafePointer<Int32>, _ count: Int) {
        let isUnsaved = self.isUnsaved.base
        for row in 0..<count where isUnsaved[Int(numbers[row])] == 0 {
            isUnsaved[Int(numbers[row])] = 1
            unsaved.append(numbers[row])
        }
    }

    /// Takes rows in; with `firstPartial` those of a local phase, whose calls begin in that column.
    func feed(_ batch: Batch, groupColumns: [Int], firstPartial: Int? = nil) {
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: max(1, batch.rowCount)) { scratch in
            guard let numbers = scratch.baseAddress else { return }
            assign(groupColumns.map { batch.columns[$0] }, rowCount: batch.rowCount, groups: numbers)
            let signs = batch.kinds.map { RowSigns.of($0, count: batch.rowCount) }
            if let firstPartial {
                aggregates.merge(batch, firstColumn: firstPartial, groups: numbers)
            } else if let signs {
                signs.withUnsafeBufferPointer { aggregates.update(batch, groups: numbers, signs: $0.baseAddress) }
            } else {
                aggregates.update(batch, groups: numbers, signs: nil)
            }
            if let liveRows {
                for row in 0..<batch.rowCount { liveRows.base[Int(numbers[row])] &+= Int64(signs?[row] ?? 1) }
            }
            mark(numbers, batch.rowCount)
        }
    }

    /// Takes another slice's groups in.
    func absorb(_ other: WindowSlice) {
        var mapping: [Int32] = []
        mapping.reserveCapacity(other.groups.count)
        for start in stride(from: 0, to: other.groups.count, by: 4_096) {
            let rows = (start..<min(start + 4_096, other.groups.count)).map { Int32(truncatingIfNeeded: $0) }
            var numbers = [Int32](repeating: 0, count: rows.count)
            numbers.withUnsafeMutableBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                assign(other.groups.keys.map { $0.gathered(rows) }, rowCount: rows.count, groups: base)
                mark(base, rows.count)
            }
            mapping += numbers
        }
        aggregates.absorb(other.aggregates, groups: mapping)
        if let liveRows, let others = other.liveRows {
            for (group, target) in mapping.enumerated() { liveRows.base[Int(target)] &+= others.base[group] }
        }
    }

    // MARK: state

    func appendKey(_ group: Int, to writer: inout ByteWriter) {
        for column in groups.keys { RowCoding.append(column.column, row: group, to: &writer) }
    }

    func write(_ group: Int, to writer: inout ByteWriter) {
        if let liveRows { writer.write(liveRows.base[group]) }
        aggregates.writeWhole(group, to: &writer)
    }

    func markSaved() {
        if !unsaved.isEmpty { isSaved = true }
        for group in unsaved { isUnsaved.base[Int(group)] = 0 }
        unsaved.removeAll(keepingCapacity: true)
    }

    /// Takes back a stored group; call ``finishRestore()`` after the last.
    func restore(_ keys: [Column], from reader: inout ByteReader) throws(DamagedBytesError) {
        isSaved = true
        var number: Int32 = 0
        assign(keys, rowCount: 1, groups: &number)
        if let liveRows { liveRows.base[Int(number)] = try reader.read(Int64.self) }
        try aggregates.readWhole(Int(number), from: &reader)
    }

    func finishRestore() { aggregates.finishRestore() }
}

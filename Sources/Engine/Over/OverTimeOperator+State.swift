import Columnar
import ConnectorContract
import StreamSQL

// State on disk: rows that wait or are still seen, by (partition, number); what is known of each partition; and the
// parts of aggregates over frames without bound. Those of moving frames follow from the rows in them.
extension OverTimeOperator {
    private static let rowsName = "rows"
    private static let partitionsName = "partitions"
    private static let partsName = "parts"

    func rowKey(_ slot: Int32) -> [UInt8] {
        var writer = ByteWriter()
        appendKey(Int(partitionOf.base[Int(slot)]), to: &writer)
        writer.write(rows.id(slot))
        return writer.bytes
    }

    private func appendKey(_ number: Int, to writer: inout ByteWriter) {
        for column in partitions.keys { RowCoding.append(column.column, row: number, to: &writer) }
    }

    func snapshot(epoch: UInt64) throws -> [StateChange] {
        var entries = removed
        removed = KeyedEntries()
        rows.forEachUnsaved { slot in
            var value = ByteWriter()
            value.write(times.base[Int(slot)])
            rows.write(slot, to: &value)
            entries.put(key: rowKey(slot), value: value.bytes)
        }
        var known = removedPartitions
        removedPartitions = KeyedEntries()
        for number in unsaved {
            states.base[Int(number)].isUnsaved = 0
            guard states.base[Int(number)].total > 0 else {
                known.remove(key: partitionKey(Int(number)))
                continue
            }
            known.put(key: partitionKey(Int(number)), value: partitionValue(Int(number)))
        }
        unsaved.removeAll(keepingCapacity: true)
        drainParts()
        let parts = changedParts
        changedParts = KeyedEntries()
        var changes = [time.change()]
        if !entries.isEmpty { changes.append(StateChange(name: Self.rowsName, fold: .keyed, bytes: entries.bytes)) }
        if !known.isEmpty { changes.append(StateChange(name: Self.partitionsName, fold: .keyed, bytes: known.bytes)) }
        if !parts.isEmpty { changes.append(StateChange(name: Self.partsName, fold: .keyed, bytes: parts.bytes)) }
        return changes
    }

    private func drainParts() {
        guard !plan.frame.isBounded, keepsChanges else { return }
        var parts = changedParts
        changedParts = KeyedEntries()
        feeder.aggregates.drainParts { number, part, value in
            let key = partitionKey(number) + part
            if let value { parts.put(key: key, value: value) } else { parts.remove(key: key) }
        }
        changedParts = parts
    }

    private func partitionKey(_ number: Int) -> [UInt8] {
        var writer = ByteWriter()
        appendKey(number, to: &writer)
        return writer.bytes
    }

    private func partitionValue(_ number: Int) -> [UInt8] {
        let state = states.base[number]
        var writer = ByteWriter()
        writer.write(state.total)
        writer.write(state.rank)
        writer.write(state.denseRank)
        writer.write(state.last)
        if !plan.frame.isBounded { feeder.aggregates.write(number, to: &writer) }
        return writer.bytes
    }

    func restore(_ changes: [StateChange], ownership: Ownership) throws {
        try time.restore(changes, isFirst: ownership.index == 0)
        try FoldedEntries(changes, named: Self.partitionsName).forEachOwned(keyTypes, ownership) { key, _, value in
            let number = partition(key)
            states.base[number].total = try value.read(Int64.self)
            states.base[number].rank = try value.read(Int64.self)
            states.base[number].denseRank = try value.read(Int64.self)
            states.base[number].last = try value.read(Int64.self)
            if !plan.frame.isBounded { try feeder.aggregates.read(number, from: &value) }
        }
        try FoldedEntries(changes, named: Self.partsName).forEachOwned(keyTypes, ownership) { key, part, value in
            try feeder.aggregates.readPart(partition(key), key: &part, value: &value)
        }
        feeder.aggregates.finishRestore()
        try restoreRows(changes, ownership)
        idle?.restored(groups: partitions.count)
    }

    private func partition(_ key: RowDecoder) -> Int {
        var number: Int32 = 0
        partitions.assign(key.columns, rowCount: 1, groups: &number)
        states.reserve(partitions.count)
        feeder.aggregates.reserve(groups: partitions.count)
        return Int(number)
    }

    private func restoreRows(_ changes: [StateChange], _ ownership: Ownership) throws {
        var found: [(id: Int64, partition: Int, row: [UInt8])] = []
        try FoldedEntries(changes, named: Self.rowsName).forEachOwned(keyTypes, ownership) { key, rest, value in
            found.append((try rest.read(Int64.self), partition(key), Array(try value.readRaw(value.remaining))))
        }
        found.sort { $0.id < $1.id }
        var seen: [Int32] = []
        for (id, number, row) in found {
            try row.withUnsafeBytes { bytes in
                var reader = ByteReader(bytes)
                let at = try reader.read(Int64.self)
                let slot = try rows.restore(id: id, from: &reader)
                note(slot, Int32(truncatingIfNeeded: number), at)
                if timeColumn == nil || at <= states.base[number].last {
                    seen.append(slot)
                } else {
                    waiting.push(at, slot)
                    states.base[number].waiting &+= 1
                }
            }
        }
        // What was processed stands in its lists again, and in the aggregates of moving frames.
        seen.sort { (times.base[Int($0)], $0) < (times.base[Int($1)], $1) }
        feeder.prepare(rows.columns, rowCount: rows.count)
        for slot in seen {
            append(slot)
            guard plan.frame.isBounded else { continue }
            withUnsafePointer(to: slot) { pointer in
                feeder.feed(UnsafeBufferPointer(start: pointer, count: 1), groups: partitionOf.base, takesBack: false)
            }
        }
        dropBehindFrames()
    }

    // MARK: idle partitions

    func flush(output: NodeRuntime) throws {
        guard let idle, idle.sweep(groups: partitions.count, forget: forget) else { return }
        let kept = IdleGroups.worthKeeping(of: partitions.count) {
            states.base[$0].total == 0 && states.base[$0].waiting == 0
        }
        if let kept { compact(keeping: kept, idle) }
    }

    /// The partition begins anew, unless rows of it wait for the watermark.
    func forget(_ number: Int) {
        guard states.base[number].waiting == 0, states.base[number].total > 0 else { return }
        var slot = states.base[number].head
        while slot >= 0 {
            let next = rows.links.base[Int(slot)]
            if rows.isSaved(slot), keepsChanges { removed.remove(key: rowKey(slot)) }
            rows.release(slot)
            slot = next
        }
        feeder.aggregates.clear(number)
        let isUnsaved = states.base[number].isUnsaved
        states.base[number] = Partition()
        states.base[number].isUnsaved = keepsChanges ? 1 : 0
        if keepsChanges, isUnsaved == 0 { unsaved.append(Int32(truncatingIfNeeded: number)) }
    }

    /// Gives up the places of forgotten partitions, and renumbers the others.
    private func compact(keeping kept: [Int32], _ idle: IdleGroups) {
        let renumbered = Renumbering(keeping: kept, of: partitions.count)
        for number in unsaved where renumbered.isGone(number) {
            removedPartitions.remove(key: partitionKey(Int(number)))
        }
        unsaved = renumbered(unsaved)
        drainParts()
        feeder.compact(renumbered)
        partitions.compact(keeping: kept)
        states.compact(keeping: kept)
        // Slots whose rows were let go may still name a partition that is gone.
        for slot in 0..<rows.count {
            let old = partitionOf.base[slot]
            partitionOf.base[slot] = old >= 0 ? renumbered.numbers[Int(old)] : -1
        }
        idle.compact(keeping: kept)
    }

    /// Rows kept for LAG alone are behind the frame.
    private func dropBehindFrames() {
        guard plan.frame.isBounded, case .offset(let offset) = plan.frame.start else { return }
        for number in 0..<partitions.count {
            while states.base[number].frameHead >= 0 {
                let state = states.base[number]
                let isOut =
                    plan.frame.unit == .rows
                    ? state.frameCount > 1 &- offset : times.base[Int(state.frameHead)] < state.last &+ offset
                guard isOut else { break }
                dropFrameHead(number)
            }
        }
    }
}

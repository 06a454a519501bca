import Columnar
import ConnectorContract
import StreamSQL

// Rows are stored one by one, as they are; a partition with matches under way is stored whole when it changed.
extension MatchOperator {
    func rowKey(_ slot: Int32) -> [UInt8] {
        var writer = ByteWriter()
        for column in plan.partition { RowCoding.append(rows.columns[column].column, row: Int(slot), to: &writer) }
        writer.write(rows.id(slot))
        return writer.bytes
    }

    private func partitionKey(_ number: Int32) -> [UInt8] {
        var writer = ByteWriter()
        for column in keys.keys { RowCoding.append(column.column, row: Int(number), to: &writer) }
        // Entries of partitions and of rows are read alike.
        writer.write(Int64(0))
        return writer.bytes
    }

    /// Notes that partitions without matches need no entry any more.
    func saveIdle() {
        for index in partitions.indices where partitions[index].isIdle && partitions[index].isSaved {
            idleEntries.remove(key: partitionKey(Int32(truncatingIfNeeded: index)))
            partitions[index].isSaved = false
        }
    }

    func snapshot(epoch: UInt64) throws -> [StateChange] {
        var rowEntries = removed
        removed = KeyedEntries()
        rows.forEachUnsaved { slot in
            var value = ByteWriter()
            rows.write(slot, to: &value)
            rowEntries.put(key: rowKey(slot), value: value.bytes)
        }
        var entries = idleEntries
        idleEntries = KeyedEntries()
        for number in unsaved where partitions[Int(number)].isUnsaved {
            let partition = partitions[Int(number)]
            partitions[Int(number)].isUnsaved = false
            guard !partition.isIdle else {
                if partition.isSaved { entries.remove(key: partitionKey(number)) }
                partitions[Int(number)].isSaved = false
                continue
            }
            partitions[Int(number)].isSaved = true
            entries.put(key: partitionKey(number), value: encoded(partition))
        }
        unsaved.removeAll(keepingCapacity: true)
        return [
            StateChange(name: "rows", fold: .keyed, bytes: rowEntries.bytes),
            StateChange(name: "partitions", fold: .keyed, bytes: entries.bytes), time.change(),
        ]
    }

    /// The chains of a partition, parents before children, then its matches.
    private func encoded(_ partition: MatchPartition) -> [UInt8] {
        var numbers: [Int32: Int32] = [:]
        var nodes: [Int32] = []
        for match in partition.open + partition.complete {
            var path: [Int32] = []
            var node = match.node
            while node >= 0, numbers[node] == nil {
                path.append(node)
                node = matcher.buffer.parent(node)
            }
            for node in path.reversed() {
                numbers[node] = Int32(truncatingIfNeeded: nodes.count)
                nodes.append(node)
            }
        }
        var writer = ByteWriter()
        writer.write(partition.ordinal)
        writer.write(partition.lastTime)
        writer.write(UInt32(truncatingIfNeeded: nodes.count))
        for node in nodes {
            writer.write(rows.id(matcher.buffer.slot(node)))
            writer.write(UInt8(truncatingIfNeeded: matcher.buffer.variable(node)))
            writer.write(numbers[matcher.buffer.parent(node)] ?? -1)
            writer.write(matcher.buffer.ordinal(node))
        }
        for matches in [partition.open, partition.complete] {
            writer.write(UInt32(truncatingIfNeeded: matches.count))
            for match in matches {
                writer.write(match.state)
                writer.write(numbers[match.node] ?? -1)
                writer.write(match.startOrdinal)
                writer.write(match.startTime)
            }
        }
        return writer.bytes
    }

    func restore(_ changes: [StateChange], ownership: Ownership) throws {
        try time.restore(changes, isFirst: ownership.index == 0)
        var found: [(id: Int64, partition: Int32, row: [UInt8])] = []
        try FoldedEntries(changes, named: "rows").forEachOwned(keyTypes, ownership) { key, rest, value in
            let partition = assignPartition(key.columns)
            found.append((try rest.read(Int64.self), partition, Array(try value.readRaw(value.remaining))))
        }
        found.sort { ($0.id, $0.partition) < ($1.id, $1.partition) }
        var slots: [RowPlace: Int32] = [:]
        for (id, partition, row) in found {
            try row.withUnsafeBytes { bytes in
                var reader = ByteReader(bytes)
                let slot = try rows.restore(id: id, from: &reader)
                setPartition(partition, of: slot)
                slots[RowPlace(partition: partition, id: id)] = slot
            }
        }
        try FoldedEntries(changes, named: "partitions").forEachOwned(keyTypes, ownership) { key, _, value in
            try restorePartition(assignPartition(key.columns), &value, slots)
        }
        for (id, partition, _) in found {
            guard let slot = slots[RowPlace(partition: partition, id: id)] else { continue }
            let at = plan.timeColumn.map { rows.columns[$0].column.int64[Int(slot)] }
            if let at, at > partitions[Int(partition)].lastTime {
                wait(slot, at, partition)
            } else if !matcher.buffer.isUsed(slot) {
                rows.release(slot)
            }
        }
    }

    struct RowPlace: Hashable {
        var partition: Int32
        var id: Int64
    }

    private func restorePartition(
        _ number: Int32, _ reader: inout ByteReader, _ slots: [RowPlace: Int32]
    ) throws {
        var partition = MatchPartition()
        partition.isSaved = true
        partition.ordinal = try reader.read()
        partition.lastTime = try reader.read()
        var nodes: [Int32] = []
        for _ in 0..<(try reader.read(UInt32.self)) {
            let id = try reader.read(Int64.self)
            let variable = try reader.read(UInt8.self)
            let parent = try reader.read(Int32.self)
            let ordinal = try reader.read(Int64.self)
            guard let slot = slots[RowPlace(partition: number, id: id)], parent < nodes.count,
                Int(variable) < plan.variables.count
            else { throw DamagedBytesError(what: "row \(id) of a match", offset: reader.offset) }
            nodes.append(
                matcher.buffer.add(
                    slot: slot, variable: Int(variable), parent: parent < 0 ? -1 : nodes[Int(parent)], ordinal: ordinal)
            )
        }
        partition.open = try matches(&reader, nodes)
        partition.complete = try matches(&reader, nodes)
        for match in partition.open { expires(number, from: match.startTime) }
        partitions[Int(number)] = partition
    }

    private func matches(_ reader: inout ByteReader, _ nodes: [Int32]) throws -> [PartialMatch] {
        var result: [PartialMatch] = []
        for _ in 0..<(try reader.read(UInt32.self)) {
            let state = try reader.read(Int32.self)
            let node = try reader.read(Int32.self)
            guard nodes.indices.contains(Int(node)), matcher.isState(Int(state)) else {
                throw DamagedBytesError(what: "match in state \(state)", offset: reader.offset)
            }
            matcher.buffer.retain(nodes[Int(node)])
            result.append(
                PartialMatch(
                    state: state, node: nodes[Int(node)], startOrdinal: try reader.read(),
                    startTime: try reader.read()))
        }
        return result
    }
}

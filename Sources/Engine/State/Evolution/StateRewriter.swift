import Columnar
import ConnectorContract
import StreamSQL

/// Rewrites the stored bytes of one operator for a changed query: pieces that both have are copied, those that are gone
/// are left out, new ones begin as if no row had come yet.
struct StateRewriter {
    let node: PlanNode
    private let rows: [PieceMapping]
    private let calls: PieceMapping
    private let emptyFixed: [[UInt8]]
    private let emptyWhole: [[UInt8]]

    init(_ node: PlanNode, stored: NodeState) throws {
        self.node = node
        rows = zip(stored.rows, node.state.rows).map { PieceMapping(stored: $0.columns, wanted: $1.columns) }
        calls = PieceMapping(stored: stored.calls, wanted: node.state.calls)
        let empty = Self.emptySet(node.operation)
        emptyFixed = try empty?.emptyPieces(whole: false) ?? []
        emptyWhole = try empty?.emptyPieces(whole: true) ?? []
    }

    private static func emptySet(_ operation: PlanOperation) -> AggregateSet? {
        switch operation {
        case .aggregate(let plan): AggregateSet(plan.calls, inputRetracts: plan.inputRetracts, seed: 0)
        case .windowAggregate(let plan): AggregateSet(plan.calls, inputRetracts: plan.inputRetracts, seed: 0)
        case .over(let plan) where !plan.frame.isBounded:
            AggregateSet(plan.aggregates, inputRetracts: false, seed: 0)
        default: nil
        }
    }

    /// The change in the wanted layout; nil where the state's form is not known.
    func rewritten(_ change: StateChange) throws -> StateChange? {
        guard let form = StateForm.of(change.name, node) else { return nil }
        switch (form, change.fold) {
        case (.other, _): return change
        case (.rows(let input, _, _), .append) where rows.indices.contains(input):
            return try appended(change, rows[input])
        case (.rows(let input, let prefix, let isFlagged), .keyed) where rows.indices.contains(input):
            return try keyed(change) { value throws(DamagedBytesError) in
                try row(value, rows[input], prefix: prefix, isFlagged: isFlagged)
            }
        case (.keyRows(let input), .keyed) where rows.indices.contains(input): return try keys(change, rows[input])
        case (.results, .keyed):
            return try keyed(change) { value throws(DamagedBytesError) in
                try row(value, calls, prefix: 0, isFlagged: false)
            }
        case (.waitingRows, .keyed) where !rows.isEmpty:
            return try keyed(change) { value throws(DamagedBytesError) in try batch(value, rows[0]) }
        case (.calls(let prefix, let whole), .keyed):
            return try keyed(change) { value throws(DamagedBytesError) in
                try pieces(value, prefix: prefix, empty: whole ? emptyWhole : emptyFixed)
            }
        case (.rowBlocks(let input, let ownColumns), .append) where rows.indices.contains(input):
            return try rowBlocks(change, rows[input], ownColumns: ownColumns)
        case (.callBlocks, .append): return try blocks(change)
        case (.callParts(let groupTypes), .keyed): return try parts(change, groupTypes)
        case (.sharedValues, .append): return try sharedValues(change)
        default: return nil
        }
    }

    private func keyed(
        _ change: StateChange, _ body: (UnsafeRawBufferPointer) throws(DamagedBytesError) -> [UInt8]
    ) throws -> StateChange {
        var entries = KeyedEntries()
        try change.bytes.withUnsafeBytes { bytes in
            try KeyedEntries.forEach(in: bytes) { key, value in
                if let value {
                    entries.put(key: Array(key), value: try body(value))
                } else {
                    entries.remove(key: Array(key))
                }
            }
        }
        return StateChange(name: change.name, fold: .keyed, bytes: entries.bytes)
    }

    // MARK: rows

    private func appended(_ change: StateChange, _ mapping: PieceMapping) throws -> StateChange {
        var writer = ByteWriter(reserving: change.bytes.count)
        try change.bytes.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            while reader.remaining > 0 { try Self.copyRow(&reader, mapping, to: &writer) }
        }
        return StateChange(name: change.name, fold: .append, bytes: writer.bytes)
    }

    private func row(
        _ value: UnsafeRawBufferPointer, _ mapping: PieceMapping, prefix: Int, isFlagged: Bool
    ) throws(DamagedBytesError) -> [UInt8] {
        var reader = ByteReader(value)
        var writer = ByteWriter(reserving: value.count)
        let head = try reader.readRaw(prefix)
        writer.writeRaw(head)
        if !isFlagged || head.first == 1 { try Self.copyRow(&reader, mapping, to: &writer) }
        return writer.bytes
    }

    /// Rows that are keys themselves; they have the same columns, in another order.
    private func keys(_ change: StateChange, _ mapping: PieceMapping) throws -> StateChange {
        var entries = KeyedEntries()
        try change.bytes.withUnsafeBytes { bytes in
            try KeyedEntries.forEach(in: bytes) { key, value in
                var reader = ByteReader(key)
                var writer = ByteWriter(reserving: key.count)
                try Self.copyRow(&reader, mapping, to: &writer)
                if let value {
                    entries.put(key: writer.bytes, value: Array(value))
                } else {
                    entries.remove(key: writer.bytes)
                }
            }
        }
        return StateChange(name: change.name, fold: .keyed, bytes: entries.bytes)
    }

    /// A batch of rows that wait: how often they were asked for, how many they are, and each behind its kind.
    private func batch(
        _ value: UnsafeRawBufferPointer, _ mapping: PieceMapping
    ) throws(DamagedBytesError) -> [UInt8] {
        var reader = ByteReader(value)
        var writer = ByteWriter(reserving: value.count)
        writer.write(try reader.read(UInt32.self))
        let count = try reader.read(UInt32.self)
        writer.write(count)
        for _ in 0..<count {
            writer.write(try reader.read(UInt8.self))
            try Self.copyRow(&reader, mapping, to: &writer)
        }
        return writer.bytes
    }

    private static func copyRow(
        _ reader: inout ByteReader, _ mapping: PieceMapping, to writer: inout ByteWriter
    ) throws(DamagedBytesError) {
        var values: [Range<Int>] = []
        for piece in mapping.stored {
            let start = reader.offset
            try RowCoding.skip(&reader, piece.kind)
            values.append(start..<reader.offset)
        }
        for (piece, place) in zip(mapping.wanted, mapping.places) {
            if let place {
                writer.writeRaw(UnsafeRawBufferPointer(rebasing: reader.buffer[values[place]]))
            } else {
                RowCoding.appendBeginning(piece, to: &writer)
            }
        }
    }

    // MARK: calls

    private func pieces(
        _ value: UnsafeRawBufferPointer, prefix: Int, empty: [[UInt8]]
    ) throws(DamagedBytesError) -> [UInt8] {
        var reader = ByteReader(value)
        var writer = ByteWriter(reserving: value.count)
        writer.writeRaw(try reader.readRaw(prefix))
        var stored: [UnsafeRawBufferPointer] = []
        for _ in calls.stored { stored.append(try reader.readCounted()) }
        for (number, place) in calls.places.enumerated() {
            writer.writeCounted { writer in
                if let place {
                    writer.writeRaw(stored[place])
                } else if number < empty.count {
                    empty[number].withUnsafeBytes { writer.writeRaw($0) }
                }
            }
        }
        return writer.bytes
    }

    /// Blocks of groups keep their heads and the columns of the calls that are still there.
    private func blocks(_ change: StateChange) throws -> StateChange {
        var writer = ByteWriter(reserving: change.bytes.count)
        try change.bytes.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            while reader.remaining > 0 {
                var stored = ByteReader(try reader.readRaw(Int(try reader.read(UInt32.self))))
                writer.write(try block(&stored))
            }
        }
        return StateChange(name: change.name, fold: .append, bytes: writer.bytes)
    }

    /// Blocks of rows keep the columns that are still there; new ones begin as rows from before have them.
    private func rowBlocks(_ change: StateChange, _ mapping: PieceMapping, ownColumns: Int) throws -> StateChange {
        var writer = ByteWriter(reserving: change.bytes.count)
        try change.bytes.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            while reader.remaining > 0 {
                var stored = ByteReader(try reader.readRaw(Int(try reader.read(UInt32.self))))
                let rowCount = try stored.read(UInt32.self)
                var columns: [UnsafeRawBufferPointer] = []
                for _ in 0..<(try stored.read(UInt16.self)) {
                    columns.append(try stored.readRaw(Int(try stored.read(UInt32.self))))
                }
                var block = ByteWriter()
                block.write(rowCount)
                block.write(UInt16(truncatingIfNeeded: ownColumns + mapping.wanted.count))
                for column in columns.prefix(ownColumns) { block.write(bytes: column) }
                for (piece, place) in zip(mapping.wanted, mapping.places) {
                    if let place, ownColumns + place < columns.count {
                        block.write(bytes: columns[ownColumns + place])
                    } else {
                        block.write(
                            StateColumns.beginning(
                                piece.kind,
                                isZero: piece.beginning == .zero && piece.kind != .bits && piece.kind != .text,
                                rows: min(Int(rowCount), StateColumns.rowLimit)))
                    }
                }
                writer.write(block.bytes)
            }
        }
        return StateChange(name: change.name, fold: .append, bytes: writer.bytes)
    }

    private func block(_ reader: inout ByteReader) throws(DamagedBytesError) -> [UInt8] {
        var writer = ByteWriter()
        let kind = try reader.read(UInt8.self)
        let rowCount = try reader.read(UInt32.self)
        writer.write(kind)
        writer.write(rowCount)
        writer.write(bytes: try reader.readRaw(Int(try reader.read(UInt32.self))))
        guard kind == AggregateOperator.BlockKind.rows else { return writer.bytes }
        var stored: [UnsafeRawBufferPointer] = []
        for _ in 0..<(try reader.read(UInt16.self)) {
            stored.append(try reader.readRaw(Int(try reader.read(UInt32.self))))
        }
        writer.write(UInt16(truncatingIfNeeded: calls.places.count))
        for (number, place) in calls.places.enumerated() {
            if let place, place < stored.count {
                writer.write(bytes: stored[place])
            } else {
                let piece = number < emptyFixed.count ? emptyFixed[number] : []
                writer.write(AggregateSet.emptyColumn(piece, rows: min(Int(rowCount), StateColumns.rowLimit)))
            }
        }
        return writer.bytes
    }

    /// Parts of calls that are gone are left out; the others get the new numbers of their calls.
    private func parts(_ change: StateChange, _ groupTypes: [DataType]) throws -> StateChange {
        var entries = KeyedEntries()
        try change.bytes.withUnsafeBytes { bytes in
            try KeyedEntries.forEach(in: bytes) { key, value in
                var reader = ByteReader(key)
                for type in groupTypes { try RowCoding.skip(&reader, type.kind) }
                let end = reader.offset
                let number = Int(try reader.read(UInt16.self))
                guard let new = calls.places.firstIndex(of: number) else { return }
                var renamed = Array(key)
                renamed[end] = UInt8(truncatingIfNeeded: new)
                renamed[end + 1] = UInt8(truncatingIfNeeded: new >> 8)
                if let value { entries.put(key: renamed, value: Array(value)) } else { entries.remove(key: renamed) }
            }
        }
        return StateChange(name: change.name, fold: .keyed, bytes: entries.bytes)
    }

    /// Sets keep their values; their calls get the new numbers, and one that is gone gets none.
    private func sharedValues(_ change: StateChange) throws -> StateChange {
        var writer = ByteWriter(reserving: change.bytes.count)
        try change.bytes.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            while reader.remaining > 0 {
                let count = try reader.read(UInt16.self)
                writer.write(count)
                for _ in 0..<count {
                    let stored = Int(try reader.read(UInt16.self))
                    let new = calls.places.firstIndex(of: stored)
                    writer.write(new.map { UInt16(truncatingIfNeeded: $0) } ?? DistinctCounts.goneCall)
                }
                writer.write(bytes: try reader.readRaw(Int(try reader.read(UInt32.self))))
            }
        }
        return StateChange(name: change.name, fold: .append, bytes: writer.bytes)
    }
}

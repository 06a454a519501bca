import Columnar
import ConnectorContract
import Diagnostics
import Formats
import KafkaProtocol

/// Makes rows of records: value, key and facts of each put together. Belongs to one reader.
final class RecordRows {
    private let layout: KafkaLayout
    private let reporter: RejectReporter
    private let valueDecoder: RecordDecoder
    private let keyDecoder: RecordDecoder?
    private(set) var rejected: UInt64 = 0

    init(_ layout: KafkaLayout, reporter: RejectReporter) throws {
        self.layout = layout
        self.reporter = reporter
        valueDecoder = try layout.makeValueDecoder()
        keyDecoder = try layout.makeKeyDecoder()
    }

    /// The rows of the next records of a run, nil when those gave none. The run stands behind them afterwards.
    func next(_ run: inout RecordRun) throws -> Batch? {
        let first = run.next
        let end = run.endOfKind(first)
        if run.isDeletion(first) { return try withoutValues(&run, first, min(end, first + Limits.batchRows)) }
        let decoded = try valueDecoder.decode(run.values, from: first, to: end, tracesRows: layout.tracesRows)
        run.next = decoded.next
        try report(decoded.rejected, run.values, run, "")
        guard var batch = decoded.batch else { return nil }
        guard layout.tracesRows else { return batch }
        let keys = try decodeKeys(run, first, decoded.next)
        var origins = decoded.origins
        if !keys.rejected.isEmpty {
            let kept = origins.indices.filter { !keys.rejected.contains(Int(origins[$0])) }
            guard !kept.isEmpty else { return nil }
            batch = RowGathering.rows(kept.map { Int32(truncatingIfNeeded: $0) }, of: batch)
            origins = kept.map { origins[$0] }
        }
        return assemble(batch, origins, keys, run, first)
    }

    /// The rows of records without a value, NULL everywhere but in the key: in a table of upserts they tell of deleted keys, and
    /// to the format raw they are NULL. Other formats have no use for them.
    private func withoutValues(_ run: inout RecordRun, _ first: Int, _ end: Int) throws -> Batch? {
        run.next = end
        guard layout.isUpsert || layout.schema.valueFormat == "raw" else { return nil }
        let keys = try decodeKeys(run, first, end)
        let origins = (first..<end).filter { !keys.rejected.contains($0) }.map { Int32(truncatingIfNeeded: $0) }
        guard !origins.isEmpty else { return nil }
        let kinds = layout.isUpsert ? [UInt8](repeating: RowKind.delete.rawValue, count: origins.count) : nil
        let batch = Batch(columns: [], rowCount: origins.count, kinds: kinds)
        return assemble(batch, origins, keys, run, first)
    }

    private func report(
        _ rejected: [(record: Int, line: RejectedLine)], _ records: RecordBytes, _ run: RecordRun, _ part: String
    ) throws {
        for (record, line) in rejected {
            self.rejected += 1
            try reporter.report(
                line.reason, part + line.detail, path: "\(run.topic)/\(run.partition)",
                offset: run.facts[record].offset, bytes: Array(records.bytes(record).prefix(64 * 1_024)))
        }
    }

    // MARK: keys

    /// Decoded keys of a range of records.
    private struct Keys {
        var batches: [Batch] = []
        /// For each record of the range the row of its key.
        var places: [RowPlace]
        /// Records whose key is none.
        var rejected: Set<Int> = []
    }

    private func decodeKeys(_ run: RecordRun, _ first: Int, _ end: Int) throws -> Keys {
        var keys = Keys(places: Array(repeating: .none, count: end - first))
        guard let keyDecoder, let bytes = run.keys, run.hasKeys else { return keys }
        var next = first
        while next < end {
            let decoded = try keyDecoder.decode(bytes, from: next, to: end, tracesRows: true)
            let rejected = decoded.rejected.filter { run.hasKey($0.record) }
            try report(rejected, bytes, run, "key: ")
            for (record, _) in rejected { keys.rejected.insert(record) }
            next = max(next + 1, decoded.next)
            guard let batch = decoded.batch else { continue }
            for (row, record) in decoded.origins.enumerated()
            where Int(record) - first < keys.places.count && run.hasKey(Int(record)) {
                keys.places[Int(record) - first] = RowPlace(
                    batch: Int32(keys.batches.count), row: Int32(truncatingIfNeeded: row))
            }
            keys.batches.append(batch)
        }
        return keys
    }

    // MARK: putting together

    private func assemble(
        _ values: Batch, _ origins: [Int32], _ keys: Keys, _ run: RecordRun, _ first: Int
    ) -> Batch {
        let places = layout.readsKeys ? origins.map { keys.places[Int($0) - first] } : []
        var columns: [Column] = []
        for (slot, type) in zip(layout.slots, layout.types) {
            switch slot {
            case .value(let index):
                columns.append(
                    values.columns.isEmpty
                        ? Self.nulls(type, origins.count) : values.columns[index])
            case .key(let index):
                columns.append(
                    RowGathering.column(index, of: keys.batches, at: places, type: layout.keyType(index)))
            case .metadata(let key, let type): columns.append(Self.metadata(key, type, origins, run))
            }
        }
        return Batch(
            columns: columns, rowCount: origins.count, kinds: values.kinds, retainedBytes: values.retainedBytes)
    }

    private static func nulls(_ type: DataType, _ count: Int) -> Column {
        let column = Column(type.nullable(true), capacity: count)
        for row in 0..<count { column.setNull(row) }
        return column
    }

    private static func metadata(_ key: String, _ type: DataType, _ origins: [Int32], _ run: RecordRun) -> Column {
        let column = Column(type, capacity: origins.count)
        let heap = ByteHeap(chunkBytes: 1_024)
        if column.kind == .text { column.owners = [heap] }
        switch key {
        case "topic": column.text.update(repeating: heap.add(run.topic), count: origins.count)
        case "partition": column.int64.update(repeating: Int64(run.partition), count: origins.count)
        case "offset": for (row, record) in origins.enumerated() { column.int64[row] = run.facts[Int(record)].offset }
        case "timestamp":
            for (row, record) in origins.enumerated() {
                column.int64[row] = run.facts[Int(record)].timestamp &* 1_000
            }
        case "leader-epoch":
            for (row, record) in origins.enumerated() {
                let epoch = run.facts[Int(record)].leaderEpoch
                if epoch < 0 { column.setNull(row) } else { column.int64[row] = Int64(epoch) }
            }
        case "timestamp-type":
            let (create, append) = (heap.add("CreateTime"), heap.add("LogAppendTime"))
            for (row, record) in origins.enumerated() {
                column.text[row] = run.facts[Int(record)].isAppendTime ? append : create
            }
        default:
            for (row, record) in origins.enumerated() {
                column.text[row] = heap.add(headers(run.headers?.bytes(Int(record))))
            }
        }
        return column
    }

    /// A MAP of the headers in their encoded form; of headers with one name the last counts.
    private static func headers(_ encoded: UnsafeBufferPointer<UInt8>?) -> [UInt8] {
        var names: [NestedItem] = []
        var values: [NestedItem] = []
        if let encoded, !encoded.isEmpty {
            try? Record.forEachHeader(in: UnsafeRawBufferPointer(encoded)) { name, value in
                names.append(item(name))
                values.append(value.map(item) ?? .null)
            }
        }
        var bytes: [UInt8] = []
        NestedWriter.appendMap(keys: names, values: values, .text, .text, to: &bytes)
        return bytes
    }

    private static func item(_ bytes: UnsafeRawBufferPointer) -> NestedItem {
        let text = bytes.bindMemory(to: UInt8.self)
        guard let start = text.baseAddress else { return NestedItem(isNull: false, low: 0, high: 0) }
        return NestedItem(start, count: text.count)
    }
}

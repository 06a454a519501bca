import Columnar
import ConnectorContract
import Diagnostics
import Formats
import KafkaProtocol

/// Makes records of rows: their keys, values and partitions. Belongs to one sink.
final class RowRecords {
    /// A record on its way: no value deletes its key.
    struct Record {
        var key: [UInt8]?
        var value: [UInt8]?
        /// Nil where the broker's client is to choose.
        var partition: Int32
        /// Milliseconds since 1970; nil for the time of writing.
        var timestamp: Int64?
        /// As a batch holds them; nil for none.
        var headers: [UInt8]?
    }

    private let schema: KafkaSchema
    private let isUpsert: Bool
    private let keyEncoder: (any RowEncoder)?
    private let valueEncoder: any RowEncoder
    private let metadata: RecordMetadata
    private let partitioner: KafkaOptions.Partitioner
    private let partitionCount: Int32
    private var turn: Int32 = 0

    init(_ options: KafkaOptions, partitionCount: Int32) throws(MillraceError) {
        schema = options.schema
        isUpsert = options.isUpsert
        keyEncoder = try options.schema.makeKeyEncoder()
        valueEncoder = try options.schema.makeValueEncoder()
        metadata = RecordMetadata(options.table)
        partitioner = options.partitioner
        self.partitionCount = max(1, partitionCount)
    }

    /// Calls `body` with the record of each row.
    func forEach(_ batch: Batch, _ body: (Record) throws -> Void) throws {
        let keys = part(batch, schema.key)
        let values = part(batch, schema.value)
        guard !isUpsert else { return try forEachUpsert(batch, keys, values, body) }
        // Without keys a batch stays together, as it does with other producers.
        turn = (turn &+ 1) % partitionCount
        for row in 0..<batch.rowCount {
            let key = try keyEncoder.flatMap { try Self.encode($0, keys, row) }
            try body(try record(key, try Self.encode(valueEncoder, values, row), batch, row))
        }
    }

    /// Of several changes of one key in a batch the last one counts; what is taken back or deleted loses its value.
    private func forEachUpsert(
        _ batch: Batch, _ keys: Batch, _ values: Batch, _ body: (Record) throws -> Void
    ) throws {
        guard let keyEncoder else { return }
        var last: [[UInt8]: Int] = [:]
        var encoded: [[UInt8]] = []
        encoded.reserveCapacity(batch.rowCount)
        for row in 0..<batch.rowCount {
            let key = try Self.encode(keyEncoder, keys, row) ?? []
            last[key] = row
            encoded.append(key)
        }
        for (row, key) in encoded.enumerated() where last[key] == row {
            let value = batch.kind(row).isAddition ? try Self.encode(valueEncoder, values, row) : nil
            try body(try record(key, value, batch, row))
        }
    }

    private func record(_ key: [UInt8]?, _ value: [UInt8]?, _ batch: Batch, _ row: Int) throws -> Record {
        Record(
            key: key, value: value, partition: partition(key), timestamp: try metadata.timestamp(batch, row),
            headers: metadata.headers(batch, row))
    }

    private func part(_ batch: Batch, _ positions: [Int]) -> Batch {
        guard positions != Array(batch.columns.indices) else { return batch }
        return Batch(columns: positions.map { batch.columns[$0] }, rowCount: batch.rowCount, kinds: batch.kinds)
    }

    /// A key or a value without the line end that formats write behind it; nil for a row that has none.
    private static func encode(_ encoder: any RowEncoder, _ batch: Batch, _ row: Int) throws(MillraceError) -> [UInt8]?
    {
        if encoder.isAbsent(batch, row) { return nil }
        var bytes: [UInt8] = []
        try encoder.append(batch, row, to: &bytes)
        // Formats with something around the records of a file have no line ends.
        if encoder.framing == nil, bytes.last == 10 { bytes.removeLast() }
        return bytes
    }

    private func partition(_ key: [UInt8]?) -> Int32 {
        if let key, isUpsert || partitioner == .byKey { return Self.partition(ofKey: key, among: partitionCount) }
        switch partitioner {
        case .fixed: return 0
        case .byKey: return turn
        case .roundRobin:
            turn = (turn &+ 1) % partitionCount
            return turn
        }
    }

    /// The partition that Kafka's own producer gives a key: equal keys meet whoever writes them.
    static func partition(ofKey key: [UInt8], among count: Int32) -> Int32 {
        Int32(bitPattern: Murmur2.hash(key) & 0x7FFF_FFFF) % max(1, count)
    }
}

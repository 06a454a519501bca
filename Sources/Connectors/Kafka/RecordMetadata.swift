import Columnar
import ConnectorContract
import Diagnostics
import KafkaProtocol

/// Time and headers of records, from the metadata columns that an INSERT fills.
struct RecordMetadata: Sendable {
    static let keys: Set<String> = ["timestamp", "headers"]

    private let table: String
    /// Positions in the rows of the sink; nil for what is not written.
    private let timestamp: Int?
    private let headers: Int?

    init(_ table: TableDescription) {
        self.table = table.name
        func position(_ key: String) -> Int? {
            table.writtenMetadata.firstIndex(of: key).map { table.physicalFields.count + $0 }
        }
        timestamp = position("timestamp")
        headers = position("headers")
    }

    /// Milliseconds since 1970; nil for NULL and where no column gives it. Kafka's clients know no time before 1970, and
    /// the row is refused as they do it.
    func timestamp(_ batch: Batch, _ row: Int) throws(MillraceError) -> Int64? {
        guard let item = timestamp.map({ batch.columns[$0].item(row) }), !item.isNull else { return nil }
        let microseconds = item.int64
        guard microseconds >= 0 else {
            throw MillraceError(
                .user, code: "bad_timestamp",
                "table '\(table)' was given a record of \(microseconds / 1_000) ms before 1970: records have no such time",
                hint: "filter such rows out, or write NULL for the time of writing")
        }
        return microseconds / 1_000
    }

    /// The headers as a batch holds them; nil for none. Those without a name or a value are left out, as in Flink.
    func headers(_ batch: Batch, _ row: Int) -> [UInt8]? {
        guard let item = headers.map({ batch.columns[$0].item(row) }), !item.isNull else { return nil }
        let map = NestedReader(item).map(.text, .text)
        let entries = (0..<map.count).map { (name: map.keys[$0], value: map.values[$0]) }
            .filter { !$0.name.isNull && !$0.value.isNull }
        guard !entries.isEmpty else { return nil }
        var writer = WireWriter()
        writer.writeVarint(Int32(truncatingIfNeeded: entries.count))
        for (name, value) in entries {
            for item in [name, value] {
                writer.writeVarint(Int32(truncatingIfNeeded: item.bytes.count))
                writer.writeRaw(UnsafeRawBufferPointer(item.bytes))
            }
        }
        return writer.bytes
    }
}

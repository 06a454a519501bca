import Diagnostics
import KafkaProtocol

/// Gathers records into batches, one under way for each partition.
struct BatchAssembly {
    /// A finished batch and where it goes.
    struct Finished: Sendable {
        var partition: Int32
        var batch: ProducedBatch
    }

    private struct Open {
        var builder: RecordBatchBuilder
        var bytes = 0
    }

    private let codec: CompressionCodec
    /// A batch ends at this many bytes of keys and values; well below what a topic takes.
    private let batchBytes: Int
    private var open: [Int32: Open] = [:]
    private var finished: [Finished] = []
    /// Bytes of keys, values and headers taken and not handed out.
    private(set) var waitingBytes = 0

    init(codec: CompressionCodec, batchBytes: Int = 256 << 10) {
        self.codec = codec
        self.batchBytes = batchBytes
    }

    /// `now` is the time of records that bear none.
    mutating func append(_ record: RowRecords.Record, now: Int64) throws {
        let attributes = BatchAttributes(codec: codec)
        var current =
            open.removeValue(forKey: record.partition) ?? Open(builder: RecordBatchBuilder(attributes: attributes))
        let bytes = (record.key?.count ?? 0) + (record.value?.count ?? 0) + (record.headers?.count ?? 0)
        if current.bytes > 0, current.bytes + bytes > batchBytes {
            finished.append(Finished(partition: record.partition, batch: try current.builder.build()))
            current = Open(builder: RecordBatchBuilder(attributes: attributes))
        }
        current.builder.append(
            key: record.key, value: record.value, timestamp: record.timestamp ?? now, encodedHeaders: record.headers)
        current.bytes += max(1, bytes)
        waitingBytes += bytes
        open[record.partition] = current
    }

    /// All batches, those under way too.
    mutating func take() throws -> [Finished] {
        for (partition, current) in open.sorted(by: { $0.key < $1.key }) {
            finished.append(Finished(partition: partition, batch: try current.builder.build()))
        }
        open = [:]
        waitingBytes = 0
        defer { finished = [] }
        return finished
    }
}

package import KafkaProtocol

/// Something to append to one partition.
package struct AppendWrite: Sendable {
    package enum Content: Sendable {
        /// A batch as a client sent it.
        case batch(ProducedBatch)
        /// The end of a producer's transaction.
        case marker(TransactionMarker, producerId: Int64, producerEpoch: Int16)
    }

    package var partition: PartitionKey
    package var content: Content

    package init(_ batch: ProducedBatch, to partition: PartitionKey) {
        self.partition = partition
        content = .batch(batch)
    }

    package init(_ marker: TransactionMarker, producerId: Int64, producerEpoch: Int16, to partition: PartitionKey) {
        self.partition = partition
        content = .marker(marker, producerId: producerId, producerEpoch: producerEpoch)
    }

    var byteCount: Int {
        switch content {
        case .batch(let batch): batch.bytes.count
        case .marker: 128
        }
    }
}

/// Where a batch went. It is durable when this is handed out.
package struct AppendOutcome: Sendable, Equatable {
    package var baseOffset: Int64
    package var lastOffset: Int64
    /// When it was appended, for topics that stamp batches themselves; -1 for others.
    package var appendMilliseconds: Int64
    package var logStart: Int64
    /// It had been appended before; offset and time are those of then.
    package var isRepeat: Bool
}

/// Writes that are answered together, one outcome for each.
struct AppendRequest: Sendable {
    typealias Answer = @Sendable ([Result<AppendOutcome, LogError>]) -> Void

    var writes: [AppendWrite]
    /// All of them or none.
    var isAtomic: Bool
    var answer: Answer?

    var byteCount: Int { writes.reduce(0) { $0 + $1.byteCount } }
}

import CommitLog
import KafkaProtocol

/// A producer that numbers its batches and sends one again until it knows what became of it.
struct SimulatedProducer {
    /// A batch whose fate is not known.
    struct Pending {
        var key: PartitionKey
        var tokens: [String]
        var batch: ProducedBatch
    }

    let id: Int64
    let isTransactional: Bool
    private var nextSequence: [PartitionKey: Int32] = [:]
    var pending: Pending?
    /// Partitions of the open transaction.
    var participants: [PartitionKey] = []
    /// The open transaction's number, and how it is to end once that was decided.
    var transaction: Int?
    var ending: TransactionMarker.Outcome?

    init(id: Int64, isTransactional: Bool) {
        self.id = id
        self.isTransactional = isTransactional
    }

    mutating func make(_ tokens: [String], to key: PartitionKey, codec: CompressionCodec, time: Int64) throws -> Pending
    {
        let made = Pending(
            key: key, tokens: tokens,
            batch: try batch(
                tokens, codec: codec, timestamp: time,
                producer: .init(id: id, epoch: 0, baseSequence: nextSequence[key] ?? 0),
                isTransactional: isTransactional))
        pending = made
        return made
    }

    mutating func settled(_ key: PartitionKey) {
        if let pending { nextSequence[key, default: 0] += Int32(pending.tokens.count) }
        pending = nil
    }

    mutating func forget(_ topic: UInt32) {
        participants.removeAll { $0.topic == topic }
        if pending?.key.topic == topic { pending = nil }
    }
}

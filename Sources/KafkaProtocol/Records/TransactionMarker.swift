/// The end of a transaction in a partition: the one record of a control batch.
package struct TransactionMarker: Sendable, Equatable {
    package enum Outcome: Int16, Sendable {
        case abort = 0
        case commit = 1
    }

    package var outcome: Outcome
    package var coordinatorEpoch: Int32

    package init(outcome: Outcome, coordinatorEpoch: Int32) {
        self.outcome = outcome
        self.coordinatorEpoch = coordinatorEpoch
    }

    /// The marker in a control batch; nil for a control batch of another kind.
    package init?(_ batch: RecordBatchView) {
        guard batch.header.attributes.isControl else { return nil }
        var found: TransactionMarker?
        try? batch.forEachRecord { (record) throws(WireError) in
            guard let key = record.key, let value = record.value else { return }
            var keyReader = WireReader(key)
            var valueReader = WireReader(value)
            _ = try keyReader.read(Int16.self)
            guard let outcome = Outcome(rawValue: try keyReader.read(Int16.self)) else { return }
            _ = try valueReader.read(Int16.self)
            found = TransactionMarker(outcome: outcome, coordinatorEpoch: try valueReader.read(Int32.self))
        }
        guard let found else { return nil }
        self = found
    }

    /// The control batch that ends the transaction of a producer.
    package func batch(producerId: Int64, producerEpoch: Int16, timestamp: Int64) throws(WireError) -> ProducedBatch {
        var builder = RecordBatchBuilder(
            attributes: BatchAttributes(isTransactional: true, isControl: true),
            producer: .init(id: producerId, epoch: producerEpoch, baseSequence: -1))
        var key = WireWriter()
        key.write(Int16(0))
        key.write(outcome.rawValue)
        var value = WireWriter()
        value.write(Int16(0))
        value.write(coordinatorEpoch)
        builder.append(key: key.bytes, value: value.bytes, timestamp: timestamp)
        return try builder.build()
    }
}

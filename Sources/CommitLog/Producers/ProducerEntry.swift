/// What a partition remembers of one producer.
struct ProducerEntry: Sendable, Equatable {
    /// A batch it wrote: enough to answer when it comes once more.
    struct Written: Sendable, Equatable {
        var firstSequence: Int32
        var lastSequence: Int32
        var baseOffset: Int64
        var timestamp: Int64
    }

    /// Batches remembered for repeats; what clients keep in flight at most.
    static let remembered = 5

    var epoch: Int16
    /// The last ones written under `epoch`, oldest first.
    var batches: [Written] = []
    /// When it wrote last.
    var lastMilliseconds: Int64
    /// Where its open transaction began in this partition.
    var transactionStart: Int64?
    /// The epoch of the coordinator that ended its last transaction.
    var coordinatorEpoch: Int32 = -1

    /// The sequence of the last record written; -1 for none under this epoch.
    var lastSequence: Int32 { batches.last?.lastSequence ?? -1 }

    mutating func append(_ batch: Written) {
        if batches.count == Self.remembered { batches.removeFirst() }
        batches.append(batch)
    }

    func write(to writer: inout StateWriter) {
        writer.write(epoch)
        writer.write(lastMilliseconds)
        writer.write(transactionStart ?? -1)
        writer.write(coordinatorEpoch)
        writer.write(batches) { writer, batch in
            writer.write(batch.firstSequence)
            writer.write(batch.lastSequence)
            writer.write(batch.baseOffset)
            writer.write(batch.timestamp)
        }
    }

    init(epoch: Int16, lastMilliseconds: Int64) {
        self.epoch = epoch
        self.lastMilliseconds = lastMilliseconds
    }

    init(from reader: inout StateReader) throws(StateError) {
        epoch = try reader.read()
        lastMilliseconds = try reader.read()
        let start = try reader.read(Int64.self)
        transactionStart = start < 0 ? nil : start
        coordinatorEpoch = try reader.read()
        batches = try reader.readArray(leastBytes: 24) { (reader) throws(StateError) in
            Written(
                firstSequence: try reader.read(), lastSequence: try reader.read(), baseOffset: try reader.read(),
                timestamp: try reader.read())
        }
    }
}

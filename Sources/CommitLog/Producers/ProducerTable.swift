import KafkaProtocol

/// The producers of one partition: decides whether a batch is new, a repeat, or out of turn.
///
/// Changes of a round are staged first and count for the later batches of that round; they become real together
/// with it, or not at all.
struct ProducerTable: Sendable {
    /// What to do with a batch.
    enum Decision: Equatable {
        case accept
        /// Written before: answer as then.
        case repeated(baseOffset: Int64, timestamp: Int64)
        case refuse(LogError)
    }

    private(set) var entries: [Int64: ProducerEntry] = [:]
    private var staged: [Int64: ProducerEntry] = [:]
    private(set) var aborted = AbortedTransactions()
    private var stagedAborts: [AbortedTransaction] = []
    /// Starts of open transactions, by producer.
    private(set) var openTransactions: [Int64: Int64] = [:]

    init() {}

    /// The first offset of the oldest open transaction; nil when none is open.
    var firstOpenOffset: Int64? { openTransactions.values.min() }

    private func current(_ id: Int64) -> ProducerEntry? { staged[id] ?? entries[id] }

    // MARK: deciding

    /// Whether a batch of a client may be appended now.
    func decide(_ header: RecordBatchHeader, nowMilliseconds: Int64, expirationMilliseconds: Int64) -> Decision {
        guard header.hasProducer else { return .accept }
        guard let entry = current(header.producerId) else { return .accept }
        let isExpired =
            entry.transactionStart == nil && nowMilliseconds &- entry.lastMilliseconds > expirationMilliseconds
        if isExpired { return .accept }
        guard header.producerEpoch >= entry.epoch else {
            return .refuse(.invalidProducerEpoch(current: entry.epoch, got: header.producerEpoch))
        }
        if entry.transactionStart != nil && !header.attributes.isTransactional {
            return .refuse(.invalidTransactionState)
        }
        if header.producerEpoch > entry.epoch {
            guard header.baseSequence == 0 else {
                return .refuse(.outOfOrderSequence(expected: 0, got: header.baseSequence))
            }
            return .accept
        }
        let last = header.lastSequence
        if let known = entry.batches.last(where: {
            $0.firstSequence == header.baseSequence && $0.lastSequence == last
        }) {
            return .repeated(baseOffset: known.baseOffset, timestamp: known.timestamp)
        }
        let expected = entry.batches.isEmpty ? 0 : RecordBatchHeader.sequence(entry.lastSequence, plus: 1)
        guard header.baseSequence == expected else {
            return .refuse(.outOfOrderSequence(expected: expected, got: header.baseSequence))
        }
        return .accept
    }

    /// Whether a transaction may be ended by this epoch of its producer.
    func decideMarker(producerId: Int64, producerEpoch: Int16, coordinatorEpoch: Int32) -> Decision {
        guard let entry = current(producerId) else { return .accept }
        guard producerEpoch >= entry.epoch else {
            return .refuse(.invalidProducerEpoch(current: entry.epoch, got: producerEpoch))
        }
        return coordinatorEpoch >= entry.coordinatorEpoch ? .accept : .refuse(.invalidTransactionState)
    }

    // MARK: staging

    /// Notes a batch with its offset assigned; also used to learn again what the log already holds.
    mutating func stage(_ header: RecordBatchHeader, appendedMilliseconds: Int64) {
        guard header.hasProducer, !header.attributes.isControl else { return }
        var entry =
            current(header.producerId)
            ?? ProducerEntry(epoch: header.producerEpoch, lastMilliseconds: appendedMilliseconds)
        let follows =
            !entry.batches.isEmpty && header.producerEpoch == entry.epoch
            && header.baseSequence == RecordBatchHeader.sequence(entry.lastSequence, plus: 1)
        if !follows { entry.batches = [] }
        entry.epoch = max(entry.epoch, header.producerEpoch)
        entry.lastMilliseconds = max(entry.lastMilliseconds, appendedMilliseconds)
        entry.append(
            .init(
                firstSequence: header.baseSequence, lastSequence: header.lastSequence, baseOffset: header.baseOffset,
                timestamp: header.maxTimestamp))
        if header.attributes.isTransactional && entry.transactionStart == nil {
            entry.transactionStart = header.baseOffset
        }
        staged[header.producerId] = entry
    }

    /// Notes the end of a transaction at the offset of its marker.
    mutating func stageMarker(
        _ marker: TransactionMarker, header: RecordBatchHeader, appendedMilliseconds: Int64
    ) {
        var entry =
            current(header.producerId)
            ?? ProducerEntry(epoch: header.producerEpoch, lastMilliseconds: appendedMilliseconds)
        if header.producerEpoch > entry.epoch {
            entry.epoch = header.producerEpoch
            entry.batches = []
        }
        if let start = entry.transactionStart, marker.outcome == .abort {
            stagedAborts.append(
                AbortedTransaction(
                    producerId: header.producerId, firstOffset: start, lastOffset: header.baseOffset))
        }
        entry.transactionStart = nil
        entry.coordinatorEpoch = max(entry.coordinatorEpoch, marker.coordinatorEpoch)
        entry.lastMilliseconds = max(entry.lastMilliseconds, appendedMilliseconds)
        staged[header.producerId] = entry
    }

    mutating func commitStaged(limit: Int) {
        for (id, entry) in staged {
            entries[id] = entry
            openTransactions[id] = entry.transactionStart
        }
        for transaction in stagedAborts { aborted.append(transaction) }
        discardStaged()
        // Forgetting many at once keeps the cost of a full table low.
        if entries.count > limit + limit / 8 { forgetOldest(keeping: limit) }
    }

    mutating func discardStaged() {
        if !staged.isEmpty { staged = [:] }
        if !stagedAborts.isEmpty { stagedAborts = [] }
    }

    // MARK: forgetting

    mutating func expire(before milliseconds: Int64) {
        for (id, entry) in entries where entry.lastMilliseconds < milliseconds && entry.transactionStart == nil {
            entries[id] = nil
        }
    }

    mutating func forgetAborted(before offset: Int64) { aborted.forget(before: offset) }

    private mutating func forgetOldest(keeping limit: Int) {
        let idle = entries.filter { $0.value.transactionStart == nil }
            .sorted { $0.value.lastMilliseconds < $1.value.lastMilliseconds }
        for (id, _) in idle.prefix(max(0, entries.count - limit)) { entries[id] = nil }
    }

    // MARK: coding

    func write(to writer: inout StateWriter) {
        writer.write(entries.sorted { $0.key < $1.key }) { writer, entry in
            writer.write(entry.key)
            entry.value.write(to: &writer)
        }
        aborted.write(to: &writer)
    }

    init(from reader: inout StateReader) throws(StateError) {
        let stored = try reader.readArray(leastBytes: 34) { (reader) throws(StateError) in
            (id: try reader.read(Int64.self), entry: try ProducerEntry(from: &reader))
        }
        for (id, entry) in stored {
            entries[id] = entry
            openTransactions[id] = entry.transactionStart
        }
        aborted = try AbortedTransactions(from: &reader)
    }
}

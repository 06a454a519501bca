import ConnectorContract
import Diagnostics
import KafkaProtocol

/// Writes to a topic of a broker elsewhere. An epoch's records are one short transaction, which also commits the number of
/// the epoch as an offset of a group named after the sink: both are there or neither.
final class ForeignDelivery: TopicDelivery {
    private let options: KafkaOptions
    private let settings: ForeignSettings
    private let topic: String
    private let clock: any TimeSource
    private let patience: BrokerPatience
    let partitionCount: Int32
    /// The producer, made for a name where it writes in transactions.
    private var producer: (client: KafkaClient, name: String?)

    private static let attempts = 5
    private static let flushMilliseconds: Int32 = 1_000
    /// How long a broker may be away while the job runs.
    private static let patienceSeconds: UInt64 = 120
    /// Bits of an offset that hold the part of an epoch.
    private static let partBits: UInt64 = 16

    init(options: KafkaOptions, patience: BrokerPatience, environment: Environment) throws {
        self.options = options
        settings = try ForeignSettings(options)
        topic = try options.writtenTopic()
        clock = environment.clock
        self.patience = patience
        let client = try settings.producer(transactionalID: nil)
        try client.reach(
            BrokerBeginning(patience: patience, clock: clock, settings: settings, topics: [topic]))
        partitionCount = try client.partitionCount(of: topic)
        client.beginning = nil
        producer = (client, nil)
    }

    var topicID: TopicID { .zero }

    // MARK: at least once

    func submit(_ batches: [BatchAssembly.Finished]) throws { try produce(batches) }

    func drain() throws {
        try insist { try producer.client.flush(milliseconds: Self.flushMilliseconds) }
    }

    private func produce(_ batches: [BatchAssembly.Finished]) throws {
        for finished in batches {
            try finished.batch.bytes.withUnsafeBytes { bytes in
                guard let batch = RecordBatchView(bytes) else { return }
                var failure: (any Error)?
                try batch.forEachRecord { (record) throws(WireError) in
                    guard failure == nil else { return }
                    do {
                        try produce(record, at: batch.timestamp(of: record), to: finished.partition)
                    } catch {
                        failure = error
                    }
                }
                if let failure { throw failure }
            }
        }
    }

    private func produce(_ record: Record, at timestamp: Int64, to partition: Int32) throws {
        try insist {
            let outcome = try producer.client.produce(
                topic, partition: partition, record, timestamp: timestamp)
            // The client holds as much as it may: some has to arrive first.
            if outcome == .again { _ = try producer.client.flush(milliseconds: 100) }
            return outcome
        }
    }

    /// Calls until it is fine, for as long as a broker may be away.
    private func insist(_ body: () throws -> KafkaClient.Outcome) throws {
        let beginning = producer.client.beginning
        let deadline =
            beginning?.patience.end(clock) ?? clock.monotonicNanoseconds() &+ Self.patienceSeconds &* 1_000_000_000
        while true {
            switch try body() {
            case .fine: return
            case .abort: throw Interrupted()
            case .again:
                let isWanted = beginning?.patience.isWanted() ?? true
                guard clock.monotonicNanoseconds() < deadline, isWanted else {
                    beginning?.missed()
                    let cause = producer.client.cause
                    throw BrokerPatience.unreachable(
                        settings.servers,
                        beginning == nil ? "no answer for \(Self.patienceSeconds) s (\(cause))" : cause)
                }
            }
        }
    }

    /// The transaction has to begin anew.
    private struct Interrupted: Error {}

    // MARK: exactly once

    func fenceStart() -> Int64 { 0 }

    func delivered(by sink: String, from start: Int64) throws -> DeliveredPlace? {
        let beginning = BrokerBeginning(patience: patience, clock: clock, settings: settings, topics: [topic])
        // What was written under this name and not ended is settled first.
        try becomeTransactional(sink, beginning)
        let consumer = try settings.group(sink)
        consumer.beginning = beginning
        let place = KafkaClient.Place(topic: topic, partition: 0, offset: -1)
        guard let offset = try consumer.committed([place]).first?.offset, offset >= 0 else { return nil }
        return DeliveredPlace(
            epoch: UInt64(offset) >> Self.partBits, part: UInt64(offset) & ((1 << Self.partBits) - 1))
    }

    func hasBegun() { producer.client.beginning = nil }

    private func becomeTransactional(_ sink: String, _ beginning: BrokerBeginning? = nil) throws {
        guard producer.name != sink else { return }
        let client = try settings.producer(transactionalID: sink)
        client.beginning = beginning
        producer = (client, sink)
        try insist { try client.initTransactions() }
    }

    func deliver(_ batches: [BatchAssembly.Finished], upTo place: DeliveredPlace, by sink: String) throws {
        try becomeTransactional(sink)
        for attempt in 1... {
            do {
                return try write(batches, place, sink)
            } catch is Interrupted {
                guard attempt < Self.attempts else {
                    throw MillraceError(
                        .system, code: "kafka_broker",
                        "broker '\(settings.servers)' gave up the transaction of epoch \(place.epoch) \(attempt) times")
                }
                try insist { try producer.client.abortTransaction() }
            }
        }
    }

    private func write(_ batches: [BatchAssembly.Finished], _ place: DeliveredPlace, _ sink: String) throws {
        try insist { try producer.client.begin() }
        try produce(batches)
        let offset = Int64(truncatingIfNeeded: place.epoch << Self.partBits | place.part)
        try insist {
            try producer.client.send(
                KafkaClient.Place(topic: topic, partition: 0, offset: offset), group: sink)
        }
        try insist { try producer.client.commitTransaction() }
    }
}

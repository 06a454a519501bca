import Columnar
import ConnectorContract
import Diagnostics
import KafkaProtocol

/// Writes rows to a topic.
///
/// Exactly once: the rows of an epoch are kept and stored with it; once the epoch is durable they are written together
/// with what tells so (``TopicDelivery``). A restart writes what the stored epoch holds and was not told of.
/// At least once: rows are written at once, and an epoch waits until they are durable.
///
/// All calls come from one thread at a time, as the protocol says; hence no lock.
final class TopicSink: Sink, @unchecked Sendable {
    /// What an epoch has to append.
    private struct Outbox {
        var epoch: UInt64
        var batches: [BatchAssembly.Finished]
    }

    private let options: KafkaOptions
    private let topic: String
    private let records: RowRecords
    private let delivery: any TopicDelivery
    private let clock: any TimeSource
    private let stateName: String

    private var assembly: BatchAssembly
    /// Names the sink in the fence; new for a job that begins anew.
    private var name: String
    private var waiting: [Outbox] = []
    /// Bytes of ``waiting``.
    private var waitingBytes = 0
    private var applied: DeliveredPlace?

    private static let mark: UInt32 = 0x4D52_4B32
    /// Rows of one epoch that are kept in memory, bytes.
    private static let heldBytesMax = 1 << 30
    /// Rows appended in one round, bytes.
    private static let partBytes = 8 << 20

    init(options: KafkaOptions, delivery: any TopicDelivery, environment: Environment) throws {
        self.options = options
        self.delivery = delivery
        clock = environment.clock
        topic = try options.writtenTopic()
        records = try RowRecords(options, partitionCount: delivery.partitionCount)
        assembly = BatchAssembly(codec: try KafkaProperties.codec(options))
        stateName = "kafka/" + options.table.name
        let prefix = options.table.options["sink.transactional-id-prefix"] ?? options.table.name
        name = "\(prefix)-\(String(environment.random.next(), radix: 16))"
    }

    var guarantee: String {
        switch options.guarantee {
        case .exactlyOnce: "exactly once, with the epoch"
        case .atLeastOnce, .none: "at least once: a restart repeats what was written since the last epoch"
        }
    }

    var heldBytes: Int { isExact ? waitingBytes + assembly.waitingBytes : 0 }

    private var isExact: Bool { options.guarantee == .exactlyOnce }

    // MARK: writing

    func write(_ batch: Batch) throws {
        let now = clock.wallMilliseconds()
        try records.forEach(batch) { try assembly.append($0, now: now) }
        if !isExact { return try delivery.submit(try assembly.take()) }
        guard heldBytes <= Self.heldBytesMax else {
            throw MillraceError(
                .system, code: "outbox_full",
                "table '\(options.table.name)' got more than \(Self.heldBytesMax >> 20) MiB of rows in one epoch",
                hint: "write with 'sink.delivery-guarantee' = 'at-least-once', which keeps nothing back")
        }
    }

    // MARK: epochs

    func snapshot(epoch: UInt64) throws -> [StateChange] {
        guard isExact else {
            try delivery.drain()
            return []
        }
        waitingBytes += assembly.waitingBytes
        waiting.append(Outbox(epoch: epoch, batches: try assembly.take()))
        var writer = ByteWriter(reserving: waitingBytes + 1_024)
        writer.write(name)
        writer.write(delivery.topicID.high)
        writer.write(delivery.topicID.low)
        writer.write(try delivery.fenceStart())
        writer.write(UInt32(truncatingIfNeeded: waiting.count))
        for outbox in waiting {
            writer.write(outbox.epoch)
            writer.write(UInt32(truncatingIfNeeded: outbox.batches.count))
            for finished in outbox.batches {
                writer.write(finished.partition)
                writer.write(finished.batch.bytes)
            }
        }
        return [
            StateChange(
                name: stateName, fold: .replace, bytes: PositionCoding.seal(mark: Self.mark, version: 1, writer))
        ]
    }

    func committed(epoch: UInt64) throws {
        while let outbox = waiting.first, outbox.epoch <= epoch {
            try deliver(outbox)
            waiting.removeFirst()
        }
        if waiting.isEmpty { waitingBytes = 0 }
    }

    /// Appends an epoch's rows, part by part, each together with the fence that counts it.
    private func deliver(_ outbox: Outbox) throws {
        var part: UInt64 = 0
        var next = 0
        while next < outbox.batches.count {
            let first = next
            var bytes = 0
            while next < outbox.batches.count, next == first || bytes < Self.partBytes {
                bytes += outbox.batches[next].batch.bytes.count
                next += 1
            }
            part += 1
            let place = DeliveredPlace(epoch: outbox.epoch, part: part)
            if let applied, place <= applied { continue }
            try delivery.deliver(Array(outbox.batches[first..<next]), upTo: place, by: name)
            applied = place
        }
    }

    func restore(_ changes: [StateChange]) throws {
        guard let change = changes.last(where: { $0.name == stateName }) else { return }
        var from: Int64 = 0
        try PositionCoding.open(change.bytes, mark: Self.mark, version: 1) { reader in
            name = try reader.readString()
            let id = TopicID(high: try reader.read(), low: try reader.read())
            guard id == delivery.topicID else {
                throw MillraceError(
                    .user, code: "other_topic",
                    "topic '\(topic)' of table '\(options.table.name)' was deleted and made anew since the job's "
                        + "last epoch", hint: "remove the job's state to begin anew, or write another topic")
            }
            from = try reader.read(Int64.self)
            for _ in 0..<(try reader.read(UInt32.self)) { waiting.append(try Self.outbox(&reader)) }
        }
        applied = try delivery.delivered(by: name, from: from)
        let newest = waiting.last?.epoch ?? 0
        if let applied, applied.epoch > newest {
            throw MillraceError(
                .system, code: "sink_ahead",
                "topic '\(topic)' holds rows of epoch \(applied.epoch), and the state that was restored is of epoch "
                    + "\(newest): going on would repeat rows",
                hint:
                    "the newest epoch of the job is damaged; restore its files, or remove the job's state and the topic"
            )
        }
        try committed(epoch: newest)
        delivery.hasBegun()
    }

    private static func outbox(_ reader: inout ByteReader) throws -> Outbox {
        var outbox = Outbox(epoch: try reader.read(), batches: [])
        for _ in 0..<(try reader.read(UInt32.self)) {
            let partition = try reader.read(Int32.self)
            outbox.batches.append(
                BatchAssembly.Finished(partition: partition, batch: try ProducedBatch(checking: try reader.readBytes()))
            )
        }
        return outbox
    }

    func finish() throws {
        if isExact {
            // A job without epochs ends with everything it held back.
            waiting.append(
                Outbox(epoch: (waiting.last?.epoch ?? applied?.epoch ?? 0) + 1, batches: try assembly.take()))
            try committed(epoch: .max)
        } else {
            try delivery.submit(try assembly.take())
            try delivery.drain()
        }
    }
}

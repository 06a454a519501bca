import Columnar
import CommitLog
import ConnectorContract
import Diagnostics
import KafkaProtocol

/// Appends rows to a topic of the own log.
///
/// Exactly once: the rows of an epoch are kept and stored with it; once the epoch is durable they are appended together
/// with a record that says so (``SinkFence``). A restart appends what the stored epoch holds and the fence does not know.
/// At least once: rows are appended at once, and an epoch waits until they are durable.
///
/// All calls come from one thread at a time, as the protocol says; hence no lock.
final class LogSink: Sink, @unchecked Sendable {
    /// What an epoch has to append.
    private struct Outbox {
        var epoch: UInt64
        var batches: [BatchAssembly.Finished]
    }

    private let options: KafkaOptions
    private let topic: TopicDescription
    private let records: RowRecords
    private let appender: LogAppender
    private let fence: SinkFence
    private let clock: any TimeSource
    private let stateName: String

    private var assembly: BatchAssembly
    /// Names the sink in the fence; new for a job that begins anew.
    private var name: String
    private var waiting: [Outbox] = []
    private var heldBytes = 0
    private var applied: SinkFence.Place?

    private static let mark: UInt32 = 0x4D52_4B32
    /// Rows of one epoch that are kept in memory, bytes.
    private static let heldBytesMax = 1 << 30
    /// Rows appended in one round, bytes.
    private static let partBytes = 8 << 20

    init(options: KafkaOptions, queue: any LocalQueue, environment: Environment) throws {
        self.options = options
        let log = try queue.log()
        clock = environment.clock
        let name = try options.writtenTopic()
        topic = try LogPlaces(log: log, queue: queue, options: options).topic(name)
        records = try RowRecords(options, partitionCount: topic.partitionCount)
        appender = LogAppender(log: log, clock: environment.clock)
        do throws(LogError) { fence = try SinkFence(log: log) } catch {
            throw error.error(of: SinkFence.topic, table: options.table.name)
        }
        assembly = BatchAssembly(codec: try KafkaProperties.codec(options))
        stateName = "kafka/" + options.table.name
        self.name = "\(options.table.name)-\(String(environment.random.next(), radix: 16))"
    }

    var guarantee: String {
        switch options.guarantee {
        case .exactlyOnce: "exactly once, with the epoch"
        case .atLeastOnce, .none: "at least once: a restart repeats what was written since the last epoch"
        }
    }

    private var isExact: Bool { options.guarantee == .exactlyOnce }

    // MARK: writing

    func write(_ batch: Batch) throws {
        let now = clock.wallMilliseconds()
        try records.forEach(batch) { try assembly.append($0, timestamp: now) }
        if !isExact { return try appendNow() }
        guard heldBytes + assembly.waitingBytes <= Self.heldBytesMax else {
            throw MillraceError(
                .system, code: "outbox_full",
                "table '\(options.table.name)' got more than \(Self.heldBytesMax >> 20) MiB of rows in one epoch",
                hint: "write with 'sink.delivery-guarantee' = 'at-least-once', which keeps nothing back")
        }
    }

    private func appendNow() throws {
        let bytes = assembly.waitingBytes
        let writes = try assembly.take().map(write)
        guard !writes.isEmpty else { return }
        try explained { () throws(LogError) in try appender.submit(writes, bytes: max(1, bytes)) }
    }

    private func write(_ finished: BatchAssembly.Finished) -> AppendWrite {
        AppendWrite(finished.batch, to: PartitionKey(topic: topic.number, partition: finished.partition))
    }

    private func explained(_ body: () throws(LogError) -> Void) throws {
        do throws(LogError) { try body() } catch { throw error.error(of: topic.name, table: options.table.name) }
    }

    // MARK: epochs

    func snapshot(epoch: UInt64) throws -> [StateChange] {
        guard isExact else {
            try explained { () throws(LogError) in try appender.drain() }
            return []
        }
        heldBytes += assembly.waitingBytes
        waiting.append(Outbox(epoch: epoch, batches: try assembly.take()))
        var writer = ByteWriter(reserving: heldBytes + 1_024)
        writer.write(name)
        writer.write(topic.id.high)
        writer.write(topic.id.low)
        writer.write(try fence.end())
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
        if waiting.isEmpty { heldBytes = 0 }
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
            let place = SinkFence.Place(epoch: outbox.epoch, part: part)
            if let applied, place <= applied { continue }
            var writes = outbox.batches[first..<next].map(write)
            writes.append(try fence.write(place, sink: name, timestamp: clock.wallMilliseconds()))
            try explained { () throws(LogError) in try appender.appendAtomically(writes) }
            applied = place
        }
    }

    func restore(_ changes: [StateChange]) throws {
        guard let change = changes.last(where: { $0.name == stateName }) else { return }
        var from: Int64 = 0
        try PositionCoding.open(change.bytes, mark: Self.mark, version: 1) { reader in
            name = try reader.readString()
            let id = TopicID(high: try reader.read(), low: try reader.read())
            guard id == topic.id else {
                throw MillraceError(
                    .user, code: "other_topic",
                    "topic '\(topic.name)' of table '\(options.table.name)' was deleted and made anew since the job's "
                        + "last epoch", hint: "remove the job's state to begin anew, or write another topic")
            }
            from = try reader.read(Int64.self)
            for _ in 0..<(try reader.read(UInt32.self)) { waiting.append(try Self.outbox(&reader)) }
        }
        applied = try fence.place(of: name, from: from)
        let newest = waiting.last?.epoch ?? 0
        if let applied, applied.epoch > newest {
            throw MillraceError(
                .system, code: "sink_ahead",
                "topic '\(topic.name)' holds rows of epoch \(applied.epoch), and the state that was restored is of epoch "
                    + "\(newest): going on would repeat rows",
                hint:
                    "the newest epoch of the job is damaged; restore its files, or remove the job's state and the topic"
            )
        }
        try committed(epoch: newest)
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
            try appendNow()
            try explained { () throws(LogError) in try appender.drain() }
        }
    }
}

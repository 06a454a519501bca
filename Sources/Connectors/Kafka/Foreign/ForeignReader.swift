import CRdKafka
import Columnar
import ConnectorContract
import Diagnostics
import Formats
import KafkaProtocol

/// Reads its share of the partitions of some topics of a broker elsewhere.
///
/// Errors that pass (a broker that is away, a leader that moves) are waited out by the library. A position that the broker
/// does not hold any more ends the job with a message.
final class ForeignReader: SourceReader {
    /// A partition being read.
    private final class Partition {
        let mark: KafkaMark
        let split: Int
        var next: Int64
        var isAtEnd = false
        var lastDataAt: UInt64
        var committed: Int64 = -1

        init(mark: KafkaMark, split: Int, now: UInt64) {
            self.mark = mark
            self.split = split
            next = mark.next
            lastDataAt = now
        }

        var isFinished: Bool { mark.stop.map { next >= $0 } ?? false }
    }

    private struct Key: Hashable {
        var topic: String
        var partition: Int32
    }

    private let options: KafkaOptions
    private let layout: KafkaLayout
    private let rows: RecordRows
    private let client: KafkaClient
    private let environment: Environment
    private let watch: ForeignWatch
    private let share: (index: Int, count: Int)
    private var partitions: [Partition] = []
    private var byPlace: [Key: Int] = [:]
    /// The records of the last poll, by partition; the last one is under way.
    private var runs: [RecordRun] = []
    private var pool = BlockPool(blockBytes: 1 << 20)
    private var figures = SourceProgress()
    private var cut: [KafkaMark] = []
    /// Which state of the watch's partitions is read.
    private var seenVersion = 0

    init(
        marks: [KafkaMark], options: KafkaOptions, layout: KafkaLayout, rows: RecordRows, client: KafkaClient,
        watch: ForeignWatch, share: (index: Int, count: Int), environment: Environment
    ) throws {
        self.watch = watch
        self.share = share
        self.options = options
        self.layout = layout
        self.rows = rows
        self.client = client
        self.environment = environment
        try add(marks)
    }

    /// Takes partitions up, and goes on with those it reads already.
    private func add(_ marks: [KafkaMark]) throws(MillraceError) {
        for mark in marks {
            let key = Key(topic: mark.topic, partition: mark.partition)
            guard byPlace[key] == nil else { continue }
            byPlace[key] = partitions.count
            partitions.append(Partition(mark: mark, split: partitions.count, now: now))
        }
        let open = partitions.filter { !$0.isFinished }
        if open.isEmpty { return }
        try client.assign(
            open.map { KafkaClient.Place(topic: $0.mark.topic, partition: $0.mark.partition, offset: $0.next) })
    }

    /// Takes up partitions that came since: they are read from their beginning.
    private func discover() throws(MillraceError) {
        guard options.discoveryNanoseconds != nil, options.stop == nil,
            let found = watch.partitions(since: &seenVersion)
        else { return }
        var marks: [KafkaMark] = []
        for (topic, count) in found.sorted(by: { $0.key < $1.key }) {
            for partition in 0..<count where byPlace[Key(topic: topic, partition: partition)] == nil {
                let mark = KafkaMark(
                    topic: topic, topicID: .zero, partition: partition, next: KafkaClient.firstOffset, stop: nil)
                if mark.owner(among: share.count) == share.index { marks.append(mark) }
            }
        }
        if !marks.isEmpty { try add(marks) }
    }

    private var now: UInt64 { environment.clock.monotonicNanoseconds() }

    func poll(waitMilliseconds: Int) throws -> SourcePoll {
        if let (batch, split) = try nextBatch() { return .batch(batch, split: split) }
        if options.stop != nil, partitions.allSatisfy(\.isFinished) { return .finished }
        try discover()
        try take(client.poll(milliseconds: waitMilliseconds))
        if let (batch, split) = try nextBatch() { return .batch(batch, split: split) }
        return options.stop != nil && partitions.allSatisfy(\.isFinished) ? .finished : .idle
    }

    private func nextBatch() throws -> (Batch, split: Int)? {
        while var run = runs.popLast() {
            let batch = run.isDone ? nil : try rows.next(&run)
            let split = run.split
            if !run.isDone { runs.append(run) }
            figures.rowsRejected = rows.rejected
            guard let batch else { continue }
            figures.rowsRead += UInt64(batch.rowCount)
            figures.lastRowAtMilliseconds = environment.clock.wallMilliseconds()
            return (batch, split)
        }
        return nil
    }

    /// Sorts what has come by partition.
    private func take(_ records: UnsafeBufferPointer<millrace_kafka_record>) throws {
        var open: [Int: RecordRun] = [:]
        var names: [UnsafePointer<CChar>: String] = [:]
        for (index, record) in records.enumerated() {
            let name =
                record.topic.map { pointer in
                    names[pointer] ?? String(cString: pointer)
                } ?? ""
            if let pointer = record.topic { names[pointer] = name }
            if record.kind == Int32(MILLRACE_KAFKA_FAILURE) { throw failure(record, name) }
            guard let place = byPlace[Key(topic: name, partition: record.partition)] else { continue }
            let partition = partitions[place]
            if record.kind == Int32(MILLRACE_KAFKA_END) {
                partition.isAtEnd = true
                // Behind the last record there may be the ends of transactions.
                if let stop = partition.mark.stop, record.offset >= stop { partition.next = max(partition.next, stop) }
                continue
            }
            guard record.offset >= partition.next else { continue }
            partition.isAtEnd = false
            partition.lastDataAt = now
            if let stop = partition.mark.stop, record.offset >= stop {
                partition.next = stop
                continue
            }
            partition.next = record.offset &+ 1
            var run = open.removeValue(forKey: place) ?? makeRun(partition)
            append(record, at: index, to: &run)
            open[place] = run
        }
        for (place, run) in open.sorted(by: { $0.key > $1.key }) {
            var run = run
            run.endOffset = partitions[place].next
            runs.append(run)
        }
    }

    private func makeRun(_ partition: Partition) -> RecordRun {
        RecordRun(
            topic: partition.mark.topic, partition: partition.mark.partition, split: partition.split,
            endOffset: partition.next, layout: layout, block: pool.take(atLeast: 1 << 16))
    }

    private func append(_ record: millrace_kafka_record, at index: Int, to run: inout RecordRun) {
        let key = record.key.map { UnsafeRawBufferPointer(start: $0, count: record.key_length) }
        let value = record.value.map { UnsafeRawBufferPointer(start: $0, count: record.value_length) }
        figures.bytesRead += UInt64(record.key_length) + UInt64(record.value_length)
        let facts = RecordFacts(
            offset: record.offset, timestamp: record.timestamp, leaderEpoch: -1,
            isAppendTime: record.is_append_time != 0)
        guard layout.readsHeaders else {
            return run.append(key: key, value: value, headers: UnsafeRawBufferPointer(start: nil, count: 0), facts)
        }
        let headers = client.headers(ofRecord: index)
        var writer = WireWriter()
        writer.writeVarint(Int32(clamping: headers.count))
        for (name, value) in headers {
            let name = Array(name.utf8)
            writer.writeVarint(Int32(clamping: name.count))
            writer.writeRaw(name)
            writer.writeVarint(value.map { Int32(clamping: $0.count) } ?? -1)
            if let value { writer.writeRaw(value) }
        }
        writer.bytes.withUnsafeBytes { run.append(key: key, value: value, headers: $0, facts) }
    }

    private func failure(_ record: millrace_kafka_record, _ topic: String) -> MillraceError {
        let text = record.value.map {
            String(decoding: UnsafeRawBufferPointer(start: $0, count: record.value_length), as: UTF8.self)
        }
        return MillraceError(
            .user, code: "kafka_broker",
            "table '\(options.table.name)', broker '\(client.servers)', topic '\(topic)', partition \(record.partition): "
                + (text ?? "cannot be read"))
    }

    // MARK: standing

    var openSplits: [SplitStatus] {
        let time = now
        return partitions.compactMap { partition in
            let isUnderWay = runs.contains { $0.split == partition.split }
            guard isUnderWay || !partition.isFinished else { return nil }
            let isIdle =
                !isUnderWay && options.idleNanoseconds > 0 && partition.isAtEnd
                && time &- partition.lastDataAt >= options.idleNanoseconds
            return SplitStatus(id: partition.split, isIdle: isIdle)
        }
    }

    func position() throws -> [UInt8] {
        cut = partitions.map { partition in
            var mark = partition.mark
            mark.next = runs.first { $0.split == partition.split }?.position ?? partition.next
            return mark
        }
        return KafkaMark.encode(cut)
    }

    func committed() {
        guard options.commitsOffsets else { return }
        let places = zip(cut, partitions).filter { $0.next >= 0 && $0.next != $1.committed }.map { mark, partition in
            partition.committed = mark.next
            return KafkaClient.Place(topic: mark.topic, partition: mark.partition, offset: mark.next)
        }
        if !places.isEmpty { client.commit(places) }
    }

    var progress: SourceProgress {
        var result = figures
        result.splits = partitions.count
        if partitions.contains(where: { !$0.isFinished }) { result.problem = watch.problem }
        return result
    }
}

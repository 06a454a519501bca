import Columnar
import CommitLog
import ConnectorContract
import Diagnostics
import Formats
import KafkaProtocol

/// Reads its share of the partitions of some topics of the own log, one fetch of each in turn.
///
/// A position is invalid once retention has removed its record, or its topic is deleted: the job then ends with a message
/// and never goes on somewhere else by itself.
final class LogReader: SourceReader {
    /// A partition being read.
    private final class Partition {
        let mark: KafkaMark
        let split: Int
        let reader: PartitionReader
        /// The next record that has not been fetched.
        var next: Int64
        /// What was last committed for the group.
        var committed: Int64 = -1
        /// When it last had something to read; idleness counts from there.
        var lastDataAt: UInt64

        init(mark: KafkaMark, split: Int, reader: PartitionReader, now: UInt64) {
            self.mark = mark
            self.split = split
            self.reader = reader
            next = mark.next
            lastDataAt = now
        }

        var isFinished: Bool { mark.stop.map { next >= $0 } ?? false }
    }

    private let places: LogPlaces
    private let layout: KafkaLayout
    private let rows: RecordRows
    private let share: (index: Int, count: Int)
    private let environment: Environment
    private var partitions: [Partition] = []
    /// The records under way; of one partition at a time, so that memory is bounded by one fetch.
    private var run: RecordRun?
    private var pool = BlockPool(blockBytes: blockBytes)
    private var turn = 0
    private var discoverAt: UInt64
    private var figures = SourceProgress()
    /// Where the reader stood at the last epoch.
    private var cut: [KafkaMark] = []

    private static let blockBytes = 1 << 20
    private static let fetchBytes = 1 << 20
    private static let pollNanoseconds: UInt64 = 1_000_000

    init(
        places: LogPlaces, layout: KafkaLayout, rows: RecordRows, share: (index: Int, count: Int),
        environment: Environment
    ) {
        self.places = places
        self.layout = layout
        self.rows = rows
        self.share = share
        self.environment = environment
        discoverAt = environment.clock.monotonicNanoseconds() &+ (places.options.discoveryNanoseconds ?? 0)
    }

    private var options: KafkaOptions { places.options }
    private var now: UInt64 { environment.clock.monotonicNanoseconds() }

    /// Takes a partition up.
    func add(_ mark: KafkaMark) throws {
        guard let topic = places.log.topic(named: mark.topic) else {
            throw LogError.unknownTopic(mark.topic).error(of: mark.topic, table: options.table.name)
        }
        do throws(LogError) {
            let reader = try places.log.partition(PartitionKey(topic: topic.number, partition: mark.partition))
            let split = Int(topic.number) << 16 | Int(mark.partition)
            partitions.append(Partition(mark: mark, split: split, reader: reader, now: now))
        } catch {
            throw error.error(of: mark.topic, table: options.table.name)
        }
    }

    // MARK: reading

    func poll(waitMilliseconds: Int) throws -> SourcePoll {
        let deadline = now &+ UInt64(max(0, waitMilliseconds)) &* 1_000_000
        while true {
            try discover()
            if let (batch, split) = try nextBatch() { return .batch(batch, split: split) }
            if options.stop != nil, partitions.allSatisfy(\.isFinished) { return .finished }
            let time = now
            if time >= deadline { return .idle }
            environment.clock.sleep(nanoseconds: min(Self.pollNanoseconds, deadline - time))
        }
    }

    private func nextBatch() throws -> (Batch, split: Int)? {
        var looked = 0
        while true {
            if var current = run {
                run = nil
                let batch = current.isDone ? nil : try rows.next(&current)
                let split = current.split
                if !current.isDone { run = current }
                figures.rowsRejected = rows.rejected
                if let batch {
                    figures.rowsRead += UInt64(batch.rowCount)
                    figures.lastRowAtMilliseconds = environment.clock.wallMilliseconds()
                    return (batch, split)
                }
                continue
            }
            guard looked < partitions.count else { return nil }
            let partition = partitions[turn % partitions.count]
            turn = (turn + 1) % partitions.count
            looked += 1
            if !partition.isFinished, try fetch(partition) { looked = 0 }
        }
    }

    /// Reads on in a partition; false when there is nothing for now.
    private func fetch(_ partition: Partition) throws -> Bool {
        let fetched: FetchedBatches
        do throws(LogError) {
            fetched = try partition.reader.fetch(
                from: partition.next, maxBytes: Self.fetchBytes,
                isolation: options.readsCommitted ? .readCommitted : .readUncommitted)
        } catch {
            throw failure(error, partition)
        }
        guard fetched.nextOffset > partition.next else { return false }
        partition.lastDataAt = now
        figures.bytesRead += UInt64(fetched.bytes.count)
        let end = partition.mark.stop.map { min($0, fetched.nextOffset) } ?? fetched.nextOffset
        var run = RecordRun(
            topic: partition.mark.topic, partition: partition.mark.partition, split: partition.split, endOffset: end,
            layout: layout, block: pool.take(atLeast: Self.blockBytes))
        do throws(WireError) {
            try Self.unpack(fetched, partition.next..<end, into: &run)
        } catch {
            throw MillraceError(
                .system, code: "damaged_batch",
                "topic '\(partition.mark.topic)', partition \(partition.mark.partition), from offset "
                    + "\(partition.next): a record batch cannot be read: \(error)",
                hint: "its producer wrote it so; begin behind it with 'scan.startup.mode' = 'specific-offsets'")
        }
        partition.next = fetched.nextOffset
        if !run.isDone { self.run = run }
        return true
    }

    /// Takes the records of some batches with offsets in `wanted`, without those of transactions that were given up.
    private static func unpack(
        _ fetched: FetchedBatches, _ wanted: Range<Int64>, into run: inout RecordRun
    ) throws(WireError) {
        let result = fetched.bytes.withUnsafeBytes { bytes -> Result<RecordRun, WireError> in
            var run = run
            var place = 0
            do throws(WireError) {
                while place < bytes.count,
                    let batch = RecordBatchView(UnsafeRawBufferPointer(rebasing: bytes[place...]))
                {
                    place += batch.bytes.count
                    if batch.header.attributes.isControl || isAborted(batch.header, fetched) { continue }
                    try batch.forEachRecord { (record) throws(WireError) in
                        let offset = batch.header.baseOffset &+ Int64(record.offsetDelta)
                        guard wanted.contains(offset) else { return }
                        run.append(
                            key: record.key, value: record.value, headers: record.encodedHeaders,
                            RecordFacts(
                                offset: offset, timestamp: batch.timestamp(of: record),
                                leaderEpoch: batch.header.partitionLeaderEpoch,
                                isAppendTime: batch.header.attributes.usesAppendTime))
                    }
                }
            } catch {
                return .failure(error)
            }
            return .success(run)
        }
        run = try result.get()
    }

    private static func isAborted(_ header: RecordBatchHeader, _ fetched: FetchedBatches) -> Bool {
        guard header.attributes.isTransactional else { return false }
        return fetched.abortedTransactions.contains {
            $0.producerId == header.producerId && $0.firstOffset <= header.baseOffset
                && header.baseOffset <= $0.lastOffset
        }
    }

    private func failure(_ error: LogError, _ partition: Partition) -> any Error {
        if case .unknownPartition = error {
            return MillraceError(
                .user, code: "topic_deleted",
                "table '\(options.table.name)': topic '\(partition.mark.topic)' was deleted while it was read",
                hint: "a topic of that name that is made again is another one: start the job anew to read it")
        }
        guard case .offsetOutOfRange(let offset, let start, let end) = error else {
            return error.error(of: partition.mark.topic, table: options.table.name)
        }
        return MillraceError(
            .user, code: "offset_out_of_range",
            "table '\(options.table.name)': topic '\(partition.mark.topic)', partition \(partition.mark.partition) has no "
                + "offset \(offset); it holds \(start) to \(end)",
            hint: "records were removed before they were read: raise retention.ms of the topic, and say where to begin "
                + "with 'scan.startup.mode'")
    }

    // MARK: new partitions

    /// Takes up partitions and topics that came since: they are read from their beginning.
    private func discover() throws {
        guard let interval = options.discoveryNanoseconds, options.stop == nil, now >= discoverAt else { return }
        discoverAt = now &+ interval
        let topics =
            options.topicPattern == nil
            ? options.topics.compactMap { places.log.topic(named: $0) } : places.matching()
        for topic in topics {
            let known = Set(partitions.filter { $0.mark.topic == topic.name }.map(\.mark.partition))
            for partition in 0..<topic.partitionCount where !known.contains(partition) {
                var mark = KafkaMark(
                    topic: topic.name, topicID: topic.id, partition: partition, next: 0, stop: nil)
                guard mark.owner(among: share.count) == share.index else { continue }
                let key = PartitionKey(topic: topic.number, partition: partition)
                mark.next = (try? places.log.partition(key).logStart) ?? 0
                try add(mark)
            }
        }
    }

    // MARK: standing

    var openSplits: [SplitStatus] {
        let time = now
        return partitions.compactMap { partition in
            let isUnderWay = run?.split == partition.split
            guard isUnderWay || !partition.isFinished else { return nil }
            let isIdle =
                !isUnderWay && options.idleNanoseconds > 0 && isAtEnd(partition)
                && time &- partition.lastDataAt >= options.idleNanoseconds
            return SplitStatus(id: partition.split, isIdle: isIdle)
        }
    }

    private func end(_ partition: Partition) -> Int64 {
        options.readsCommitted ? partition.reader.lastStableOffset : partition.reader.highWatermark
    }

    private func isAtEnd(_ partition: Partition) -> Bool { partition.next >= end(partition) }

    func position() throws -> [UInt8] {
        cut = partitions.map { partition in
            var mark = partition.mark
            mark.next = run.flatMap { $0.split == partition.split ? $0.position : nil } ?? partition.next
            return mark
        }
        return KafkaMark.encode(cut)
    }

    func committed() {
        guard options.commitsOffsets else { return }
        let offsets = zip(cut, partitions).filter { $0.next != $1.committed }.map { mark, partition in
            partition.committed = mark.next
            return GroupOffset(
                topic: mark.topic, partition: mark.partition, offset: mark.next,
                leaderEpoch: partition.reader.leaderEpoch)
        }
        if !offsets.isEmpty { places.queue.commit(group: options.group, offsets) }
    }

    var progress: SourceProgress {
        var result = figures
        result.splits = partitions.count
        let waiting = partitions.reduce(Int64(0)) { $0 &+ max(0, end($1) &- $1.next) }
        let perRow = figures.rowsRead == 0 ? 100 : max(1, figures.bytesRead / figures.rowsRead)
        result.lagBytes = UInt64(max(0, waiting)) &* perRow
        return result
    }
}

import CommitLog
import Diagnostics
import KafkaProtocol
import Synchronization
import TestSupport

/// A log on a faulty disk under a clock that stands still, stepped by the test.
final class LogFixture {
    let files: FaultyFileSystem
    let clock = VirtualClock()
    var configuration: LogConfiguration
    private(set) var opened: CommitLog?

    /// Sizes so small that everything happens within a few records.
    static var smallSizes: LogConfiguration {
        var sizes = LogConfiguration()
        sizes.journalFileBytes = 48 << 10
        sizes.journalStepBytes = 16 << 10
        sizes.journalReserveBytes = 12 << 10
        sizes.checkpointBytes = 64 << 10
        sizes.roundBytes = 8 << 10
        sizes.waitingBytes = 64 << 10
        sizes.indexIntervalBytes = 256
        return sizes
    }

    init(files: FaultyFileSystem = FaultyFileSystem(), configuration: LogConfiguration = LogFixture.smallSizes) {
        self.files = files
        self.configuration = configuration
    }

    var environment: Environment { Environment(clock: clock, files: files, random: CountingRandom()) }

    @discardableResult
    func open() throws -> CommitLog {
        opened = nil
        let log = try CommitLog(
            directory: "/log", environment: environment, configuration: configuration, driver: .manual)
        opened = log
        return log
    }

    /// The process ends without a word; what it had written is still there.
    func kill() { opened = nil }

    /// Hands in one batch, writes the round, and gives the outcome.
    func append(_ batch: ProducedBatch, to key: PartitionKey) throws -> AppendOutcome {
        try append([AppendWrite(batch, to: key)])[0].get()
    }

    func append(_ writes: [AppendWrite], isAtomic: Bool = false) throws -> [Result<AppendOutcome, LogError>] {
        guard let opened else { return [] }
        let answers = Answers()
        try opened.submit(writes, isAtomic: isAtomic) { answers.put($0) }
        opened.commitRound()
        return answers.results
    }

    /// All batches that a reader gets, from the log start to the end.
    func readAll(
        _ key: PartitionKey, maxBytes: Int = 1024, isolation: Isolation = .readUncommitted
    ) throws -> [StoredBatch] {
        guard let reader = try opened?.partition(key) else { return [] }
        return try StoredBatch.all(of: reader, maxBytes: maxBytes, isolation: isolation)
    }
}

/// Collects an answer.
final class Answers: Sendable {
    private let state = Mutex<[Result<AppendOutcome, LogError>]>([])
    var results: [Result<AppendOutcome, LogError>] { state.withLock { $0 } }
    func put(_ results: [Result<AppendOutcome, LogError>]) { state.withLock { $0 = results } }
}

/// Different bits at each call, the same in every run.
final class CountingRandom: RandomSource {
    private let state = Mutex(SplitMix64(seed: 7))
    func next() -> UInt64 { state.withLock { $0.next() } }
}

/// A batch read back, with its records decoded.
struct StoredBatch: Equatable {
    struct Entry: Equatable {
        var offset: Int64
        var key: String?
        var value: String?
        var timestamp: Int64
    }

    var header: RecordBatchHeader
    var entries: [Entry]

    static func all(
        of reader: PartitionReader, maxBytes: Int = 1024, isolation: Isolation = .readUncommitted
    ) throws -> [StoredBatch] {
        var batches: [StoredBatch] = []
        var offset = reader.logStart
        while true {
            let fetched = try reader.fetch(from: offset, maxBytes: maxBytes, isolation: isolation)
            batches += try decode(fetched.bytes)
            guard fetched.nextOffset > offset else { return batches }
            offset = fetched.nextOffset
        }
    }

    static func decode(_ bytes: [UInt8]) throws -> [StoredBatch] {
        var batches: [StoredBatch] = []
        try bytes.withUnsafeBytes { buffer in
            var position = 0
            while position < buffer.count {
                let rest = UnsafeRawBufferPointer(rebasing: buffer[position...])
                guard let view = RecordBatchView(rest) else { throw WireError("not a batch", at: position) }
                var entries: [Entry] = []
                if !view.header.attributes.isControl {
                    try view.forEachRecord { (record) throws(WireError) in
                        entries.append(
                            Entry(
                                offset: view.header.baseOffset + Int64(record.offsetDelta),
                                key: record.key.map { String(decoding: $0, as: UTF8.self) },
                                value: record.value.map { String(decoding: $0, as: UTF8.self) },
                                timestamp: view.timestamp(of: record)))
                    }
                }
                batches.append(StoredBatch(header: view.header, entries: entries))
                position += view.header.byteCount
            }
        }
        return batches
    }
}

/// A batch of some text values.
func batch(
    _ values: [String], key: String? = nil, codec: CompressionCodec = .none, timestamp: Int64 = 1_000,
    producer: RecordBatchBuilder.Producer? = nil, isTransactional: Bool = false
) throws -> ProducedBatch {
    var builder = RecordBatchBuilder(
        attributes: BatchAttributes(codec: codec, isTransactional: isTransactional), producer: producer)
    for value in values {
        builder.append(key: key.map { Array($0.utf8) }, value: Array(value.utf8), timestamp: timestamp)
    }
    return try ProducedBatch(checking: try builder.build().bytes)
}

import CommitLog
import Diagnostics
import Glibc
import KafkaProtocol
import TestSupport

/// A broken promise, with what is needed to see it again.
struct BrokenPromise: Error, CustomStringConvertible {
    var seed: UInt64
    var step: Int
    var what: String
    var description: String { "seed \(seed), step \(step): \(what)" }
}

/// Producers, readers, retention, compaction, crashes and faults of the disk around one log, all chosen by a seed.
///
/// Whatever is acknowledged or was once shown to a reader must stay; whatever was refused must never appear; and
/// nothing may be there twice.
final class Simulation {
    private let seed: UInt64
    private var random: SplitMix64
    private let fixture = LogFixture()
    private var step = 0
    private var tokens = 0
    private var partitions: [PartitionKey: SimulatedPartition] = [:]
    private var topicNames: [UInt32: String] = [:]
    /// Tokens that may turn up though nobody was told so.
    private var possible: Set<String> = []
    private var producers: [SimulatedProducer]
    private var transactionOfToken: [String: Int] = [:]
    private var outcomes: [Int: TransactionMarker.Outcome] = [:]
    private var transactions = 0
    private var isFaultPlanned = false
    private var failingOperation = 0
    private(set) var restarts = 0
    private(set) var acknowledged = 0
    private(set) var refused = 0

    init(seed: UInt64, honoursFileSyncs: Bool = true, honoursDirectorySyncs: Bool = true) {
        self.seed = seed
        fixture.files.honoursFileSyncs = honoursFileSyncs
        fixture.files.honoursDirectorySyncs = honoursDirectorySyncs
        random = SplitMix64(seed: seed)
        producers = (0..<4).map { SimulatedProducer(id: 100 + $0, isTransactional: $0 >= 2) }
    }

    private func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
    private func chance(_ percent: Int) -> Bool { below(100) < percent }
    private func broken(_ what: String) -> BrokenPromise { BrokenPromise(seed: seed, step: step, what: what) }

    // MARK: the run

    func run(steps: Int) throws {
        fixture.configuration.wholeDiskSyncFiles = chance(30) ? 1 : 64
        try fixture.open()
        for name in ["plain", "compacted"] { try createTopic(name) }
        for _ in 0..<steps {
            step += 1
            if !isFaultPlanned && chance(8) { planFault() }
            do {
                try takeStep()
            } catch let error as LogError {
                switch error {
                case .stopped, .unusable: break
                case .diskFull: refused += 1
                case .damaged: guard isFaultPlanned else { throw broken("\(error)") }
                default: throw broken("\(error)")
                }
            }
            if fixture.opened?.failure != nil || chance(2) { try restart() }
        }
        fixture.files.clearFaults()
        fixture.files.capacityBytes = nil
        isFaultPlanned = false
        try restart()
        // The restart may have planned a fault of its own that did not come about.
        fixture.files.clearFaults()
        fixture.files.capacityBytes = nil
        isFaultPlanned = false
        try settleProducers()
        try checkAll()
    }

    private func takeStep() throws {
        guard let log = fixture.opened else { return }
        switch below(100) {
        case 0..<35: try producePlain()
        case 35..<55: try produceNumbered(below(2))
        case 55..<72: try stepTransaction(2 + below(2))
        case 72..<84: try readSomewhere()
        case 84..<88: try log.upkeep()
        case 88..<91: try log.checkpoint()
        case 91..<93: try deleteRecords()
        case 93..<95: fixture.clock.advance(nanoseconds: UInt64(below(4_000)) * 1_000_000)
        case 95..<96: try changeTopics()
        default: try checkAll()
        }
    }

    private func planFault() {
        let files = fixture.files
        let operation = files.operationCount + 1 + below(40)
        switch below(4) {
        case 0, 1: files.powerOffAtOperation(operation)
        case 2:
            files.failAtOperation(operation, code: EIO)
            failingOperation = operation
        default: files.capacityBytes = files.usedBytes + below(6_000)
        }
        isFaultPlanned = true
    }

    /// A file system that could not sync its names is mounted read-only until the machine starts again.
    private var isMountedReadOnly: Bool {
        fixture.files.trace.contains { $0.hasPrefix("\(failingOperation) fsync ") }
    }

    /// The process ends, perhaps with the machine, perhaps again while it starts.
    private func restart() throws {
        restarts += 1
        for attempt in 0..<6 {
            fixture.kill()
            if chance(60) || fixture.files.isPoweredOff || isMountedReadOnly {
                fixture.files.crash(keeping: random.next())
            } else {
                fixture.files.clearFaults()
            }
            fixture.files.capacityBytes = nil
            isFaultPlanned = false
            if attempt < 4 && chance(30) {
                fixture.files.powerOffAtOperation(fixture.files.operationCount + 1 + below(60))
                isFaultPlanned = true
            }
            // Also after a sync that failed, when what is read back is in memory only and has to be written again.
            if attempt < 4 && chance(20) {
                fixture.files.capacityBytes = fixture.files.usedBytes + (chance(50) ? 0 : below(4_000))
                isFaultPlanned = true
            }
            do {
                try fixture.open()
                let report = fixture.opened?.report ?? RecoveryReport()
                if report.hasLosses { throw broken("losses on a disk that kept its word: \(report.damages)") }
                try checkAll()
                // The power may have gone at a call whose failure the log passes over, such as a removal.
                if !fixture.files.isPoweredOff { return }
            } catch let error as LogError {
                guard isFaultPlanned else { throw broken("\(error)\n\(fixture.files.trace.suffix(20))") }
            }
        }
        throw broken("the log could not be opened")
    }

    // MARK: topics

    private func createTopic(_ name: String) throws {
        var settings = TopicConfiguration()
        settings.segmentBytes = Int64(600 + below(3_000))
        settings.isCompacted = name == "compacted"
        settings.isDeleted = !settings.isCompacted
        settings.minCleanableThousandths = 0
        settings.retentionMilliseconds = 20_000
        settings.retentionBytes = chance(50) ? Int64(4_000 + below(8_000)) : -1
        let count = Int32(1 + below(3))
        guard let topic = try fixture.opened?.createTopic(name, partitions: count, configuration: settings) else {
            return
        }
        topicNames[topic.number] = name
        for index in 0..<count {
            partitions[PartitionKey(topic: topic.number, partition: index)] = SimulatedPartition(
                isCompacted: settings.isCompacted)
        }
    }

    /// Deletes a topic and makes another, or the other way round: what fails halfway is not used any more.
    private func changeTopics() throws {
        let extra = topicNames.first { $0.value.hasPrefix("extra") }
        guard let extra else { return try createTopic("extra\(step)") }
        topicNames[extra.key] = nil
        partitions = partitions.filter { $0.key.topic != extra.key }
        for index in producers.indices { producers[index].forget(extra.key) }
        try fixture.opened?.deleteTopic(extra.key)
    }

    private func somePartition(compacted: Bool) -> PartitionKey? {
        let keys = partitions.filter { $0.value.isCompacted == compacted }.keys
            .sorted { ($0.topic, $0.partition) < ($1.topic, $1.partition) }
        return keys.isEmpty ? nil : keys[below(keys.count)]
    }

    private func deleteRecords() throws {
        guard let key = somePartition(compacted: false), let reader = try fixture.opened?.partition(key) else { return }
        let span = Int(reader.highWatermark - reader.logStart)
        guard span > 0, let start = try fixture.opened?.deleteRecords(key, before: reader.logStart + Int64(below(span)))
        else { return }
        partitions[key]?.raiseStart(to: start)
    }

    // MARK: producing

    private func newTokens() -> [String] {
        (0..<(1 + below(4))).map { _ in
            tokens += 1
            return "t\(tokens)" + String(repeating: "x", count: below(60))
        }
    }

    private var codec: CompressionCodec { chance(70) ? .none : [.lz4, .snappy, .zstd][below(3)] }
    private var now: Int64 { fixture.clock.wallMilliseconds() }

    /// Some batches in one round, each to a partition of its own choice.
    private func producePlain() throws {
        var writes: [(key: PartitionKey, tokens: [String], recordKey: String?)] = []
        for _ in 0..<(1 + below(4)) {
            let compacted = chance(30)
            guard let key = somePartition(compacted: compacted) else { continue }
            writes.append((key, newTokens(), compacted ? "k\(below(6))" : nil))
        }
        possible.formUnion(writes.flatMap(\.tokens))
        let results = try fixture.append(
            writes.map {
                AppendWrite(try batch($0.tokens, key: $0.recordKey, codec: codec, timestamp: now), to: $0.key)
            })
        for (write, result) in zip(writes, results) {
            switch result {
            case .success(let outcome):
                try acknowledge(write.tokens, at: outcome.baseOffset, in: write.key, recordKey: write.recordKey)
            case .failure(.stopped): break
            case .failure(let error):
                guard error == .diskFull else { throw broken("a plain batch was refused: \(error)") }
                refused += 1
                possible.subtract(write.tokens)
            }
        }
    }

    private func acknowledge(
        _ tokens: [String], at offset: Int64, in key: PartitionKey, recordKey: String? = nil
    ) throws {
        acknowledged += tokens.count
        if let contradiction = partitions[key]?.acknowledge(tokens, at: offset, key: recordKey) {
            throw broken(contradiction)
        }
        possible.subtract(tokens)
    }

    /// One batch of a numbered producer: a new one, or the one whose fate is unknown, once more.
    private func produceNumbered(_ index: Int) throws {
        let pending: SimulatedProducer.Pending
        if let open = producers[index].pending {
            pending = open
        } else {
            guard let key = somePartition(compacted: false) else { return }
            pending = try producers[index].make(newTokens(), to: key, codec: codec, time: now)
            possible.formUnion(pending.tokens)
            if let transaction = producers[index].transaction {
                for token in pending.tokens { transactionOfToken[token] = transaction }
                if !producers[index].participants.contains(key) { producers[index].participants.append(key) }
            }
        }
        let repeats = chance(20) ? 2 : 1
        let writes = Array(repeating: AppendWrite(pending.batch, to: pending.key), count: repeats)
        let results = try fixture.append(writes)
        for (number, result) in results.enumerated() {
            switch result {
            case .success(let outcome):
                if number > 0 && !outcome.isRepeat { throw broken("a repeat was written twice") }
                if number == 0 { try acknowledge(pending.tokens, at: outcome.baseOffset, in: pending.key) }
            case .failure(.stopped): return
            case .failure(.diskFull):
                refused += 1
                return
            case .failure(let error): throw broken("producer \(producers[index].id): \(error)")
            }
        }
        if !results.isEmpty { producers[index].settled(pending.key) }
    }

    // MARK: transactions

    private func stepTransaction(_ index: Int) throws {
        if producers[index].ending != nil { return try endTransaction(index) }
        if producers[index].transaction == nil {
            transactions += 1
            producers[index].transaction = transactions
            producers[index].participants = []
        }
        if producers[index].pending == nil && !producers[index].participants.isEmpty && chance(40) {
            producers[index].ending = chance(50) ? .commit : .abort
            return try endTransaction(index)
        }
        try produceNumbered(index)
    }

    private func endTransaction(_ index: Int) throws {
        guard let outcome = producers[index].ending, let transaction = producers[index].transaction else { return }
        // From here on the outcome is decided, as a coordinator would have written it down.
        outcomes[transaction] = outcome
        let marker = TransactionMarker(outcome: outcome, coordinatorEpoch: 0)
        let id = producers[index].id
        let writes = producers[index].participants.map { AppendWrite(marker, producerId: id, producerEpoch: 0, to: $0) }
        for result in try fixture.append(writes, isAtomic: true) {
            guard case .failure(let error) = result else { continue }
            switch error {
            case .stopped, .diskFull: return
            default: throw broken("a marker was refused: \(error)")
            }
        }
        producers[index].transaction = nil
        producers[index].ending = nil
        producers[index].participants = []
    }

    private func settleProducers() throws {
        for index in producers.indices {
            if producers[index].pending != nil { try produceNumbered(index) }
            if producers[index].pending != nil { throw broken("a batch could not be written on a healthy disk") }
            if producers[index].transaction != nil {
                producers[index].ending = producers[index].ending ?? .abort
                try endTransaction(index)
            }
        }
    }

    // MARK: reading

    private func readSomewhere() throws {
        guard let key = somePartition(compacted: chance(30)), let reader = try fixture.opened?.partition(key) else {
            return
        }
        let span = Int(reader.highWatermark - reader.logStart)
        guard span > 0 else { return }
        let offset = reader.logStart + Int64(below(span))
        let fetched = try reader.fetch(from: offset, maxBytes: 1 + below(2_000))
        let batches = try StoredBatch.decode(fetched.bytes)
        if let first = batches.first, let known = partitions[key], !known.isCompacted {
            guard first.header.baseOffset <= offset, first.header.lastOffset >= offset else {
                throw broken("fetch from \(offset) begins at \(first.header.baseOffset)")
            }
        }
        for entry in batches.flatMap(\.entries) {
            if let token = partitions[key]?.known[entry.offset], token != entry.value {
                throw broken("\(entry.value ?? "") at \(entry.offset), where \(token) is")
            }
        }
    }

    private func checkAll() throws {
        for key in partitions.keys.sorted(by: { ($0.topic, $0.partition) < ($1.topic, $1.partition) }) {
            guard let reader = try fixture.opened?.partition(key) else { continue }
            let batches = try StoredBatch.all(of: reader, maxBytes: 200 + below(3_000))
            let problem = partitions[key]?.check(
                batches, logStart: reader.logStart, highWatermark: reader.highWatermark,
                isPossible: { possible.contains($0) })
            if let problem { throw broken("partition \(key): \(problem)") }
            possible.subtract(batches.flatMap(\.entries).compactMap(\.value))
            try checkCommitted(key, reader)
        }
    }

    /// Reads as a consumer of committed records does, and compares with how the transactions ended.
    private func checkCommitted(_ key: PartitionKey, _ reader: PartitionReader) throws {
        var seen: Set<Int64> = []
        var offset = reader.logStart
        while true {
            let fetched = try reader.fetch(from: offset, maxBytes: 200 + below(3_000), isolation: .readCommitted)
            var open = fetched.abortedTransactions.sorted { $0.firstOffset < $1.firstOffset }[...]
            var skipped: Set<Int64> = []
            for batch in try StoredBatch.decode(fetched.bytes) {
                while let first = open.first, first.firstOffset <= batch.header.lastOffset {
                    skipped.insert(first.producerId)
                    open = open.dropFirst()
                }
                if batch.header.attributes.isControl {
                    skipped.remove(batch.header.producerId)
                } else if !(batch.header.attributes.isTransactional && skipped.contains(batch.header.producerId)) {
                    for entry in batch.entries {
                        seen.insert(entry.offset)
                        guard let transaction = transactionOfToken[entry.value ?? ""] else { continue }
                        guard outcomes[transaction] == .commit else {
                            throw broken("\(entry.value ?? "") at \(entry.offset) was never committed, but is read")
                        }
                    }
                }
            }
            guard fetched.nextOffset > offset else { break }
            offset = fetched.nextOffset
        }
        let stable = reader.lastStableOffset
        for (place, token) in partitions[key]?.known ?? [:]
        where place >= reader.logStart && place < stable && !seen.contains(place) {
            if partitions[key]?.isCompacted == true { continue }
            if let transaction = transactionOfToken[token], outcomes[transaction] == .abort { continue }
            throw broken("\(token) at \(place) of \(key) is not read as committed, below \(stable)")
        }
    }
}

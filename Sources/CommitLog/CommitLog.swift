package import Diagnostics
import KafkaProtocol
import Synchronization

/// A durable log of topics and partitions in one directory.
///
/// Appends of all partitions are gathered into rounds; each round is synced once, and then answered and shown to
/// readers. Reading goes on beside it and never waits for a round.
package final class CommitLog: Sendable {
    /// Who takes the steps.
    package enum Driver: Sendable {
        /// A thread for rounds and one for upkeep.
        case threads
        /// The caller, with ``commitRound()`` and ``upkeep()``; for simulations.
        case manual
    }

    /// Called after each round with the partitions that got something, on the thread that wrote it.
    package typealias Observer = @Sendable (Set<PartitionKey>) -> Void

    /// What opening found.
    package let report: RecoveryReport
    private let catalog: Catalog
    private let inbox: Inbox
    private let core: Mutex<LogCore>
    /// Keeps other processes away from the directory.
    private let lock: Mutex<(any File)?>
    private let driver: Driver
    private let configuration: LogConfiguration
    private let directory: String
    private let environment: Environment
    private let observer = Mutex<ObserverBox?>(nil)
    private let failed = Mutex<String?>(nil)
    private let upkeepSignal = WaitPoint()
    private let isClosing = Atomic<Bool>(false)
    /// Upkeep is done by one at a time.
    private let maintenance = Mutex(())
    /// Whoever takes requests for a round holds it until they are answered: that keeps their order.
    private let turn = Mutex(())
    private let pace = RoundPace()
    private let threadsEnded = [WaitPoint(), WaitPoint()]

    /// Opens or makes the log in `directory`, and brings it in order after whatever ended it.
    package init(
        directory: String, environment: Environment = Environment(),
        configuration: LogConfiguration = LogConfiguration(), driver: Driver = .threads
    ) throws(LogError) {
        self.directory = directory
        self.environment = environment
        self.configuration = configuration
        self.driver = driver
        lock = Mutex(try Self.lock(directory, environment.files))
        let catalog = Catalog()
        self.catalog = catalog
        inbox = Inbox(limitBytes: configuration.waitingBytes)
        let opened = try LogCore.open(
            directory: directory, environment: environment, configuration: configuration, catalog: catalog)
        report = opened.report
        core = Mutex(opened.core)
        if driver == .threads { try startThreads() }
    }

    private static func lock(_ directory: String, _ files: any FileSystem) throws(LogError) -> any File {
        do throws(FileSystemError) {
            try files.createDirectory(directory)
            if let lock = try files.lock("\(directory)/LOCK") { return lock }
        } catch {
            throw .unusable("\(directory) cannot be opened: \(error)")
        }
        throw .inUse(directory: directory)
    }

    // MARK: topics

    /// All topics, sorted by name.
    package var topics: [TopicDescription] { catalog.topics }

    package func topic(named name: String) -> TopicDescription? { catalog.topic(named: name) }

    package func topic(_ number: UInt32) -> TopicDescription? { catalog.topic(number) }

    package func partition(_ key: PartitionKey) throws(LogError) -> PartitionReader {
        if let reader = catalog.reader(key) { return reader }
        guard let topic = catalog.topic(key.topic) else { throw .unknownTopic("#\(key.topic)") }
        throw .unknownPartition(topic: topic.name, partition: key.partition)
    }

    package func createTopic(
        _ name: String, partitions: Int32, configuration: TopicConfiguration = TopicConfiguration()
    ) throws(LogError) -> TopicDescription {
        try withCore { (core) throws(LogError) in
            try core.createTopic(name, partitions: partitions, configuration: configuration)
        }
    }

    package func deleteTopic(_ number: UInt32) throws(LogError) {
        try withCore { (core) throws(LogError) in try core.deleteTopic(number) }
    }

    package func configureTopic(_ number: UInt32, _ configuration: TopicConfiguration) throws(LogError) {
        try withCore { (core) throws(LogError) in try core.configureTopic(number, configuration) }
    }

    package func addPartitions(_ number: UInt32, count: Int32) throws(LogError) {
        try withCore { (core) throws(LogError) in try core.addPartitions(number, count: count) }
    }

    /// Producer ids nobody was given before.
    package func reserveProducerIds(_ count: Int64) throws(LogError) -> Range<Int64> {
        try withCore { (core) throws(LogError) in try core.reserveProducerIds(count) }
    }

    /// Deletes the records below an offset; gives the new log start.
    package func deleteRecords(_ key: PartitionKey, before offset: Int64) throws(LogError) -> Int64 {
        try withCore { (core) throws(LogError) in try core.deleteRecords(key, before: offset) }
    }

    func withCore<Value: Sendable>(
        _ body: (LogCore) throws(LogError) -> Value
    ) throws(LogError) -> Value {
        let result = core.withLock { core in Result { () throws(LogError) in try body(core) } }
        if case .failure(.stopped(let cause)) = result { note(failure: cause) }
        return try result.get()
    }

    private func note(failure cause: String) { failed.withLock { $0 = $0 ?? cause } }

    /// Why nothing can be written any more; nil while all is well. A process that sees one should end: only opening
    /// the log again finds out what the disk holds.
    package var failure: String? { failed.withLock { $0 } }

    // MARK: appending

    /// Sets who is told of new records.
    package func setObserver(_ observer: Observer?) {
        let box = observer.map(ObserverBox.init)
        self.observer.withLock { $0 = box }
    }

    /// A closure must not be kept in a mutex as it is: every look at it stores it back in one more wrapper, so that calls
    /// take longer with each round and need more stack, until there is none left.
    private final class ObserverBox: Sendable {
        let call: Observer
        init(_ call: @escaping Observer) { self.call = call }
    }

    /// Hands writes in. `answer` is called once they are durable, or refused, with one outcome for each; nil is for
    /// producers that want no answer. It runs on the thread that wrote the round: hand over, don't work.
    ///
    /// Throws `overloaded` when too much is waiting already. `isFollowed` promises a call of ``commitHere()`` a moment
    /// later: little that waits need not wake the thread of the rounds then.
    package func submit(
        _ writes: [AppendWrite], isAtomic: Bool = false, isFollowed: Bool = false,
        answer: (@Sendable ([Result<AppendOutcome, LogError>]) -> Void)?
    ) throws(LogError) {
        for write in writes { try checkKeys(write) }
        do throws(Inbox.Refusal) {
            try inbox.put(
                AppendRequest(writes: writes, isAtomic: isAtomic, answer: answer),
                quietBytes: isFollowed && pace.isQuick ? RoundPace.smallBytes : -1)
        } catch {
            throw error == .full ? .overloaded : .stopped("the log is closed")
        }
    }

    /// Hands writes in and blocks until they are answered; for OS threads, and with threads as the driver only.
    package func append(
        _ writes: [AppendWrite], isAtomic: Bool = false
    ) throws(LogError) -> [Result<AppendOutcome, LogError>] {
        let answered = WaitPoint()
        let outcomes = Mutex<[Result<AppendOutcome, LogError>]>([])
        let box = AnswerBox(outcomes: outcomes, answered: answered)
        try submit(writes, isAtomic: isAtomic) { box.put($0) }
        answered.wait()
        return box.take()
    }

    private final class AnswerBox: Sendable {
        private let outcomes: Mutex<[Result<AppendOutcome, LogError>]>
        private let answered: WaitPoint

        init(outcomes: consuming Mutex<[Result<AppendOutcome, LogError>]>, answered: WaitPoint) {
            self.outcomes = outcomes
            self.answered = answered
        }

        func put(_ results: [Result<AppendOutcome, LogError>]) {
            outcomes.withLock { $0 = results }
            answered.raise()
        }

        func take() -> [Result<AppendOutcome, LogError>] { outcomes.withLock { $0 } }
    }

    /// A compacted topic takes only records that have a key: the one case in which a batch is looked into.
    private func checkKeys(_ write: AppendWrite) throws(LogError) {
        guard case .batch(let batch) = write.content, let topic = catalog.topic(write.partition.topic),
            topic.configuration.isCompacted
        else { return }
        let isKeyed = batch.bytes.withUnsafeBytes { bytes -> Bool in
            guard let view = RecordBatchView(bytes) else { return false }
            var isKeyed = true
            let walk = Result { () throws(WireError) in
                try view.forEachRecord { (record) throws(WireError) in if record.key == nil { isKeyed = false } }
            }
            guard case .success = walk else { return false }
            return isKeyed
        }
        guard isKeyed else { throw .invalidRecord("topic '\(topic.name)' is compacted: every record needs a key") }
    }

    /// Writes one round of what waits; false when nothing does.
    @discardableResult
    package func commitRound() -> Bool { turn.withLock { _ in writeRound() } }

    /// Writes what waits on the calling thread where that takes it less time than waking another one: when little
    /// waits, nobody else is writing, and syncs are quick. Else leaves it to the thread of the rounds. Blocks for one
    /// sync; for threads that have handed in all they have.
    package func commitHere() {
        guard let waiting = inbox.waitingBytes else { return }
        if pace.isQuick, waiting <= RoundPace.smallBytes {
            let isWritten = turn.withLockIfAvailable { _ in
                // Upkeep holds the core while it removes files, which may take long.
                guard core.withLockIfAvailable({ _ in true }) != nil else { return false }
                return writeRound()
            }
            if isWritten == true && inbox.waitingBytes == nil { return }
        }
        inbox.wake()
    }

    /// Only by who holds the turn: answers, too, come in the order of the requests.
    private func writeRound() -> Bool {
        let requests = inbox.take(limitBytes: configuration.roundBytes)
        guard !requests.isEmpty else { return false }
        let began = environment.clock.monotonicNanoseconds()
        let (outcomes, isDue) = core.withLock { core in (core.append(requests), core.isCheckpointDue) }
        pace.note(
            nanoseconds: environment.clock.monotonicNanoseconds() &- began,
            bytes: requests.reduce(0) { $0 + $1.byteCount })
        if isDue { upkeepSignal.raise() }
        answer(requests, outcomes)
        return true
    }

    private func answer(_ requests: [AppendRequest], _ outcomes: [[Result<AppendOutcome, LogError>]]) {
        var advanced: Set<PartitionKey> = []
        for (request, results) in zip(requests, outcomes) {
            for (write, result) in zip(request.writes, results) {
                switch result {
                case .success(let outcome): if !outcome.isRepeat { advanced.insert(write.partition) }
                case .failure(.stopped(let cause)): note(failure: cause)
                case .failure: break
                }
            }
            request.answer?(results)
        }
        if !advanced.isEmpty, let observer = observer.withLock({ $0 }) { observer.call(advanced) }
    }

    // MARK: upkeep

    /// Retention, a checkpoint, compaction, and files closed that nobody uses.
    package func upkeep() throws(LogError) {
        try withMaintenance { () throws(LogError) in
            _ = try withCore { (core) throws(LogError) in try core.applyRetention() }
            try storeCheckpoint()
            while try compactOnce() {}
            core.withLock { $0.releaseUnusedFiles() }
        }
    }

    /// Makes all of the log durable in its segments, so that the journal before now is not needed any more. Syncs
    /// beside the rounds; does nothing when nothing changed. A full disk leaves things as they were.
    package func checkpoint() throws(LogError) {
        try withMaintenance { () throws(LogError) in try storeCheckpoint() }
    }

    private func withMaintenance(_ body: () throws(LogError) -> Void) throws(LogError) {
        let result = maintenance.withLock { _ in Result { () throws(LogError) in try body() } }
        try result.get()
    }

    private func storeCheckpoint() throws(LogError) {
        let drafted = try withCore { (core) throws(LogError) in
            core.needsCheckpoint ? try core.draftCheckpoint() : nil
        }
        guard var draft = drafted else { return }
        do throws(FileSystemError) {
            try LogCore.store(
                &draft, directory: directory, environment: environment, configuration: configuration)
        } catch {
            let stored = draft
            try withCore { (core) throws(LogError) in
                core.giveUp(stored)
                let refusal = core.refusal(error)
                if refusal != .diskFull { throw refusal }
            }
            return
        }
        let stored = draft
        try withCore { (core) throws(LogError) in core.finishCheckpoint(stored) }
    }

    /// Compacts one partition that is worth it; false when none is.
    private func compactOnce() throws(LogError) -> Bool {
        guard let (key, compaction) = try withCore({ (core) throws(LogError) in try core.planCompaction() }) else {
            return false
        }
        let seed = environment.random.next()
        let products: [Compaction.Product]
        do throws(Compaction.Failure) {
            let (latest, end) = try compaction.collect(limit: configuration.compactionKeys, seed: seed)
            products = try compaction.rewrite(latest, collectedUpTo: end)
        } catch {
            // Damage is told by readers and by verify; a full disk passes. The files half written are removed
            // when the log is opened again, or written over by the next attempt.
            if case .file(let error) = error, !error.isDiskFull {
                _ = try withCore { (core) throws(LogError) in throw core.refusal(error) }
            }
            return false
        }
        try withCore { (core) throws(LogError) in try core.adopt(products, of: key) }
        return products.contains { $0.summary.isCleaned }
    }

    // MARK: threads

    private func startThreads() throws(LogError) {
        let ended = threadsEnded
        let rounds = OperatingSystemThread.start(name: "log-rounds") { [self] in
            while inbox.wait() { commitRound() }
            ended[0].raise()
        }
        let upkeep = OperatingSystemThread.start(name: "log-upkeep") { [self] in
            runUpkeep()
            ended[1].raise()
        }
        guard rounds, upkeep else { throw .unusable("no thread could be started for the log") }
    }

    private func runUpkeep() {
        var next = environment.clock.monotonicNanoseconds()
        while !isClosing.load(ordering: .acquiring) {
            upkeepSignal.wait(milliseconds: Int(clamping: configuration.upkeepMilliseconds))
            guard !isClosing.load(ordering: .acquiring), failure == nil else { continue }
            let now = environment.clock.monotonicNanoseconds()
            // A failure is noted and shown; the thread stays for the orderly end.
            if now >= next {
                try? upkeep()
                next = now &+ UInt64(configuration.upkeepMilliseconds) &* 1_000_000
            } else {
                try? checkpoint()
            }
        }
    }

    /// Writes what waits, stores a checkpoint, and stops. The log cannot be used afterwards.
    package func close() throws(LogError) {
        guard !isClosing.exchange(true, ordering: .acquiringAndReleasing) else { return }
        inbox.close()
        if driver == .threads {
            upkeepSignal.raise()
            for ended in threadsEnded { ended.wait() }
        }
        while commitRound() {}
        defer { lock.withLock { $0 = nil } }
        try checkpoint()
    }
}

import CommitLog
import Diagnostics
import KafkaProtocol
import Synchronization

/// The transactions of all producers.
///
/// The end of a transaction is one atomic append: the markers of all its partitions, the offsets it commits, and the
/// state that says so. A crash leaves all of it or nothing.
final class TransactionService: Sendable {
    /// Transactional ids at most.
    static let limit = 100_000
    /// A transactional id that is not used for so long is forgotten.
    static let expirationMilliseconds: Int64 = 7 * 86_400_000
    /// Producer ids taken from the log at once.
    static let idBlock: Int64 = 1_000

    private struct State {
        var values: [String: ProducerTransactions] = [:]
        /// Ids whose end is being written.
        var ending: Set<String> = []
        var freeIDs: Range<Int64> = 0..<0
        var lastLook: Int64 = 0
    }

    private let state = Mutex(State())
    private let store: LogStateStore
    private let log: CommitLog
    private let groups: GroupService
    private let timeoutMax: Int64
    private let clock: any TimeSource

    init(
        store: LogStateStore, log: CommitLog, groups: GroupService, timeoutMax: Int64, clock: any TimeSource
    ) {
        self.store = store
        self.log = log
        self.groups = groups
        self.timeoutMax = timeoutMax
        self.clock = clock
    }

    private var now: Int64 { clock.wallMilliseconds() }

    func restore(_ entry: StateEntry) throws(WireError) {
        guard let bytes = entry.value, case .transaction(let id)? = StateKey(entry.key) else { return }
        let value = try StoredTransaction(stored: bytes).value(id: id)
        state.withLock { $0.values[id] = value }
    }

    /// Writes the markers of transactions whose end was decided before the process died.
    func finishInterrupted() {
        let ids = state.withLock { state in state.values.values.filter { $0.pendingOutcome != nil }.map(\.id) }
        for id in ids { writeEnd(of: id) { _ in } }
    }

    // MARK: producers

    /// A producer id without transactions.
    func freshProducerID() throws(LogError) -> Int64 {
        let taken: Int64? = state.withLock { state in
            guard let first = state.freeIDs.first else { return nil }
            state.freeIDs.removeFirst()
            return first
        }
        if let taken { return taken }
        var block = try log.reserveProducerIds(Self.idBlock)
        let first = block.removeFirst()
        let rest = block
        state.withLock { $0.freeIDs = rest }
        return first
    }

    /// What a producer is told when it begins.
    struct Identity: Sendable {
        var error = ErrorCode.none
        var producerID: Int64 = -1
        var epoch: Int16 = -1
    }

    func begin(_ request: InitProducerIDRequest, reply: @escaping @Sendable (Identity) -> Void) {
        let fresh: Int64
        do throws(LogError) { fresh = try freshProducerID() } catch { return reply(Identity(error: error.code)) }
        guard let id = request.transactionalID else {
            return reply(Identity(producerID: fresh, epoch: 0))
        }
        let timeout = Int64(request.transactionTimeoutMilliseconds)
        guard !id.isEmpty else { return reply(Identity(error: .invalidRequest)) }
        guard timeout > 0, timeout <= timeoutMax else { return reply(Identity(error: .invalidTransactionTimeout)) }
        let decision = state.withLock { state -> ProducerTransactions.Decision in
            guard !state.ending.contains(id) else { return .refused(.concurrentTransactions) }
            guard state.values[id] != nil else {
                guard state.values.count < Self.limit else { return .refused(.coordinatorLoadInProgress) }
                // An id that was forgotten here may come with what it was given then; it starts anew.
                state.values[id] = ProducerTransactions(
                    id: id, producerID: fresh, timeoutMilliseconds: timeout, now: now)
                return .done
            }
            return state.values[id]?.begin(
                asked: (request.producerID, request.producerEpoch), timeoutMilliseconds: timeout,
                freshProducerID: fresh, now: now) ?? .refused(.unknownServerError)
        }
        switch decision {
        case .refused(let error): reply(Identity(error: error))
        case .done: save(id) { [self] error in reply(identity(of: id, error)) }
        case .writeMarkers: writeEnd(of: id) { [self] error in reply(identity(of: id, error)) }
        }
    }

    private func identity(of id: String, _ error: ErrorCode) -> Identity {
        guard error == .none, let value = state.withLock({ $0.values[id] }) else { return Identity(error: error) }
        return Identity(producerID: value.producerID, epoch: value.epoch)
    }

    private func save(_ id: String, done: @escaping @Sendable (ErrorCode) -> Void) {
        guard let value = state.withLock({ $0.values[id] }) else { return done(.unknownServerError) }
        store.put([StateEntry(key: StateKey.transaction(id).bytes, value: StoredTransaction(value).stored)], done: done)
    }

    // MARK: inside a transaction

    func add(
        to id: String, partitions: [TopicPartition], groups: [String], producerID: Int64, epoch: Int16,
        reply: @escaping @Sendable (ErrorCode) -> Void
    ) {
        let error = state.withLock { state -> ErrorCode in
            guard !state.ending.contains(id) else { return .concurrentTransactions }
            return state.values[id]?.add(
                partitions: partitions, groups: groups, producerID: producerID, epoch: epoch, now: now)
                ?? .invalidProducerIdMapping
        }
        guard error == .none else { return reply(error) }
        save(id, done: reply)
    }

    /// Why a transactional batch may not be written; nil when it may.
    func refusal(
        of id: String?, producerID: Int64, epoch: Int16, writingTo place: TopicPartition
    ) -> ErrorCode? {
        guard let id else { return .invalidTransactionState }
        return state.withLock { state in
            guard let value = state.values[id] else { return .invalidProducerIdMapping }
            if let error = value.refusal(producerID, epoch) {
                return error == .producerFenced ? .invalidProducerEpoch : error
            }
            let isOpen = value.state == .ongoing && value.partitions.contains(place) && !state.ending.contains(id)
            return isOpen ? nil : .invalidTransactionState
        }
    }

    // MARK: the end

    func end(_ request: EndTransactionRequest, reply: @escaping @Sendable (ErrorCode) -> Void) {
        let id = request.transactionalID
        let decision = state.withLock { state -> ProducerTransactions.Decision in
            guard !state.ending.contains(id) else { return .refused(.concurrentTransactions) }
            return state.values[id]?.end(
                commits: request.commits, producerID: request.producerID, epoch: request.producerEpoch, now: now)
                ?? .refused(.invalidProducerIdMapping)
        }
        switch decision {
        case .refused(let error): reply(error)
        case .done: reply(.none)
        case .writeMarkers: writeEnd(of: id, done: reply)
        }
    }

    /// Appends markers, offsets and the new state together.
    private func writeEnd(of id: String, done: @escaping @Sendable (ErrorCode) -> Void) {
        let begun = state.withLock { state -> ProducerTransactions? in
            guard let value = state.values[id], value.pendingOutcome != nil, state.ending.insert(id).inserted else {
                return nil
            }
            return value
        }
        guard let begun, let commits = begun.pendingOutcome else { return done(.concurrentTransactions) }
        var ended = begun
        ended.completed(now: now)
        let marker = TransactionMarker(outcome: commits ? .commit : .abort, coordinatorEpoch: 0)
        // Topics deleted in between need no marker.
        var writes = begun.partitions.sorted { ($0.topic, $0.partition) < ($1.topic, $1.partition) }.compactMap {
            place in
            log.topic(named: place.topic).map { topic in
                AppendWrite(
                    marker, producerId: begun.producerID, producerEpoch: begun.epoch,
                    to: PartitionKey(topic: topic.number, partition: place.partition))
            }
        }
        var entries = [StateEntry(key: StateKey.transaction(id).bytes, value: StoredTransaction(ended).stored)]
        for group in begun.groups {
            entries += groups.settlement(group, producerID: begun.producerID, commits: commits)
        }
        let finish: @Sendable (ErrorCode) -> Void = { [self] error in
            state.withLock { state in
                state.ending.remove(id)
                if error == .none { state.values[id]?.completed(now: now) }
            }
            if error == .none {
                for group in begun.groups { groups.settle(group, producerID: begun.producerID, commits: commits) }
            }
            done(error)
        }
        do {
            writes.append(try store.write(entries))
            try log.submit(writes, isAtomic: true) { outcomes in
                for case .failure(let error) in outcomes { return finish(error.code) }
                finish(.none)
            }
        } catch let error as LogError {
            finish(error.code)
        } catch {
            finish(.unknownServerError)
        }
    }

    // MARK: time

    /// Aborts transactions that are open for too long, tries interrupted ends again, and forgets unused ids.
    func tick() {
        let now = now
        let (due, unused) = state.withLock { state -> ([String], [String]) in
            guard now - state.lastLook >= 1_000 else { return ([], []) }
            state.lastLook = now
            var due: [String] = []
            var unused: [String] = []
            for id in state.values.keys where !state.ending.contains(id) {
                if case .writeMarkers? = state.values[id]?.expire(now: now) {
                    due.append(id)
                } else if let value = state.values[id], value.pendingOutcome != nil {
                    due.append(id)
                } else if let value = state.values[id], value.state != .ongoing,
                    now - value.lastUseTime > Self.expirationMilliseconds
                {
                    unused.append(id)
                }
            }
            for id in unused { state.values[id] = nil }
            return (due, unused)
        }
        for id in due { writeEnd(of: id) { _ in } }
        if !unused.isEmpty {
            store.put(unused.map { StateEntry(key: StateKey.transaction($0).bytes, value: nil) }) { _ in }
        }
    }

    // MARK: administration

    func list() -> [ProducerTransactions] { state.withLock { $0.values.values.sorted { $0.id < $1.id } } }
    func describe(_ id: String) -> ProducerTransactions? { state.withLock { $0.values[id] } }
}

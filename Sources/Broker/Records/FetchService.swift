import CommitLog
import Diagnostics
import KafkaProtocol
import NIOPosix
import Synchronization

/// Reads for consumers, and lets those wait for whom there is too little yet.
///
/// Reading blocks for the disk and so happens on threads of its own.
final class FetchService: Sendable {
    /// Bytes of one answer, whatever the client would take.
    static let answerBytes = 64 << 20
    /// Bytes of all answers that are made and not yet written. Above, each fetch gets one batch.
    static let answerBytesOfAll = 256 << 20

    /// A fetch that waits.
    private struct Parked {
        var request: FetchRequest
        var call: Call
        var partitions: [PartitionKey]
        var deadline: UInt64
    }

    private struct State {
        var parked: [UInt64: Parked] = [:]
        var byPartition: [PartitionKey: Set<UInt64>] = [:]
        var lastNumber: UInt64 = 0
    }

    private let state = Mutex(State())
    private let log: CommitLog
    private let clock: any TimeSource
    private let threads: NIOThreadPool
    private let budget = RequestBudget(limit: FetchService.answerBytesOfAll)

    private let damage: DamageNotes

    init(log: CommitLog, clock: any TimeSource, threads: Int, damage: DamageNotes) {
        self.log = log
        self.damage = damage
        self.clock = clock
        self.threads = NIOThreadPool(numberOfThreads: threads)
        self.threads.start()
    }

    func stop() { threads.shutdownGracefully { _ in } }

    func start(_ request: FetchRequest, _ call: Call) {
        let wait = UInt64(max(0, min(request.maxWaitMilliseconds, 60_000)))
        let deadline = clock.monotonicNanoseconds() &+ wait &* 1_000_000
        submit(request, call, deadline: deadline)
    }

    private func submit(_ request: FetchRequest, _ call: Call, deadline: UInt64) {
        threads.submit { [self] state in
            guard case .active = state else { return call.close() }
            attempt(request, call, deadline: deadline)
        }
    }

    /// Reads; answers when there is enough or the time is over, else waits for more.
    private func attempt(_ request: FetchRequest, _ call: Call, deadline: UInt64) {
        // Parked before it looks, so that nothing that comes in between is missed.
        let keys = request.topics.flatMap { topic in
            let description = self.topic(topic, call.version)
            return description.map { description in
                topic.partitions.map { PartitionKey(topic: description.number, partition: $0.index) }
            } ?? []
        }
        let isOver = clock.monotonicNanoseconds() >= deadline
        let number = isOver ? nil : park(request, call, keys, deadline)
        let answer = read(request, call)
        guard isOver || answer.isUrgent || answer.bytes >= Int(request.minBytes) else { return }
        // Another thread may have been quicker.
        guard number.map({ unpark($0) != nil }) ?? true else { return }
        call.answer(FetchRequest.self, answer.response, answer.runs, counting: budget)
    }

    private func park(_ request: FetchRequest, _ call: Call, _ keys: [PartitionKey], _ deadline: UInt64) -> UInt64 {
        state.withLock { state in
            state.lastNumber += 1
            let number = state.lastNumber
            state.parked[number] = Parked(request: request, call: call, partitions: keys, deadline: deadline)
            for key in keys { state.byPartition[key, default: []].insert(number) }
            return number
        }
    }

    private func unpark(_ number: UInt64) -> Parked? {
        state.withLock { Self.unpark(number, &$0) }
    }

    private static func unpark(_ number: UInt64, _ state: inout State) -> Parked? {
        guard let parked = state.parked.removeValue(forKey: number) else { return nil }
        for key in parked.partitions {
            state.byPartition[key]?.remove(number)
            if state.byPartition[key]?.isEmpty == true { state.byPartition[key] = nil }
        }
        return parked
    }

    /// There is more in these partitions.
    func wake(_ keys: [PartitionKey]) {
        resume { state in Set(keys.flatMap { state.byPartition[$0] ?? [] }) }
    }

    /// Answers those whose time is over.
    func tick() {
        let now = clock.monotonicNanoseconds()
        resume { state in Set(state.parked.filter { $0.value.deadline <= now }.keys) }
    }

    private func resume(_ choose: (State) -> Set<UInt64>) {
        let woken = state.withLock { state in
            choose(state).compactMap { Self.unpark($0, &state) }
        }
        for parked in woken { submit(parked.request, parked.call, deadline: parked.deadline) }
    }

    func closed(_ connection: ConnectionID) {
        state.withLock { state in
            for (number, parked) in state.parked where parked.call.connection == connection {
                _ = Self.unpark(number, &state)
            }
        }
    }

    // MARK: reading

    private func topic(_ topic: FetchRequest.Topic, _ version: Int16) -> TopicDescription? {
        version >= 13 ? log.topic(id: topic.id) : log.topic(named: topic.name)
    }

    /// An answer as it would be now.
    private struct Answer {
        var response = FetchResponse()
        /// Records that are left in their files, in the order of the response.
        var runs: [StoredRun] = []
        /// Of all records.
        var bytes = 0
        /// It must be given however few records it has.
        var isUrgent = false
    }

    private func read(_ request: FetchRequest, _ call: Call) -> Answer {
        var all = Answer()
        var left = budget.isExhausted ? 1 : min(Int(request.maxBytes), Self.answerBytes)
        all.response.topics = request.topics.map { topic in
            let description = self.topic(topic, call.version)
            // The queue's own topics hold credentials and positions.
            let isOwn = description?.name.hasPrefix(Broker.internalPrefix) ?? false
            let forbidden =
                isOwn && !call.access.may(.clusterAction)
                ? ErrorCode.topicAuthorizationFailed : call.refusal(.read, .topic, description?.name ?? topic.name)
            var answer = FetchResponse.Topic()
            answer.name = topic.name
            answer.id = topic.id
            answer.partitions = topic.partitions.map { partition in
                var result = FetchResponse.Topic.Partition()
                var run: StoredRun?
                if let forbidden {
                    // Who names a topic by an id that is not there learns that; the name is not given away.
                    result.error = description == nil && call.version >= 13 ? .unknownTopicId : forbidden
                    result.records = []
                } else {
                    (result, run) = read(
                        partition, of: description, request, call, left: left, isFirst: all.bytes == 0)
                }
                result.index = partition.index
                let count = run?.byteCount ?? result.records?.count ?? 0
                if let run { all.runs.append(run) }
                left -= count
                all.bytes += count
                all.isUrgent = all.isUrgent || result.error != .none
                return result
            }
            return answer
        }
        all.isUrgent = all.isUrgent || request.topics.isEmpty
        return all
    }

    private func read(
        _ partition: FetchRequest.Topic.Partition, of topic: TopicDescription?, _ request: FetchRequest,
        _ call: Call, left: Int, isFirst: Bool
    ) -> (FetchResponse.Topic.Partition, StoredRun?) {
        var result = FetchResponse.Topic.Partition()
        var run: StoredRun?
        result.records = []
        guard let topic, let reader = log.reader(PartitionKey(topic: topic.number, partition: partition.index)) else {
            result.error = call.version >= 13 && topic == nil ? .unknownTopicId : .unknownTopicOrPartition
            return (result, nil)
        }
        if partition.currentLeaderEpoch >= 0, partition.currentLeaderEpoch != reader.leaderEpoch {
            let isOld = partition.currentLeaderEpoch < reader.leaderEpoch
            result.error = isOld ? .fencedLeaderEpoch : .unknownLeaderEpoch
            return (result, nil)
        }
        let room = isFirst ? max(1, Int(partition.maxBytes)) : min(left, Int(partition.maxBytes))
        do throws(LogError) {
            let isolation: Isolation = request.isolationLevel == 1 ? .readCommitted : .readUncommitted
            let fetched = try reader.fetch(
                from: partition.fetchOffset, maxBytes: max(1, min(room, max(left, 1))), isolation: isolation,
                leavesInFile: call.takesRuns)
            result.highWatermark = fetched.highWatermark
            result.lastStableOffset = fetched.lastStableOffset
            result.logStartOffset = fetched.logStart
            // A batch that does not fit any more is left for the next fetch, but the first is given whatever its size.
            if isFirst || fetched.byteCount <= left {
                result.records = fetched.bytes[...]
                result.recordBytesElsewhere = fetched.run?.byteCount
                run = fetched.run
            }
            if request.isolationLevel == 1 {
                result.abortedTransactions = fetched.abortedTransactions.map { aborted in
                    var entry = FetchResponse.Topic.Partition.AbortedTransaction()
                    entry.producerID = aborted.producerId
                    entry.firstOffset = aborted.firstOffset
                    return entry
                }
            }
        } catch {
            damage.note(error, topic: topic.name, partition: partition.index)
            result.error = error.code
            result.highWatermark = reader.highWatermark
            result.logStartOffset = reader.logStart
        }
        return (result, run)
    }
}

import KafkaProtocol
import Synchronization

// Committed offsets.
extension GroupService {
    /// Stores the offsets of a commit; the answer comes when they are durable.
    func commit(_ request: OffsetCommitRequest, reply: @escaping @Sendable (OffsetCommitResponse) -> Void) {
        let (stored, refusal) = state.withLock { state -> ([TopicPartition: StoredOffset], ErrorCode?) in
            if state.groups[request.groupID] == nil, request.generationID < 0, state.groups.count < Self.groupLimit {
                state.groups[request.groupID] = Entry(
                    group: ConsumerGroup(id: request.groupID, limits: limits), emptySince: wallNow)
            }
            guard state.groups[request.groupID] != nil else { return ([:], .illegalGeneration) }
            let refusal = state.groups[request.groupID]?.group.commitRefusal(
                memberID: request.memberID, instanceID: request.groupInstanceID, generation: request.generationID,
                now: now)
            if refusal != nil { return ([:], refusal) }
            return (offsets(of: request.topics.map(Self.places), in: state.groups[request.groupID]), nil)
        }
        let answer: @Sendable (ErrorCode) -> Void = { error in
            reply(Self.response(to: request, stored: stored, refusal: refusal ?? (error == .none ? nil : error)))
        }
        guard !stored.isEmpty else { return answer(.none) }
        put(stored, in: request.groupID, done: answer)
    }

    private static func response(
        to request: OffsetCommitRequest, stored: [TopicPartition: StoredOffset], refusal: ErrorCode?
    ) -> OffsetCommitResponse {
        var response = OffsetCommitResponse()
        response.topics = request.topics.map { topic in
            var answer = OffsetCommitResponse.Topic()
            answer.name = topic.name
            answer.partitions = topic.partitions.map { partition in
                var result = OffsetCommitResponse.Topic.Partition()
                result.index = partition.index
                let own = error(of: partition.metadata, stored[TopicPartition(topic.name, partition.index)])
                result.error = refusal ?? own
                return result
            }
            return answer
        }
        return response
    }

    private static func error(of metadata: String?, _ stored: StoredOffset?) -> ErrorCode {
        if (metadata?.utf8.count ?? 0) > metadataLimit { return .offsetMetadataTooLarge }
        return stored == nil ? .invalidRequest : .none
    }

    private static func places(
        _ topic: OffsetCommitRequest.Topic
    ) -> [(place: TopicPartition, offset: Int64, epoch: Int32, metadata: String?)] {
        topic.partitions.map { (TopicPartition(topic.name, $0.index), $0.offset, $0.leaderEpoch, $0.metadata) }
    }

    /// The offsets of a commit that may be stored.
    private func offsets(
        of places: [[(place: TopicPartition, offset: Int64, epoch: Int32, metadata: String?)]], in entry: Entry?
    ) -> [TopicPartition: StoredOffset] {
        var result: [TopicPartition: StoredOffset] = [:]
        let known = entry?.offsets ?? [:]
        for (place, offset, epoch, metadata) in places.joined() {
            guard (metadata?.utf8.count ?? 0) <= Self.metadataLimit,
                known[place] != nil || known.count + result.count < Self.offsetLimit
            else { continue }
            var stored = StoredOffset()
            stored.offset = offset
            stored.leaderEpoch = epoch
            stored.metadata = metadata
            stored.committedAt = wallNow
            result[place] = stored
        }
        return result
    }

    private func put(
        _ offsets: [TopicPartition: StoredOffset], in group: String, done: @escaping @Sendable (ErrorCode) -> Void
    ) {
        let entries = offsets.map { StateEntry(key: StateKey.offset(group: group, $0).bytes, value: $1.stored) }
        store.put(entries) { [self] error in
            if error == .none {
                state.withLock { $0.groups[group]?.offsets.merge(offsets) { $1 } }
            }
            done(error)
        }
    }

    /// The offsets of a group; all of them where `topics` is nil. An offset that is not known is -1.
    func fetch(
        _ group: String, topics: [(name: String, partitions: [Int32])]?, requiresStable: Bool
    ) -> [(name: String, partitions: [(index: Int32, offset: StoredOffset, error: ErrorCode)])] {
        state.withLock { state in
            let entry = state.groups[group]
            let wanted = topics ?? Self.grouped(entry?.offsets.keys.map { $0 } ?? [])
            return wanted.map { topic in
                let partitions = topic.partitions.map { index in
                    let place = TopicPartition(topic.name, index)
                    let isUnstable = requiresStable && entry?.pending.values.contains { $0[place] != nil } == true
                    return (
                        index, isUnstable ? StoredOffset() : entry?.offsets[place] ?? StoredOffset(),
                        isUnstable ? ErrorCode.unstableOffsetCommit : .none
                    )
                }
                return (topic.name, partitions)
            }
        }
    }

    /// Partitions by topic, in a steady order.
    static func grouped(_ places: [TopicPartition]) -> [(name: String, partitions: [Int32])] {
        Dictionary(grouping: places, by: \.topic).sorted { $0.key < $1.key }.map { name, places in
            (name, places.map(\.partition).sorted())
        }
    }

    // MARK: transactions

    /// Offsets that count once their transaction is committed. They are durable when the answer comes: the commit may
    /// come after a restart.
    func commitPending(
        _ request: TransactionalOffsetCommitRequest, reply: @escaping @Sendable (ErrorCode) -> Void
    ) {
        let id = request.groupID
        let (error, stored) = state.withLock { state -> (ErrorCode, [TopicPartition: StoredOffset]) in
            if state.groups[id] == nil {
                guard request.generationID < 0, state.groups.count < Self.groupLimit else {
                    return (.illegalGeneration, [:])
                }
                state.groups[id] = Entry(group: ConsumerGroup(id: id, limits: limits), emptySince: wallNow)
            }
            if request.generationID >= 0 || !request.memberID.isEmpty {
                let refusal = state.groups[id]?.group.commitRefusal(
                    memberID: request.memberID, instanceID: request.groupInstanceID,
                    generation: request.generationID, now: now)
                if let refusal { return (refusal, [:]) }
            }
            let places = request.topics.map { topic in
                topic.partitions.map {
                    (
                        place: TopicPartition(topic.name, $0.index), offset: $0.offset, epoch: $0.leaderEpoch,
                        metadata: $0.metadata
                    )
                }
            }
            return (.none, offsets(of: places, in: state.groups[id]))
        }
        guard error == .none else { return reply(error) }
        let producer = request.producerID
        let entries = stored.map { place, offset in
            StateEntry(
                key: StateKey.pendingOffset(group: id, producerID: producer, place).bytes, value: offset.stored)
        }
        store.put(entries) { [self] error in
            if error == .none {
                state.withLock { $0.groups[id]?.pending[producer, default: [:]].merge(stored) { $1 } }
            }
            reply(error)
        }
    }

    /// What the end of a transaction changes in a group, to be stored together with its outcome.
    func settlement(_ group: String, producerID: Int64, commits: Bool) -> [StateEntry] {
        state.withLock { state in
            (state.groups[group]?.pending[producerID] ?? [:]).flatMap { place, offset in
                let gone = StateEntry(
                    key: StateKey.pendingOffset(group: group, producerID: producerID, place).bytes, value: nil)
                let committed = StateEntry(key: StateKey.offset(group: group, place).bytes, value: offset.stored)
                return commits ? [gone, committed] : [gone]
            }
        }
    }

    /// The outcome is durable: pending offsets are in force, or forgotten.
    func settle(_ group: String, producerID: Int64, commits: Bool) {
        state.withLock { state in
            guard let pending = state.groups[group]?.pending.removeValue(forKey: producerID), commits else { return }
            state.groups[group]?.offsets.merge(pending) { $1 }
        }
    }

    // MARK: administration

    func deleteGroup(_ id: String, done: @escaping @Sendable (ErrorCode) -> Void) {
        let removal = state.withLock { state -> ([StateEntry], ErrorCode) in
            guard let entry = state.groups[id] else { return ([], .groupIdNotFound) }
            guard entry.group.state == .empty else { return ([], .nonEmptyGroup) }
            state.groups[id] = nil
            return (Self.removal(of: id, entry), .none)
        }
        guard removal.1 == .none else { return done(removal.1) }
        store.put(removal.0, done: done)
    }

    /// Forgets offsets of topics that no member of the group may be reading.
    func deleteOffsets(
        _ id: String, _ places: [TopicPartition], done: @escaping @Sendable (ErrorCode) -> Void
    ) {
        let error = state.withLock { state -> ErrorCode in
            guard let entry = state.groups[id] else { return .groupIdNotFound }
            guard entry.group.state == .empty else { return .groupSubscribedToTopic }
            for place in places { state.groups[id]?.offsets[place] = nil }
            return .none
        }
        guard error == .none else { return done(error) }
        store.put(places.map { StateEntry(key: StateKey.offset(group: id, $0).bytes, value: nil) }, done: done)
    }

    func list() -> [(id: String, state: ConsumerGroup.State, protocolType: String)] {
        state.withLock { state in
            state.groups.values.map { ($0.group.id, $0.group.state, $0.group.protocolType ?? "") }.sorted {
                $0.0 < $1.0
            }
        }
    }

    func describe(_ id: String) -> ConsumerGroup? { state.withLock { $0.groups[id]?.group } }

    /// Forgets the offsets of a topic that is gone.
    func topicDeleted(_ topic: String) {
        let removed = state.withLock { state -> [StateEntry] in
            var removed: [StateEntry] = []
            for id in state.groups.keys {
                for place in state.groups[id]?.offsets.keys.filter({ $0.topic == topic }) ?? [] {
                    state.groups[id]?.offsets[place] = nil
                    removed.append(StateEntry(key: StateKey.offset(group: id, place).bytes, value: nil))
                }
            }
            return removed
        }
        if !removed.isEmpty { store.put(removed) { _ in } }
    }
}

/// A partition by the name of its topic.
package struct TopicPartition: Sendable, Hashable {
    package var topic: String
    package var partition: Int32

    package init(_ topic: String, _ partition: Int32) {
        self.topic = topic
        self.partition = partition
    }
}

/// The transactions of one transactional id, one after another.
///
/// A value without clock or log. A decision is made by ``end(commits:producerID:epoch:now:)``; the caller stores the
/// value, writes a marker to every partition, and then says ``completed(now:)``. After a restart in between,
/// ``pendingOutcome`` says which markers have to be written again; a marker more than once does no harm.
package struct ProducerTransactions: Sendable, Equatable {
    package enum State: UInt8, Sendable {
        case empty, ongoing, prepareCommit, prepareAbort, completeCommit, completeAbort

        package var name: String {
            switch self {
            case .empty: "Empty"
            case .ongoing: "Ongoing"
            case .prepareCommit: "PrepareCommit"
            case .prepareAbort: "PrepareAbort"
            case .completeCommit: "CompleteCommit"
            case .completeAbort: "CompleteAbort"
            }
        }
    }

    /// What a request is answered, and whether markers have to be written before.
    package enum Decision: Sendable, Equatable {
        case refused(ErrorCode)
        /// Nothing is left to do.
        case done
        /// The value is to be stored, the markers to be written, then ``completed(now:)``.
        case writeMarkers(commits: Bool)
    }

    package let id: String
    package internal(set) var producerID: Int64
    package internal(set) var epoch: Int16
    /// The epoch before the last raise, whose answer may have been lost; -1 when there is none.
    package internal(set) var lastEpoch: Int16 = -1
    package internal(set) var timeoutMilliseconds: Int64
    package internal(set) var state = State.empty
    package internal(set) var partitions: Set<TopicPartition> = []
    /// Groups whose offsets the transaction commits.
    package internal(set) var groups: Set<String> = []
    package internal(set) var startTime: Int64 = -1
    package internal(set) var lastUseTime: Int64

    /// A transactional id seen for the first time: its first epoch is 0, by which clients know that it is new.
    package init(id: String, producerID: Int64, timeoutMilliseconds: Int64, now: Int64) {
        self.id = id
        self.producerID = producerID
        epoch = 0
        self.timeoutMilliseconds = timeoutMilliseconds
        lastUseTime = now
    }

    /// The value as it was stored.
    package init(
        id: String, producerID: Int64, epoch: Int16, lastEpoch: Int16, timeoutMilliseconds: Int64, state: State,
        partitions: Set<TopicPartition>, groups: Set<String>, startTime: Int64, lastUseTime: Int64
    ) {
        self.id = id
        self.producerID = producerID
        self.epoch = epoch
        self.lastEpoch = lastEpoch
        self.timeoutMilliseconds = timeoutMilliseconds
        self.state = state
        self.partitions = partitions
        self.groups = groups
        self.startTime = startTime
        self.lastUseTime = lastUseTime
    }

    // MARK: a producer begins

    /// A producer takes the id over: what an earlier one left open is aborted, and its epoch is worth nothing from now on.
    /// `asked` are the id and epoch the producer had, -1 where it had none. `freshProducerID` is taken when the epochs of
    /// the old one are used up.
    package mutating func begin(
        asked: (producerID: Int64, epoch: Int16), timeoutMilliseconds: Int64, freshProducerID: Int64, now: Int64
    ) -> Decision {
        if asked.producerID != -1 {
            let isCurrent = asked.producerID == producerID && asked.epoch == epoch
            // The answer to the last raise was lost: the same epoch is given again.
            let isRepeated = asked.producerID == producerID && lastEpoch >= 0 && asked.epoch == lastEpoch
            guard isCurrent || isRepeated else { return .refused(.producerFenced) }
            if isRepeated, state != .ongoing, !isPreparing { return .done }
        }
        switch state {
        case .prepareCommit, .prepareAbort: return .refused(.concurrentTransactions)
        case .ongoing:
            raiseEpoch(freshProducerID)
            self.timeoutMilliseconds = timeoutMilliseconds
            state = .prepareAbort
            lastUseTime = now
            return .writeMarkers(commits: false)
        case .empty, .completeCommit, .completeAbort:
            raiseEpoch(freshProducerID)
            self.timeoutMilliseconds = timeoutMilliseconds
            state = .empty
            lastUseTime = now
            return .done
        }
    }

    private var isPreparing: Bool { state == .prepareCommit || state == .prepareAbort }

    private mutating func raiseEpoch(_ freshProducerID: Int64) {
        // The greatest epoch is kept for fencing the last producer.
        if epoch >= Int16.max - 1 {
            producerID = freshProducerID
            epoch = 0
            lastEpoch = -1
        } else {
            lastEpoch = epoch
            epoch += 1
        }
    }

    // MARK: inside a transaction

    /// Partitions and groups that the transaction is about to write to.
    package mutating func add(
        partitions added: [TopicPartition], groups addedGroups: [String], producerID: Int64, epoch: Int16, now: Int64
    ) -> ErrorCode {
        if let error = refusal(producerID, epoch) { return error }
        guard !isPreparing else { return .concurrentTransactions }
        if state != .ongoing {
            state = .ongoing
            startTime = now
            partitions = []
            groups = []
        }
        partitions.formUnion(added)
        groups.formUnion(addedGroups)
        lastUseTime = now
        return .none
    }

    /// Why a producer may not write; nil when it may.
    package func refusal(_ producerID: Int64, _ epoch: Int16) -> ErrorCode? {
        guard producerID == self.producerID else { return .invalidProducerIdMapping }
        return epoch == self.epoch ? nil : .producerFenced
    }

    // MARK: the end

    package mutating func end(commits: Bool, producerID: Int64, epoch: Int16, now: Int64) -> Decision {
        if let error = refusal(producerID, epoch) { return .refused(error) }
        switch state {
        case .ongoing:
            state = commits ? .prepareCommit : .prepareAbort
            lastUseTime = now
            return .writeMarkers(commits: commits)
        case .prepareCommit: return .refused(commits ? .concurrentTransactions : .invalidTransactionState)
        case .prepareAbort: return .refused(commits ? .invalidTransactionState : .concurrentTransactions)
        // The answer was lost, and the producer asks again.
        case .completeCommit: return commits ? .done : .refused(.invalidTransactionState)
        case .completeAbort: return commits ? .refused(.invalidTransactionState) : .done
        case .empty: return .refused(.invalidTransactionState)
        }
    }

    /// Aborts a transaction that is open for longer than its producer allowed. The producer's epoch is raised, so that
    /// it learns of it.
    package mutating func expire(now: Int64) -> Decision {
        guard state == .ongoing, now - startTime >= timeoutMilliseconds else { return .done }
        lastEpoch = -1
        if epoch < Int16.max { epoch += 1 }
        state = .prepareAbort
        lastUseTime = now
        return .writeMarkers(commits: false)
    }

    /// Which markers are due; nil when none are.
    package var pendingOutcome: Bool? {
        switch state {
        case .prepareCommit: true
        case .prepareAbort: false
        default: nil
        }
    }

    /// All markers are durable.
    package mutating func completed(now: Int64) {
        guard isPreparing else { return }
        state = state == .prepareCommit ? .completeCommit : .completeAbort
        partitions = []
        groups = []
        startTime = -1
        lastUseTime = now
    }
}

import CommitLog
import Diagnostics
import Digests
import KafkaProtocol
import Synchronization

/// Records that come as one HTTP request: appended as a whole to one partition, once for each idempotency key.
///
/// A key is stored in the same atomic append as its records, so that after a crash both are there or neither.
package final class IngestService: Sendable {
    /// Keys that are remembered, and for how long.
    static let keyLimit = 100_000
    static let keyMilliseconds: Int64 = 24 * 3_600_000
    /// Bytes of a key.
    package static let keyBytes = 256

    /// What became of a request.
    package struct Receipt: Sendable, Equatable {
        package var partition: Int32
        /// Of the first record; nil for a repeat of a request that was answered before the last restart.
        package var offset: Int64?
        package var records: Int
        /// The key had been used before: nothing was appended now.
        package var isRepeat: Bool
    }

    package enum Refusal: Error, Sendable, Equatable {
        case invalidTopic(String)
        case unknownPartition(String)
        case recordTooLarge(bytes: Int, limit: Int)
        case keyTooLong
        /// The key was used for another body.
        case keyReused
        /// A request with the same key is being written.
        case keyInUse
        /// The same request may succeed a moment later.
        case busy(String)
        case unauthenticated
        case forbidden
        case failed(String)
    }

    /// What a request brings.
    package struct Delivery: Sendable {
        package var topic: String
        package var values: [[UInt8]]
        /// The partition asked for; any by default.
        package var partition: Int32?
        package var key: String?
        package var user: String?
        package var password: String?
        package var host: String

        package init(topic: String, values: [[UInt8]], host: String) {
            self.topic = topic
            self.values = values
            self.host = host
        }
    }

    package typealias Answer = @Sendable (Result<Receipt, Refusal>) -> Void

    /// A key with what it was used for.
    private struct Seen {
        var digest: [UInt8]
        var receipt: Receipt
        var time: Int64
    }

    private struct State {
        var seen: [StateKey: Seen] = [:]
        /// Keys in the order they came; those no longer in `seen` are skipped.
        var order: [StateKey] = []
        var firstInOrder = 0
        var underWay: Set<StateKey> = []
        var nextPartition: UInt32 = 0
    }

    private let state = Mutex(State())
    private let log: CommitLog
    private let store: LogStateStore
    private let security: BrokerSecurity?
    private let settings: BrokerSettings
    private let clock: any TimeSource

    init(
        log: CommitLog, store: LogStateStore, security: BrokerSecurity?, settings: BrokerSettings,
        clock: any TimeSource
    ) {
        self.log = log
        self.store = store
        self.security = security
        self.settings = settings
        self.clock = clock
    }

    /// Takes stored keys back at the start.
    func restore(_ entries: [StateEntry]) throws(WireError) {
        var found: [(StateKey, Seen)] = []
        for entry in entries {
            guard let bytes = entry.value, let key = StateKey(entry.key), case .ingest = key else { continue }
            let stored = try StoredDelivery(stored: bytes)
            let receipt = Receipt(
                partition: stored.partition, offset: nil, records: Int(stored.records), isRepeat: true)
            found.append((key, Seen(digest: Array(stored.digest), receipt: receipt, time: stored.time)))
        }
        found.sort { $0.1.time < $1.1.time }
        state.withLock { state in
            for (key, seen) in found {
                state.seen[key] = seen
                state.order.append(key)
            }
        }
    }

    /// Appends the values as records; `answer` is called when they are durable, from any thread.
    package func append(_ delivery: Delivery, answer: @escaping Answer) {
        guard let security else { return write(delivery, answer) }
        look(user: delivery.user, password: delivery.password, host: delivery.host) { [self] refusal in
            if let refusal { return answer(.failure(refusal)) }
            // It was looked at.
            let user = delivery.user ?? ""
            let access = Access(user: user, host: delivery.host, control: security.control)
            let mayCreate = access.may(.create, .topic, delivery.topic) || access.may(.create)
            guard access.may(.write, .topic, delivery.topic), mayCreate || log.topic(named: delivery.topic) != nil
            else {
                return answer(.failure(.forbidden))
            }
            write(delivery, answer)
        }
    }

    /// Looks at a login alone, so that no memory is held for records of strangers; nil is a right one. A right one is
    /// remembered, so that ``append(_:answer:)`` finds it again at the cost of a hash.
    package func look(
        user: String?, password: String?, host: String, _ done: @escaping @Sendable (Refusal?) -> Void
    ) {
        guard let security else { return done(nil) }
        guard let user, let password else { return done(.unauthenticated) }
        security.passwords.look(at: password, of: user, from: host) { verdict in
            switch verdict {
            case .right: done(nil)
            case .wrong: done(.unauthenticated)
            case .busy: done(.busy("too many logins wait"))
            }
        }
    }

    private func write(_ delivery: Delivery, _ answer: @escaping Answer) {
        do throws(Refusal) {
            let topic = try topic(delivery.topic)
            let partition = try partition(delivery.partition, of: topic)
            let place = PartitionKey(topic: topic.number, partition: partition)
            var writes = try batches(delivery.values, limit: Int(topic.configuration.maxMessageBytes)).map {
                AppendWrite($0, to: place)
            }
            let receipt = Receipt(partition: partition, offset: nil, records: delivery.values.count, isRepeat: false)
            // Nothing to append is nothing to remember a key for.
            guard !writes.isEmpty else { return answer(.success(receipt)) }
            var key: StateKey?
            if let text = delivery.key {
                let wanted = StateKey.ingest(topic: topic.name, key: text)
                switch try claim(wanted, text, delivery.values, receipt) {
                case .repeated(let earlier): return answer(.success(earlier))
                case .claimed(let entries): writes.append(try stored(entries, wanted))
                }
                key = wanted
            }
            submit(writes, receipt, key, answer)
        } catch {
            answer(.failure(error))
        }
    }

    private func stored(_ entries: [StateEntry], _ key: StateKey) throws(Refusal) -> AppendWrite {
        do throws(WireError) { return try store.write(entries) } catch {
            forget(key)
            throw .failed("\(error)")
        }
    }

    private func submit(_ writes: [AppendWrite], _ receipt: Receipt, _ key: StateKey?, _ answer: @escaping Answer) {
        do throws(LogError) {
            try log.submit(writes, isAtomic: true) { [self] outcomes in
                let failure = outcomes.lazy.compactMap { outcome -> LogError? in
                    if case .failure(let error) = outcome { error } else { nil }
                }.first
                guard failure == nil, case .success(let first)? = outcomes.first else {
                    if let key { forget(key) }
                    return answer(.failure(failure.map(Self.refusal) ?? .failed("no answer")))
                }
                var receipt = receipt
                receipt.offset = first.baseOffset
                if let key { keep(key, receipt) }
                answer(.success(receipt))
            }
        } catch {
            if let key { forget(key) }
            answer(.failure(Self.refusal(error)))
        }
    }

    private static func refusal(_ error: LogError) -> Refusal {
        switch error {
        case .overloaded, .diskFull: .busy(error.description)
        case .messageTooLarge(let bytes, let limit): .recordTooLarge(bytes: bytes, limit: limit)
        default: .failed(error.description)
        }
    }

    // MARK: places and batches

    private func topic(_ name: String) throws(Refusal) -> TopicDescription {
        guard !name.hasPrefix(Broker.internalPrefix) else { throw .invalidTopic("'\(name)' is the queue's own") }
        if let topic = log.topic(named: name) { return topic }
        do throws(LogError) {
            guard settings.createsTopics else { throw .unknownTopic(name) }
            return try log.createTopic(name, partitions: settings.defaultPartitions)
        } catch {
            if let topic = log.topic(named: name) { return topic }
            throw .invalidTopic(error.description)
        }
    }

    private func partition(_ asked: Int32?, of topic: TopicDescription) throws(Refusal) -> Int32 {
        if let asked {
            guard asked >= 0, asked < topic.partitionCount else {
                throw .unknownPartition("topic '\(topic.name)' has partitions 0 to \(topic.partitionCount - 1)")
            }
            return asked
        }
        let number = state.withLock { state in
            state.nextPartition &+= 1
            return state.nextPartition
        }
        return Int32(number % UInt32(max(1, topic.partitionCount)))
    }

    /// The values in as few batches as the topic's limit allows.
    private func batches(_ values: [[UInt8]], limit: Int) throws(Refusal) -> [ProducedBatch] {
        // What a record takes beside its value, at most.
        let frame = 32
        let room = limit - RecordBatchHeader.byteCount
        let now = clock.wallMilliseconds()
        var finished: [ProducedBatch] = []
        var builder = RecordBatchBuilder()
        var bytes = 0
        do throws(WireError) {
            for value in values {
                let size = value.count + frame
                guard size <= room else { throw WireError("too large", at: value.count) }
                if bytes + size > room {
                    finished.append(try builder.build())
                    builder = RecordBatchBuilder()
                    bytes = 0
                }
                builder.append(key: nil, value: value, timestamp: now)
                bytes += size
            }
            if bytes > 0 { finished.append(try builder.build()) }
        } catch {
            throw .recordTooLarge(bytes: error.offset, limit: room - frame)
        }
        return finished
    }

    // MARK: keys

    private enum Claim {
        case repeated(Receipt)
        /// What is to be stored with the records.
        case claimed([StateEntry])
    }

    private func claim(
        _ key: StateKey, _ text: String, _ values: [[UInt8]], _ receipt: Receipt
    ) throws(Refusal) -> Claim {
        guard !text.isEmpty, text.utf8.count <= Self.keyBytes else { throw .keyTooLong }
        var hash = SHA256()
        for value in values {
            hash.update(withUnsafeBytes(of: UInt64(value.count)) { Array($0) })
            hash.update(value)
        }
        let digest = hash.finish()
        let now = clock.wallMilliseconds()
        let result = state.withLock { state -> Result<Claim, Refusal> in
            if let seen = state.seen[key], now - seen.time < Self.keyMilliseconds {
                guard seen.digest == digest else { return .failure(.keyReused) }
                if state.underWay.contains(key) { return .failure(.keyInUse) }
                var earlier = seen.receipt
                earlier.isRepeat = true
                return .success(.repeated(earlier))
            }
            guard state.underWay.insert(key).inserted else { return .failure(.keyInUse) }
            let old = Self.evict(&state, now: now)
            state.seen[key] = Seen(digest: digest, receipt: receipt, time: now)
            state.order.append(key)
            var stored = StoredDelivery()
            stored.digest = digest[...]
            stored.partition = receipt.partition
            stored.records = Int32(clamping: receipt.records)
            stored.time = now
            let entry = StateEntry(key: key.bytes, value: stored.stored)
            return .success(.claimed(old.filter { $0 != key }.map { StateEntry(key: $0.bytes, value: nil) } + [entry]))
        }
        return try result.get()
    }

    /// Forgets keys that are too old or too many, some at a time; gives them.
    private static func evict(_ state: inout State, now: Int64) -> [StateKey] {
        var gone: [StateKey] = []
        while state.firstInOrder < state.order.count, gone.count < 16 {
            let key = state.order[state.firstInOrder]
            if let seen = state.seen[key] {
                let isOld = now - seen.time >= keyMilliseconds
                guard isOld || state.seen.count >= keyLimit, !state.underWay.contains(key) else { break }
                state.seen[key] = nil
                gone.append(key)
            }
            state.firstInOrder += 1
        }
        if state.firstInOrder > 4_096, state.firstInOrder * 2 > state.order.count {
            state.order.removeFirst(state.firstInOrder)
            state.firstInOrder = 0
        }
        return gone
    }

    private func keep(_ key: StateKey, _ receipt: Receipt) {
        state.withLock { state in
            state.underWay.remove(key)
            state.seen[key]?.receipt = receipt
        }
    }

    /// The records were not taken: the key may be used again.
    private func forget(_ key: StateKey) {
        state.withLock { state in
            state.underWay.remove(key)
            state.seen[key] = nil
        }
    }

}

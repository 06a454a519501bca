import KafkaProtocol

/// Where groups, offsets and transactions are kept: the newest value of each key, durable before `done` is called.
protocol StateStore: Sendable {
    /// Stores values, all or none; nil removes a key. `done` may be called from any thread.
    func put(_ entries: [StateEntry], done: @escaping @Sendable (ErrorCode) -> Void)
    /// Calls `visit` with every key and its newest value.
    func load(_ visit: (StateEntry) throws -> Void) throws
}

/// A key with its value, or without one when it is removed.
struct StateEntry: Sendable {
    var key: [UInt8]
    var value: [UInt8]?
}

/// What a key is about, and to which group, topic or id it belongs.
enum StateKey: Sendable, Hashable {
    case group(String)
    case offset(group: String, TopicPartition)
    /// An offset that counts once the producer's transaction is committed.
    case pendingOffset(group: String, producerID: Int64, TopicPartition)
    case transaction(String)
    case credential(user: String, ScramMechanism)
    case accessRule(AccessRule)
    /// What unknown users are made up from.
    case secret
    /// An idempotency key of records that came over HTTP.
    case ingest(topic: String, key: String)

    var bytes: [UInt8] {
        switch self {
        case .group(let id): Self.encode(0, [id], -1)
        case .offset(let group, let place): Self.encode(1, [group, place.topic], place.partition)
        case .transaction(let id): Self.encode(2, [id], -1)
        case .pendingOffset(let group, let producer, let place):
            Self.encode(3, [group, place.topic], place.partition, producer)
        case .credential(let user, let mechanism): Self.encode(4, [user, mechanism.name], -1)
        case .ingest(let topic, let key): Self.encode(6, [topic, key], -1)
        case .secret: Self.encode(7, [], -1)
        case .accessRule(let rule):
            Self.encode(5, [rule.name, rule.principal, rule.host], Self.packed(AccessBinding(rule)))
        }
    }

    /// The numbers of a rule in one.
    private static func packed(_ rule: AccessBinding) -> Int32 {
        [rule.patternType, rule.operation, rule.permission].reduce(Int32(rule.resourceType)) { $0 << 8 | Int32($1) }
    }

    private static func rule(_ texts: [String], _ packed: Int32) -> AccessRule? {
        var binding = AccessBinding()
        (binding.resourceName, binding.principal, binding.host) = (texts[0], texts[1], texts[2])
        let numbers = (0..<4).map { Int8(truncatingIfNeeded: packed >> (24 - 8 * $0)) }
        (binding.resourceType, binding.patternType) = (numbers[0], numbers[1])
        (binding.operation, binding.permission) = (numbers[2], numbers[3])
        return binding.rule
    }

    private static func encode(
        _ kind: UInt8, _ texts: [String], _ number: Int32, _ producer: Int64 = -1
    ) -> [UInt8] {
        var coder = MessageCoder(writingAfter: [kind], version: 0, isFlexible: true)
        var texts = texts
        var number = number
        var producer = producer
        // Writing cannot fail.
        try? coder.texts(&texts)
        try? coder.number(&number)
        try? coder.number(&producer)
        return coder.output
    }

    init?(_ bytes: [UInt8]) {
        var coder = MessageCoder(reading: bytes, from: min(1, bytes.count), version: 0, isFlexible: true)
        var texts: [String] = []
        var number: Int32 = 0
        var producer: Int64 = 0
        do throws(WireError) {
            try coder.texts(&texts)
            try coder.number(&number)
            try coder.number(&producer)
        } catch {
            return nil
        }
        switch (bytes.first, texts.count) {
        case (0, 1): self = .group(texts[0])
        case (1, 2): self = .offset(group: texts[0], TopicPartition(texts[1], number))
        case (2, 1): self = .transaction(texts[0])
        case (3, 2): self = .pendingOffset(group: texts[0], producerID: producer, TopicPartition(texts[1], number))
        case (4, 2):
            guard let mechanism = ScramMechanism(name: texts[1]) else { return nil }
            self = .credential(user: texts[0], mechanism)
        case (6, 2): self = .ingest(topic: texts[0], key: texts[1])
        case (7, 0): self = .secret
        case (5, 3):
            guard let rule = Self.rule(texts, number) else { return nil }
            self = .accessRule(rule)
        default: return nil
        }
    }
}

/// The stored form of a value, in the coding of the protocol.
extension MessageStructure {
    var stored: [UInt8] {
        var coder = MessageCoder(version: 0, isFlexible: true)
        var value = self
        try? coder.structure(&value)
        return coder.output
    }

    init(stored bytes: [UInt8]) throws(WireError) {
        self.init()
        var coder = MessageCoder(reading: bytes, version: 0, isFlexible: true)
        try coder.structure(&self)
    }
}

import Formats
import KafkaProtocol

/// What is known of a record beside its key and its value.
struct RecordFacts {
    var offset: Int64
    /// Milliseconds since 1970.
    var timestamp: Int64
    var leaderEpoch: Int32
    /// The time is that of the append, not that of the producer.
    var isAppendTime: Bool
}

/// Records of one partition that wait to become rows.
struct RecordRun {
    let topic: String
    let partition: Int32
    let split: Int
    private(set) var values: RecordBytes
    /// Empty for a record without a key; nil when no key is read.
    private(set) var keys: RecordBytes?
    /// Headers as they are encoded in a batch; nil when none are read.
    private(set) var headers: RecordBytes?
    private(set) var facts: [RecordFacts] = []
    /// Records that say their key is gone; empty when there is none.
    private var deletions: Set<Int> = []
    private(set) var hasKeys = false
    /// Records without a key, which is something else than an empty one.
    private var keyless: Set<Int> = []
    /// The first record that is no row yet.
    var next = 0
    /// The offset behind all of them.
    var endOffset: Int64

    init(topic: String, partition: Int32, split: Int, endOffset: Int64, layout: KafkaLayout, block: InputBlock) {
        self.topic = topic
        self.partition = partition
        self.split = split
        self.endOffset = endOffset
        values = RecordBytes(block: block, format: layout.schema.valueFormat)
        if layout.readsKeys {
            keys = RecordBytes(block: InputBlock(capacity: 16_384), format: layout.schema.keyFormat ?? "")
        }
        if layout.readsHeaders { headers = RecordBytes(block: InputBlock(capacity: 16_384), format: "") }
    }

    var isDone: Bool { next >= facts.count }
    /// Where reading would go on.
    var position: Int64 { isDone ? endOffset : facts[next].offset }

    func isDeletion(_ record: Int) -> Bool { !deletions.isEmpty && deletions.contains(record) }

    func hasKey(_ record: Int) -> Bool { keyless.isEmpty || !keyless.contains(record) }

    /// The first record from `first` on that is a deletion where `first` is none, or the other way round.
    func endOfKind(_ first: Int) -> Int {
        guard !deletions.isEmpty else { return facts.count }
        let isDeletion = deletions.contains(first)
        var end = first + 1
        while end < facts.count, deletions.contains(end) == isDeletion { end += 1 }
        return end
    }

    /// Takes a copy of a record.
    mutating func append(
        key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, headers encodedHeaders: UnsafeRawBufferPointer,
        _ fact: RecordFacts
    ) {
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        if value == nil { deletions.insert(facts.count) }
        values.append(value ?? nothing)
        keys?.append(key ?? nothing)
        headers?.append(encodedHeaders)
        if key != nil { hasKeys = true } else if keys != nil { keyless.insert(facts.count) }
        facts.append(fact)
    }
}

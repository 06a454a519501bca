/// What can be set for a topic, with Kafka's names and defaults.
package struct TopicConfiguration: Sendable, Equatable {
    /// `cleanup.policy`
    package var isDeleted = true
    package var isCompacted = false
    /// `segment.bytes`
    package var segmentBytes: Int64 = 1 << 30
    /// `segment.ms`
    package var segmentMilliseconds: Int64 = 604_800_000
    /// `retention.ms`; -1 keeps records of any age.
    package var retentionMilliseconds: Int64 = 604_800_000
    /// `retention.bytes` of each partition; -1 keeps any number of bytes.
    package var retentionBytes: Int64 = -1
    /// `max.message.bytes`, of a whole batch.
    package var maxMessageBytes: Int64 = 1_048_588
    /// `delete.retention.ms`: for how long the deletion of a key stays readable after compaction.
    package var deleteRetentionMilliseconds: Int64 = 86_400_000
    /// `min.cleanable.dirty.ratio`, in thousandths.
    package var minCleanableThousandths: Int64 = 500
    /// `min.compaction.lag.ms`
    package var minCompactionLagMilliseconds: Int64 = 0
    /// `message.timestamp.type` is LogAppendTime
    package var usesAppendTime = false

    package init() {}

    /// Every setting as Kafka's clients name and write it, sorted by name.
    package var settings: [(name: String, value: String)] {
        let policies = (isCompacted ? ["compact"] : []) + (isDeleted ? ["delete"] : [])
        return [
            ("cleanup.policy", policies.joined(separator: ",")),
            ("delete.retention.ms", "\(deleteRetentionMilliseconds)"),
            ("max.message.bytes", "\(maxMessageBytes)"),
            ("message.timestamp.type", usesAppendTime ? "LogAppendTime" : "CreateTime"),
            ("min.cleanable.dirty.ratio", Self.decimal(minCleanableThousandths)),
            ("min.compaction.lag.ms", "\(minCompactionLagMilliseconds)"),
            ("retention.bytes", "\(retentionBytes)"),
            ("retention.ms", "\(retentionMilliseconds)"),
            ("segment.bytes", "\(segmentBytes)"),
            ("segment.ms", "\(segmentMilliseconds)"),
        ]
    }

    /// Sets one setting by its Kafka name. Settings that mean nothing on one machine are accepted and change nothing.
    package mutating func set(_ name: String, to value: String) throws(LogError) {
        switch name {
        case "cleanup.policy": try setPolicy(value)
        case "delete.retention.ms": deleteRetentionMilliseconds = try Self.number(name, value, atLeast: 0)
        case "max.message.bytes": maxMessageBytes = try Self.number(name, value, atLeast: 0)
        case "message.timestamp.type":
            guard value == "CreateTime" || value == "LogAppendTime" else { throw Self.refusal(name, value) }
            usesAppendTime = value == "LogAppendTime"
        case "min.cleanable.dirty.ratio":
            guard let ratio = Double(value), (0.0...1.0).contains(ratio) else { throw Self.refusal(name, value) }
            minCleanableThousandths = Int64((ratio * 1000).rounded())
        case "min.compaction.lag.ms": minCompactionLagMilliseconds = try Self.number(name, value, atLeast: 0)
        case "retention.bytes": retentionBytes = try Self.number(name, value, atLeast: -1)
        case "retention.ms": retentionMilliseconds = try Self.number(name, value, atLeast: -1)
        case "segment.bytes":
            segmentBytes = min(try Self.number(name, value, atLeast: 14), Int64(Int32.max))
        case "segment.ms": segmentMilliseconds = try Self.number(name, value, atLeast: 1)
        default:
            guard Self.withoutEffect.contains(name) else {
                throw .invalidConfiguration("'\(name)' is not a setting of a topic")
            }
        }
    }

    private static let withoutEffect: Set<String> = [
        "compression.type", "file.delete.delay.ms", "flush.messages", "flush.ms", "index.interval.bytes",
        "max.compaction.lag.ms", "message.downconversion.enable", "message.format.version",
        "message.timestamp.after.max.ms", "message.timestamp.before.max.ms", "message.timestamp.difference.max.ms",
        "min.insync.replicas", "preallocate", "segment.index.bytes", "segment.jitter.ms",
        "unclean.leader.election.enable", "follower.replication.throttled.replicas",
        "leader.replication.throttled.replicas",
    ]

    private mutating func setPolicy(_ value: String) throws(LogError) {
        let policies = value.split(separator: ",").map { String($0.drop { $0 == " " }) }
        guard !policies.isEmpty, policies.allSatisfy({ $0 == "compact" || $0 == "delete" }) else {
            throw Self.refusal("cleanup.policy", value)
        }
        isCompacted = policies.contains("compact")
        isDeleted = policies.contains("delete")
    }

    private static func number(_ name: String, _ value: String, atLeast least: Int64) throws(LogError) -> Int64 {
        guard let number = Int64(value), number >= least else { throw refusal(name, value) }
        return number
    }

    private static func refusal(_ name: String, _ value: String) -> LogError {
        .invalidConfiguration("'\(value)' is not a value of \(name)")
    }

    private static func decimal(_ thousandths: Int64) -> String {
        let fraction = String(String(1000 + thousandths % 1000).dropFirst())
        var text = "\(thousandths / 1000).\(fraction)"
        while text.hasSuffix("0") && !text.hasSuffix(".0") { text.removeLast() }
        return text
    }
}

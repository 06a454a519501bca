package import CommitLog
import Diagnostics

/// The log of this process and the offsets of its consumer groups, as SQL tables reach them: no socket in between.
package protocol LocalQueue: Sendable {
    /// The log; opened when the first table asks for it.
    func log() throws -> CommitLog
    /// Whether an address of `properties.bootstrap.servers` is this process's own door.
    func isOwn(_ address: String) -> Bool
    /// The offsets a group has committed, by partition.
    func committedOffsets(group: String, topic: String, partitions: [Int32]) throws -> [Int32: Int64]
    /// Commits offsets for a group, so that tools for Kafka see its lag. Nothing depends on it: a refusal is ignored.
    func commit(group: String, _ offsets: [GroupOffset])
}

/// Where a group stands in a partition.
package struct GroupOffset: Sendable, Equatable {
    package var topic: String
    package var partition: Int32
    /// The next record to read.
    package var offset: Int64
    package var leaderEpoch: Int32

    package init(topic: String, partition: Int32, offset: Int64, leaderEpoch: Int32) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.leaderEpoch = leaderEpoch
    }
}

extension LogError {
    /// As an error of a job that reads or writes `topic`.
    func error(of topic: String, table: String) -> any Error {
        let kind: MillraceError.Kind =
            switch self {
            case .diskFull, .overloaded, .damaged, .stopped, .inUse, .unusable: .system
            default: .user
            }
        return MillraceError(kind, code: "queue", "table '\(table)', topic '\(topic)': \(self)")
    }
}

package import KafkaProtocol

/// A topic, as everybody may see it.
package struct TopicDescription: Sendable, Equatable {
    /// Names the topic inside this log directory; never used again.
    package var number: UInt32
    package var id: TopicID
    package var name: String
    package var partitionCount: Int32
    package var configuration: TopicConfiguration

    /// The most partitions of a topic.
    package static let partitionLimit: Int32 = 10_000

    /// Whether a topic may bear this name: Kafka's rule.
    package static func isValidName(_ name: String) -> Bool {
        guard !name.isEmpty, name.utf8.count <= 249, name != ".", name != ".." else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
    }
}

/// A partition inside a log directory.
package struct PartitionKey: Hashable, Sendable {
    package var topic: UInt32
    package var partition: Int32

    package init(topic: UInt32, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }
}

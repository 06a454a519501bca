import ConnectorContract
import Diagnostics
import KafkaProtocol

/// A place in a partition, as it is stored with an epoch.
struct KafkaMark: Equatable, Sendable {
    var topic: String
    /// Tells a topic from one made anew under its name; zero where the broker names none.
    var topicID: TopicID
    var partition: Int32
    /// The next record to read.
    var next: Int64
    /// Where a bounded table ends; nil for one without end.
    var stop: Int64?

    private static let mark: UInt32 = 0x4D52_4B31

    static func encode(_ marks: [KafkaMark]) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt32(truncatingIfNeeded: marks.count))
        for mark in marks {
            writer.write(mark.topic)
            writer.write(mark.topicID.high)
            writer.write(mark.topicID.low)
            writer.write(mark.partition)
            writer.write(mark.next)
            writer.write(mark.stop ?? -1)
        }
        return PositionCoding.seal(mark: mark, version: 1, writer)
    }

    static func decode(_ bytes: [UInt8]) throws -> [KafkaMark] {
        try PositionCoding.open(bytes, mark: mark, version: 1) { reader in
            var marks: [KafkaMark] = []
            for _ in 0..<(try reader.read(UInt32.self)) {
                let topic = try reader.readString()
                let id = TopicID(high: try reader.read(), low: try reader.read())
                let partition = try reader.read(Int32.self)
                let next = try reader.read(Int64.self)
                let stop = try reader.read(Int64.self)
                marks.append(
                    KafkaMark(
                        topic: topic, topicID: id, partition: partition, next: next, stop: stop < 0 ? nil : stop))
            }
            return marks
        }
    }

    /// Which of `count` readers reads the partition.
    func owner(among count: Int) -> Int {
        var hash: UInt32 = 17
        for byte in topic.utf8 { hash = hash &* 31 &+ UInt32(byte) }
        let readers = UInt32(clamping: max(1, count))
        return Int((hash &+ UInt32(bitPattern: partition)) % readers)
    }
}

import CommitLog
import ConnectorContract
import Diagnostics
import Formats

/// Finds topics of the own log and the offsets that options speak of.
struct LogPlaces: Sendable {
    let log: CommitLog
    let queue: any LocalQueue
    let options: KafkaOptions

    /// The topics a table reads now. One that is named and missing is made, as a broker does for its clients.
    func topics() throws -> [TopicDescription] {
        guard options.topicPattern == nil else { return matching() }
        return try options.topics.map { try topic($0) }
    }

    /// The topics of `topic-pattern`.
    func matching() -> [TopicDescription] {
        guard let pattern = options.topicPattern else { return [] }
        return log.topics.filter { !$0.name.hasPrefix("__") && pattern.matches($0.name) }
    }

    func topic(_ name: String) throws -> TopicDescription {
        if let known = log.topic(named: name) { return known }
        do throws(LogError) {
            var configuration = TopicConfiguration()
            // A record of the greatest length, and what a batch adds to it.
            configuration.maxMessageBytes = max(configuration.maxMessageBytes, Int64(2 * Limits.recordBytes))
            if let retention = options.newRetentionMilliseconds {
                configuration.retentionMilliseconds = retention
            }
            return try log.createTopic(name, partitions: options.newPartitions, configuration: configuration)
        } catch {
            if case .topicExists = error, let known = log.topic(named: name) { return known }
            throw error.error(of: name, table: options.table.name)
        }
    }

    /// The offset that reading begins or ends at, for each partition of a topic.
    func offsets(_ place: KafkaOptions.Place, of topic: TopicDescription) throws -> [Int32: Int64] {
        var result: [Int32: Int64] = [:]
        let committed = try committedOffsets(place, topic)
        for partition in 0..<topic.partitionCount {
            result[partition] = try offset(place, topic, partition, committed)
        }
        return result
    }

    private func committedOffsets(_ place: KafkaOptions.Place, _ topic: TopicDescription) throws -> [Int32: Int64] {
        switch place {
        case .committed, .offsets:
            try queue.committedOffsets(
                group: options.group, topic: topic.name, partitions: Array(0..<topic.partitionCount))
        default: [:]
        }
    }

    private func offset(
        _ place: KafkaOptions.Place, _ topic: TopicDescription, _ partition: Int32, _ committed: [Int32: Int64]
    ) throws -> Int64 {
        do throws(LogError) {
            let reader = try log.partition(PartitionKey(topic: topic.number, partition: partition))
            let end = options.readsCommitted ? reader.lastStableOffset : reader.highWatermark
            switch place {
            case .earliest: return reader.logStart
            case .latest: return end
            case .timestamp(let time): return try reader.offset(atOrAfter: time)?.offset ?? end
            case .offsets(let offsets):
                if let offset = offsets[partition] { return offset }
                return committed[partition] ?? reader.logStart
            case .committed:
                if let offset = committed[partition] { return offset }
                switch options.properties["auto.offset.reset"] {
                case "earliest": return reader.logStart
                case "latest": return end
                default: break
                }
            }
        } catch {
            throw error.error(of: topic.name, table: options.table.name)
        }
        throw options.noCommittedOffset(topic.name, partition)
    }
}

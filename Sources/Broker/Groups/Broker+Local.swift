import KafkaProtocol

// Groups of this process's own readers, which have no connection.
extension Broker {
    /// The offsets a group has committed in a topic, by partition; those it has not are missing.
    package func committedOffsets(group: String, topic: String, partitions: [Int32]) -> [Int32: Int64] {
        var result: [Int32: Int64] = [:]
        for (_, places) in groups.fetch(group, topics: [(topic, partitions)], requiresStable: false) {
            for place in places where place.error == .none && place.offset.offset >= 0 {
                result[place.index] = place.offset.offset
            }
        }
        return result
    }

    /// Commits offsets for a group without members. Where the group has some, only they may: nothing happens then.
    package func commit(
        group: String, topic: String, _ places: [(partition: Int32, offset: Int64, leaderEpoch: Int32)]
    ) {
        var request = OffsetCommitRequest()
        request.groupID = group
        request.generationID = -1
        var entry = OffsetCommitRequest.Topic()
        entry.name = topic
        entry.partitions = places.map { place in
            var partition = OffsetCommitRequest.Topic.Partition()
            partition.index = place.partition
            partition.offset = place.offset
            partition.leaderEpoch = place.leaderEpoch
            return partition
        }
        request.topics = [entry]
        groups.commit(request) { _ in }
    }
}

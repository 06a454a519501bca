import CommitLog
import KafkaProtocol

// Records out.
extension Broker {
    func fetch(_ call: Call) {
        call.with(FetchRequest.self) { request in
            // Sessions are not kept: whoever asks for one is told to go on without.
            if request.sessionID != 0 {
                var response = FetchResponse()
                response.error = .fetchSessionIdNotFound
                return call.answer(FetchRequest.self, response)
            }
            fetches.start(request, call)
        }
    }

    func listOffsets(_ call: Call) {
        call.with(ListOffsetsRequest.self) { request in
            var response = ListOffsetsResponse()
            response.topics = request.topics.map { topic in
                let description = log.topic(named: topic.name)
                let forbidden = call.refusal(.describe, .topic, topic.name)
                var answer = ListOffsetsResponse.Topic()
                answer.name = topic.name
                answer.partitions = topic.partitions.map { partition in
                    if let forbidden {
                        var result = ListOffsetsResponse.Topic.Partition()
                        result.index = partition.index
                        result.error = forbidden
                        return result
                    }
                    return offset(partition, of: description, committedOnly: request.isolationLevel == 1)
                }
                return answer
            }
            call.answer(ListOffsetsRequest.self, response)
        }
    }

    private func offset(
        _ partition: ListOffsetsRequest.Topic.Partition, of topic: TopicDescription?, committedOnly: Bool
    ) -> ListOffsetsResponse.Topic.Partition {
        var result = ListOffsetsResponse.Topic.Partition()
        result.index = partition.index
        guard let topic, let reader = log.reader(PartitionKey(topic: topic.number, partition: partition.index)) else {
            result.error = .unknownTopicOrPartition
            return result
        }
        if partition.currentLeaderEpoch >= 0, partition.currentLeaderEpoch != reader.leaderEpoch {
            let isOld = partition.currentLeaderEpoch < reader.leaderEpoch
            result.error = isOld ? .fencedLeaderEpoch : .unknownLeaderEpoch
            return result
        }
        result.leaderEpoch = reader.leaderEpoch
        let found: OffsetAndTime?
        do throws(LogError) {
            switch partition.timestamp {
            case -1:
                result.offset = committedOnly ? reader.lastStableOffset : reader.highWatermark
                return result
            // The earliest, and the earliest on this machine's disk, which is the same here.
            case -2, -4:
                result.offset = reader.logStart
                return result
            case -3: found = try reader.latestTime()
            // The latest that was moved to other storage: none ever was.
            case ..<0: found = nil
            default: found = try reader.offset(atOrAfter: partition.timestamp)
            }
        } catch {
            result.error = error.code
            return result
        }
        if let found {
            result.offset = found.offset
            result.timestamp = found.milliseconds
            result.leaderEpoch = found.leaderEpoch
        }
        return result
    }

    func offsetForLeaderEpoch(_ call: Call) {
        call.with(OffsetForLeaderEpochRequest.self) { request in
            var response = OffsetForLeaderEpochResponse()
            response.topics = request.topics.map { topic in
                let description = log.topic(named: topic.name)
                let forbidden = call.refusal(.describe, .topic, topic.name)
                var answer = OffsetForLeaderEpochResponse.Topic()
                answer.name = topic.name
                answer.partitions = topic.partitions.map { partition in
                    var result = OffsetForLeaderEpochResponse.Topic.Partition()
                    result.index = partition.index
                    if let forbidden {
                        result.error = forbidden
                        return result
                    }
                    guard let description,
                        let reader = log.reader(PartitionKey(topic: description.number, partition: partition.index))
                    else {
                        result.error = .unknownTopicOrPartition
                        return result
                    }
                    if let end = reader.endOfEpoch(partition.leaderEpoch) {
                        result.leaderEpoch = end.epoch
                        result.endOffset = end.endOffset
                    }
                    return result
                }
                return answer
            }
            call.answer(OffsetForLeaderEpochRequest.self, response)
        }
    }
}

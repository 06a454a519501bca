import CommitLog
import KafkaProtocol

// Topics: what there is, making, removing, growing.
extension Broker {
    func metadata(_ call: Call) {
        call.with(MetadataRequest.self) { request in
            var response = MetadataResponse()
            var broker = MetadataResponse.Broker()
            broker.nodeID = settings.nodeID
            broker.host = settings.advertisedHost
            broker.port = Int32(truncatingIfNeeded: settings.advertisedPort)
            response.brokers = [broker]
            response.clusterID = settings.clusterID
            response.controllerID = settings.nodeID
            let wantsAll = request.topics == nil || (call.version == 0 && request.topics?.isEmpty == true)
            if wantsAll {
                response.topics = log.topics.filter { call.access.may(.describe, .topic, $0.name) }.map(described)
            } else {
                let creates = request.allowsAutoCreation && settings.createsTopics
                var made = 0
                response.topics = (request.topics ?? []).map { asked in
                    if creates, let name = asked.name, log.topic(named: name) == nil { made += 1 }
                    return described(asked, call, creates: creates && made <= Self.topicsMadeAtOnce)
                }
            }
            call.answer(MetadataRequest.self, response)
        }
    }

    /// Topics that one request makes by naming them: each costs a sync, and others wait. Clients ask again for the rest.
    private static let topicsMadeAtOnce = 100

    private func mayCreate(_ call: Call, _ name: String) -> Bool {
        call.access.may(.create, .topic, name) || call.access.may(.create)
    }

    private func described(_ asked: MetadataRequest.Topic, _ call: Call, creates: Bool) -> MetadataResponse.Topic {
        var answer = MetadataResponse.Topic()
        answer.name = asked.name
        answer.id = asked.id
        guard let name = asked.name, !name.isEmpty || asked.id.isZero else {
            guard let topic = log.topic(id: asked.id), call.access.may(.describe, .topic, topic.name) else {
                answer.error = .unknownTopicId
                return answer
            }
            return described(topic)
        }
        if let error = call.refusal(.describe, .topic, name) {
            answer.error = error
            return answer
        }
        if let topic = log.topic(named: name) { return described(topic) }
        if creates, !mayCreate(call, name) {
            answer.error = .topicAuthorizationFailed
            return answer
        }
        guard creates else {
            answer.error = TopicDescription.isValidName(name) ? .unknownTopicOrPartition : .invalidTopic
            return answer
        }
        do throws(LogError) {
            return described(try log.createTopic(name, partitions: settings.defaultPartitions))
        } catch .topicExists {
            // Another client was quicker.
            return log.topic(named: name).map(described) ?? answer
        } catch {
            answer.error = error.code
            return answer
        }
    }

    private func described(_ topic: TopicDescription) -> MetadataResponse.Topic {
        var answer = MetadataResponse.Topic()
        answer.name = topic.name
        answer.id = topic.id
        answer.isInternal = topic.name.hasPrefix(Self.internalPrefix)
        answer.partitions = (0..<topic.partitionCount).map { index in
            var partition = MetadataResponse.Topic.Partition()
            partition.index = index
            partition.leaderID = settings.nodeID
            partition.leaderEpoch = log.reader(PartitionKey(topic: topic.number, partition: index))?.leaderEpoch ?? 0
            partition.replicas = [settings.nodeID]
            partition.inSyncReplicas = [settings.nodeID]
            return partition
        }
        return answer
    }

    func describeCluster(_ call: Call) {
        call.with(DescribeClusterRequest.self) { _ in
            var response = DescribeClusterResponse()
            response.clusterID = settings.clusterID
            response.controllerID = settings.nodeID
            var broker = DescribeClusterResponse.Broker()
            broker.brokerID = settings.nodeID
            broker.host = settings.advertisedHost
            broker.port = Int32(truncatingIfNeeded: settings.advertisedPort)
            response.brokers = [broker]
            call.answer(DescribeClusterRequest.self, response)
        }
    }

    // MARK: making

    func createTopics(_ call: Call) {
        call.with(CreateTopicsRequest.self) { request in
            var response = CreateTopicsResponse()
            let names = Dictionary(grouping: request.topics, by: \.name)
            response.topics = request.topics.map { asked in
                var answer = CreateTopicsResponse.Topic()
                answer.name = asked.name
                guard mayCreate(call, asked.name) else {
                    answer.error = .topicAuthorizationFailed
                    return answer
                }
                do throws(LogError) {
                    guard names[asked.name]?.count == 1 else { throw .invalidConfiguration("named twice") }
                    let made = try create(asked, validatesOnly: request.validatesOnly)
                    answer.id = made.id
                    answer.partitionCount = made.partitionCount
                    // There is one copy of everything, however many were asked for.
                    answer.replicationFactor = 1
                    answer.configs = made.configuration.settings.map { name, value in
                        var config = CreateTopicsResponse.Topic.Config()
                        config.name = name
                        config.value = value
                        config.source = 5
                        return config
                    }
                } catch {
                    answer.error = error.code
                    answer.errorMessage = error.description
                }
                return answer
            }
            call.answer(CreateTopicsRequest.self, response)
        }
    }

    /// What was made, or would be.
    private struct MadeTopic {
        var id: TopicID
        var partitionCount: Int32
        var configuration: TopicConfiguration
    }

    private func create(
        _ asked: CreateTopicsRequest.Topic, validatesOnly: Bool
    ) throws(LogError) -> MadeTopic {
        var configuration = TopicConfiguration()
        for config in asked.configs {
            if let value = config.value { try configuration.set(config.name, to: value) }
        }
        var count = asked.partitionCount
        if !asked.assignments.isEmpty {
            count = Int32(clamping: asked.assignments.count)
        } else if count == -1 {
            count = settings.defaultPartitions
        }
        guard TopicDescription.isValidName(asked.name) else { throw .invalidTopicName(asked.name) }
        guard log.topic(named: asked.name) == nil else { throw .topicExists(asked.name) }
        guard (1...TopicDescription.partitionLimit).contains(count) else {
            throw .invalidPartitions("\(count) partitions: 1 to \(TopicDescription.partitionLimit) can be")
        }
        var made = MadeTopic(id: .zero, partitionCount: count, configuration: configuration)
        if !validatesOnly {
            made.id = try log.createTopic(asked.name, partitions: count, configuration: configuration).id
        }
        return made
    }

    // MARK: removing

    func deleteTopics(_ call: Call) {
        call.with(DeleteTopicsRequest.self) { request in
            var response = DeleteTopicsResponse()
            var asked = request.topics
            if call.version < 6 {
                asked = request.names.map { name in
                    var topic = DeleteTopicsRequest.Topic()
                    topic.name = name
                    return topic
                }
            }
            response.topics = asked.map { asked in
                var answer = DeleteTopicsResponse.Topic()
                answer.name = asked.name
                answer.id = asked.id
                let found = asked.name.map { log.topic(named: $0) } ?? log.topic(id: asked.id)
                if let name = asked.name ?? found?.name, let error = call.refusal(.delete, .topic, name) {
                    answer.error = error
                    return answer
                }
                guard let topic = found, !topic.name.hasPrefix(Self.internalPrefix) else {
                    answer.error = asked.name == nil ? .unknownTopicId : .unknownTopicOrPartition
                    return answer
                }
                answer.name = topic.name
                answer.id = topic.id
                do throws(LogError) {
                    try log.deleteTopic(topic.number)
                    groups.topicDeleted(topic.name)
                    // Who waits for its records is told now, and not when the time is over.
                    fetches.wake((0..<topic.partitionCount).map { PartitionKey(topic: topic.number, partition: $0) })
                } catch {
                    answer.error = error.code
                    answer.errorMessage = error.description
                }
                return answer
            }
            call.answer(DeleteTopicsRequest.self, response)
        }
    }

    func deleteRecords(_ call: Call) {
        call.with(DeleteRecordsRequest.self) { request in
            var response = DeleteRecordsResponse()
            response.topics = request.topics.map { topic in
                let description = log.topic(named: topic.name)
                let isOwn = topic.name.hasPrefix(Self.internalPrefix)
                let forbidden = call.refusal(.delete, .topic, topic.name) ?? (isOwn ? .policyViolation : nil)
                var answer = DeleteRecordsResponse.Topic()
                answer.name = topic.name
                answer.partitions = topic.partitions.map { partition in
                    var result = DeleteRecordsResponse.Topic.Partition()
                    result.index = partition.index
                    if let forbidden {
                        result.error = forbidden
                        return result
                    }
                    let key = description.map { PartitionKey(topic: $0.number, partition: partition.index) }
                    guard let key, let reader = log.reader(key) else {
                        result.error = .unknownTopicOrPartition
                        return result
                    }
                    let end = reader.highWatermark
                    let offset = partition.offset == -1 ? end : partition.offset
                    do throws(LogError) {
                        guard offset >= 0, offset <= end else {
                            throw .offsetOutOfRange(offset: offset, start: reader.logStart, end: end)
                        }
                        result.lowWatermark = try log.deleteRecords(key, before: offset)
                    } catch {
                        result.error = error.code
                    }
                    return result
                }
                return answer
            }
            call.answer(DeleteRecordsRequest.self, response)
        }
    }

    func createPartitions(_ call: Call) {
        call.with(CreatePartitionsRequest.self) { request in
            var response = CreatePartitionsResponse()
            response.topics = request.topics.map { asked in
                var answer = CreatePartitionsResponse.Topic()
                answer.name = asked.name
                if let error = call.refusal(.alter, .topic, asked.name) {
                    answer.error = error
                    return answer
                }
                do throws(LogError) {
                    guard let topic = log.topic(named: asked.name), !asked.name.hasPrefix(Self.internalPrefix) else {
                        throw .unknownTopic(asked.name)
                    }
                    guard asked.count > topic.partitionCount else {
                        throw .invalidPartitions(
                            "topic '\(asked.name)' has \(topic.partitionCount) partitions, \(asked.count) asked")
                    }
                    if !request.validatesOnly { try log.addPartitions(topic.number, count: asked.count) }
                } catch {
                    answer.error = error.code
                    answer.errorMessage = error.description
                }
                return answer
            }
            call.answer(CreatePartitionsRequest.self, response)
        }
    }
}

extension CommitLog {
    func topic(id: TopicID) -> TopicDescription? { id.isZero ? nil : topics.first { $0.id == id } }
    func reader(_ key: PartitionKey) -> PartitionReader? { try? partition(key) }
}

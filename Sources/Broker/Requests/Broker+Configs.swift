import CommitLog
import KafkaProtocol

// Settings, and what the disk holds.
extension Broker {
    private static let topicResource: Int8 = 2
    private static let brokerResource: Int8 = 4

    func describeConfigs(_ call: Call) {
        call.with(DescribeConfigsRequest.self) { request in
            var response = DescribeConfigsResponse()
            response.results = request.resources.map { resource in
                guard let error = refusal(of: call, .describeConfigs, resource.type, resource.name) else {
                    return described(resource)
                }
                var answer = DescribeConfigsResponse.Result()
                answer.type = resource.type
                answer.name = resource.name
                answer.error = error
                return answer
            }
            call.answer(DescribeConfigsRequest.self, response)
        }
    }

    private func refusal(
        of call: Call, _ operation: AccessOperation, _ type: Int8, _ name: String
    ) -> ErrorCode? {
        type == Self.topicResource
            ? call.refusal(operation, .topic, name)
            : call.refusal(operation, .cluster, AccessResource.clusterName)
    }

    private func described(_ resource: DescribeConfigsRequest.Resource) -> DescribeConfigsResponse.Result {
        var answer = DescribeConfigsResponse.Result()
        answer.type = resource.type
        answer.name = resource.name
        let defaults = Dictionary(uniqueKeysWithValues: TopicConfiguration().settings.map { ($0.name, $0.value) })
        let found: [(name: String, value: String, source: Int8)]
        switch resource.type {
        case Self.topicResource:
            guard let topic = log.topic(named: resource.name) else {
                answer.error = .unknownTopicOrPartition
                return answer
            }
            // 1: set for the topic; 5: the default.
            found = topic.configuration.settings.map { ($0.name, $0.value, defaults[$0.name] == $0.value ? 5 : 1) }
        case Self.brokerResource:
            found = [
                ("broker.id", "\(settings.nodeID)", 4), ("num.partitions", "\(settings.defaultPartitions)", 5),
                ("auto.create.topics.enable", "\(settings.createsTopics)", 5),
                ("default.replication.factor", "1", 5), ("min.insync.replicas", "1", 5),
                ("advertised.listeners", "PLAINTEXT://\(settings.advertisedHost):\(settings.advertisedPort)", 4),
            ]
        default:
            answer.error = .invalidRequest
            answer.errorMessage = "settings are those of topics and brokers"
            return answer
        }
        answer.configs = found.filter { resource.keys?.contains($0.name) ?? true }.map { name, value, source in
            var config = DescribeConfigsResponse.Result.Config()
            config.name = name
            config.value = value
            config.source = source
            config.isReadOnly = resource.type == Self.brokerResource
            config.type = 2
            return config
        }
        return answer
    }

    func incrementalAlterConfigs(_ call: Call) {
        call.with(IncrementalAlterConfigsRequest.self) { request in
            var response = IncrementalAlterConfigsResponse()
            response.results = request.resources.map { resource in
                var answer = IncrementalAlterConfigsResponse.Result()
                answer.type = resource.type
                answer.name = resource.name
                if let error = refusal(of: call, .alterConfigs, resource.type, resource.name) {
                    answer.error = error
                    return answer
                }
                do throws(LogError) {
                    try alter(resource.type, resource.name, validatesOnly: request.validatesOnly) {
                        configuration throws(LogError) in
                        for config in resource.configs { try Self.apply(config, to: &configuration) }
                    }
                } catch {
                    answer.error = error.code
                    answer.errorMessage = error.description
                }
                return answer
            }
            call.answer(IncrementalAlterConfigsRequest.self, response)
        }
    }

    private static func apply(
        _ config: IncrementalAlterConfigsRequest.Resource.Config, to configuration: inout TopicConfiguration
    ) throws(LogError) {
        let current = configuration.settings.first { $0.name == config.name }?.value ?? ""
        let listed = current.split(separator: ",").map(String.init)
        switch config.operation {
        case 0: try configuration.set(config.name, to: config.value ?? "")
        case 1:
            let usual = TopicConfiguration().settings.first { $0.name == config.name }?.value
            if let usual { try configuration.set(config.name, to: usual) }
        case 2: try configuration.set(config.name, to: (listed + [config.value ?? ""]).joined(separator: ","))
        case 3:
            try configuration.set(config.name, to: listed.filter { $0 != config.value }.joined(separator: ","))
        default: throw .invalidConfiguration("there is no operation \(config.operation)")
        }
    }

    /// All settings anew: what is not named goes back to its default.
    func alterConfigs(_ call: Call) {
        call.with(AlterConfigsRequest.self) { request in
            var response = AlterConfigsResponse()
            response.results = request.resources.map { resource in
                var answer = AlterConfigsResponse.Result()
                answer.type = resource.type
                answer.name = resource.name
                if let error = refusal(of: call, .alterConfigs, resource.type, resource.name) {
                    answer.error = error
                    return answer
                }
                do throws(LogError) {
                    try alter(resource.type, resource.name, validatesOnly: request.validatesOnly) {
                        configuration throws(LogError) in
                        configuration = TopicConfiguration()
                        for config in resource.configs {
                            if let value = config.value { try configuration.set(config.name, to: value) }
                        }
                    }
                } catch {
                    answer.error = error.code
                    answer.errorMessage = error.description
                }
                return answer
            }
            call.answer(AlterConfigsRequest.self, response)
        }
    }

    private func alter(
        _ type: Int8, _ name: String, validatesOnly: Bool,
        _ change: (inout TopicConfiguration) throws(LogError) -> Void
    ) throws(LogError) {
        guard type == Self.topicResource else {
            throw .invalidConfiguration("the broker's settings are those of its command line")
        }
        guard let topic = log.topic(named: name), !name.hasPrefix(Self.internalPrefix) else {
            throw .unknownTopic(name)
        }
        var configuration = topic.configuration
        try change(&configuration)
        if !validatesOnly, configuration != topic.configuration { try log.configureTopic(topic.number, configuration) }
    }

    func describeLogDirectories(_ call: Call) {
        call.with(DescribeLogDirectoriesRequest.self) { request in
            var response = DescribeLogDirectoriesResponse()
            if let error = call.refusal(.describe, .cluster, AccessResource.clusterName) {
                response.error = error
                return call.answer(DescribeLogDirectoriesRequest.self, response)
            }
            var directory = DescribeLogDirectoriesResponse.Directory()
            directory.path = "log"
            let wanted = request.topics.map { Dictionary(grouping: $0, by: \.name) }
            directory.topics = log.topics.filter { wanted?[$0.name] != nil || wanted == nil }.map { topic in
                var answer = DescribeLogDirectoriesResponse.Directory.Topic()
                answer.name = topic.name
                let asked = wanted?[topic.name]?.flatMap(\.partitions)
                answer.partitions = (0..<topic.partitionCount).filter { asked?.contains($0) ?? true }.map { index in
                    var partition = DescribeLogDirectoriesResponse.Directory.Topic.Partition()
                    partition.index = index
                    let reader = log.reader(PartitionKey(topic: topic.number, partition: index))
                    partition.sizeBytes = Int64(reader?.storedBytes ?? 0)
                    return partition
                }
                return answer
            }
            response.directories = [directory]
            call.answer(DescribeLogDirectoriesRequest.self, response)
        }
    }
}

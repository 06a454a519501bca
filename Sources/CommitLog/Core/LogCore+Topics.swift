import Diagnostics
import KafkaProtocol

extension LogCore {
    func createTopic(
        _ name: String, partitions count: Int32, configuration: TopicConfiguration
    ) throws(LogError) -> TopicDescription {
        try checkRunning()
        guard TopicDescription.isValidName(name) else { throw .invalidTopicName(name) }
        guard (1...TopicDescription.partitionLimit).contains(count) else {
            throw .invalidPartitions("\(count) partitions: 1 to \(TopicDescription.partitionLimit) can be")
        }
        guard catalog.topic(named: name) == nil else { throw .topicExists(name) }
        try checkRoom(forPartitions: count)
        let id = TopicID(high: environment.random.next() | 1, low: environment.random.next())
        let topic = TopicDescription(
            number: nextTopicNumber, id: id, name: name, partitionCount: count, configuration: configuration)
        try makeDirectories(of: topic, from: 0)
        try record([.topicCreated(topic)], isData: true)
        addTopic(topic)
        return topic
    }

    /// A client that makes topics without end fills neither the memory nor the disk.
    private func checkRoom(forPartitions count: Int32) throws(LogError) {
        guard partitions.count + Int(count) <= configuration.partitionsOfAll else {
            throw .invalidPartitions(
                "\(count) more partitions: there are \(partitions.count) in all, and \(configuration.partitionsOfAll) can be"
            )
        }
    }

    func deleteTopic(_ number: UInt32) throws(LogError) {
        try checkRunning()
        guard topics[number] != nil else { throw .unknownTopic("#\(number)") }
        try record([.topicDeleted(number)])
        forgetTopic(number)
        removeFiles(ofTopic: number)
    }

    func configureTopic(_ number: UInt32, _ configuration: TopicConfiguration) throws(LogError) {
        try checkRunning()
        guard var topic = topics[number] else { throw .unknownTopic("#\(number)") }
        try record([.topicConfigured(number, configuration)])
        topic.configuration = configuration
        setTopic(topic)
    }

    func addPartitions(_ number: UInt32, count: Int32) throws(LogError) {
        try checkRunning()
        guard var topic = topics[number] else { throw .unknownTopic("#\(number)") }
        guard count > topic.partitionCount, count <= TopicDescription.partitionLimit else {
            throw .invalidPartitions("topic '\(topic.name)' has \(topic.partitionCount) partitions, \(count) asked")
        }
        let before = topic.partitionCount
        try checkRoom(forPartitions: count - before)
        topic.partitionCount = count
        try makeDirectories(of: topic, from: before)
        try record([.partitionsAdded(number, count: count)], isData: true)
        setTopic(topic)
        addPartitions(of: topic, from: before)
    }

    /// Gives `count` producer ids that nobody was given before.
    func reserveProducerIds(_ count: Int64) throws(LogError) -> Range<Int64> {
        try checkRunning()
        let (next, overflow) = nextProducerId.addingReportingOverflow(max(1, count))
        guard !overflow else { throw .unusable("no producer ids are left") }
        try record([.producerIds(next: next)])
        defer { nextProducerId = next }
        return nextProducerId..<next
    }

    // MARK: applying, also when recovery reads the journal

    func addTopic(_ topic: TopicDescription) {
        nextTopicNumber = max(nextTopicNumber, topic.number &+ 1)
        setTopic(topic)
        addPartitions(of: topic, from: 0)
    }

    func setTopic(_ topic: TopicDescription) {
        topics[topic.number] = topic
        catalog.update { state in
            state.topics[topic.number] = topic
            state.numbers[topic.name] = topic.number
        }
    }

    func addPartitions(of topic: TopicDescription, from first: Int32) {
        for index in first..<max(first, topic.partitionCount) {
            addPartition(PartitionCheckpoint(partition: index), of: topic.number)
        }
    }

    func addPartition(_ state: PartitionCheckpoint, of topic: UInt32) {
        let key = PartitionKey(topic: topic, partition: state.partition)
        let partition = Partition(
            key: key, directory: partitionDirectory(key), files: files,
            intervalBytes: configuration.indexIntervalBytes, state: state)
        partitions[key] = partition
        let reader = partition.reader
        catalog.update { $0.readers[key] = reader }
    }

    /// Takes a topic out of what is known; its files stay.
    func forgetTopic(_ number: UInt32) {
        guard let topic = topics.removeValue(forKey: number) else { return }
        for index in 0..<topic.partitionCount {
            let key = PartitionKey(topic: number, partition: index)
            partitions.removeValue(forKey: key)?.markDeleted()
            settledSegments[key] = nil
            catalog.update { $0.readers[key] = nil }
        }
        catalog.update { state in
            state.topics[number] = nil
            if state.numbers[topic.name] == number { state.numbers[topic.name] = nil }
        }
    }

    /// Removes what a deleted topic left; what cannot be removed now is when the log is opened the next time.
    func removeFiles(ofTopic number: UInt32) {
        let root = topicDirectory(number)
        for partition in (try? files.list(root)) ?? [] {
            for name in (try? files.list("\(root)/\(partition)")) ?? [] {
                try? files.remove("\(root)/\(partition)/\(name)")
            }
            try? files.remove("\(root)/\(partition)")
        }
        try? files.remove(root)
    }

    func makeDirectories(of topic: TopicDescription, from first: Int32) throws(LogError) {
        do throws(FileSystemError) {
            for index in first..<topic.partitionCount {
                try files.createDirectory(partitionDirectory(PartitionKey(topic: topic.number, partition: index)))
            }
        } catch {
            throw refusal(error)
        }
    }
}

import KafkaProtocol

/// The state of a transactional id as it is stored.
struct StoredTransaction: MessageStructure {
    struct Place: MessageStructure {
        var topic = ""
        var partition: Int32 = 0

        mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.text(&topic)
            try coder.number(&partition)
        }
    }

    var producerID: Int64 = -1
    var epoch: Int16 = 0
    var lastEpoch: Int16 = -1
    var timeout: Int64 = 0
    var state: UInt8 = 0
    var places: [Place] = []
    var groups: [String] = []
    var startTime: Int64 = -1
    var lastUseTime: Int64 = 0

    mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.number(&producerID)
        try coder.number(&epoch)
        try coder.number(&lastEpoch)
        try coder.number(&timeout)
        try coder.number(&state)
        try coder.array(&places)
        try coder.texts(&groups)
        try coder.number(&startTime)
        try coder.number(&lastUseTime)
    }

    init() {}

    init(_ value: ProducerTransactions) {
        producerID = value.producerID
        epoch = value.epoch
        lastEpoch = value.lastEpoch
        timeout = value.timeoutMilliseconds
        state = value.state.rawValue
        places = value.partitions.map { partition in
            var place = Place()
            place.topic = partition.topic
            place.partition = partition.partition
            return place
        }
        groups = value.groups.sorted()
        startTime = value.startTime
        lastUseTime = value.lastUseTime
    }

    func value(id: String) -> ProducerTransactions {
        ProducerTransactions(
            id: id, producerID: producerID, epoch: epoch, lastEpoch: lastEpoch, timeoutMilliseconds: timeout,
            state: ProducerTransactions.State(rawValue: state) ?? .empty,
            partitions: Set(places.map { TopicPartition($0.topic, $0.partition) }), groups: Set(groups),
            startTime: startTime, lastUseTime: lastUseTime)
    }
}

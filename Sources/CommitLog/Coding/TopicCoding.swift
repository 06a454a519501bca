import KafkaProtocol

extension TopicConfiguration {
    func write(to writer: inout StateWriter) {
        writer.write(isDeleted)
        writer.write(isCompacted)
        writer.write(usesAppendTime)
        for number in numbers { writer.write(number) }
    }

    init(from reader: inout StateReader) throws(StateError) {
        self.init()
        isDeleted = try reader.readFlag()
        isCompacted = try reader.readFlag()
        usesAppendTime = try reader.readFlag()
        segmentBytes = try reader.read()
        segmentMilliseconds = try reader.read()
        retentionMilliseconds = try reader.read()
        retentionBytes = try reader.read()
        maxMessageBytes = try reader.read()
        deleteRetentionMilliseconds = try reader.read()
        minCleanableThousandths = try reader.read()
        minCompactionLagMilliseconds = try reader.read()
    }

    private var numbers: [Int64] {
        [
            segmentBytes, segmentMilliseconds, retentionMilliseconds, retentionBytes, maxMessageBytes,
            deleteRetentionMilliseconds, minCleanableThousandths, minCompactionLagMilliseconds,
        ]
    }
}

extension TopicDescription {
    func write(to writer: inout StateWriter) {
        writer.write(number)
        writer.write(id.high)
        writer.write(id.low)
        writer.write(name)
        writer.write(partitionCount)
        configuration.write(to: &writer)
    }

    init(from reader: inout StateReader) throws(StateError) {
        number = try reader.read()
        id = TopicID(high: try reader.read(), low: try reader.read())
        name = try reader.readString()
        partitionCount = try reader.read()
        guard (1...Self.partitionLimit).contains(partitionCount), Self.isValidName(name) else {
            throw StateError(what: "a topic that cannot be")
        }
        configuration = try TopicConfiguration(from: &reader)
    }
}

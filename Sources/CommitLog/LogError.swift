package import KafkaProtocol

/// Why the log did not do what it was asked.
package enum LogError: Error, Sendable, Equatable, CustomStringConvertible {
    case unknownTopic(String)
    case unknownPartition(topic: String, partition: Int32)
    case topicExists(String)
    case invalidTopicName(String)
    case invalidPartitions(String)
    case invalidConfiguration(String)
    case invalidRecord(String)
    case messageTooLarge(bytes: Int, limit: Int)
    case invalidTimestamp
    case offsetOutOfRange(offset: Int64, start: Int64, end: Int64)
    case outOfOrderSequence(expected: Int32, got: Int32)
    case invalidProducerEpoch(current: Int16, got: Int16)
    case invalidTransactionState
    /// Nothing was written; the same request may succeed once space is free.
    case diskFull
    /// More is waiting to be written than may; the same request may succeed a moment later.
    case overloaded
    /// Stored bytes are not what was written; this range cannot be read, others can.
    case damaged(file: String, position: Int, offset: Int64)
    /// A write or a sync failed: nothing more is written until the log is opened again.
    case stopped(String)
    /// Another process has the directory open.
    case inUse(directory: String)
    /// The directory cannot be opened as it is.
    case unusable(String)

    /// The code that a client is answered with.
    package var code: ErrorCode {
        switch self {
        case .unknownTopic, .unknownPartition: .unknownTopicOrPartition
        case .topicExists: .topicAlreadyExists
        case .invalidTopicName: .invalidTopic
        case .invalidPartitions: .invalidPartitions
        case .invalidConfiguration: .invalidConfig
        case .invalidRecord: .invalidRecord
        case .messageTooLarge: .messageTooLarge
        case .invalidTimestamp: .invalidTimestamp
        case .offsetOutOfRange: .offsetOutOfRange
        case .outOfOrderSequence: .outOfOrderSequence
        case .invalidProducerEpoch: .invalidProducerEpoch
        case .invalidTransactionState: .invalidTransactionState
        case .damaged: .corruptMessage
        case .diskFull, .overloaded, .stopped, .inUse, .unusable: .kafkaStorageError
        }
    }

    package var description: String {
        switch self {
        case .unknownTopic(let name): "there is no topic '\(name)'"
        // Who still reads from a partition whose topic is gone knows no name any more.
        case .unknownPartition("", let partition): "the topic of partition \(partition) was deleted"
        case .unknownPartition(let topic, let partition): "topic '\(topic)' has no partition \(partition)"
        case .topicExists(let name): "topic '\(name)' exists"
        case .invalidTopicName(let name): "'\(name)' cannot be the name of a topic"
        case .invalidPartitions(let why): why
        case .invalidConfiguration(let why): why
        case .invalidRecord(let why): "the batch was refused: \(why)"
        case .messageTooLarge(let bytes, let limit): "a batch of \(bytes) bytes, at most \(limit)"
        case .invalidTimestamp: "the batch says it was stamped by the log"
        case .offsetOutOfRange(let offset, let start, let end): "offset \(offset) is outside \(start) to \(end)"
        case .outOfOrderSequence(let expected, let got): "sequence \(got) where \(expected) comes next"
        case .invalidProducerEpoch(let current, let got): "producer epoch \(got), but \(current) is in force"
        case .invalidTransactionState: "the producer's transaction does not allow this write"
        case .diskFull: "the disk is full"
        case .overloaded: "too much is waiting to be written"
        case .damaged(let file, let position, let offset): "\(file) is damaged at byte \(position), offset \(offset)"
        case .stopped(let cause): "the log has stopped: \(cause)"
        case .inUse(let directory): "another process uses the log in \(directory)"
        case .unusable(let why): why
        }
    }
}

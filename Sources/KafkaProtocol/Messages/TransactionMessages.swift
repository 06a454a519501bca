/// Versions 0 to 5.
package struct InitProducerIDRequest: Request {
    package typealias Response = InitProducerIDResponse
    package static var api: API { .initProducerID }

    package var transactionalID: String?
    package var transactionTimeoutMilliseconds: Int32 = 0
    package var producerID: Int64 = -1
    package var producerEpoch: Int16 = -1

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.text(&transactionalID)
        try coder.number(&transactionTimeoutMilliseconds)
        if coder.version >= 3 { try coder.number(&producerID) }
        if coder.version >= 3 { try coder.number(&producerEpoch) }
    }
}

package struct InitProducerIDResponse: MessageStructure {
    package var throttleMilliseconds: Int32 = 0
    package var error: ErrorCode = .none
    package var producerID: Int64 = -1
    package var producerEpoch: Int16 = 0

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.number(&throttleMilliseconds)
        try coder.code(&error)
        try coder.number(&producerID)
        try coder.number(&producerEpoch)
    }
}

/// Versions 0 to 3.
package struct AddPartitionsToTransactionRequest: Request {
    package typealias Response = AddPartitionsToTransactionResponse
    package static var api: API { .addPartitionsToTransaction }

    package typealias Topic = TopicPartitions

    package var transactionalID: String = ""
    package var producerID: Int64 = 0
    package var producerEpoch: Int16 = 0
    package var topics: [Topic] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.text(&transactionalID)
        try coder.number(&producerID)
        try coder.number(&producerEpoch)
        try coder.array(&topics)
    }
}

package typealias AddPartitionsToTransactionResponse = ThrottledTopics<TopicErrors>

/// Versions 0 to 4.
package struct AddOffsetsToTransactionRequest: Request {
    package typealias Response = AddOffsetsToTransactionResponse
    package static var api: API { .addOffsetsToTransaction }

    package var transactionalID: String = ""
    package var producerID: Int64 = 0
    package var producerEpoch: Int16 = 0
    package var groupID: String = ""

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.text(&transactionalID)
        try coder.number(&producerID)
        try coder.number(&producerEpoch)
        try coder.text(&groupID)
    }
}

package typealias AddOffsetsToTransactionResponse = ThrottledError

/// Versions 0 to 4.
package struct EndTransactionRequest: Request {
    package typealias Response = EndTransactionResponse
    package static var api: API { .endTransaction }

    package var transactionalID: String = ""
    package var producerID: Int64 = 0
    package var producerEpoch: Int16 = 0
    package var commits: Bool = false

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.text(&transactionalID)
        try coder.number(&producerID)
        try coder.number(&producerEpoch)
        try coder.flag(&commits)
    }
}

package typealias EndTransactionResponse = ThrottledError

/// Versions 0 to 4.
package struct TransactionalOffsetCommitRequest: Request {
    package typealias Response = TransactionalOffsetCommitResponse
    package static var api: API { .transactionalOffsetCommit }

    package struct Partition: MessageStructure {
        package var index: Int32 = 0
        package var offset: Int64 = 0
        package var leaderEpoch: Int32 = -1
        package var metadata: String?

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.number(&index)
            try coder.number(&offset)
            if coder.version >= 2 { try coder.number(&leaderEpoch) }
            try coder.text(&metadata)
        }
    }

    package typealias Topic = TopicEntry<Partition>

    package var transactionalID: String = ""
    package var groupID: String = ""
    package var producerID: Int64 = 0
    package var producerEpoch: Int16 = 0
    package var generationID: Int32 = -1
    package var memberID: String = ""
    package var groupInstanceID: String?
    package var topics: [Topic] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.text(&transactionalID)
        try coder.text(&groupID)
        try coder.number(&producerID)
        try coder.number(&producerEpoch)
        if coder.version >= 3 { try coder.number(&generationID) }
        if coder.version >= 3 { try coder.text(&memberID) }
        if coder.version >= 3 { try coder.text(&groupInstanceID) }
        try coder.array(&topics)
    }
}

package typealias TransactionalOffsetCommitResponse = ThrottledTopics<TopicErrors>

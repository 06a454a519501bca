/// Version 0.
package struct DescribeProducersRequest: Request {
    package typealias Response = DescribeProducersResponse
    package static var api: API { .describeProducers }

    package typealias Topic = TopicPartitions

    package var topics: [Topic] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.array(&topics)
    }
}

package struct DescribeProducersPartition: MessageStructure {
    package struct Producer: MessageStructure {
        package var producerID: Int64 = 0
        package var producerEpoch: Int32 = 0
        package var lastSequence: Int32 = -1
        package var lastTimestamp: Int64 = -1
        package var coordinatorEpoch: Int32 = 0
        package var transactionStartOffset: Int64 = -1

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.number(&producerID)
            try coder.number(&producerEpoch)
            try coder.number(&lastSequence)
            try coder.number(&lastTimestamp)
            try coder.number(&coordinatorEpoch)
            try coder.number(&transactionStartOffset)
        }
    }

    package var index: Int32 = 0
    package var error: ErrorCode = .none
    package var errorMessage: String?
    package var producers: [Producer] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.number(&index)
        try coder.code(&error)
        try coder.text(&errorMessage)
        try coder.array(&producers)
    }
}

package typealias DescribeProducersResponse = ThrottledTopics<TopicEntry<DescribeProducersPartition>>

/// Version 0.
package struct DescribeTransactionsRequest: Request {
    package typealias Response = DescribeTransactionsResponse
    package static var api: API { .describeTransactions }

    package var transactionalIDs: [String] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.texts(&transactionalIDs)
    }
}

package struct DescribeTransactionsResponse: MessageStructure {
    package struct Transaction: MessageStructure {
        package typealias Topic = TopicPartitions

        package var error: ErrorCode = .none
        package var transactionalID: String = ""
        package var state: String = ""
        package var timeoutMilliseconds: Int32 = 0
        package var startTime: Int64 = 0
        package var producerID: Int64 = 0
        package var producerEpoch: Int16 = 0
        package var topics: [Topic] = []

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.code(&error)
            try coder.text(&transactionalID)
            try coder.text(&state)
            try coder.number(&timeoutMilliseconds)
            try coder.number(&startTime)
            try coder.number(&producerID)
            try coder.number(&producerEpoch)
            try coder.array(&topics)
        }
    }

    package var throttleMilliseconds: Int32 = 0
    package var transactions: [Transaction] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.number(&throttleMilliseconds)
        try coder.array(&transactions)
    }
}

/// Versions 0 and 1.
package struct ListTransactionsRequest: Request {
    package typealias Response = ListTransactionsResponse
    package static var api: API { .listTransactions }

    package var states: [String] = []
    package var producerIDs: [Int64] = []
    package var minimumDurationMilliseconds: Int64 = -1

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.texts(&states)
        try coder.numbers(&producerIDs)
        if coder.version >= 1 { try coder.number(&minimumDurationMilliseconds) }
    }
}

package struct ListTransactionsResponse: MessageStructure {
    package struct Transaction: MessageStructure {
        package var transactionalID: String = ""
        package var producerID: Int64 = 0
        package var state: String = ""

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.text(&transactionalID)
            try coder.number(&producerID)
            try coder.text(&state)
        }
    }

    package var throttleMilliseconds: Int32 = 0
    package var error: ErrorCode = .none
    package var unknownStates: [String] = []
    package var transactions: [Transaction] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.number(&throttleMilliseconds)
        try coder.code(&error)
        try coder.texts(&unknownStates)
        try coder.array(&transactions)
    }
}

/// Record batches for partitions. Versions 3 to 11.
package struct ProduceRequest: Request {
    package typealias Response = ProduceResponse
    package static var api: API { .produce }

    package struct Partition: MessageStructure {
        package var index: Int32 = 0
        /// Whole batches, as the producer made them.
        package var records: ArraySlice<UInt8>?

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.number(&index)
            try coder.bytes(&records)
        }
    }

    package typealias Topic = TopicEntry<Partition>

    package var transactionalID: String?
    /// 0: no response at all; 1 and -1: when it is durable.
    package var acks: Int16 = 0
    package var timeoutMilliseconds: Int32 = 0
    package var topics: [Topic] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        if coder.version >= 3 { try coder.text(&transactionalID) }
        try coder.number(&acks)
        try coder.number(&timeoutMilliseconds)
        try coder.array(&topics)
    }
}

/// Where batches went, or why they did not.
package struct ProduceResponse: MessageStructure {
    package struct Partition: MessageStructure {
        package struct RecordError: MessageStructure {
            package var batchIndex: Int32 = 0
            package var message: String?

            package init() {}

            package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
                try coder.number(&batchIndex)
                try coder.text(&message)
            }
        }

        package var index: Int32 = 0
        package var error: ErrorCode = .none
        package var baseOffset: Int64 = -1
        package var logAppendTime: Int64 = -1
        package var logStartOffset: Int64 = -1
        package var recordErrors: [RecordError] = []
        package var errorMessage: String?

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.number(&index)
            try coder.code(&error)
            try coder.number(&baseOffset)
            if coder.version >= 2 { try coder.number(&logAppendTime) }
            if coder.version >= 5 { try coder.number(&logStartOffset) }
            if coder.version >= 8 { try coder.array(&recordErrors) }
            if coder.version >= 8 { try coder.text(&errorMessage) }
        }
    }

    package typealias Topic = TopicEntry<Partition>

    package var topics: [Topic] = []
    package var throttleMilliseconds: Int32 = 0

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.array(&topics)
        if coder.version >= 1 { try coder.number(&throttleMilliseconds) }
    }
}

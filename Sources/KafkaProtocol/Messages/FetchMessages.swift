/// Record batches from offsets on. Versions 4 to 16.
package struct FetchRequest: Request {
    package typealias Response = FetchResponse
    package static var api: API { .fetch }

    package struct Topic: MessageStructure {
        package struct Partition: MessageStructure {
            package var index: Int32 = 0
            package var currentLeaderEpoch: Int32 = -1
            package var fetchOffset: Int64 = 0
            package var lastFetchedEpoch: Int32 = -1
            package var logStartOffset: Int64 = -1
            package var maxBytes: Int32 = 0

            package init() {}

            package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
                try coder.number(&index)
                if coder.version >= 9 { try coder.number(&currentLeaderEpoch) }
                try coder.number(&fetchOffset)
                if coder.version >= 12 { try coder.number(&lastFetchedEpoch) }
                if coder.version >= 5 { try coder.number(&logStartOffset) }
                try coder.number(&maxBytes)
            }
        }

        package var name: String = ""
        package var id: TopicID = .zero
        package var partitions: [Partition] = []

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            if coder.version <= 12 { try coder.text(&name) }
            if coder.version >= 13 { try coder.id(&id) }
            try coder.array(&partitions)
        }
    }

    package struct ForgottenTopic: MessageStructure {
        package var name: String = ""
        package var id: TopicID = .zero
        package var partitions: [Int32] = []

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            if coder.version <= 12 { try coder.text(&name) }
            if coder.version >= 13 { try coder.id(&id) }
            try coder.numbers(&partitions)
        }
    }

    package var replicaID: Int32 = -1
    package var maxWaitMilliseconds: Int32 = 0
    package var minBytes: Int32 = 0
    package var maxBytes: Int32 = Int32.max
    /// 0: read uncommitted; 1: read committed.
    package var isolationLevel: Int8 = 0
    package var sessionID: Int32 = 0
    package var sessionEpoch: Int32 = -1
    package var topics: [Topic] = []
    package var forgottenTopics: [ForgottenTopic] = []
    package var rackID: String = ""

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        if coder.version <= 14 { try coder.number(&replicaID) }
        try coder.number(&maxWaitMilliseconds)
        try coder.number(&minBytes)
        try coder.number(&maxBytes)
        try coder.number(&isolationLevel)
        if coder.version >= 7 { try coder.number(&sessionID) }
        if coder.version >= 7 { try coder.number(&sessionEpoch) }
        try coder.array(&topics)
        if coder.version >= 7 { try coder.array(&forgottenTopics) }
        if coder.version >= 11 { try coder.text(&rackID) }
    }
}

/// Whole batches; the first may begin before the offset that was asked for.
package struct FetchResponse: MessageStructure {
    package struct Topic: MessageStructure {
        package struct Partition: MessageStructure {
            package struct AbortedTransaction: MessageStructure {
                package var producerID: Int64 = 0
                package var firstOffset: Int64 = 0

                package init() {}

                package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
                    try coder.number(&producerID)
                    try coder.number(&firstOffset)
                }
            }

            package var index: Int32 = 0
            package var error: ErrorCode = .none
            package var highWatermark: Int64 = -1
            package var lastStableOffset: Int64 = -1
            package var logStartOffset: Int64 = -1
            package var abortedTransactions: [AbortedTransaction]?
            package var preferredReadReplica: Int32 = -1
            package var records: ArraySlice<UInt8>?
            /// Bytes of records that the sender takes from elsewhere when it writes the response; `records` is not
            /// looked at then.
            package var recordBytesElsewhere: Int?

            package init() {}

            package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
                try coder.number(&index)
                try coder.code(&error)
                try coder.number(&highWatermark)
                if coder.version >= 4 { try coder.number(&lastStableOffset) }
                if coder.version >= 5 { try coder.number(&logStartOffset) }
                if coder.version >= 4 { try coder.array(&abortedTransactions) }
                if coder.version >= 11 { try coder.number(&preferredReadReplica) }
                if let elsewhere = recordBytesElsewhere, !coder.isReading {
                    try coder.gap(elsewhere)
                } else {
                    try coder.bytes(&records)
                }
            }
        }

        package var name: String = ""
        package var id: TopicID = .zero
        package var partitions: [Partition] = []

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            if coder.version <= 12 { try coder.text(&name) }
            if coder.version >= 13 { try coder.id(&id) }
            try coder.array(&partitions)
        }
    }

    package var throttleMilliseconds: Int32 = 0
    package var error: ErrorCode = .none
    package var sessionID: Int32 = 0
    package var topics: [Topic] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.number(&throttleMilliseconds)
        if coder.version >= 7 { try coder.code(&error) }
        if coder.version >= 7 { try coder.number(&sessionID) }
        try coder.array(&topics)
    }
}

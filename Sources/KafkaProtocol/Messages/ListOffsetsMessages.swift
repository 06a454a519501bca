/// Offsets by time: -1 the end, -2 the start, -3 the greatest time. Versions 1 to 8.
package struct ListOffsetsRequest: Request {
    package typealias Response = ListOffsetsResponse
    package static var api: API { .listOffsets }

    package struct Partition: MessageStructure {
        package var index: Int32 = 0
        package var currentLeaderEpoch: Int32 = -1
        package var timestamp: Int64 = 0

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.number(&index)
            if coder.version >= 4 { try coder.number(&currentLeaderEpoch) }
            try coder.number(&timestamp)
        }
    }

    package typealias Topic = TopicEntry<Partition>

    package var replicaID: Int32 = -1
    package var isolationLevel: Int8 = 0
    package var topics: [Topic] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.number(&replicaID)
        if coder.version >= 2 { try coder.number(&isolationLevel) }
        try coder.array(&topics)
    }
}

package struct ListOffsetsResponse: MessageStructure {
    package struct Partition: MessageStructure {
        package var index: Int32 = 0
        package var error: ErrorCode = .none
        package var timestamp: Int64 = -1
        package var offset: Int64 = -1
        package var leaderEpoch: Int32 = -1

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.number(&index)
            try coder.code(&error)
            try coder.number(&timestamp)
            try coder.number(&offset)
            if coder.version >= 4 { try coder.number(&leaderEpoch) }
        }
    }

    package typealias Topic = TopicEntry<Partition>

    package var throttleMilliseconds: Int32 = 0
    package var topics: [Topic] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        if coder.version >= 2 { try coder.number(&throttleMilliseconds) }
        try coder.array(&topics)
    }
}

/// Where the records of a leader epoch end. Versions 2 to 4.
package struct OffsetForLeaderEpochRequest: Request {
    package typealias Response = OffsetForLeaderEpochResponse
    package static var api: API { .offsetForLeaderEpoch }

    package struct Partition: MessageStructure {
        package var index: Int32 = 0
        package var currentLeaderEpoch: Int32 = -1
        package var leaderEpoch: Int32 = 0

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.number(&index)
            if coder.version >= 2 { try coder.number(&currentLeaderEpoch) }
            try coder.number(&leaderEpoch)
        }
    }

    package typealias Topic = TopicEntry<Partition>

    package var replicaID: Int32 = -2
    package var topics: [Topic] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        if coder.version >= 3 { try coder.number(&replicaID) }
        try coder.array(&topics)
    }
}

package struct OffsetForLeaderEpochResponse: MessageStructure {
    package struct Partition: MessageStructure {
        package var error: ErrorCode = .none
        package var index: Int32 = 0
        package var leaderEpoch: Int32 = -1
        package var endOffset: Int64 = -1

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.code(&error)
            try coder.number(&index)
            if coder.version >= 1 { try coder.number(&leaderEpoch) }
            try coder.number(&endOffset)
        }
    }

    package typealias Topic = TopicEntry<Partition>

    package var throttleMilliseconds: Int32 = 0
    package var topics: [Topic] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        if coder.version >= 2 { try coder.number(&throttleMilliseconds) }
        try coder.array(&topics)
    }
}

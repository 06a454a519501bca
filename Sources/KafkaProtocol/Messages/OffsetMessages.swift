/// Versions 2 to 9.
package struct OffsetCommitRequest: Request {
    package typealias Response = OffsetCommitResponse
    package static var api: API { .offsetCommit }

    package struct Partition: MessageStructure {
        package var index: Int32 = 0
        package var offset: Int64 = 0
        package var leaderEpoch: Int32 = -1
        package var metadata: String?

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.number(&index)
            try coder.number(&offset)
            if coder.version >= 6 { try coder.number(&leaderEpoch) }
            try coder.text(&metadata)
        }
    }

    package typealias Topic = TopicEntry<Partition>

    package var groupID: String = ""
    package var generationID: Int32 = -1
    package var memberID: String = ""
    package var groupInstanceID: String?
    package var retentionMilliseconds: Int64 = -1
    package var topics: [Topic] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.text(&groupID)
        try coder.number(&generationID)
        try coder.text(&memberID)
        if coder.version >= 7 { try coder.text(&groupInstanceID) }
        if (2...4).contains(coder.version) { try coder.number(&retentionMilliseconds) }
        try coder.array(&topics)
    }
}

package struct OffsetCommitResponse: MessageStructure {
    package typealias Topic = TopicErrors

    package var throttleMilliseconds: Int32 = 0
    package var topics: [Topic] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        if coder.version >= 3 { try coder.number(&throttleMilliseconds) }
        try coder.array(&topics)
    }
}

/// One group up to version 7, several from 8 on; null topics stand for all. Versions 1 to 9.
package struct OffsetFetchRequest: Request {
    package typealias Response = OffsetFetchResponse
    package static var api: API { .offsetFetch }

    package typealias Topic = TopicPartitions

    package struct Group: MessageStructure {
        package typealias Topic = TopicPartitions

        package var groupID: String = ""
        package var memberID: String?
        package var memberEpoch: Int32 = -1
        package var topics: [Topic]?

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.text(&groupID)
            if coder.version >= 9 { try coder.text(&memberID) }
            if coder.version >= 9 { try coder.number(&memberEpoch) }
            try coder.array(&topics)
        }
    }

    package var groupID: String = ""
    package var topics: [Topic]?
    package var groups: [Group] = []
    package var requiresStable: Bool = false

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        if coder.version <= 7 { try coder.text(&groupID) }
        if coder.version <= 7 { try coder.array(&topics) }
        if coder.version >= 8 { try coder.array(&groups) }
        if coder.version >= 7 { try coder.flag(&requiresStable) }
    }
}

package struct OffsetFetchResponse: MessageStructure {
    package struct Partition: MessageStructure {
        package var index: Int32 = 0
        package var offset: Int64 = -1
        package var leaderEpoch: Int32 = -1
        package var metadata: String?
        package var error: ErrorCode = .none

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.number(&index)
            try coder.number(&offset)
            if coder.version >= 5 { try coder.number(&leaderEpoch) }
            try coder.text(&metadata)
            try coder.code(&error)
        }
    }

    package typealias Topic = TopicEntry<Partition>

    package struct Group: MessageStructure {
        package var groupID: String = ""
        package var topics: [Topic] = []
        package var error: ErrorCode = .none

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.text(&groupID)
            try coder.array(&topics)
            try coder.code(&error)
        }
    }

    package var throttleMilliseconds: Int32 = 0
    package var topics: [Topic] = []
    package var error: ErrorCode = .none
    package var groups: [Group] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        if coder.version >= 3 { try coder.number(&throttleMilliseconds) }
        if coder.version <= 7 { try coder.array(&topics) }
        if (2...7).contains(coder.version) { try coder.code(&error) }
        if coder.version >= 8 { try coder.array(&groups) }
    }
}

/// Version 0.
package struct OffsetDeleteRequest: Request {
    package typealias Response = OffsetDeleteResponse
    package static var api: API { .offsetDelete }

    package struct Partition: MessageStructure {
        package var index: Int32 = 0

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.number(&index)
        }
    }

    package typealias Topic = TopicEntry<Partition>

    package var groupID: String = ""
    package var topics: [Topic] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.text(&groupID)
        try coder.array(&topics)
    }
}

package struct OffsetDeleteResponse: MessageStructure {
    package typealias Topic = TopicErrors

    package var error: ErrorCode = .none
    package var throttleMilliseconds: Int32 = 0
    package var topics: [Topic] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.code(&error)
        try coder.number(&throttleMilliseconds)
        try coder.array(&topics)
    }
}

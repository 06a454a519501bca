/// Versions 2 to 7.
package struct CreateTopicsRequest: Request {
    package typealias Response = CreateTopicsResponse
    package static var api: API { .createTopics }

    package struct Topic: MessageStructure {
        package struct Assignment: MessageStructure {
            package var partition: Int32 = 0
            package var brokers: [Int32] = []

            package init() {}

            package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
                try coder.number(&partition)
                try coder.numbers(&brokers)
            }
        }

        package typealias Config = NamedValue

        package var name: String = ""
        /// -1: as the broker is set, or as the assignments say.
        package var partitionCount: Int32 = 0
        package var replicationFactor: Int16 = -1
        package var assignments: [Assignment] = []
        package var configs: [Config] = []

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.text(&name)
            try coder.number(&partitionCount)
            try coder.number(&replicationFactor)
            try coder.array(&assignments)
            try coder.array(&configs)
        }
    }

    package var topics: [Topic] = []
    package var timeoutMilliseconds: Int32 = 0
    package var validatesOnly: Bool = false

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.array(&topics)
        try coder.number(&timeoutMilliseconds)
        if coder.version >= 1 { try coder.flag(&validatesOnly) }
    }
}

package struct CreateTopicsResponse: MessageStructure {
    package struct Topic: MessageStructure {
        package struct Config: MessageStructure {
            package var name: String = ""
            package var value: String?
            package var isReadOnly: Bool = false
            package var source: Int8 = -1
            package var isSensitive: Bool = false

            package init() {}

            package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
                try coder.text(&name)
                try coder.text(&value)
                try coder.flag(&isReadOnly)
                try coder.number(&source)
                try coder.flag(&isSensitive)
            }
        }

        package var name: String = ""
        package var id: TopicID = .zero
        package var error: ErrorCode = .none
        package var errorMessage: String?
        package var partitionCount: Int32 = -1
        package var replicationFactor: Int16 = -1
        package var configs: [Config]?

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.text(&name)
            if coder.version >= 7 { try coder.id(&id) }
            try coder.code(&error)
            if coder.version >= 1 { try coder.text(&errorMessage) }
            if coder.version >= 5 { try coder.number(&partitionCount) }
            if coder.version >= 5 { try coder.number(&replicationFactor) }
            if coder.version >= 5 { try coder.array(&configs) }
        }
    }

    package var throttleMilliseconds: Int32 = 0
    package var topics: [Topic] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        if coder.version >= 2 { try coder.number(&throttleMilliseconds) }
        try coder.array(&topics)
    }
}

/// By name up to version 5, by name or id from 6 on. Versions 1 to 6.
package struct DeleteTopicsRequest: Request {
    package typealias Response = DeleteTopicsResponse
    package static var api: API { .deleteTopics }

    package struct Topic: MessageStructure {
        package var name: String?
        package var id: TopicID = .zero

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.text(&name)
            try coder.id(&id)
        }
    }

    package var topics: [Topic] = []
    package var names: [String] = []
    package var timeoutMilliseconds: Int32 = 0

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        if coder.version >= 6 { try coder.array(&topics) }
        if coder.version <= 5 { try coder.texts(&names) }
        try coder.number(&timeoutMilliseconds)
    }
}

package struct DeleteTopicsResponse: MessageStructure {
    package struct Topic: MessageStructure {
        package var name: String?
        package var id: TopicID = .zero
        package var error: ErrorCode = .none
        package var errorMessage: String?

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.text(&name)
            if coder.version >= 6 { try coder.id(&id) }
            try coder.code(&error)
            if coder.version >= 5 { try coder.text(&errorMessage) }
        }
    }

    package var throttleMilliseconds: Int32 = 0
    package var topics: [Topic] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        if coder.version >= 1 { try coder.number(&throttleMilliseconds) }
        try coder.array(&topics)
    }
}

/// Versions 0 to 3.
package struct CreatePartitionsRequest: Request {
    package typealias Response = CreatePartitionsResponse
    package static var api: API { .createPartitions }

    package struct Topic: MessageStructure {
        package struct Assignment: MessageStructure {
            package var brokers: [Int32] = []

            package init() {}

            package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
                try coder.numbers(&brokers)
            }
        }

        package var name: String = ""
        package var count: Int32 = 0
        package var assignments: [Assignment]?

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.text(&name)
            try coder.number(&count)
            try coder.array(&assignments)
        }
    }

    package var topics: [Topic] = []
    package var timeoutMilliseconds: Int32 = 0
    package var validatesOnly: Bool = false

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.array(&topics)
        try coder.number(&timeoutMilliseconds)
        try coder.flag(&validatesOnly)
    }
}

package struct CreatePartitionsTopic: MessageStructure {
    package var name: String = ""
    package var error: ErrorCode = .none
    package var errorMessage: String?

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.text(&name)
        try coder.code(&error)
        try coder.text(&errorMessage)
    }
}

package typealias CreatePartitionsResponse = ThrottledTopics<CreatePartitionsTopic>

/// Records below an offset; -1 is the high watermark. Versions 0 to 2.
package struct DeleteRecordsRequest: Request {
    package typealias Response = DeleteRecordsResponse
    package static var api: API { .deleteRecords }

    package struct Partition: MessageStructure {
        package var index: Int32 = 0
        package var offset: Int64 = 0

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.number(&index)
            try coder.number(&offset)
        }
    }

    package typealias Topic = TopicEntry<Partition>

    package var topics: [Topic] = []
    package var timeoutMilliseconds: Int32 = 0

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.array(&topics)
        try coder.number(&timeoutMilliseconds)
    }
}

package struct DeleteRecordsPartition: MessageStructure {
    package var index: Int32 = 0
    package var lowWatermark: Int64 = -1
    package var error: ErrorCode = .none

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.number(&index)
        try coder.number(&lowWatermark)
        try coder.code(&error)
    }
}

package typealias DeleteRecordsResponse = ThrottledTopics<TopicEntry<DeleteRecordsPartition>>

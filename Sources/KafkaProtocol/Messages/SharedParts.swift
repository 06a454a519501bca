// Parts that several messages have alike, field by field.

/// What a message says of partitions of one topic.
package struct TopicEntry<Partition: MessageStructure>: MessageStructure {
    package typealias Partition = Partition

    package var name: String = ""
    package var partitions: [Partition] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.text(&name)
        try coder.array(&partitions)
    }
}

/// How it went with a partition.
package struct PartitionError: MessageStructure {
    package var index: Int32 = 0
    package var error: ErrorCode = .none

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.number(&index)
        try coder.code(&error)
    }
}

package typealias TopicErrors = TopicEntry<PartitionError>

/// Partitions of a topic by their numbers.
package struct TopicPartitions: MessageStructure {
    package var name: String = ""
    package var partitions: [Int32] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.text(&name)
        try coder.numbers(&partitions)
    }
}

/// A setting with its value; nil stands for the default.
package struct NamedValue: MessageStructure {
    package var name: String = ""
    package var value: String?

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.text(&name)
        try coder.text(&value)
    }
}

/// Settings for a topic (type 2) or a broker (type 4).
package struct ConfigResource<Config: MessageStructure>: MessageStructure {
    package typealias Config = Config

    package var type: Int8 = 0
    package var name: String = ""
    package var configs: [Config] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.number(&type)
        try coder.text(&name)
        try coder.array(&configs)
    }
}

/// How it went with the settings of a topic or a broker.
package struct ConfigResult: MessageStructure {
    package var error: ErrorCode = .none
    package var errorMessage: String?
    package var type: Int8 = 0
    package var name: String = ""

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.code(&error)
        try coder.text(&errorMessage)
        try coder.number(&type)
        try coder.text(&name)
    }
}

/// How it went with one of several things that were asked for, in their order.
package struct ErrorResult: MessageStructure {
    package var error: ErrorCode = .none
    package var errorMessage: String?

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.code(&error)
        try coder.text(&errorMessage)
    }
}

/// A response of results, in all versions alike.
package struct ThrottledResults<Result: MessageStructure>: MessageStructure {
    package typealias Result = Result

    package var throttleMilliseconds: Int32 = 0
    package var results: [Result] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.number(&throttleMilliseconds)
        try coder.array(&results)
    }
}

/// Results for each topic.
package typealias ThrottledTopics = ThrottledResults

extension ThrottledResults {
    package typealias Topic = Result

    /// The results, where each is of a topic.
    package var topics: [Topic] {
        get { results }
        set { results = newValue }
    }
}

/// A response that only tells whether it went well, in all versions alike.
package struct ThrottledError: MessageStructure {
    package var throttleMilliseconds: Int32 = 0
    package var error: ErrorCode = .none

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.number(&throttleMilliseconds)
        try coder.code(&error)
    }
}

// Parts that several messages have alike, field by field.

/// How it went with each partition of a topic.
package struct TopicErrors: MessageStructure {
    package struct Partition: MessageStructure {
        package var index: Int32 = 0
        package var error: ErrorCode = .none

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.number(&index)
            try coder.code(&error)
        }
    }

    package var name: String = ""
    package var partitions: [Partition] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.text(&name)
        try coder.array(&partitions)
    }
}

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

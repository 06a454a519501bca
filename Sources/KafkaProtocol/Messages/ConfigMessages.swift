/// Settings of topics (type 2) and brokers (type 4). Versions 1 to 4.
package struct DescribeConfigsRequest: Request {
    package typealias Response = DescribeConfigsResponse
    package static var api: API { .describeConfigs }

    package struct Resource: MessageStructure {
        package var type: Int8 = 0
        package var name: String = ""
        package var keys: [String]?

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.number(&type)
            try coder.text(&name)
            try coder.texts(&keys)
        }
    }

    package var resources: [Resource] = []
    package var includesSynonyms: Bool = false
    package var includesDocumentation: Bool = false

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.array(&resources)
        if coder.version >= 1 { try coder.flag(&includesSynonyms) }
        if coder.version >= 3 { try coder.flag(&includesDocumentation) }
    }
}

package struct DescribeConfigsResult: MessageStructure {
    package struct Config: MessageStructure {
        package struct Synonym: MessageStructure {
            package var name: String = ""
            package var value: String?
            package var source: Int8 = 0

            package init() {}

            package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
                try coder.text(&name)
                try coder.text(&value)
                try coder.number(&source)
            }
        }

        package var name: String = ""
        package var value: String?
        package var isReadOnly: Bool = false
        package var source: Int8 = -1
        package var isSensitive: Bool = false
        package var synonyms: [Synonym] = []
        package var type: Int8 = 0
        package var documentation: String?

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.text(&name)
            try coder.text(&value)
            try coder.flag(&isReadOnly)
            if coder.version >= 1 { try coder.number(&source) }
            try coder.flag(&isSensitive)
            if coder.version >= 1 { try coder.array(&synonyms) }
            if coder.version >= 3 { try coder.number(&type) }
            if coder.version >= 3 { try coder.text(&documentation) }
        }
    }

    package var error: ErrorCode = .none
    package var errorMessage: String?
    package var type: Int8 = 0
    package var name: String = ""
    package var configs: [Config] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.code(&error)
        try coder.text(&errorMessage)
        try coder.number(&type)
        try coder.text(&name)
        try coder.array(&configs)
    }
}

package typealias DescribeConfigsResponse = ThrottledResults<DescribeConfigsResult>

/// Versions 0 to 2.
package struct AlterConfigsRequest: Request {
    package typealias Response = AlterConfigsResponse
    package static var api: API { .alterConfigs }

    package typealias Resource = ConfigResource<NamedValue>

    package var resources: [Resource] = []
    package var validatesOnly: Bool = false

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.array(&resources)
        try coder.flag(&validatesOnly)
    }
}

package typealias AlterConfigsResponse = ThrottledResults<ConfigResult>

/// Versions 0 and 1.
package struct IncrementalAlterConfigsRequest: Request {
    package typealias Response = IncrementalAlterConfigsResponse
    package static var api: API { .incrementalAlterConfigs }

    package struct Config: MessageStructure {
        package var name: String = ""
        /// 0 set, 1 delete, 2 append, 3 subtract.
        package var operation: Int8 = 0
        package var value: String?

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.text(&name)
            try coder.number(&operation)
            try coder.text(&value)
        }
    }

    package typealias Resource = ConfigResource<Config>

    package var resources: [Resource] = []
    package var validatesOnly: Bool = false

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.array(&resources)
        try coder.flag(&validatesOnly)
    }
}

package typealias IncrementalAlterConfigsResponse = ThrottledResults<ConfigResult>

/// Versions 0 to 4.
package struct DescribeLogDirectoriesRequest: Request {
    package typealias Response = DescribeLogDirectoriesResponse
    package static var api: API { .describeLogDirectories }

    package typealias Topic = TopicPartitions

    package var topics: [Topic]?

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.array(&topics)
    }
}

package struct DescribeLogDirectoriesResponse: MessageStructure {
    package struct Directory: MessageStructure {
        package struct Partition: MessageStructure {
            package var index: Int32 = 0
            package var sizeBytes: Int64 = 0
            package var offsetLag: Int64 = 0
            package var isFuture: Bool = false

            package init() {}

            package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
                try coder.number(&index)
                try coder.number(&sizeBytes)
                try coder.number(&offsetLag)
                try coder.flag(&isFuture)
            }
        }

        package typealias Topic = TopicEntry<Partition>

        package var error: ErrorCode = .none
        package var path: String = ""
        package var topics: [Topic] = []
        package var totalBytes: Int64 = -1
        package var usableBytes: Int64 = -1

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.code(&error)
            try coder.text(&path)
            try coder.array(&topics)
            if coder.version >= 4 { try coder.number(&totalBytes) }
            if coder.version >= 4 { try coder.number(&usableBytes) }
        }
    }

    package var throttleMilliseconds: Int32 = 0
    package var error: ErrorCode = .none
    package var directories: [Directory] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.number(&throttleMilliseconds)
        if coder.version >= 3 { try coder.code(&error) }
        try coder.array(&directories)
    }
}

/// Brokers and topics; null topics (none in version 0) stand for all. Versions 0 to 12.
package struct MetadataRequest: Request {
    package typealias Response = MetadataResponse
    package static var api: API { .metadata }

    package struct Topic: MessageStructure {
        package var id: TopicID = .zero
        /// Null only where the id says which topic is meant.
        package var name: String?

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            if coder.version >= 10 { try coder.id(&id) }
            try coder.text(&name)
        }
    }

    package var topics: [Topic]?
    package var allowsAutoCreation: Bool = true
    package var includesClusterOperations: Bool = false
    package var includesTopicOperations: Bool = false

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.array(&topics)
        if coder.version >= 4 { try coder.flag(&allowsAutoCreation) }
        if (8...10).contains(coder.version) { try coder.flag(&includesClusterOperations) }
        if coder.version >= 8 { try coder.flag(&includesTopicOperations) }
    }
}

package struct MetadataResponse: MessageStructure {
    package struct Broker: MessageStructure {
        package var nodeID: Int32 = 0
        package var host: String = ""
        package var port: Int32 = 0
        package var rack: String?

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.number(&nodeID)
            try coder.text(&host)
            try coder.number(&port)
            if coder.version >= 1 { try coder.text(&rack) }
        }
    }

    package struct Topic: MessageStructure {
        package struct Partition: MessageStructure {
            package var error: ErrorCode = .none
            package var index: Int32 = 0
            package var leaderID: Int32 = 0
            package var leaderEpoch: Int32 = -1
            package var replicas: [Int32] = []
            package var inSyncReplicas: [Int32] = []
            package var offlineReplicas: [Int32] = []

            package init() {}

            package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
                try coder.code(&error)
                try coder.number(&index)
                try coder.number(&leaderID)
                if coder.version >= 7 { try coder.number(&leaderEpoch) }
                try coder.numbers(&replicas)
                try coder.numbers(&inSyncReplicas)
                if coder.version >= 5 { try coder.numbers(&offlineReplicas) }
            }
        }

        package var error: ErrorCode = .none
        package var name: String?
        package var id: TopicID = .zero
        package var isInternal: Bool = false
        package var partitions: [Partition] = []
        package var operations: Int32 = Int32.min

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.code(&error)
            try coder.text(&name)
            if coder.version >= 10 { try coder.id(&id) }
            if coder.version >= 1 { try coder.flag(&isInternal) }
            try coder.array(&partitions)
            if coder.version >= 8 { try coder.number(&operations) }
        }
    }

    package var throttleMilliseconds: Int32 = 0
    package var brokers: [Broker] = []
    package var clusterID: String?
    package var controllerID: Int32 = -1
    package var topics: [Topic] = []
    package var clusterOperations: Int32 = Int32.min

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        if coder.version >= 3 { try coder.number(&throttleMilliseconds) }
        try coder.array(&brokers)
        if coder.version >= 2 { try coder.text(&clusterID) }
        if coder.version >= 1 { try coder.number(&controllerID) }
        try coder.array(&topics)
        if (8...10).contains(coder.version) { try coder.number(&clusterOperations) }
    }
}

/// Versions 0 and 1.
package struct DescribeClusterRequest: Request {
    package typealias Response = DescribeClusterResponse
    package static var api: API { .describeCluster }

    package var includesClusterOperations: Bool = false
    package var endpointType: Int8 = 1

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.flag(&includesClusterOperations)
        if coder.version >= 1 { try coder.number(&endpointType) }
    }
}

package struct DescribeClusterResponse: MessageStructure {
    package struct Broker: MessageStructure {
        package var brokerID: Int32 = 0
        package var host: String = ""
        package var port: Int32 = 0
        package var rack: String?

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.number(&brokerID)
            try coder.text(&host)
            try coder.number(&port)
            try coder.text(&rack)
        }
    }

    package var throttleMilliseconds: Int32 = 0
    package var error: ErrorCode = .none
    package var errorMessage: String?
    package var endpointType: Int8 = 1
    package var clusterID: String = ""
    package var controllerID: Int32 = -1
    package var brokers: [Broker] = []
    package var clusterOperations: Int32 = Int32.min

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.number(&throttleMilliseconds)
        try coder.code(&error)
        try coder.text(&errorMessage)
        if coder.version >= 1 { try coder.number(&endpointType) }
        try coder.text(&clusterID)
        try coder.number(&controllerID)
        try coder.array(&brokers)
        try coder.number(&clusterOperations)
    }
}

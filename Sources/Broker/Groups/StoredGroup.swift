import KafkaProtocol

/// A group as it is stored.
struct StoredGroup: MessageStructure {
    struct Member: MessageStructure {
        var id = ""
        var instanceID: String?
        var clientID = ""
        var clientHost = ""
        var sessionTimeout: Int64 = 0
        var rebalanceTimeout: Int64 = 0
        var protocols: [JoinGroupRequest.ProtocolEntry] = []
        var assignment: ArraySlice<UInt8> = []

        mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.text(&id)
            try coder.text(&instanceID)
            try coder.text(&clientID)
            try coder.text(&clientHost)
            try coder.number(&sessionTimeout)
            try coder.number(&rebalanceTimeout)
            try coder.array(&protocols)
            try coder.bytes(&assignment)
        }
    }

    var generation: Int32 = 0
    var protocolType: String?
    var protocolName: String?
    var leader: String?
    var members: [Member] = []

    mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.number(&generation)
        try coder.text(&protocolType)
        try coder.text(&protocolName)
        try coder.text(&leader)
        try coder.array(&members)
    }

    init() {}

    init(_ group: ConsumerGroup) {
        generation = group.generation
        protocolType = group.protocolType
        protocolName = group.protocolName
        leader = group.leader
        members = group.membersInOrder.map { member in
            var stored = Member()
            stored.id = member.id
            stored.instanceID = member.instanceID
            stored.clientID = member.clientID
            stored.clientHost = member.clientHost
            stored.sessionTimeout = member.sessionTimeoutMilliseconds
            stored.rebalanceTimeout = member.rebalanceTimeoutMilliseconds
            stored.protocols = member.protocols
            stored.assignment = member.assignment
            return stored
        }
    }

    func group(id: String, limits: GroupLimits, now: Int64) -> ConsumerGroup {
        let members = members.map { stored in
            GroupMember(
                id: stored.id, instanceID: stored.instanceID, clientID: stored.clientID,
                clientHost: stored.clientHost, sessionTimeoutMilliseconds: stored.sessionTimeout,
                rebalanceTimeoutMilliseconds: stored.rebalanceTimeout, protocols: stored.protocols,
                assignment: stored.assignment)
        }
        return ConsumerGroup(
            id: id, generation: generation, protocolType: protocolType, protocolName: protocolName, leader: leader,
            members: members, limits: limits, now: now)
    }
}

/// A committed offset as it is stored.
struct StoredOffset: MessageStructure, Equatable {
    var offset: Int64 = -1
    var leaderEpoch: Int32 = -1
    var metadata: String?
    /// When it was committed, ms since 1970.
    var committedAt: Int64 = 0

    mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.number(&offset)
        try coder.number(&leaderEpoch)
        try coder.text(&metadata)
        try coder.number(&committedAt)
    }
}

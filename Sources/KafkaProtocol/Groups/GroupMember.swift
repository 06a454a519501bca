/// One consumer of a group.
package struct GroupMember: Sendable, Equatable {
    package var id: String
    /// Set for static members: the same instance comes back under a new member id without a rebalance.
    package var instanceID: String?
    package var clientID: String
    package var clientHost: String
    package var sessionTimeoutMilliseconds: Int64
    package var rebalanceTimeoutMilliseconds: Int64
    /// What the member can do, most wanted first; the metadata is opaque.
    package var protocols: [JoinGroupRequest.ProtocolEntry]
    package var assignment: ArraySlice<UInt8> = []

    /// A join that waits for the others.
    var parkedJoin: ReplyToken?
    /// A sync that waits for the leader.
    var parkedSync: ReplyToken?
    /// When the member counts as gone, in ms; nothing is expired while a join is parked.
    var deadline: Int64 = 0

    package static func == (left: Self, right: Self) -> Bool {
        left.id == right.id && left.instanceID == right.instanceID && left.clientID == right.clientID
            && left.clientHost == right.clientHost && left.assignment == right.assignment
            && left.sessionTimeoutMilliseconds == right.sessionTimeoutMilliseconds
            && left.rebalanceTimeoutMilliseconds == right.rebalanceTimeoutMilliseconds
            && Self.same(left.protocols, right.protocols)
    }

    static func same(
        _ left: [JoinGroupRequest.ProtocolEntry], _ right: [JoinGroupRequest.ProtocolEntry]
    ) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { $0.name == $1.name && $0.metadata == $1.metadata }
    }

    func metadata(for protocolName: String) -> ArraySlice<UInt8> {
        protocols.first { $0.name == protocolName }?.metadata ?? []
    }
}

/// Names a request that is answered later.
package typealias ReplyToken = UInt64

/// An answer of a group to a request, now or long after it came.
package enum GroupReply: Sendable {
    case join(ReplyToken, JoinGroupResponse)
    case sync(ReplyToken, SyncGroupResponse)
}

/// Bounds of all groups of a broker.
package struct GroupLimits: Sendable {
    package var sessionTimeoutMilliseconds: ClosedRange<Int64> = 6_000...1_800_000
    package var members = 1_000
    /// A first rebalance waits this long for more members.
    package var initialDelayMilliseconds: Int64 = 0

    package init() {}
}

extension GroupMember {
    /// A member as it was stored.
    package init(
        id: String, instanceID: String?, clientID: String, clientHost: String, sessionTimeoutMilliseconds: Int64,
        rebalanceTimeoutMilliseconds: Int64, protocols: [JoinGroupRequest.ProtocolEntry],
        assignment: ArraySlice<UInt8>
    ) {
        self.init(
            id: id, instanceID: instanceID, clientID: clientID, clientHost: clientHost,
            sessionTimeoutMilliseconds: sessionTimeoutMilliseconds,
            rebalanceTimeoutMilliseconds: rebalanceTimeoutMilliseconds, protocols: protocols)
        self.assignment = assignment
    }
}

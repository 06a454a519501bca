/// A group of the classic protocol: who is in it, which generation it has, who waits for an answer.
///
/// A value without clock or socket: every call is given the time, and what it gives back are the answers to requests that
/// may have been waiting. The caller stores the group when `isChanged` says so, before it sends the answers.
package struct ConsumerGroup: Sendable {
    package enum State: String, Sendable {
        case empty = "Empty"
        case preparingRebalance = "PreparingRebalance"
        case completingRebalance = "CompletingRebalance"
        case stable = "Stable"
        case dead = "Dead"
    }

    package let id: String
    package internal(set) var state = State.empty
    package internal(set) var generation: Int32 = 0
    package internal(set) var protocolType: String?
    package internal(set) var protocolName: String?
    package internal(set) var leader: String?
    package internal(set) var members: [String: GroupMember] = [:]
    /// Members in the order in which they came; answers and votes follow it.
    var order: [String] = []
    /// Ids given out to members that have not used them yet, with the time they are forgotten.
    var promisedMembers: [String: Int64] = [:]
    /// When the rebalance goes on without those who have not come back.
    var rebalanceDeadline: Int64 = 0
    /// A first rebalance is not over before.
    var earliestCompletion: Int64 = 0
    /// Members, generation or assignments differ from what was stored last.
    package var isChanged = false
    let limits: GroupLimits

    package init(id: String, limits: GroupLimits = GroupLimits()) {
        self.id = id
        self.limits = limits
    }

    // MARK: joining

    /// A JoinGroup request. `newMemberID` is the id to give to a member without one; `mayPromise` is true from version 4
    /// on, where such a member is told its id first and joins with it.
    package mutating func join(
        _ request: JoinGroupRequest, token: ReplyToken, clientID: String, clientHost: String, newMemberID: String,
        version: Int16, now: Int64
    ) -> [GroupReply] {
        if let error = refusal(of: request) { return [.join(token, Self.failed(error, memberID: request.memberID))] }
        var member = GroupMember(
            id: request.memberID, instanceID: request.groupInstanceID, clientID: clientID, clientHost: clientHost,
            sessionTimeoutMilliseconds: Int64(request.sessionTimeoutMilliseconds),
            rebalanceTimeoutMilliseconds: Int64(
                request.rebalanceTimeoutMilliseconds > 0
                    ? request.rebalanceTimeoutMilliseconds : request.sessionTimeoutMilliseconds),
            protocols: request.protocols)
        if let instance = request.groupInstanceID,
            let known = members.values.first(where: { $0.instanceID == instance })
        {
            if request.memberID.isEmpty {
                member.id = newMemberID
                return replace(known, by: member, token: token, version: version, now: now)
            }
            if request.memberID != known.id {
                return [.join(token, Self.failed(.fencedInstanceId, memberID: request.memberID))]
            }
        }
        if request.memberID.isEmpty {
            member.id = newMemberID
            if version >= 4, request.groupInstanceID == nil {
                promisedMembers[newMemberID] = now + member.sessionTimeoutMilliseconds
                return [.join(token, Self.failed(.memberIdRequired, memberID: newMemberID))]
            }
            return add(member, request.protocolType, token: token, now: now)
        }
        if promisedMembers.removeValue(forKey: request.memberID) != nil {
            return add(member, request.protocolType, token: token, now: now)
        }
        guard members[member.id] != nil else {
            return [.join(token, Self.failed(.unknownMemberId, memberID: member.id))]
        }
        return rejoin(member, token: token, version: version, now: now)
    }

    private func refusal(of request: JoinGroupRequest) -> ErrorCode? {
        guard !request.groupID.isEmpty else { return .invalidGroupId }
        guard limits.sessionTimeoutMilliseconds.contains(Int64(request.sessionTimeoutMilliseconds)) else {
            return .invalidSessionTimeout
        }
        guard !request.protocols.isEmpty, !request.protocolType.isEmpty else { return .inconsistentGroupProtocol }
        let others = members.values.filter {
            $0.id != request.memberID && $0.instanceID.map { $0 != request.groupInstanceID } ?? true
        }
        if !others.isEmpty {
            let names = Set(request.protocols.map(\.name))
            let isCommon = names.contains { name in others.allSatisfy { $0.protocols.contains { $0.name == name } } }
            guard protocolType == request.protocolType, isCommon else { return .inconsistentGroupProtocol }
        }
        let isNew = members[request.memberID] == nil
        return isNew && members.count + promisedMembers.count >= limits.members ? .groupMaxSizeReached : nil
    }

    private mutating func add(
        _ member: GroupMember, _ type: String, token: ReplyToken, now: Int64
    ) -> [GroupReply] {
        var member = member
        member.parkedJoin = token
        if members.isEmpty { protocolType = type }
        if members[member.id] == nil { order.append(member.id) }
        members[member.id] = member
        if leader == nil { leader = member.id }
        return rebalance(now: now)
    }

    /// A known member asks again.
    private mutating func rejoin(
        _ asked: GroupMember, token: ReplyToken, version: Int16, now: Int64
    ) -> [GroupReply] {
        guard var member = members[asked.id] else { return [] }
        let isSame = GroupMember.same(member.protocols, asked.protocols)
        touch(member.id, now)
        switch state {
        case .completingRebalance where isSame, .stable where isSame && member.id != leader:
            // Its answer was lost, or nothing has changed.
            return [.join(token, joined(member, version: version))]
        case .preparingRebalance, .completingRebalance, .stable:
            var replies: [GroupReply] = []
            if let older = member.parkedJoin {
                replies.append(.join(older, Self.failed(.unknownMemberId, memberID: member.id)))
            }
            member.protocols = asked.protocols
            member.sessionTimeoutMilliseconds = asked.sessionTimeoutMilliseconds
            member.rebalanceTimeoutMilliseconds = asked.rebalanceTimeoutMilliseconds
            member.clientID = asked.clientID
            member.clientHost = asked.clientHost
            member.parkedJoin = token
            member.deadline = now + member.sessionTimeoutMilliseconds
            members[member.id] = member
            return replies + rebalance(now: now)
        case .empty, .dead:
            return [.join(token, Self.failed(.unknownMemberId, memberID: member.id))]
        }
    }

    /// A static member comes back under a new id, as after a restart of its process.
    private mutating func replace(
        _ old: GroupMember, by asked: GroupMember, token: ReplyToken, version: Int16, now: Int64
    ) -> [GroupReply] {
        var replies: [GroupReply] = []
        if let parked = old.parkedJoin {
            replies.append(.join(parked, Self.failed(.fencedInstanceId, memberID: old.id)))
        }
        if let parked = old.parkedSync { replies.append(.sync(parked, Self.failed(.fencedInstanceId))) }
        var member = asked
        member.assignment = old.assignment
        member.deadline = now + member.sessionTimeoutMilliseconds
        members[old.id] = nil
        members[member.id] = member
        order = order.map { $0 == old.id ? member.id : $0 }
        let wasLeader = leader == old.id
        if wasLeader { leader = member.id }
        isChanged = true
        guard state == .stable, GroupMember.same(old.protocols, asked.protocols) else {
            members[member.id]?.parkedJoin = token
            return replies + rebalance(now: now)
        }
        var response = joined(member, version: version)
        if wasLeader {
            if version >= 9 {
                response.skipsAssignment = true
            } else {
                // Told that another leads, it takes its assignment instead of making one.
                response.leader = old.id
                response.members = []
            }
        }
        return replies + [.join(token, response)]
    }

    // MARK: rebalancing

    /// Begins a rebalance, or goes on with the one that is under way.
    mutating func rebalance(now: Int64) -> [GroupReply] {
        var replies: [GroupReply] = []
        if state != .preparingRebalance {
            for id in order {
                guard let parked = members[id]?.parkedSync else { continue }
                members[id]?.parkedSync = nil
                replies.append(.sync(parked, Self.failed(.rebalanceInProgress)))
            }
            earliestCompletion = state == .empty ? now + limits.initialDelayMilliseconds : now
            rebalanceDeadline = now + (members.values.map(\.rebalanceTimeoutMilliseconds).max() ?? 0)
            state = .preparingRebalance
        }
        return replies + completeIfReady(now: now)
    }

    mutating func completeIfReady(now: Int64) -> [GroupReply] {
        guard state == .preparingRebalance else { return [] }
        let isComplete = now >= earliestCompletion && members.values.allSatisfy { $0.parkedJoin != nil }
        guard isComplete || now >= rebalanceDeadline else { return [] }
        // Who did not come back in time is out; a static member only when its session ends.
        for member in members.values where member.parkedJoin == nil && member.instanceID == nil { forget(member.id) }
        generation &+= 1
        isChanged = true
        guard !members.isEmpty else {
            state = .empty
            protocolName = nil
            leader = nil
            return []
        }
        if leader.flatMap({ members[$0]?.parkedJoin }) == nil {
            leader = order.first { members[$0]?.parkedJoin != nil } ?? order.first
        }
        protocolName = vote()
        state = .completingRebalance
        rebalanceDeadline = now + (members.values.map(\.rebalanceTimeoutMilliseconds).max() ?? 0)
        return order.compactMap { id in
            guard let member = members[id], let parked = member.parkedJoin else { return nil }
            members[id]?.parkedJoin = nil
            touch(id, now)
            return .join(parked, joined(member, version: .max))
        }
    }

    /// The protocol that all can do and most want.
    private func vote() -> String {
        let all = order.compactMap { members[$0] }
        let common = Set(all.first?.protocols.map(\.name) ?? []).filter { name in
            all.allSatisfy { $0.protocols.contains { $0.name == name } }
        }
        var votes: [String: Int] = [:]
        var candidates: [String] = []
        for member in all {
            guard let choice = member.protocols.first(where: { common.contains($0.name) })?.name else { continue }
            if votes[choice] == nil { candidates.append(choice) }
            votes[choice, default: 0] += 1
        }
        return candidates.max { votes[$0, default: 0] < votes[$1, default: 0] } ?? ""
    }

    func joined(_ member: GroupMember, version: Int16) -> JoinGroupResponse {
        var response = JoinGroupResponse()
        response.generationID = generation
        response.protocolType = protocolType
        response.protocolName = protocolName ?? ""
        response.leader = leader ?? ""
        response.memberID = member.id
        guard leader == member.id else { return response }
        response.members = order.compactMap { members[$0] }.map { other in
            var entry = JoinGroupResponse.Member()
            entry.memberID = other.id
            entry.groupInstanceID = other.instanceID
            entry.metadata = other.metadata(for: protocolName ?? "")
            return entry
        }
        return response
    }

    mutating func touch(_ id: String, _ now: Int64) {
        guard let timeout = members[id]?.sessionTimeoutMilliseconds else { return }
        members[id]?.deadline = now + timeout
    }

    mutating func forget(_ id: String) {
        members[id] = nil
        order.removeAll { $0 == id }
        if leader == id { leader = order.first }
        isChanged = true
    }

    static func failed(_ error: ErrorCode, memberID: String) -> JoinGroupResponse {
        var response = JoinGroupResponse()
        response.error = error
        response.memberID = memberID
        return response
    }

    static func failed(_ error: ErrorCode) -> SyncGroupResponse {
        var response = SyncGroupResponse()
        response.error = error
        return response
    }
}

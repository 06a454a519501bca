// What members do once they have joined: taking assignments, staying alive, leaving, committing.
extension ConsumerGroup {
    // MARK: assignments

    package mutating func sync(_ request: SyncGroupRequest, token: ReplyToken, now: Int64) -> [GroupReply] {
        let error = refusal(member: request.memberID, request.groupInstanceID, generation: request.generationID)
        if let error { return [.sync(token, Self.failed(error))] }
        if let type = request.protocolType, type != protocolType { return inconsistent(token) }
        if let name = request.protocolName, name != protocolName { return inconsistent(token) }
        touch(request.memberID, now)
        switch state {
        case .empty, .dead: return [.sync(token, Self.failed(.unknownMemberId))]
        case .preparingRebalance: return [.sync(token, Self.failed(.rebalanceInProgress))]
        case .stable: return [.sync(token, synced(request.memberID))]
        case .completingRebalance: break
        }
        var replies: [GroupReply] = []
        if let older = members[request.memberID]?.parkedSync {
            replies.append(.sync(older, Self.failed(.rebalanceInProgress)))
        }
        members[request.memberID]?.parkedSync = token
        guard request.memberID == leader else { return replies }
        for id in order { members[id]?.assignment = [] }
        for entry in request.assignments { members[entry.memberID]?.assignment = entry.assignment }
        state = .stable
        isChanged = true
        for id in order {
            guard let parked = members[id]?.parkedSync else { continue }
            members[id]?.parkedSync = nil
            touch(id, now)
            replies.append(.sync(parked, synced(id)))
        }
        return replies
    }

    private func inconsistent(_ token: ReplyToken) -> [GroupReply] {
        [.sync(token, Self.failed(.inconsistentGroupProtocol))]
    }

    private func synced(_ id: String) -> SyncGroupResponse {
        var response = SyncGroupResponse()
        response.protocolType = protocolType
        response.protocolName = protocolName
        response.assignment = members[id]?.assignment ?? []
        return response
    }

    /// Why a member may not act in a generation; nil when it may.
    private func refusal(member id: String, _ instance: String?, generation asked: Int32) -> ErrorCode? {
        if let instance, let known = members.values.first(where: { $0.instanceID == instance }), known.id != id {
            return .fencedInstanceId
        }
        guard members[id] != nil else { return .unknownMemberId }
        return asked == generation ? nil : .illegalGeneration
    }

    // MARK: staying and leaving

    package mutating func heartbeat(_ request: HeartbeatRequest, now: Int64) -> ErrorCode {
        let error = refusal(member: request.memberID, request.groupInstanceID, generation: request.generationID)
        if let error { return error }
        touch(request.memberID, now)
        switch state {
        case .empty, .dead: return .unknownMemberId
        case .preparingRebalance: return .rebalanceInProgress
        case .completingRebalance, .stable: return .none
        }
    }

    /// Takes members out. The errors stand in the order of the request.
    package mutating func leave(
        _ leaving: [(memberID: String, instanceID: String?)], now: Int64
    ) -> (errors: [ErrorCode], replies: [GroupReply]) {
        var errors: [ErrorCode] = []
        var replies: [GroupReply] = []
        var hasLeft = false
        for (asked, instance) in leaving {
            if promisedMembers.removeValue(forKey: asked) != nil {
                errors.append(.none)
                continue
            }
            var id = asked
            if let instance {
                guard let known = members.values.first(where: { $0.instanceID == instance }) else {
                    errors.append(.unknownMemberId)
                    continue
                }
                guard asked.isEmpty || asked == known.id else {
                    errors.append(.fencedInstanceId)
                    continue
                }
                id = known.id
            }
            guard members[id] != nil else {
                errors.append(.unknownMemberId)
                continue
            }
            replies += remove(id)
            hasLeft = true
            errors.append(.none)
        }
        return (errors, hasLeft ? replies + goOnWithoutThem(now: now) : replies)
    }

    private mutating func remove(_ id: String) -> [GroupReply] {
        var replies: [GroupReply] = []
        if let parked = members[id]?.parkedJoin {
            replies.append(.join(parked, Self.failed(.unknownMemberId, memberID: id)))
        }
        if let parked = members[id]?.parkedSync { replies.append(.sync(parked, Self.failed(.unknownMemberId))) }
        forget(id)
        return replies
    }

    private mutating func goOnWithoutThem(now: Int64) -> [GroupReply] {
        switch state {
        case .stable, .completingRebalance: rebalance(now: now)
        case .preparingRebalance: completeIfReady(now: now)
        case .empty, .dead: []
        }
    }

    // MARK: time

    /// The next time at which ``advance(to:)`` has something to do; nil when there is none.
    package var nextDeadline: Int64? {
        var times = members.values.filter { $0.parkedJoin == nil }.map(\.deadline) + promisedMembers.values
        if state == .preparingRebalance {
            times.append(rebalanceDeadline)
            if members.values.allSatisfy({ $0.parkedJoin != nil }) { times.append(earliestCompletion) }
        }
        if state == .completingRebalance { times.append(rebalanceDeadline) }
        return times.min()
    }

    /// Lets those go who gave no sign of life, and ends a rebalance whose time is over.
    package mutating func advance(to now: Int64) -> [GroupReply] {
        promisedMembers = promisedMembers.filter { $0.value > now }
        var gone = order.filter { id in
            guard let member = members[id], member.parkedJoin == nil else { return false }
            return member.deadline <= now
        }
        if state == .completingRebalance, rebalanceDeadline <= now {
            // Those who joined and never asked for their assignment; without the leader's nobody gets one.
            gone += order.filter { members[$0]?.parkedSync == nil && !gone.contains($0) }
        }
        guard !gone.isEmpty else { return completeIfReady(now: now) }
        var replies: [GroupReply] = []
        for id in gone { replies += remove(id) }
        return replies + goOnWithoutThem(now: now)
    }

    // MARK: offsets

    /// Why offsets may not be committed; nil when they may. A consumer outside of any group has generation -1.
    package mutating func commitRefusal(
        memberID: String, instanceID: String?, generation asked: Int32, now: Int64
    ) -> ErrorCode? {
        if asked < 0, memberID.isEmpty { return state == .empty ? nil : .unknownMemberId }
        if let error = refusal(member: memberID, instanceID, generation: asked) { return error }
        touch(memberID, now)
        return state == .completingRebalance ? .rebalanceInProgress : nil
    }

    // MARK: restart

    /// A group as it was stored: its members go on where they were, each with a whole session to show itself.
    package init(
        id: String, generation: Int32, protocolType: String?, protocolName: String?, leader: String?,
        members stored: [GroupMember], limits: GroupLimits = GroupLimits(), now: Int64
    ) {
        self.init(id: id, limits: limits)
        self.generation = generation
        self.protocolType = protocolType
        self.protocolName = protocolName
        self.leader = leader
        order = stored.map(\.id)
        members = Dictionary(stored.map { ($0.id, $0) }) { $1 }
        for id in order { touch(id, now) }
        state = stored.isEmpty ? .empty : .stable
    }

    /// Members in the order in which they came.
    package var membersInOrder: [GroupMember] { order.compactMap { members[$0] } }
}

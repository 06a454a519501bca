import KafkaProtocol

// Consumer groups and their offsets.
extension Broker {
    func findCoordinator(_ call: Call) {
        call.with(FindCoordinatorRequest.self) { request in
            var response = FindCoordinatorResponse()
            response.nodeID = settings.nodeID
            response.host = settings.advertisedHost
            response.port = Int32(truncatingIfNeeded: settings.advertisedPort)
            let kind: AccessResource = request.keyType == 1 ? .transactionalID : .group
            if call.version < 4 { response.error = call.refusal(.describe, kind, request.key) ?? .none }
            response.coordinators = request.keys.map { key in
                var coordinator = FindCoordinatorResponse.Coordinator()
                coordinator.key = key
                coordinator.error = call.refusal(.describe, kind, key) ?? .none
                coordinator.nodeID = settings.nodeID
                coordinator.host = settings.advertisedHost
                coordinator.port = Int32(truncatingIfNeeded: settings.advertisedPort)
                return coordinator
            }
            call.answer(FindCoordinatorRequest.self, response)
        }
    }

    func joinGroup(_ call: Call) {
        call.with(JoinGroupRequest.self) { request in
            if let error = call.refusal(.read, .group, request.groupID) {
                var response = JoinGroupResponse()
                response.error = error
                return call.answer(JoinGroupRequest.self, response)
            }
            groups.join(request, clientID: call.clientID, clientHost: call.clientHost, version: call.version) {
                call.answer(JoinGroupRequest.self, $0)
            }
        }
    }

    func syncGroup(_ call: Call) {
        call.with(SyncGroupRequest.self) { request in
            if let error = call.refusal(.read, .group, request.groupID) {
                var response = SyncGroupResponse()
                response.error = error
                return call.answer(SyncGroupRequest.self, response)
            }
            groups.sync(request) { call.answer(SyncGroupRequest.self, $0) }
        }
    }

    func heartbeat(_ call: Call) {
        call.with(HeartbeatRequest.self) { request in
            var response = HeartbeatResponse()
            response.error = call.refusal(.read, .group, request.groupID) ?? groups.heartbeat(request)
            call.answer(HeartbeatRequest.self, response)
        }
    }

    func leaveGroup(_ call: Call) {
        call.with(LeaveGroupRequest.self) { request in
            if let error = call.refusal(.read, .group, request.groupID) {
                var response = LeaveGroupResponse()
                response.error = error
                return call.answer(LeaveGroupRequest.self, response)
            }
            let leaving =
                call.version >= 3
                ? request.members.map { (memberID: $0.memberID, instanceID: $0.groupInstanceID) }
                : [(memberID: request.memberID, instanceID: nil)]
            groups.leave(request.groupID, leaving) { errors in
                var response = LeaveGroupResponse()
                if call.version < 3 { response.error = errors.first ?? .none }
                response.members = zip(leaving, errors).map { member, error in
                    var result = LeaveGroupResponse.Member()
                    result.memberID = member.memberID
                    result.groupInstanceID = member.instanceID
                    result.error = error
                    return result
                }
                call.answer(LeaveGroupRequest.self, response)
            }
        }
    }

    // MARK: offsets

    func offsetCommit(_ call: Call) {
        call.with(OffsetCommitRequest.self) { request in
            let group = call.refusal(.read, .group, request.groupID)
            let refusals = request.topics.map { group ?? call.refusal(.read, .topic, $0.name) }
            var allowed = request
            allowed.topics = zip(request.topics, refusals).filter { $0.1 == nil }.map(\.0)
            let isPartial = allowed.topics.count < request.topics.count
            guard !allowed.topics.isEmpty || request.topics.isEmpty else {
                return call.answer(OffsetCommitRequest.self, Self.response(to: request, refusals, [:]))
            }
            groups.commit(allowed) { response in
                guard isPartial else { return call.answer(OffsetCommitRequest.self, response) }
                let answers = Dictionary(response.topics.map { ($0.name, $0) }) { first, _ in first }
                call.answer(OffsetCommitRequest.self, Self.response(to: request, refusals, answers))
            }
        }
    }

    /// An answer to a commit of which some topics were refused before it was made.
    private static func response(
        to request: OffsetCommitRequest, _ refusals: [ErrorCode?], _ answers: [String: OffsetCommitResponse.Topic]
    ) -> OffsetCommitResponse {
        var response = OffsetCommitResponse()
        response.topics = zip(request.topics, refusals).map { topic, refusal in
            if refusal == nil, let answer = answers[topic.name] { return answer }
            var answer = OffsetCommitResponse.Topic()
            answer.name = topic.name
            answer.partitions = topic.partitions.map { partition in
                var result = OffsetCommitResponse.Topic.Partition()
                result.index = partition.index
                result.error = refusal ?? .unknownServerError
                return result
            }
            return answer
        }
        return response
    }

    func offsetFetch(_ call: Call) {
        call.with(OffsetFetchRequest.self) { request in
            var response = OffsetFetchResponse()
            if call.version < 8 {
                if let error = call.refusal(.describe, .group, request.groupID) {
                    response.error = error
                    return call.answer(OffsetFetchRequest.self, response)
                }
                response.topics = fetched(request.topics, of: request.groupID, call, request.requiresStable)
            }
            response.groups = request.groups.map { fetched($0, call, requiresStable: request.requiresStable) }
            call.answer(OffsetFetchRequest.self, response)
        }
    }

    private func fetched(
        _ group: OffsetFetchRequest.Group, _ call: Call, requiresStable: Bool
    ) -> OffsetFetchResponse.Group {
        var answer = OffsetFetchResponse.Group()
        answer.groupID = group.groupID
        if let error = call.refusal(.describe, .group, group.groupID) {
            answer.error = error
            return answer
        }
        answer.topics = fetched(group.topics, of: group.groupID, call, requiresStable)
        return answer
    }

    /// The offsets of a group in the topics that the client may see; nil stands for all topics.
    private func fetched(
        _ topics: [TopicPartitions]?, of groupID: String, _ call: Call, _ requiresStable: Bool
    ) -> [OffsetFetchResponse.Topic] {
        let wanted = topics.map { $0.map { (name: $0.name, partitions: $0.partitions) } }
        let found = groups.fetch(groupID, topics: wanted, requiresStable: requiresStable)
        return found.filter { call.access.may(.describe, .topic, $0.name) }.map { topic in
            var answer = OffsetFetchResponse.Topic()
            answer.name = topic.name
            answer.partitions = topic.partitions.map { index, offset, error in
                var result = OffsetFetchResponse.Topic.Partition()
                result.index = index
                result.offset = offset.offset
                result.leaderEpoch = offset.leaderEpoch
                result.metadata = offset.metadata ?? ""
                result.error = error
                return result
            }
            return answer
        }
    }

    func offsetDelete(_ call: Call) {
        call.with(OffsetDeleteRequest.self) { request in
            let places = request.topics.flatMap { topic in
                topic.partitions.map { TopicPartition(topic.name, $0.index) }
            }
            let isForbidden = request.topics.contains { !call.access.may(.read, .topic, $0.name) }
            guard call.access.may(.delete, .group, request.groupID), !isForbidden else {
                var response = OffsetDeleteResponse()
                response.error = isForbidden ? .topicAuthorizationFailed : .groupAuthorizationFailed
                return call.answer(OffsetDeleteRequest.self, response)
            }
            groups.deleteOffsets(request.groupID, places) { error in
                var response = OffsetDeleteResponse()
                let isOfGroup = error == .groupIdNotFound
                response.error = isOfGroup ? error : .none
                response.topics = request.topics.map { topic in
                    var answer = OffsetDeleteResponse.Topic()
                    answer.name = topic.name
                    answer.partitions = topic.partitions.map { partition in
                        var result = OffsetDeleteResponse.Topic.Partition()
                        result.index = partition.index
                        result.error = isOfGroup ? .none : error
                        return result
                    }
                    return answer
                }
                call.answer(OffsetDeleteRequest.self, response)
            }
        }
    }

    // MARK: administration

    func listGroups(_ call: Call) {
        call.with(ListGroupsRequest.self) { request in
            var response = ListGroupsResponse()
            let states = Set(request.states.map { $0.lowercased() })
            let isClassicWanted = request.types.isEmpty || request.types.contains { $0.lowercased() == "classic" }
            let visible = groups.list().filter { call.access.may(.describe, .group, $0.id) }
            response.groups = visible.filter {
                isClassicWanted && (states.isEmpty || states.contains($0.state.rawValue.lowercased()))
            }.map { id, state, type in
                var group = ListGroupsResponse.Group()
                group.groupID = id
                group.protocolType = type
                group.state = state.rawValue
                group.type = "classic"
                return group
            }
            call.answer(ListGroupsRequest.self, response)
        }
    }

    func describeGroups(_ call: Call) {
        call.with(DescribeGroupsRequest.self) { request in
            var response = DescribeGroupsResponse()
            response.groups = request.groups.map { id in
                guard let error = call.refusal(.describe, .group, id) else { return described(id) }
                var answer = DescribeGroupsResponse.Group()
                answer.groupID = id
                answer.error = error
                return answer
            }
            call.answer(DescribeGroupsRequest.self, response)
        }
    }

    private func described(_ id: String) -> DescribeGroupsResponse.Group {
        var answer = DescribeGroupsResponse.Group()
        answer.groupID = id
        // A group nobody knows is described as dead, without an error.
        answer.state = ConsumerGroup.State.dead.rawValue
        guard let group = groups.describe(id) else { return answer }
        answer.state = group.state.rawValue
        answer.protocolType = group.protocolType ?? ""
        answer.protocolData = group.state == .stable ? group.protocolName ?? "" : ""
        answer.members = group.membersInOrder.map { member in
            var result = DescribeGroupsResponse.Group.Member()
            result.memberID = member.id
            result.groupInstanceID = member.instanceID
            result.clientID = member.clientID
            result.clientHost = "/" + member.clientHost
            result.metadata =
                group.protocolName.map { name in
                    member.protocols.first { $0.name == name }?.metadata ?? []
                } ?? []
            result.assignment = member.assignment
            return result
        }
        return answer
    }

    func deleteGroups(_ call: Call) {
        call.with(DeleteGroupsRequest.self) { request in
            let results = Gathering<ErrorCode>(count: request.groups.count) { errors in
                var response = DeleteGroupsResponse()
                response.results = zip(request.groups, errors).map { id, error in
                    var result = DeleteGroupsResponse.Result()
                    result.groupID = id
                    result.error = error ?? .unknownServerError
                    return result
                }
                call.answer(DeleteGroupsRequest.self, response)
            }
            for (place, id) in request.groups.enumerated() {
                if let error = call.refusal(.delete, .group, id) {
                    results.set(place, error)
                } else {
                    groups.deleteGroup(id) { results.set(place, $0) }
                }
            }
        }
    }
}

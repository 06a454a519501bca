import Testing

@testable import KafkaProtocol

/// A group without sockets: every answer it gives is looked at.
struct ConsumerGroupTests {
    /// Drives one group and keeps its answers by token.
    struct Harness {
        var group = ConsumerGroup(id: "g")
        var now: Int64 = 1_000
        var next: ReplyToken = 0
        var joins: [ReplyToken: JoinGroupResponse] = [:]
        var syncs: [ReplyToken: SyncGroupResponse] = [:]

        mutating func take(_ replies: [GroupReply]) {
            for reply in replies {
                switch reply {
                case .join(let token, let response):
                    #expect(joins[token] == nil, "answered twice")
                    joins[token] = response
                case .sync(let token, let response):
                    #expect(syncs[token] == nil, "answered twice")
                    syncs[token] = response
                }
            }
        }

        mutating func join(
            _ id: String, instance: String? = nil, protocols: [(String, String)] = [("range", "m")], version: Int16 = 5,
            session: Int32 = 10_000
        ) -> ReplyToken {
            next += 1
            var request = JoinGroupRequest()
            request.groupID = "g"
            request.memberID = id
            request.groupInstanceID = instance
            request.sessionTimeoutMilliseconds = session
            request.rebalanceTimeoutMilliseconds = 30_000
            request.protocolType = "consumer"
            request.protocols = protocols.map { name, metadata in
                var entry = JoinGroupRequest.ProtocolEntry()
                entry.name = name
                entry.metadata = Array(metadata.utf8)[...]
                return entry
            }
            take(
                group.join(
                    request, token: next, clientID: "c", clientHost: "h", newMemberID: "new-\(next)", version: version,
                    now: now))
            return next
        }

        /// Joins as a new dynamic member does: told its id, then with it.
        mutating func enter(_ protocols: [(String, String)] = [("range", "m")]) -> (id: String, token: ReplyToken) {
            let first = join("", protocols: protocols)
            #expect(joins[first]?.error == .memberIdRequired)
            let id = joins[first]?.memberID ?? ""
            return (id, join(id, protocols: protocols))
        }

        mutating func sync(_ id: String, assignments: [String: String] = [:], generation: Int32? = nil) -> ReplyToken {
            next += 1
            var request = SyncGroupRequest()
            request.groupID = "g"
            request.memberID = id
            request.generationID = generation ?? group.generation
            request.assignments = assignments.map { member, text in
                var entry = SyncGroupRequest.Assignment()
                entry.memberID = member
                entry.assignment = Array(text.utf8)[...]
                return entry
            }
            take(group.sync(request, token: next, now: now))
            return next
        }

        mutating func heartbeat(_ id: String) -> ErrorCode {
            var request = HeartbeatRequest()
            request.memberID = id
            request.generationID = group.generation
            return group.heartbeat(request, now: now)
        }

        /// The assignment that a sync gives at once.
        mutating func synced(_ id: String) -> String? {
            let token = sync(id)
            return assignment(token)
        }

        func assignment(_ token: ReplyToken) -> String? {
            syncs[token].map { String(decoding: $0.assignment, as: UTF8.self) }
        }
    }

    /// Two members in a stable group; the first leads.
    private func stable() -> (Harness, String, String) {
        var harness = Harness()
        let a = harness.enter()
        _ = harness.sync(a.id, assignments: [a.id: "all"])
        let b = harness.enter()
        #expect(harness.heartbeat(a.id) == .rebalanceInProgress)
        let again = harness.join(a.id)
        #expect(harness.joins[b.token]?.leader == a.id && harness.joins[again]?.members.count == 2)
        let follower = harness.sync(b.id)
        #expect(harness.syncs[follower] == nil)
        _ = harness.sync(a.id, assignments: [a.id: "one", b.id: "two"])
        #expect(harness.assignment(follower) == "two" && harness.group.state == .stable)
        return (harness, a.id, b.id)
    }

    @Test func membersShareTheWork() {
        let (harness, a, b) = stable()
        #expect(harness.group.generation == 2 && harness.group.membersInOrder.map(\.id) == [a, b])
    }

    @Test func leavingStartsARebalance() {
        var (harness, a, b) = stable()
        let (errors, replies) = harness.group.leave([(b, nil), ("nobody", nil)], now: harness.now)
        harness.take(replies)
        #expect(errors == [.none, .unknownMemberId] && harness.group.state == .preparingRebalance)
        let token = harness.join(a)
        #expect(harness.joins[token]?.generationID == 3 && harness.joins[token]?.members.map(\.memberID) == [a])
    }

    @Test func silentMembersAreLetGo() {
        var (harness, a, b) = stable()
        harness.now += 9_000
        #expect(harness.heartbeat(a) == .none)
        #expect(harness.group.nextDeadline == 11_000)
        harness.now += 1_500
        harness.take(harness.group.advance(to: harness.now))
        #expect(harness.group.members[b] == nil && harness.group.state == .preparingRebalance)
        #expect(harness.heartbeat(b) == .unknownMemberId && harness.heartbeat(a) == .rebalanceInProgress)
    }

    @Test func rebalanceGoesOnWithoutThoseWhoDoNotComeBack() {
        var (harness, a, b) = stable()
        let c = harness.enter()
        let mine = harness.join(a)
        #expect(harness.joins[mine] == nil)
        // The other one lives, but does not join again in time.
        for _ in 0..<4 {
            harness.now += 8_000
            _ = harness.heartbeat(b)
            harness.take(harness.group.advance(to: harness.now))
        }
        #expect(harness.joins[mine]?.generationID == 3 && harness.joins[c.token]?.error == ErrorCode.none)
        #expect(harness.group.members[b] == nil)
    }

    @Test func theLeaderThatNeverAssignsIsLetGo() {
        var harness = Harness()
        let a = harness.enter()
        let b = harness.join("", version: 3)
        _ = harness.join(a.id)
        let waiting = harness.sync(harness.joins[b]?.memberID ?? "")
        for _ in 0..<5 {
            harness.now += 7_000
            _ = harness.heartbeat(a.id)
            _ = harness.heartbeat(harness.joins[b]?.memberID ?? "")
            harness.take(harness.group.advance(to: harness.now))
        }
        #expect(harness.syncs[waiting]?.error == .rebalanceInProgress && harness.group.members[a.id] == nil)
    }

    @Test func staticMembersComeBackWithoutARebalance() {
        var harness = Harness()
        let first = harness.join("", instance: "i1")
        let id = harness.joins[first]?.memberID ?? ""
        _ = harness.sync(id, assignments: [id: "mine"])
        let generation = harness.group.generation
        let second = harness.join("", instance: "i1")
        let newID = harness.joins[second]?.memberID ?? ""
        #expect(newID != id && harness.joins[second]?.generationID == generation)
        // It led: told that another leads, it does not assign anew.
        #expect(harness.joins[second]?.leader == id && harness.joins[second]?.members.isEmpty == true)
        #expect(harness.synced(newID) == "mine")
        #expect(harness.heartbeat(id) == .unknownMemberId)
        let fenced = harness.join(id, instance: "i1")
        #expect(harness.joins[fenced]?.error == .fencedInstanceId)
        // With version 9 it keeps the lead and is told to leave the assignment alone.
        let third = harness.join("", instance: "i1", version: 9)
        #expect(harness.joins[third]?.skipsAssignment == true && harness.joins[third]?.members.count == 1)
    }

    @Test func protocolsAreVotedFor() {
        var harness = Harness()
        let a = harness.enter([("range", "r"), ("roundrobin", "x")])
        _ = harness.sync(a.id, assignments: [:])
        let b = harness.enter([("roundrobin", "y"), ("sticky", "s")])
        let again = harness.join(a.id, protocols: [("range", "r"), ("roundrobin", "x")])
        #expect(harness.joins[again]?.protocolName == "roundrobin" && harness.joins[b.token]?.error == ErrorCode.none)
        #expect(harness.joins[again]?.members.map { String(decoding: $0.metadata, as: UTF8.self) } == ["x", "y"])
        let other = harness.join("", protocols: [("else", "")])
        #expect(harness.joins[other]?.error == .inconsistentGroupProtocol)
    }

    @Test func requestsThatDoNotFitAreRefused() {
        var (harness, a, _) = stable()
        let short = harness.join("", session: 100)
        #expect(harness.joins[short]?.error == .invalidSessionTimeout)
        let unknown = harness.join("stranger")
        #expect(harness.joins[unknown]?.error == .unknownMemberId)
        let late = harness.sync(a, generation: 1)
        #expect(harness.syncs[late]?.error == .illegalGeneration)
        let generation = harness.group.generation
        #expect(harness.group.commitRefusal(memberID: a, instanceID: nil, generation: generation, now: 0) == nil)
        #expect(harness.group.commitRefusal(memberID: a, instanceID: nil, generation: 9, now: 0) == .illegalGeneration)
        #expect(harness.group.commitRefusal(memberID: "", instanceID: nil, generation: -1, now: 0) == .unknownMemberId)
        var empty = ConsumerGroup(id: "e")
        #expect(empty.commitRefusal(memberID: "", instanceID: nil, generation: -1, now: 0) == nil)
    }

    @Test func lostAnswersAreGivenAgain() {
        var (harness, a, b) = stable()
        let generation = harness.group.generation
        let again = harness.join(b)
        #expect(harness.joins[again]?.generationID == generation && harness.group.state == .stable)
        #expect(harness.synced(b) == "two")
        // The leader that joins again wants a rebalance.
        _ = harness.join(a)
        #expect(harness.group.state == .preparingRebalance)
    }

    @Test func restoredGroupsGoOn() {
        var (harness, a, b) = stable()
        let group = harness.group
        harness.group = ConsumerGroup(
            id: "g", generation: group.generation, protocolType: group.protocolType, protocolName: group.protocolName,
            leader: group.leader, members: group.membersInOrder, now: harness.now)
        #expect(harness.heartbeat(a) == .none && harness.heartbeat(b) == .none)
        #expect(harness.synced(b) == "two")
    }

    /// Random members that join, sync, beat, leave and fall silent: in the end those alive are in one stable generation.
    @Test(arguments: 0..<60)
    func randomHistoriesSettle(seed: Int) {
        var randomness = MessageCoderTests.Randomness(state: UInt64(seed))
        var harness = Harness()
        var alive: [String] = []
        for _ in 0..<150 {
            harness.now += Int64.random(in: 0..<1_500, using: &randomness)
            harness.take(harness.group.advance(to: harness.now))
            switch Int.random(in: 0..<8, using: &randomness) {
            case 0 where alive.count < 6: alive.append(harness.enter().id)
            case 1 where !alive.isEmpty:
                let id = alive.remove(at: Int.random(in: 0..<alive.count, using: &randomness))
                harness.take(harness.group.leave([(id, nil)], now: harness.now).replies)
            case 2 where !alive.isEmpty: alive.remove(at: Int.random(in: 0..<alive.count, using: &randomness))
            default:
                for id in alive { follow(id, &harness) }
            }
            alive.removeAll { harness.group.members[$0] == nil }
            #expect(harness.group.order.count == harness.group.members.count)
            #expect(harness.group.state != .stable || harness.group.members.values.allSatisfy { $0.parkedSync == nil })
        }
        for _ in 0..<120 {
            harness.now += 1_000
            harness.take(harness.group.advance(to: harness.now))
            for id in alive { follow(id, &harness) }
            alive.removeAll { harness.group.members[$0] == nil }
        }
        #expect(Set(alive) == Set(harness.group.members.keys))
        #expect(harness.group.state == (alive.isEmpty ? .empty : .stable), "seed \(seed)")
    }

    /// What a client does next, going by what it is told.
    private func follow(_ id: String, _ harness: inout Harness) {
        guard let member = harness.group.members[id], member.parkedJoin == nil, member.parkedSync == nil else { return }
        switch harness.group.state {
        case .preparingRebalance: _ = harness.join(id)
        case .completingRebalance:
            let isLeader = harness.group.leader == id
            let everyone = Dictionary(uniqueKeysWithValues: harness.group.members.keys.map { ($0, "for " + $0) })
            let token = harness.sync(id, assignments: isLeader ? everyone : [:])
            if isLeader { #expect(harness.assignment(token) == "for " + id) }
        case .stable: #expect(harness.heartbeat(id) == .none)
        case .empty, .dead: break
        }
    }
}

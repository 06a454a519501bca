import Diagnostics
import KafkaProtocol
import Synchronization

/// All consumer groups: hands requests to the group they are for, stores what changed, and then answers.
final class GroupService: Sendable {
    /// Groups at most; more are refused as overload.
    static let groupLimit = 10_000
    /// Partitions with offsets in one group, at most.
    static let offsetLimit = 100_000
    /// Bytes of the text beside a committed offset.
    static let metadataLimit = 4_096
    /// Offsets of an empty group are kept so long.
    static let offsetRetentionMilliseconds: Int64 = 7 * 86_400_000

    /// A group with the offsets it committed.
    struct Entry {
        var group: ConsumerGroup
        var offsets: [TopicPartition: StoredOffset] = [:]
        /// Offsets of open transactions, by producer id.
        var pending: [Int64: [TopicPartition: StoredOffset]] = [:]
        var emptySince: Int64
    }

    struct State {
        var groups: [String: Entry] = [:]
        var waiting: [ReplyToken: Waiting] = [:]
        var lastToken: ReplyToken = 0
    }

    /// Who is told when a parked request is answered.
    enum Waiting {
        case join(@Sendable (JoinGroupResponse) -> Void)
        case sync(@Sendable (SyncGroupResponse) -> Void)
    }

    let state = Mutex(State())
    let store: any StateStore
    let limits: GroupLimits
    private let environment: Environment

    init(store: any StateStore, limits: GroupLimits, environment: Environment) {
        self.store = store
        self.limits = limits
        self.environment = environment
    }

    /// Time for sessions and rebalances.
    var now: Int64 { Int64(environment.clock.monotonicNanoseconds() / 1_000_000) }
    /// Time for what is kept over restarts.
    var wallNow: Int64 { environment.clock.wallMilliseconds() }

    /// Takes a stored entry back at the start.
    func restore(_ entry: StateEntry) throws(WireError) {
        guard let value = entry.value, let key = StateKey(entry.key) else { return }
        switch key {
        case .group(let id):
            let group = try StoredGroup(stored: value).group(id: id, limits: limits, now: now)
            state.withLock { $0.groups[id, default: Entry(group: group, emptySince: wallNow)].group = group }
        case .offset(let id, let place):
            let offset = try StoredOffset(stored: value)
            state.withLock { state in
                state.groups[id, default: Entry(group: ConsumerGroup(id: id, limits: limits), emptySince: wallNow)]
                    .offsets[place] = offset
            }
        case .pendingOffset(let id, let producer, let place):
            let offset = try StoredOffset(stored: value)
            state.withLock { state in
                state.groups[id, default: Entry(group: ConsumerGroup(id: id, limits: limits), emptySince: wallNow)]
                    .pending[producer, default: [:]][place] = offset
            }
        case .transaction, .credential, .accessRule, .ingest, .secret: break
        }
    }

    // MARK: membership

    func join(
        _ request: JoinGroupRequest, clientID: String, clientHost: String, version: Int16,
        reply: @escaping @Sendable (JoinGroupResponse) -> Void
    ) {
        let random = environment.random
        let memberID = "\(clientID.isEmpty ? "member" : clientID)-\(Self.hex(random.next()))\(Self.hex(random.next()))"
        act(on: request.groupID, creating: true) { state, token in
            state.waiting[token] = .join(reply)
            return state.groups[request.groupID]?.group.join(
                request, token: token, clientID: clientID, clientHost: clientHost, newMemberID: memberID,
                version: version, now: now) ?? [.join(token, Self.overloaded(request.memberID))]
        }
    }

    private static func overloaded(_ memberID: String) -> JoinGroupResponse {
        var response = JoinGroupResponse()
        response.error = .coordinatorLoadInProgress
        response.memberID = memberID
        return response
    }

    private static func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    func sync(_ request: SyncGroupRequest, reply: @escaping @Sendable (SyncGroupResponse) -> Void) {
        act(on: request.groupID, creating: false) { state, token in
            state.waiting[token] = .sync(reply)
            if let replies = state.groups[request.groupID]?.group.sync(request, token: token, now: now) {
                return replies
            }
            var response = SyncGroupResponse()
            response.error = .unknownMemberId
            return [.sync(token, response)]
        }
    }

    func heartbeat(_ request: HeartbeatRequest) -> ErrorCode {
        state.withLock { $0.groups[request.groupID]?.group.heartbeat(request, now: now) ?? .unknownMemberId }
    }

    func leave(
        _ groupID: String, _ members: [(memberID: String, instanceID: String?)],
        reply: @escaping @Sendable ([ErrorCode]) -> Void
    ) {
        let errors = Mutex<[ErrorCode]>(members.map { _ in .unknownMemberId })
        act(on: groupID, creating: false, then: { reply(errors.withLock { $0 }) }) { state, _ in
            guard let left = state.groups[groupID]?.group.leave(members, now: now) else { return [] }
            errors.withLock { $0 = left.errors }
            return left.replies
        }
    }

    /// Changes one group under the lock; stores it when it changed, and answers when that is durable.
    private func act(
        on id: String, creating: Bool, then: (@Sendable () -> Void)? = nil,
        _ change: (inout State, ReplyToken) -> [GroupReply]
    ) {
        let (answers, entry) = state.withLock { state -> ([@Sendable () -> Void], StateEntry?) in
            if creating, state.groups[id] == nil, state.groups.count < Self.groupLimit, !id.isEmpty {
                state.groups[id] = Entry(group: ConsumerGroup(id: id, limits: limits), emptySince: wallNow)
            }
            state.lastToken += 1
            let replies = change(&state, state.lastToken)
            return (Self.answers(to: replies, &state), Self.changed(id, &state, wallNow))
        }
        finish(answers + (then.map { [$0] } ?? []), entry)
    }

    private func finish(_ answers: [@Sendable () -> Void], _ entry: StateEntry?) {
        guard let entry else { return answers.forEach { $0() } }
        // Membership that could not be stored is still in force; a restart would only cost a rebalance.
        store.put([entry]) { _ in answers.forEach { $0() } }
    }

    private static func answers(to replies: [GroupReply], _ state: inout State) -> [@Sendable () -> Void] {
        replies.compactMap { reply in
            switch reply {
            case .join(let token, let response):
                guard case .join(let answer)? = state.waiting.removeValue(forKey: token) else { return nil }
                return { answer(response) }
            case .sync(let token, let response):
                guard case .sync(let answer)? = state.waiting.removeValue(forKey: token) else { return nil }
                return { answer(response) }
            }
        }
    }

    /// What is to be stored of a group; nil when nothing changed.
    private static func changed(_ id: String, _ state: inout State, _ wallNow: Int64) -> StateEntry? {
        guard let entry = state.groups[id], entry.group.isChanged else { return nil }
        let group = entry.group
        // Between two stable generations there is nothing worth keeping.
        guard group.state == .stable || group.state == .empty else { return nil }
        state.groups[id]?.group.isChanged = false
        if group.state == .empty { state.groups[id]?.emptySince = wallNow }
        return StateEntry(key: StateKey.group(id).bytes, value: StoredGroup(group).stored)
    }

    // MARK: time

    /// Lets sessions and rebalances end, and forgets the offsets of groups that are empty for long.
    func tick() {
        let (now, wallNow) = (now, wallNow)
        var stored: [StateEntry] = []
        let answers = state.withLock { state -> [@Sendable () -> Void] in
            var answers: [@Sendable () -> Void] = []
            for id in state.groups.keys {
                if let due = state.groups[id]?.group.nextDeadline, due <= now {
                    let replies = state.groups[id]?.group.advance(to: now) ?? []
                    answers += Self.answers(to: replies, &state)
                    if let entry = Self.changed(id, &state, wallNow) { stored.append(entry) }
                }
                if let entry = state.groups[id], entry.group.state == .empty, entry.pending.isEmpty,
                    wallNow - entry.emptySince > Self.offsetRetentionMilliseconds
                {
                    stored += Self.removal(of: id, entry)
                    state.groups[id] = nil
                }
            }
            return answers
        }
        guard !stored.isEmpty else { return answers.forEach { $0() } }
        store.put(stored) { _ in answers.forEach { $0() } }
    }

    static func removal(of id: String, _ entry: Entry) -> [StateEntry] {
        entry.offsets.keys.map { StateEntry(key: StateKey.offset(group: id, $0).bytes, value: nil) }
            + [StateEntry(key: StateKey.group(id).bytes, value: nil)]
    }
}

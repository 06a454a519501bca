import Columnar
import NIOCore
import Synchronization

/// The live side of one dashboard: what its panels show now, and who is looking.
///
/// The evaluator publishes; streams ask for the next frame after what they sent last. Frames are encoded when the first
/// stream wants them and shared by all others.
final class DashboardFeed: Sendable {
    let dashboard: Dashboard

    /// Where a stream stands.
    struct Cursor: Sendable {
        /// The sequence number of the last frame; nil before the first.
        fileprivate var seen: UInt64?
        fileprivate var statusTick: UInt64 = 0
    }

    fileprivate struct State {
        var feed: FeedState
        var status: FeedStatus
        /// Grows with each status that is worth sending.
        var statusTick: UInt64 = 0
        var fields: [[Field]]
        var clients: [ObjectIdentifier: FeedClient] = [:]
        /// True once the contents are those of now for the clients there are.
        var isReady = false
        /// Frames of the newest state by the sequence number they go on from; `UInt64.max` is the snapshot.
        var frames: [UInt64: ByteBuffer] = [:]
        var statusFrame: ByteBuffer?
    }

    private let state: Mutex<State>
    private let evaluationCount = Atomic<UInt64>(0)
    private let wakeEvaluator: WakeSignal

    init(_ dashboard: Dashboard, epoch: String, status: FeedStatus, wakeEvaluator: WakeSignal) {
        self.dashboard = dashboard
        self.wakeEvaluator = wakeEvaluator
        let panels = dashboard.panels.map { FeedState.Panel(id: $0.id, isKeyed: !$0.key.isEmpty) }
        state = Mutex(
            State(
                feed: FeedState(epoch: epoch, panels: panels), status: status,
                fields: Array(repeating: [], count: panels.count)))
    }

    /// Query runs since the start, over all panels.
    var evaluations: UInt64 { evaluationCount.load(ordering: .relaxed) }
    var clientCount: Int { state.withLock { $0.clients.count } }
    /// The columns of each panel's query; none where it cannot be planned.
    var fields: [[Field]] { state.withLock { $0.fields } }
    /// False while streams wait for the contents of now.
    var isReady: Bool { state.withLock { $0.isReady } }

    // MARK: The evaluator's side

    func countEvaluation() { evaluationCount.add(1, ordering: .relaxed) }

    func setFields(_ fields: [Field], of panel: Int) { state.withLock { $0.fields[panel] = fields } }

    /// New contents of panels, with the status they were made under; true when something differed and streams were woken.
    func publish(_ contents: [(panel: Int, content: PanelContent)], status: FeedStatus) -> Bool {
        let woken = state.withLock { state -> [FeedClient]? in
            let hasChanged = state.feed.publish(contents)
            let becomesReady = !state.isReady
            state.isReady = true
            guard hasChanged || becomesReady else { return nil }
            state.take(status)
            return Array(state.clients.values)
        }
        for client in woken ?? [] { client.wake() }
        return woken != nil
    }

    /// A status worth sending on its own.
    func publish(_ status: FeedStatus) {
        let woken = state.withLock { state -> [FeedClient] in
            state.take(status)
            return Array(state.clients.values)
        }
        for client in woken { client.wake() }
    }

    /// Cuts off clients that have not taken a frame since `limit`.
    func dropStuckClients(since limit: UInt64) -> Int {
        let clients = state.withLock { Array($0.clients.values) }
        return clients.count { $0.disconnectIfStuck(since: limit) }
    }

    // MARK: The streams' side

    /// Adds a stream, which goes on after `lastEventID` where the history reaches back that far.
    func add(_ client: FeedClient, lastEventID: String?) -> Cursor {
        let cursor = state.withLock { state in
            // With nobody looking nothing was evaluated: the first stream waits for the contents of now.
            if state.clients.isEmpty { state.isReady = false }
            state.clients[ObjectIdentifier(client)] = client
            return Cursor(seen: state.feed.resumePoint(lastEventID: lastEventID))
        }
        client.wake()
        wakeEvaluator.raise()
        return cursor
    }

    func remove(_ client: FeedClient) {
        state.withLock { _ = $0.clients.removeValue(forKey: ObjectIdentifier(client)) }
    }

    /// The next frame for a stream; nil when it has everything.
    func nextFrame(after cursor: inout Cursor) -> ByteBuffer? {
        state.withLock { state -> ByteBuffer? in
            guard state.isReady else { return nil }
            let sequence = state.feed.sequence
            guard cursor.seen != sequence || cursor.statusTick != state.statusTick else { return nil }
            cursor.statusTick = state.statusTick
            defer { cursor.seen = sequence }
            if cursor.seen == sequence { return state.sharedStatusFrame() }
            return state.sharedFrame(since: cursor.seen)
        }
    }

    /// Ends all streams.
    func close() {
        let clients = state.withLock { Array($0.clients.values) }
        for client in clients { client.close() }
    }
}

extension DashboardFeed.State {
    fileprivate mutating func take(_ status: FeedStatus) {
        self.status = status
        statusTick += 1
        frames.removeAll(keepingCapacity: true)
        statusFrame = nil
    }

    fileprivate mutating func sharedStatusFrame() -> ByteBuffer {
        if let statusFrame { return statusFrame }
        let frame = ByteBuffer(bytes: feed.statusFrame(status))
        statusFrame = frame
        return frame
    }

    fileprivate mutating func sharedFrame(since seen: UInt64?) -> ByteBuffer {
        let place = seen.flatMap { feed.canResume(from: $0) ? $0 : nil } ?? .max
        if let frame = frames[place] { return frame }
        let bytes = place == .max ? nil : feed.deltaFrame(since: place, status)
        let frame = ByteBuffer(bytes: bytes ?? feed.snapshotFrame(status))
        frames[place] = frame
        return frame
    }
}

import Columnar
import Diagnostics
import Synchronization
import Tables

/// What the evaluator does for one dashboard. Lives on the evaluator's thread once that runs.
final class FeedWork {
    /// A table that panels read, and whether it has changed since they were evaluated.
    private final class TableWatch: Sendable {
        let hasChanged = Atomic<Bool>(true)
    }

    private let feed: DashboardFeed
    private let context: FeedContext
    private var queries: [PanelQuery?]
    private var failures: [Int: String] = [:]
    private var unevaluated: Set<Int>
    private var watches: [String: (watch: TableWatch, subscription: TableSubscription)] = [:]
    private var grid: EvaluationGrid
    private var prepareAt: UInt64 = 0
    private var statusAt: UInt64 = 0
    private var lastStatusSent: UInt64 = 0
    private var lastStatus: FeedStatus?

    init(_ feed: DashboardFeed, context: FeedContext) {
        self.feed = feed
        self.context = context
        queries = Array(repeating: nil, count: feed.dashboard.panels.count)
        unevaluated = Set(feed.dashboard.panels.indices)
        grid = EvaluationGrid(intervalMilliseconds: context.limits.evaluationInterval)
    }

    deinit { for entry in watches.values { entry.subscription.cancel() } }

    /// Does what is due and returns the time of the next duty.
    func step(_ now: UInt64) -> UInt64 {
        guard feed.clientCount > 0 else { return .max }
        var next = now + UInt64(context.limits.statusInterval) * 250_000
        if now >= prepareAt { prepareMissing(now) }
        if hasChanges {
            if grid.due(now) <= now { evaluate(now) } else { next = min(next, grid.due(now)) }
        } else if !feed.isReady {
            // Somebody came to look, and what was evaluated last is still what there is.
            evaluate(now)
        }
        if now >= statusAt {
            tellStatus(now)
            statusAt = now + UInt64(context.limits.statusInterval) * 250_000
        }
        return next
    }

    // MARK: Queries

    /// Plans the queries that are not planned yet; those that fail are tried again later.
    func prepareMissing(_ now: UInt64) {
        prepareAt = now + UInt64(context.limits.prepareAgain) * 1_000_000
        for (index, panel) in feed.dashboard.panels.enumerated() where queries[index] == nil {
            do {
                let query = try PanelQuery(panel, runner: context.runner)
                for table in query.prepared.tables { watch(table) }
                queries[index] = query
                feed.setFields(query.prepared.fields, of: index)
                failures[index] = nil
                unevaluated.insert(index)
            } catch {
                let message = (error as? MillraceError)?.message ?? "\(error)"
                if failures.updateValue(message, forKey: index) != message { unevaluated.insert(index) }
            }
        }
        if !queries.contains(where: { $0 == nil }) { prepareAt = .max }
    }

    private func watch(_ name: String) {
        guard watches[name] == nil, let table = context.catalog.table(named: name) else { return }
        let watch = TableWatch()
        let wake = context.wake
        let subscription = table.subscribe { [weak watch] in
            watch?.hasChanged.store(true, ordering: .releasing)
            wake.raise()
        }
        watches[name] = (watch, subscription)
    }

    // MARK: Evaluation

    private var hasChanges: Bool {
        !unevaluated.isEmpty || watches.values.contains { $0.watch.hasChanged.load(ordering: .acquiring) }
    }

    /// Runs the queries of the panels whose tables changed, each once.
    private func evaluate(_ now: UInt64) {
        var changed: Set<String> = []
        for (name, entry) in watches {
            // Armed before reading: a change from here on raises the signal again.
            entry.subscription.arm()
            if entry.watch.hasChanged.exchange(false, ordering: .acquiringAndReleasing) { changed.insert(name) }
        }
        var contents: [(panel: Int, content: PanelContent)] = []
        for index in queries.indices {
            if let query = queries[index] {
                guard unevaluated.contains(index) || !changed.isDisjoint(with: query.prepared.tables) else { continue }
                contents.append((index, run(query)))
            } else if unevaluated.contains(index) {
                contents.append((index, .failed(failures[index] ?? "not evaluated yet")))
            }
        }
        unevaluated.removeAll()
        let status = currentStatus()
        if feed.publish(contents, status: status) { noteStatus(status, now) }
        grid.ran(from: now, to: context.clock.monotonicNanoseconds())
    }

    private func run(_ query: PanelQuery) -> PanelContent {
        feed.countEvaluation()
        do {
            return PanelContent(
                batches: try query.prepared.run(), keyPositions: query.keyPositions,
                maximumRows: context.limits.panelRows)
        } catch {
            return .failed((error as? MillraceError)?.message ?? "\(error)")
        }
    }

    // MARK: Status

    private func tellStatus(_ now: UInt64) {
        let status = currentStatus()
        // A quarter of the interval early rather than late: "at least every second" is a promise.
        let isDue = now >= lastStatusSent + UInt64(context.limits.statusInterval) * 750_000
        if isDue || lastStatus.map({ status.differs(from: $0) }) ?? true {
            feed.publish(status)
            noteStatus(status, now)
        }
        let patience = UInt64(context.limits.slowClient) * 1_000_000
        context.countDropped(feed.dropStuckClients(since: now > patience ? now - patience : 0))
    }

    private func noteStatus(_ status: FeedStatus, _ now: UInt64) {
        lastStatus = status
        lastStatusSent = now
    }

    private func currentStatus() -> FeedStatus {
        var tables: Set<String> = []
        for query in queries { if let query { tables.formUnion(query.prepared.tables) } }
        return FeedStatus(
            jobs: context.jobs.jobs(), tables: tables, now: context.clock.wallMilliseconds(),
            staleAfter: feed.dashboard.staleAfterSeconds.map { Int64($0) * 1_000 } ?? context.limits.staleAfter)
    }
}

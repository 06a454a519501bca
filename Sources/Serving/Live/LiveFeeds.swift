import Diagnostics
import Synchronization
import Tables

/// The feeds of all dashboards and the one thread that evaluates them.
final class LiveFeeds: Sendable {
    let feeds: [DashboardFeed]
    let context: FeedContext
    private let isStopped = Atomic<Bool>(false)
    private let thread = Mutex<OperatingSystemThread?>(nil)

    init(_ dashboards: [Dashboard], context: FeedContext, random: any RandomSource) {
        self.context = context
        // Short, and new for each run of the server; the page compares it as text.
        let epoch = String(random.next() >> 20, radix: 36)
        feeds = dashboards.map { dashboard in
            DashboardFeed(
                dashboard, epoch: epoch,
                status: FeedStatus(
                    jobs: [], tables: [], now: context.clock.wallMilliseconds(), staleAfter: context.limits.staleAfter),
                wakeEvaluator: context.wake)
        }
    }

    func feed(_ id: String) -> DashboardFeed? { feeds.first { $0.dashboard.id == id } }

    var clientCount: Int { feeds.reduce(0) { $0 + $1.clientCount } }

    /// Starts evaluating; queries are planned on the evaluator's thread, at once.
    func start() throws {
        let feeds = feeds
        let context = context
        let evaluator = try OperatingSystemThread("feed-evaluator") { [self] in
            let works = feeds.map { FeedWork($0, context: context) }
            for work in works { work.prepareMissing(context.clock.monotonicNanoseconds()) }
            while !isStopped.load(ordering: .acquiring) {
                var next = UInt64.max
                for work in works { next = min(next, work.step(context.clock.monotonicNanoseconds())) }
                let now = context.clock.monotonicNanoseconds()
                if next > now { context.wake.wait(nanoseconds: next - now) }
            }
        }
        thread.withLock { $0 = evaluator }
    }

    /// Ends all streams; new ones are ended as they come.
    func close() {
        isStopped.store(true, ordering: .releasing)
        for feed in feeds { feed.close() }
        context.wake.raise()
    }

    var isClosed: Bool { isStopped.load(ordering: .acquiring) }

    /// Waits for the evaluator to end, after ``close()``. Blocks; not for the cooperative pool.
    func join() { thread.withLock { $0.take() }?.join() }
}

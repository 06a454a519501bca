import Diagnostics
import Synchronization
import Tables

/// What all feeds of a server share.
final class FeedContext: Sendable {
    let runner: any QueryRunner
    let catalog: TableCatalog
    let jobs: any JobDirectory
    let clock: any TimeSource
    let limits: LiveLimits
    let wake = WakeSignal()
    private let dropped = Atomic<Int>(0)

    init(
        runner: any QueryRunner, catalog: TableCatalog, jobs: any JobDirectory, clock: any TimeSource,
        limits: LiveLimits
    ) {
        self.runner = runner
        self.catalog = catalog
        self.jobs = jobs
        self.clock = clock
        self.limits = limits
    }

    /// Clients cut off because they did not read.
    var droppedClients: Int { dropped.load(ordering: .relaxed) }

    func countDropped(_ count: Int) { if count > 0 { dropped.add(count, ordering: .relaxed) } }
}

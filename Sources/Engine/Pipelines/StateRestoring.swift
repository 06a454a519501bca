import ConnectorContract
import Diagnostics
import Synchronization

/// Gives stored state back to operators: those of one shard after one another, those of several shards at once.
struct StateRestoring {
    /// What one operator gets.
    private struct Task {
        var shard: Int
        var body: any Operator
        var changes: [StateChange]
        var ownership: Ownership
    }

    /// Threads cost more than they save below so many bytes.
    private static let leastBytes = 4 << 20

    private var tasks: [Task] = []

    mutating func add(_ body: any Operator, _ changes: [StateChange], _ ownership: Ownership, shard: Int) {
        tasks.append(Task(shard: shard, body: body, changes: changes, ownership: ownership))
    }

    /// Returns when all operators have their state; throws the first error there was.
    consuming func run(clock: any TimeSource) throws {
        let bytes = tasks.reduce(0) { $0 + $1.changes.reduce(0) { $0 + $1.bytes.count } }
        let shards = Dictionary(grouping: tasks, by: \.shard)
        tasks = []
        guard bytes >= Self.leastBytes, shards.count > 1 else {
            for shard in shards.keys.sorted() { try Self.restore(shards[shard] ?? []) }
            return
        }
        let outcome = Mutex<(running: Int, error: (any Error)?)>((shards.count, nil))
        // Each operator is touched by one thread only, and by no other before all are done.
        let work = shards.mapValues { Share(tasks: $0) }
        for share in work.values {
            let body: @Sendable () -> Void = {
                var failure: (any Error)?
                do { try Self.restore(share.tasks) } catch { failure = error }
                outcome.withLock { outcome in
                    outcome.running -= 1
                    outcome.error = outcome.error ?? failure
                }
            }
            if !OperatingSystemThread.start(name: "restore", body) { body() }
        }
        while outcome.withLock({ $0.running > 0 }) { clock.sleep(nanoseconds: 500_000) }
        if let error = outcome.withLock({ $0.error }) { throw error }
    }

    /// The operators of one shard, on their way to a thread.
    private struct Share: @unchecked Sendable {
        var tasks: [Task]
    }

    private static func restore(_ tasks: [Task]) throws {
        for task in tasks { try task.body.restore(task.changes, ownership: task.ownership) }
    }
}

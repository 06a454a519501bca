import Columnar
import ConnectorContract
import Diagnostics
import Engine
import StreamSQL
import Synchronization

/// Runs a job on one thread by a seed, throws it away in the middle, and goes on from its last epoch with another
/// number of shards, a few times. What it gives must be what a straight run gives: that is what it is for.
struct Rehearsal {
    let seed: UInt64
    let plan: PhysicalPlan
    let wiring: JobWiring
    let store: RehearsalStore

    /// Lives that end before the job does.
    private static let kills = 3
    /// Steps of such a life for each shard behind the epochs it makes, at most.
    private static let stepsOfLife: UInt64 = 24

    private struct Killed: Error {}

    /// Gives the job of the last life, and how many lives went on from where an earlier one was killed.
    ///
    /// Where all rows are shown, the last life begins with the epoch at the end of all: nothing may be emitted twice.
    func run() throws -> (job: Job, restored: Int) {
        var random = SplitMix64(seed: seed)
        var wiring = wiring
        wiring.store = store
        wiring.environment.clock = RehearsalClock()
        store.isLastLife = !isShown
        var restored = 0
        for life in 0... {
            let shards = 1 + Int(random.next() % 4)
            if !store.isOver, store.lastEpoch > 0 { restored += 1 }
            wiring.environment.random = SeededRandom(seed: random.next())
            let job = try Job(plan: plan, settings: JobSettings(parallelism: shards), wiring: wiring)
            let isSpared = life >= Self.kills
            let lastEpoch = store.lastEpoch + random.next() % 3
            var stepsLeft = Int(random.next() % (Self.stepsOfLife * UInt64(shards)))
            do {
                try job.runSeeded(random.next()) { _ in
                    guard !isSpared, store.lastEpoch >= lastEpoch else { return }
                    if stepsLeft == 0 { throw Killed() }
                    stepsLeft -= 1
                }
            } catch is Killed { continue }
            if store.isLastLife { return (job, restored) }
            store.isOver = true
            store.isLastLife = true
        }
        throw Killed()
    }

    /// All that the job gives is kept with its epochs until it is shown.
    private var isShown: Bool {
        plan.nodes.allSatisfy { node in
            guard case .sink(let sink) = node.operation, case .table = sink.target else { return true }
            return false
        }
    }
}

/// Numbers by a seed.
private final class SeededRandom: RandomSource {
    private let state: Mutex<SplitMix64>
    init(seed: UInt64) { state = Mutex(SplitMix64(seed: seed)) }
    func next() -> UInt64 { state.withLock { $0.next() } }
}

/// A clock that goes on only while somebody sleeps, from the machine's time on.
private final class RehearsalClock: TimeSource {
    private let slept = Mutex<UInt64>(0)
    private let startMilliseconds = SystemClock().wallMilliseconds()

    func monotonicNanoseconds() -> UInt64 { slept.withLock { $0 } + 1_000_000_000 }
    func wallMilliseconds() -> Int64 { startMilliseconds + Int64(slept.withLock { $0 } / 1_000_000) }
    func sleep(nanoseconds: UInt64) { slept.withLock { $0 += nanoseconds } }
}

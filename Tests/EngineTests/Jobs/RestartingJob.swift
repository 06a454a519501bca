import Columnar
import Diagnostics
import Engine
import StreamSQL
import TestSupport

/// A job that is killed and restored until one of its lives comes to the end, under the seeded scheduler.
///
/// Scans read `splits`; the last node is the sink. Each life has its own number of instances, dies at a step that the seed
/// chooses, and starts from the last complete epoch of the life before.
struct RestartingJob {
    var plan: PhysicalPlan
    var splits: [MemorySource.Split]
    var seed: UInt64
    /// Lives that die at most; one that ends before its step comes is the last.
    var crashes = 3
    /// Instances of the lives, in turns.
    var parallelism = [2, 3, 1]
    var batchRows = 23
    /// Columns of the sink's key; none for a sink that keeps each row.
    var keyCount = 0
    /// The step a life dies at is below this.
    var mostSteps: UInt64 = 200
    /// Rewrites state at each chance where it is 0, so that both ways of storing it are taken.
    var stateRewriteBytes = 16 << 20

    private struct Crash: Error {}

    /// The rows that are left in the sink of the last life, and how many lives it took.
    func run() throws -> (rows: [[BatchBuilder.Value]], lives: Int) {
        let store = MemoryCheckpointStore()
        let types = plan.nodes[plan.nodes.count - 1].fields.map(\.type)
        var random = SplitMix64(seed: seed)
        var life = 0
        while true {
            let sink = MemorySink(types: types, keyCount: keyCount)
            let source = MemorySource(
                types: plan.nodes[0].fields.map(\.type), splits: splits, batchRows: batchRows)
            let wiring = JobWiring(
                makeSource: { _, _ in source }, makeSink: { _, _ in sink }, rejects: RejectCounter(), store: store,
                environment: Environment(clock: VirtualClock(), random: FixedRandom(seed: seed)))
            let settings = JobSettings(
                parallelism: parallelism[life % parallelism.count], stateRewriteBytes: stateRewriteBytes,
                stagedStateBytes: seed % 4 < 2 ? 0 : 2 << 20)
            let job = try Job(plan: plan, settings: settings, wiring: wiring)
            let crashAt = life < crashes ? Int(random.next() % mostSteps) : Int.max
            life += 1
            do {
                try job.runSeeded(random.next()) { step in if step == crashAt { throw Crash() } }
                return (sink.rows, life)
            } catch is Crash {
                continue
            }
        }
    }
}

import Columnar
import ConnectorContract
import Diagnostics
import Engine
import StreamSQL
import TestSupport

/// SQL text over tables in memory as a whole job under the seeded scheduler, crashed and restored on the way.
enum QueryHarness {
    private struct Crash: Error {}

    /// The plan of the last statement of a script; tables `memory` hold what the run is given.
    static func plan(
        _ script: String, isBounded: Bool = true, tableFunctions: [any TableFunction] = []
    ) throws -> PhysicalPlan {
        let memory = ConnectorDescription(
            identifier: "memory", canRead: true, canWrite: false, options: [], isBounded: isBounded)
        var session = PlanningSession(connectors: [memory], tableFunctions: tableFunctions)
        switch try session.plan(script).steps.last {
        case .query(let plan, _), .job(let plan, _): return plan
        default: throw MillraceError(.internalError, code: "test", "no query in \(script)")
        }
    }

    /// The rows that a scan delivers of the splits of its table.
    private static func source(
        _ scan: ScanPlan, _ splits: [MemorySource.Split], batchRows: Int, staysOpen: Bool = false
    ) -> MemorySource {
        let positions = scan.columns.map { column in
            if case .physical(let position) = column { position } else { 0 }
        }
        return MemorySource(
            types: positions.map { scan.table.physicalFields[$0].type },
            splits: splits.map { split in MemorySource.Split(rows: split.rows.map { row in positions.map { row[$0] } })
            },
            batchRows: batchRows, staysOpen: staysOpen)
    }

    /// One life over a store that other lives, of the same query or another, wrote before.
    ///
    /// With `killedAfter` the source stays open, and the process dies when so many rows went in and epochs followed.
    static func live<Kind: Sink>(
        _ plan: PhysicalPlan, _ tables: [String: [MemorySource.Split]], _ store: MemoryCheckpointStore, seed: UInt64,
        parallelism: Int, killedAfter: Int? = nil, makeSink: @escaping @Sendable ([DataType]) -> Kind
    ) throws -> (sink: Kind, report: StateReport) {
        let sink = makeSink(plan.nodes[plan.nodes.count - 1].fields.map(\.type))
        let wiring = JobWiring(
            makeSource: { scan, _ in
                source(
                    scan, tables.first { scan.table.name.hasSuffix($0.key) }?.value ?? [], batchRows: 3,
                    staysOpen: killedAfter != nil)
            },
            makeSink: { _, _ in sink }, rejects: RejectCounter(), store: store,
            environment: Environment(clock: VirtualClock(), random: FixedRandom(seed: seed)))
        let job = try Job(plan: plan, settings: JobSettings(parallelism: parallelism), wiring: wiring)
        var killAfter: UInt64?
        do {
            try job.runSeeded(seed) { _ in
                guard let killedAfter, job.report.rowsIn >= killedAfter else { return }
                let last = store.lastEpoch ?? 0
                if last > killAfter ?? (last + 2) { throw Crash() }
                killAfter = killAfter ?? last + 2
            }
        } catch is Crash {}
        return (sink, job.stateReport)
    }

    /// Runs a plan to its end through some crashes, each life with another number of instances. Gives the last sink and
    /// how many lives began with more than one epoch behind them.
    ///
    /// `startsAgain`: the job is started once more when it is over, and must add nothing.
    static func run<Kind: Sink>(
        _ plan: PhysicalPlan, _ tables: [String: [MemorySource.Split]], _ random: inout SplitMix64, crashes: Int,
        crashSteps: Range<Int> = 150..<1_200, batchRows: Int = 2,
        startsAgain: Bool = false, wrap: @escaping @Sendable (MemorySource) -> any Source = { $0 },
        makeSink: @escaping @Sendable ([DataType]) -> Kind
    ) throws -> (sink: Kind, restored: Int) {
        let store = MemoryCheckpointStore()
        let types = plan.nodes[plan.nodes.count - 1].fields.map(\.type)
        let seed = random.next()
        var restored = 0
        var isOver = false
        for life in 0... {
            let sink = makeSink(types)
            let wiring = JobWiring(
                makeSource: { scan, _ in
                    let splits = tables.first { scan.table.name.hasSuffix($0.key) }?.value ?? []
                    return wrap(source(scan, splits, batchRows: batchRows))
                },
                makeSink: { _, _ in sink }, rejects: RejectCounter(), store: store,
                environment: Environment(clock: VirtualClock(), random: FixedRandom(seed: seed)))
            let settings = JobSettings(
                parallelism: [2, 1, 3][life % 3], stateRewriteBytes: seed % 2 == 0 ? 0 : 16 << 20,
                stagedStateBytes: seed % 4 < 2 ? 0 : 2 << 20)
            let job = try Job(plan: plan, settings: settings, wiring: wiring)
            let crashAt = life < crashes ? Int.random(in: crashSteps, using: &random) : Int.max
            do {
                try job.runSeeded(random.next()) { step in if step == crashAt { throw Crash() } }
                guard startsAgain, !isOver else { return (sink, restored) }
                isOver = true
            } catch is Crash {
                if try store.restore()?.epoch ?? 0 > 1 { restored += 1 }
            }
        }
        throw Crash()
    }
}

import Columnar
import ConnectorContract
import Diagnostics
import Engine
import StreamSQL
import Synchronization
import TestSupport
import Testing

/// Whole jobs under the seeded scheduler: straight, crashed and restored, and with other numbers of instances.
struct JobRecoveryTests {
    private static let text = DataType(.string)
    private static let long = DataType(.bigint)

    /// id, group, value; ids repeat, as lines that were read twice do.
    private static func makeSplits(seed: UInt64, rows: Int) -> [MemorySource.Split] {
        var random = SplitMix64(seed: seed)
        return (0..<4).map { _ in
            MemorySource.Split(
                rows: (0..<rows).map { _ in
                    let id = Int64(random.next() % UInt64(rows * 2))
                    return [.text("order-with-a-long-name-\(id)"), .text("group \(id % 7)"), .integer(id * 3)]
                })
        }
    }

    /// Deduplicate by id, then count, sum, min, max and count distinct by group, in one phase or in two.
    private static func makePlan(twoPhases: Bool) -> PhysicalPlan {
        let fields = [Field("id", text), Field("grp", text), Field("value", long)]
        let table = CatalogTable(name: "t", physicalFields: fields, connector: "memory", isBounded: true)
        var calls = [
            AggregateCall(.countRows, resultType: DataType(.bigint, isNullable: false)),
            AggregateCall(.sum, argument: 2, argumentType: long, resultType: long),
            AggregateCall(.minimum, argument: 2, argumentType: long, resultType: long),
            AggregateCall(.maximum, argument: 2, argumentType: long, resultType: long),
        ]
        if !twoPhases {
            calls.append(AggregateCall(.count, argument: 2, argumentType: long, isDistinct: true, resultType: long))
        }
        let partial = calls.flatMap(\.partialFields)
        let output = [Field("grp", text)] + calls.enumerated().map { Field("a\($0.offset)", $0.element.resultType) }
        var nodes: [PlanNode] = []
        func add(
            _ name: String, _ operation: PlanOperation, _ inputs: [Int], _ fields: [Field],
            _ distribution: Distribution = .sharded
        ) {
            nodes.append(
                PlanNode(
                    id: nodes.count, name: name, operation: operation, inputs: inputs, fields: fields,
                    changelog: .append, distribution: distribution))
        }
        add("scan", .scan(ScanPlan(table: table, columns: [.physical(0), .physical(1), .physical(2)])), [], fields)
        add("deal", .exchange(.hash([0])), [0], fields)
        add("first", .deduplicate(DeduplicatePlan(keys: [0], order: .processingTime)), [1], fields)
        if twoPhases {
            add(
                "local", .aggregate(AggregatePlan(phase: .local, groupColumns: [1], calls: calls)), [2],
                [fields[1]] + partial)
            add("by group", .exchange(.hash([0])), [3], nodes[3].fields)
            add("global", .aggregate(AggregatePlan(phase: .global, groupColumns: [0], calls: calls)), [4], output)
        } else {
            add("by group", .exchange(.hash([1])), [2], fields)
            add("whole", .aggregate(AggregatePlan(phase: .whole, groupColumns: [1], calls: calls)), [3], output)
        }
        add("gather", .exchange(.single), [nodes.count - 1], output, .single)
        add("sink", .sink(SinkPlan(target: .collect)), [nodes.count - 1], output, .single)
        return PhysicalPlan(nodes: nodes)
    }

    private static func expected(_ splits: [MemorySource.Split], distinct: Bool) -> [[BatchBuilder.Value]] {
        var groups: [BatchBuilder.Value: [Int64]] = [:]
        var seen: Set<BatchBuilder.Value> = []
        for row in splits.flatMap(\.rows) where seen.insert(row[0]).inserted {
            if case .integer(let value) = row[2] { groups[row[1], default: []].append(value) }
        }
        return groups.map { group, values -> [BatchBuilder.Value] in
            let row: [BatchBuilder.Value] = [
                group, .integer(Int64(values.count)), .integer(values.reduce(0, +)), .integer(values.min() ?? 0),
                .integer(values.max() ?? 0),
            ]
            return distinct ? row + [.integer(Int64(Set(values).count))] : row
        }.sortedByDescription()
    }

    @Test(arguments: [true, false])
    func straightRunEqualsTheNaiveAnswer(twoPhases: Bool) throws {
        for seed in 1...20 as ClosedRange<UInt64> {
            let splits = Self.makeSplits(seed: seed, rows: 300)
            let job = RestartingJob(
                plan: Self.makePlan(twoPhases: twoPhases), splits: splits, seed: seed, crashes: 0,
                parallelism: [Int(seed % 4) + 1], batchRows: 37, keyCount: 1)
            let result = try job.run()
            #expect(result.rows == Self.expected(splits, distinct: !twoPhases), "seed \(seed)")
        }
    }

    @Test(arguments: [true, false])
    func crashesAndOtherParallelismChangeNothing(twoPhases: Bool) throws {
        var restored = 0
        for seed in 1...60 as ClosedRange<UInt64> {
            let splits = Self.makeSplits(seed: seed, rows: 300)
            let job = RestartingJob(
                plan: Self.makePlan(twoPhases: twoPhases), splits: splits, seed: seed, crashes: 4,
                parallelism: [2, 1, 4, 3], batchRows: 37, keyCount: 1, mostSteps: 250,
                stateRewriteBytes: seed % 2 == 0 ? 0 : 16 << 20)
            let result = try job.run()
            #expect(result.rows == Self.expected(splits, distinct: !twoPhases), "seed \(seed)")
            restored += result.lives - 1
        }
        #expect(restored > 60)
    }

    @Test func stateThatPassesItsBoundFailsTheJobWithAMessage() throws {
        let splits = Self.makeSplits(seed: 9, rows: 4_000)
        let plan = Self.makePlan(twoPhases: true)
        let sink = MemorySink(types: plan.nodes[plan.nodes.count - 1].fields.map(\.type), keyCount: 1)
        let source = MemorySource(types: plan.nodes[0].fields.map(\.type), splits: splits, batchRows: 100)
        let wiring = JobWiring(makeSource: { _, _ in source }, makeSink: { _, _ in sink }, rejects: RejectCounter())
        let job = try Job(plan: plan, settings: JobSettings(parallelism: 2, stateBytesMax: 10_000), wiring: wiring)
        try job.start()
        let error = try #require(throws: MillraceError.self) { try job.waitUntilOver() }
        #expect(error.code == "state_too_large" && job.state == .failed)
    }

    @Test func threadsGiveTheSameRows() throws {
        let splits = Self.makeSplits(seed: 5, rows: 2_000)
        for parallelism in [1, 2, 4] {
            let plan = Self.makePlan(twoPhases: true)
            let sink = MemorySink(types: plan.nodes[plan.nodes.count - 1].fields.map(\.type), keyCount: 1)
            let source = MemorySource(types: plan.nodes[0].fields.map(\.type), splits: splits, batchRows: 37)
            let wiring = JobWiring(
                makeSource: { _, _ in source }, makeSink: { _, _ in sink }, rejects: RejectCounter(),
                store: MemoryCheckpointStore())
            let job = try Job(
                plan: plan, settings: JobSettings(parallelism: parallelism, epochMilliseconds: 1), wiring: wiring)
            try job.start()
            try job.waitUntilOver()
            #expect(sink.rows == Self.expected(splits, distinct: false))
            #expect(job.report.rowsIn == 8_000)
        }
    }
}

/// Numbers by a seed, for seams that want a shared source.
final class FixedRandom: RandomSource {
    private let state: Mutex<SplitMix64>
    init(seed: UInt64) { state = Mutex(SplitMix64(seed: seed)) }
    func next() -> UInt64 { state.withLock { $0.next() } }
}

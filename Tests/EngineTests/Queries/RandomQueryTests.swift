import Columnar
import ConnectorContract
import Diagnostics
import Engine
import StreamSQL
import TestSupport
import Testing

/// Random queries over changing rows against the plain answer: aggregates of aggregates, Top-N over what is taken
/// back, set operations; crashed at random steps and restored with other numbers of instances.
struct RandomQueryTests {
    private static let columns = 3
    private static let type = DataType(.bigint)
    private struct Crash: Error {}

    /// The splits of two tables; values repeat, and some are NULL.
    private static func makeTables(_ random: inout SplitMix64, rows: Int) -> [[MemorySource.Split]] {
        (0..<2).map { _ in
            (0..<3).map { _ in
                MemorySource.Split(
                    rows: (0..<Int.random(in: 0...rows, using: &random)).map { _ in
                        [Int64(3), 6, 12].map { range in
                            Int.random(in: 0..<12, using: &random) == 0
                                ? .null : .integer(.random(in: 0...range, using: &random))
                        }
                    })
            }
        }
    }

    private static func makePlan(_ sql: String) throws -> PhysicalPlan {
        let memory = ConnectorDescription(
            identifier: "memory", canRead: true, canWrite: false, options: [], isBounded: true)
        var session = PlanningSession(connectors: [memory])
        let fields = (0..<columns).map { "c\($0) BIGINT" }.joined(separator: ", ")
        let script = (0..<2).map { "CREATE TABLE t\($0) (\(fields)) WITH ('connector' = 'memory');\n" }.joined()
        for step in try session.plan(script + sql + ";").steps {
            if case .query(let plan, _) = step { return plan }
        }
        throw MillraceError(.internalError, code: "test", "no query in \(sql)")
    }

    private static func source(_ scan: ScanPlan, _ tables: [[MemorySource.Split]]) -> MemorySource {
        let positions = scan.columns.map { column in
            if case .physical(let position) = column { position } else { 0 }
        }
        let splits = tables[scan.table.name.hasSuffix("t1") ? 1 : 0].map { split in
            MemorySource.Split(rows: split.rows.map { row in positions.map { row[$0] } })
        }
        return MemorySource(types: positions.map { _ in type }, splits: splits, batchRows: 2)
    }

    /// Runs a query to its end, through some crashes.
    private static func run(
        _ plan: PhysicalPlan, _ tables: [[MemorySource.Split]], _ random: inout SplitMix64, crashes: Int
    ) throws -> (sink: MultisetSink, restored: Int) {
        let store = MemoryCheckpointStore()
        let types = plan.nodes[plan.nodes.count - 1].fields.map(\.type)
        let seed = random.next()
        var restored = 0
        for life in 0... {
            let sink = MultisetSink(types: types)
            let wiring = JobWiring(
                makeSource: { scan, _ in source(scan, tables) }, makeSink: { _, _ in sink }, rejects: RejectCounter(),
                store: store, environment: Environment(clock: VirtualClock(), random: FixedRandom(seed: seed)))
            let job = try Job(plan: plan, settings: JobSettings(parallelism: [2, 1, 3][life % 3]), wiring: wiring)
            let crashAt = life < crashes ? Int.random(in: 150..<1_200, using: &random) : Int.max
            do {
                try job.runSeeded(random.next()) { step in if step == crashAt { throw Crash() } }
                return (sink, restored)
            } catch is Crash {
                if try store.restore()?.epoch ?? 0 > 1 { restored += 1 }
            }
        }
        throw Crash()
    }

    @Test(arguments: 0..<4)
    func engineGivesThePlainAnswer(part: UInt64) throws {
        var restored = 0
        for number in 0..<250 as Range<UInt64> {
            let seed = part * 1_000 + number
            var random = SplitMix64(seed: seed)
            let tables = Self.makeTables(&random, rows: seed % 2 == 0 ? 25 : 120)
            let depth = Int.random(in: 1...4, using: &random)
            let query = NaiveQuery.random(using: &random, depth: depth, tables: 2, columns: Self.columns)
            let expected = query.rows(tables.map { $0.flatMap(\.rows) }).sorted { "\($0)" < "\($1)" }
            let (sink, lives) = try Self.run(
                try Self.makePlan(query.sql), tables, &random, crashes: seed % 2 == 0 ? 0 : 2)
            restored += lives
            guard sink.rows == expected, sink.mistakes == 0 else {
                Issue.record(
                    "seed \(seed): \(query.sql)\ngives \(sink.rows)\ninstead of \(expected), \(sink.mistakes) mistakes")
                return
            }
        }
        // Otherwise nothing but the first life would be tested.
        #expect(restored > 30)
    }
}

import Columnar
import ConnectorContract
import Diagnostics
import Engine
import StreamSQL
import TestSupport
import Testing

/// Windows over processing time under a clock that the test moves.
struct ClockWindowTests {
    @Test func windowsFireByTheClock() throws {
        let time = DataType(.timestampLTZ(precision: 3))
        let fields = [Field("k", DataType(.bigint)), Field("p", time)]
        let splits = [
            MemorySource.Split(rows: (0..<400).map { [.integer($0 % 3), .integer(0)] })
        ]
        let count = AggregateCall(.countRows, resultType: DataType(.bigint, isNullable: false))
        let output = [fields[0], Field("n", count.resultType), Field("we", DataType(.timestamp(precision: 3)))]
        let table = CatalogTable(name: "t", physicalFields: fields, connector: "memory", isBounded: true)
        let columns = fields.indices.map { ScanPlanColumn.physical($0) }
        func node(
            _ id: Int, _ name: String, _ operation: PlanOperation, _ fields: [Field],
            _ distribution: Distribution = .sharded
        ) -> PlanNode {
            PlanNode(
                id: id, name: name, operation: operation, inputs: id == 0 ? [] : [id - 1], fields: fields,
                changelog: .append, distribution: distribution)
        }
        let window = WindowAggregatePlan(
            shape: .tumble(size: 1_000, offset: 0), timeColumn: 1, groupColumns: [0], calls: [count],
            windowColumns: [.end])
        let plan = PhysicalPlan(nodes: [
            node(0, "scan", .scan(ScanPlan(table: table, columns: columns)), fields),
            node(1, "clock", .clock(timeColumn: 1), fields),
            node(2, "deal", .exchange(.hash([0])), fields),
            node(3, "window", .windowAggregate(window), output),
            node(4, "gather", .exchange(.single), output, .single),
            node(5, "sink", .sink(SinkPlan(target: .collect)), output, .single),
        ])
        let clock = VirtualClock(wallMilliseconds: 1_000_000_000)
        let sink = MemorySink(types: output.map(\.type), keyCount: 0)
        let source = MemorySource(types: fields.map(\.type), splits: splits, batchRows: 7)
        let wiring = JobWiring(
            makeSource: { _, _ in source }, makeSink: { _, _ in sink }, rejects: RejectCounter(),
            environment: Environment(clock: clock, random: FixedRandom(seed: 3)))
        let job = try Job(plan: plan, settings: JobSettings(parallelism: 2), wiring: wiring)
        try job.runSeeded(3) { _ in clock.advance(nanoseconds: 40_000_000) }
        var total: Int64 = 0
        var ends: Set<Int64> = []
        for row in sink.rows {
            guard case .integer(let rows) = row[1], case .integer(let end) = row[2] else { continue }
            total += rows
            ends.insert(end)
        }
        #expect(total == 400)
        #expect(ends.count > 2 && ends.allSatisfy { $0 % 1_000_000 == 0 && $0 > 1_000_000_000_000 })
    }
}

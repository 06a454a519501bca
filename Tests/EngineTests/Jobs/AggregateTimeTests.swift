import Columnar
import ConnectorContract
import Diagnostics
import Engine
import StreamSQL
import TestSupport
import Testing

/// Aggregation with a time to live: groups that nothing came for begin anew.
struct AggregateTimeTests {
    private static func counts(
        _ steps: [(id: String, pauseSeconds: UInt64)], timeToLiveMilliseconds: Int64?
    ) throws -> [[BatchBuilder.Value]] {
        let fields = [Field("id", DataType(.string))]
        let count = DataType(.bigint, isNullable: false)
        let output = fields + [Field("c", count)]
        let table = CatalogTable(name: "t", physicalFields: fields, connector: "memory", isBounded: true)
        let aggregate = AggregatePlan(
            phase: .whole, groupColumns: [0], calls: [AggregateCall(.countRows, resultType: count)],
            stateTimeToLiveMilliseconds: timeToLiveMilliseconds)
        let operations: [(String, PlanOperation)] = [
            ("scan", .scan(ScanPlan(table: table, columns: [.physical(0)]))), ("count", .aggregate(aggregate)),
            ("sink", .sink(SinkPlan(target: .collect))),
        ]
        let plan = PhysicalPlan(
            nodes: operations.enumerated().map { id, entry in
                PlanNode(
                    id: id, name: entry.0, operation: entry.1, inputs: id == 0 ? [] : [id - 1],
                    fields: id == 0 ? fields : output, changelog: .retract, distribution: .single)
            })
        let clock = VirtualClock()
        let source = StepSource(steps, clock: clock)
        let sink = MemorySink(types: output.map(\.type), keyCount: 1)
        let wiring = JobWiring(
            makeSource: { _, _ in source }, makeSink: { _, _ in sink }, rejects: RejectCounter(),
            environment: Environment(clock: clock, random: FixedRandom(seed: 3)))
        let job = try Job(plan: plan, settings: JobSettings(parallelism: 1), wiring: wiring)
        try job.runSeeded(3) { _ in }
        return sink.rows
    }

    @Test func idleGroupsBeginAnew() throws {
        let steps: [(id: String, pauseSeconds: UInt64)] = [
            ("a", 1), ("a", 50), ("b", 0), ("a", 99), ("a", 101), ("b", 0), ("c", 0), ("c", 99),
        ]
        #expect(
            try Self.counts(steps, timeToLiveMilliseconds: 100_000)
                == [[.text("a"), .integer(1)], [.text("b"), .integer(1)], [.text("c"), .integer(2)]])
        #expect(
            try Self.counts(steps, timeToLiveMilliseconds: nil)
                == [[.text("a"), .integer(4)], [.text("b"), .integer(2)], [.text("c"), .integer(2)]])
    }

    /// Thousands of groups idle out while one goes on: those are dropped and the numbers of the others move.
    @Test func groupsThatStayKeepTheirCountsWhenOthersAreDropped() throws {
        var steps: [(id: String, pauseSeconds: UInt64)] = []
        for index in 0..<6_000 { steps.append(index % 3 == 0 ? ("stays", 1) : ("goes \(index)", 0)) }
        let rows = try Self.counts(steps, timeToLiveMilliseconds: 100_000)
        #expect(rows.first { $0[0] == .text("stays") } == [.text("stays"), .integer(2_000)])
        #expect(rows.count == 4_001)
    }
}

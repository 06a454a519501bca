import Columnar
import ConnectorContract
import Diagnostics
import Engine
import StreamSQL
import TestSupport

/// Kills a query in the middle and lets it go on as another one.
enum EvolutionHarness {
    typealias Row = [BatchBuilder.Value]
    typealias Outcome = (rows: [Row], mistakes: Int, report: StateReport)

    private static let tables = """
        CREATE TABLE t (k STRING, v BIGINT, w BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
        WITH ('connector' = 'memory');
        CREATE TABLE u (k STRING, x BIGINT) WITH ('connector' = 'memory');
        CREATE TABLE r (k STRING, x BIGINT, y BIGINT, ts TIMESTAMP(3),
          WATERMARK FOR ts AS ts - INTERVAL '1' SECOND, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'memory');
        """

    static func plan(_ query: String, ignoring: Bool = false) throws -> PhysicalPlan {
        let setting = ignoring ? "SET 'execution.state-recovery.ignore-unclaimed-state' = 'true';" : ""
        return try QueryHarness.plan(setting + tables + query, isBounded: false)
    }

    /// A row of `t` or `r`.
    static func row(_ k: String, _ v: Int64, _ w: Int64, second: Int64) -> Row {
        [.text(k), .integer(v), .integer(w), .integer(second * 1_000_000)]
    }

    private static func deal(_ rows: [Row], _ split: Int) -> [Row] {
        rows.indices.filter { $0 % 2 == split }.map { rows[$0] }
    }

    /// Runs one query over the first rows of each table until it is killed, and the other over the rest; the rows that the
    /// second adds. Each table has two splits, the rows of the first life in front.
    static func evolve(
        _ before: String, _ after: String, _ tables: [String: (first: [Row], second: [Row])], seed: UInt64,
        ignoring: Bool = false, between: (MemoryCheckpointStore, PhysicalPlan) throws -> Void = { _, _ in }
    ) throws -> Outcome {
        let store = MemoryCheckpointStore()
        let first = tables.mapValues { rows in (0..<2).map { MemorySource.Split(rows: deal(rows.first, $0)) } }
        let all = tables.mapValues { rows in
            (0..<2).map { MemorySource.Split(rows: deal(rows.first, $0) + deal(rows.second, $0)) }
        }
        let planned = try plan(before)
        let count = planned.nodes.reduce(0) { sum, node in
            guard case .scan(let scan) = node.operation else { return sum }
            return sum + (tables.first { scan.table.name.hasSuffix($0.key) }?.value.first.count ?? 0)
        }
        _ = try QueryHarness.live(planned, first, store, seed: seed, parallelism: 2, killedAfter: count) {
            MultisetSink(types: $0)
        }
        try between(store, planned)
        let result = try QueryHarness.live(
            try plan(after, ignoring: ignoring), all, store, seed: seed &+ 1, parallelism: 3
        ) { ChangesSink(types: $0) }
        return (result.sink.rows, result.sink.mistakes, result.report)
    }
}

/// Collects what a life adds and takes back, beginning with nothing: rows of an earlier query have other columns.
final class ChangesSink: Sink {
    private let sink: MultisetSink
    init(types: [DataType]) { sink = MultisetSink(types: types) }

    var guarantee: String { "for tests" }
    var mistakes: Int { sink.mistakes }
    var rows: [[BatchBuilder.Value]] { sink.rows }
    func write(_ batch: Batch) throws { try sink.write(batch) }
    func snapshot(epoch: UInt64) throws -> [StateChange] { [] }
    func committed(epoch: UInt64) throws {}
    func restore(_ changes: [StateChange]) throws {}
    func finish() throws {}
}

import Columnar
import ConnectorContract
import Diagnostics
import StreamSQL
import TestSupport
import Testing

@testable import Engine

/// Groups that are used again and again, as the first phase of an aggregation does: the memory of texts that were there
/// before is used again too.
struct ClearedTextTests {
    @Test(arguments: ["MIN(name)", "MAX(name)", "FIRST_VALUE(name)", "LAST_VALUE(name)"])
    func longTextsDoNotGather(call: String) throws {
        let plan = try QueryHarness.plan(
            """
            CREATE TABLE t (k BIGINT, name STRING) WITH ('connector' = 'memory');
            SELECT k, \(call) FROM t GROUP BY k;
            """, isBounded: false)
        let calls = plan.nodes.lazy.compactMap { node -> [AggregateCall]? in
            if case .aggregate(let aggregate) = node.operation { return aggregate.calls }
            return nil
        }.first
        let aggregates = AggregateSet(try #require(calls), inputRetracts: false, seed: 1)
        let groups = (0..<256).map { Int32($0) }
        aggregates.reserve(groups: groups.count)
        var largest = 0
        for round in 0..<64 {
            let keys = Column(DataType(.bigint), capacity: groups.count)
            let names = Column(DataType(.string), capacity: groups.count)
            let heap = ByteHeap()
            names.owners = [heap]
            for row in groups.indices {
                keys.int64[row] = Int64(row)
                names.text[row] = heap.add("\(round) \(row) " + String(repeating: "long ", count: 100))
            }
            groups.withUnsafeBufferPointer { groups in
                guard let numbers = groups.baseAddress else { return }
                aggregates.update(Batch(columns: [keys, names], rowCount: groups.count), groups: numbers, signs: nil)
            }
            largest = max(largest, aggregates.byteSize)
            for group in groups { aggregates.clear(Int(group)) }
        }
        // 64 rounds are 8 MB of texts; those of a round are 130 KB.
        #expect(largest < 2 << 20, "\(largest) bytes")
    }

    /// A key is known for good, but not the texts of its row once that has left.
    @Test func rowsThatHaveLeftLeaveTheirTexts() throws {
        let fields = [
            Field("k", DataType(.bigint)), Field("ts", DataType(.timestamp(precision: 3), isNullable: false)),
            Field("name", DataType(.string)),
        ]
        let plan = DeduplicatePlan(keys: [0], order: .rowTime(1))
        let body = RowTimeDeduplicateOperator(
            plan, timeColumn: 1, inputFields: fields, seed: 1, keepsChanges: false, wallMilliseconds: { 0 })
        let runtime = NodeRuntime(
            node: PlanNode(
                id: 0, name: "first rows", operation: .union, inputs: [], fields: fields, changelog: .append,
                distribution: .single), body: body, inputCount: 1, counters: NodeCounters(),
            control: JobControl(stateBytesMax: .max), stopwatch: Stopwatch(clock: VirtualClock()))
        for round in 0..<64 {
            let rows: [[BatchBuilder.Value]] = (0..<256).map { row in
                [
                    .integer(Int64(round * 256 + row)), .integer(Int64(round + 1)),
                    .text("\(round) \(row) " + String(repeating: "long ", count: 100)),
                ]
            }
            try body.process(BatchBuilder.batch(fields.map(\.type), rows), input: 0, output: runtime)
            try body.advance(to: Int64(round + 1), output: runtime)
        }
        // The texts of all rows are 8 MB.
        #expect(body.stateRows == 64 * 256)
        #expect(body.stateBytes < 4 << 20, "\(body.stateBytes) bytes")
    }
}

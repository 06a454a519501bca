import Columnar
import ConnectorContract
import Diagnostics
import StreamSQL
import TestSupport
import Testing

@testable import Engine

/// Rows that pass because none of their group was ahead of them so far.
struct LeadingRowsTests {
    private static let fields = [Field("g", DataType(.bigint)), Field("v", DataType(.bigint))]
    private static let types = fields.map { $0.type.nullable(true) }
    private typealias Row = [BatchBuilder.Value]

    private final class Collector: Operator {
        var rows: [Row] = []
        func process(_ batch: Batch, input: Int, output: NodeRuntime) throws { rows += BatchBuilder.rows(of: batch) }
    }

    private static func runtime(_ body: any Operator) -> NodeRuntime {
        NodeRuntime(
            node: PlanNode(
                id: 0, name: "test", operation: .union, inputs: [], fields: fields, changelog: .append,
                distribution: .single), body: body, inputCount: 1, counters: NodeCounters(),
            control: JobControl(stateBytesMax: .max), stopwatch: Stopwatch(clock: VirtualClock()))
    }

    /// What passes of batches; nil stands for event time that goes on.
    private static func passing(_ batches: [[Row]?], isGreatest: Bool = true) throws -> [Row] {
        let plan = LeadingRowsPlan(groupColumns: [0], valueColumn: 1, isGreatest: isGreatest)
        let body = LeadingRowsOperator(plan, inputFields: fields, seed: 3)
        let collector = Collector()
        let output = runtime(body)
        output.connect(to: runtime(collector), input: 0)
        for (time, rows) in batches.enumerated() {
            if let rows {
                try output.receive(BatchBuilder.batch(types, rows), input: 0)
            } else {
                try output.receiveWatermark(Int64(time), input: 0)
            }
        }
        return collector.rows
    }

    private static func rows(_ values: (Int64, Int64?)...) -> [Row] {
        values.map { [.integer($0), $1.map { .integer($0) } ?? .null] }
    }

    @Test func rowsBehindOthersOfTheirGroupStay() throws {
        let passed = try Self.passing([
            Self.rows((1, 5), (2, 1), (1, 7), (1, 7), (2, nil)), Self.rows((1, 6), (1, 7), (2, 1), (2, 0), (3, .min)),
            Self.rows((1, 8), (2, 0)),
        ])
        // 5 is behind the 7 of its batch, 6 behind that of the one before; NULLs are behind nothing.
        #expect(
            passed
                == Self.rows((2, 1), (1, 7), (1, 7), (2, nil), (1, 7), (2, 1), (3, .min), (1, 8)))
    }

    @Test func theLeastLeads() throws {
        let passed = try Self.passing(
            [Self.rows((1, 5), (1, 3), (1, .max)), Self.rows((1, 4), (1, 3), (2, .max), (1, .min))], isGreatest: false)
        #expect(passed == Self.rows((1, 3), (2, .max), (1, .min)))
    }

    @Test func timeForgets() throws {
        let passed = try Self.passing([Self.rows((1, 5)), nil, Self.rows((1, 4)), Self.rows((1, 3))])
        #expect(passed == Self.rows((1, 5), (1, 4)))
    }

    /// What passes holds all rows with the greatest value of their group, however many groups are remembered.
    @Test func allLeadingRowsPass() throws {
        for seed in 1...4 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            let groups: Int64 = seed % 2 == 0 ? 3 : 6_000
            let batches = (0..<40).map { _ -> [Row]? in
                guard Int.random(in: 0..<10, using: &random) > 0 else { return nil }
                return (0..<200).map { _ in
                    Self.rows((.random(in: 0..<groups, using: &random), .random(in: -9...9, using: &random)))[0]
                }
            }
            let passed = try Self.passing(batches)
            let all = batches.compactMap { $0 }.flatMap { $0 }
            #expect(Self.leading(passed) == Self.leading(all), "seed \(seed)")
            if groups == 3 { #expect(passed.count < all.count / 2, "seed \(seed)") }
        }
    }

    private static func leading(_ rows: [Row]) -> [Row] {
        func number(_ value: BatchBuilder.Value) -> Int64 {
            if case .integer(let number) = value { number } else { .min }
        }
        let best = rows.reduce(into: [Int64: Int64]()) { best, row in
            best[number(row[0])] = max(best[number(row[0])] ?? .min, number(row[1]))
        }
        return rows.filter { best[number($0[0])] == number($0[1]) }
    }
}

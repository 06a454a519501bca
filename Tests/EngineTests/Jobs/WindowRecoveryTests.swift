import Columnar
import ConnectorContract
import Diagnostics
import Engine
import StreamSQL
import TestSupport
import Testing

/// Windows under the seeded scheduler: out-of-order rows, crashes, other numbers of instances; against a naive answer.
struct WindowRecoveryTests {
    private static let key = DataType(.string)
    private static let time = DataType(.timestamp(precision: 3))
    private static let long = DataType(.bigint)
    private static let second: Int64 = 1_000_000

    private static let fields = [Field("k", key), Field("ts", time), Field("value", long)]

    /// Rows whose times wander up to ten seconds back and forth; the watermark allows for eleven.
    private static func makeSplits(seed: UInt64) -> [MemorySource.Split] {
        var random = SplitMix64(seed: seed)
        return (0..<3).map { _ in
            MemorySource.Split(
                rows: (0..<250).map { index in
                    let disorder = Int64(random.next() % 10) * second
                    let at = Int64(index) * second + 100 * second - disorder
                    return [.text("k\(random.next() % 3)"), .integer(at), .integer(Int64(random.next() % 100))]
                })
        }
    }

    private static func makePlan(_ shape: WindowShape, distinct: Bool) -> PhysicalPlan {
        let table = CatalogTable(name: "t", physicalFields: fields, connector: "memory", isBounded: true)
        let calls = [
            AggregateCall(.countRows, resultType: DataType(.bigint, isNullable: false)),
            AggregateCall(.sum, argument: 2, argumentType: long, isDistinct: distinct, resultType: long),
            AggregateCall(.maximum, argument: 2, argumentType: long, resultType: long),
        ]
        let output =
            [fields[0]] + calls.enumerated().map { Field("a\($0.offset)", $0.element.resultType) }
            + [Field("ws", time), Field("we", time)]
        let delay = PlanExpression.literal(.int64(11_000), DataType(.intervalMilliseconds, isNullable: false))
        let expression = PlanExpression.call(.subtractInterval, [.column(1, time), delay], time)
        let columns = fields.indices.map { ScanPlanColumn.physical($0) }
        func node(
            _ id: Int, _ name: String, _ operation: PlanOperation, _ fields: [Field],
            _ distribution: Distribution = .sharded
        ) -> PlanNode {
            PlanNode(
                id: id, name: name, operation: operation, inputs: id == 0 ? [] : [id - 1], fields: fields,
                changelog: .append, distribution: distribution)
        }
        return PhysicalPlan(nodes: [
            node(0, "scan", .scan(ScanPlan(table: table, columns: columns)), fields),
            node(1, "watermark", .watermark(WatermarkPlan(timeColumn: 1, expression: expression)), fields),
            node(2, "deal", .exchange(.hash([0])), fields),
            node(
                3, "window",
                .windowAggregate(
                    WindowAggregatePlan(
                        shape: shape, timeColumn: 1, groupColumns: [0], calls: calls, windowColumns: [.start, .end])),
                output),
            node(4, "gather", .exchange(.single), output, .single),
            node(5, "sink", .sink(SinkPlan(target: .collect)), output, .single),
        ])
    }

    /// Start and end of each window a time belongs to.
    private static func windows(_ shape: WindowShape, of at: Int64) -> [(Int64, Int64)] {
        switch shape {
        case .tumble(let size, _):
            let start = at - at % (size * 1_000)
            return [(start, start + size * 1_000)]
        case .hop(let slide, let size, _):
            var found: [(Int64, Int64)] = []
            var start = at - at % (slide * 1_000)
            while start > at - size * 1_000 {
                found.append((start, start + size * 1_000))
                start -= slide * 1_000
            }
            return found
        case .session: return []
        case .cumulate(let step, let size, _):
            let start = at - at % (size * 1_000)
            return stride(from: start + step * 1_000, through: start + size * 1_000, by: Int(step * 1_000))
                .filter { $0 > at }.map { (start, $0) }
        }
    }

    private static func expected(
        _ splits: [MemorySource.Split], _ shape: WindowShape, distinct: Bool
    ) -> [[BatchBuilder.Value]] {
        var groups: [[BatchBuilder.Value]: [Int64]] = [:]
        for row in splits.flatMap(\.rows) {
            guard case .integer(let at) = row[1], case .integer(let value) = row[2] else { continue }
            for (start, end) in windows(shape, of: at) {
                groups[[row[0], .integer(start), .integer(end)], default: []].append(value)
            }
        }
        return groups.map { key, values -> [BatchBuilder.Value] in
            let summed = distinct ? Array(Set(values)) : values
            let sum = BatchBuilder.Value.integer(summed.reduce(0, +))
            return [key[0], .integer(Int64(values.count)), sum, .integer(values.max() ?? 0), key[1], key[2]]
        }.sortedByDescription()
    }

    @Test(
        arguments: [
            WindowShape.tumble(size: 20_000, offset: 0), .hop(slide: 5_000, size: 20_000, offset: 0),
            .cumulate(step: 10_000, size: 40_000, offset: 0),
        ], [false, true])
    func windowsEqualTheNaiveAnswer(shape: WindowShape, distinct: Bool) throws {
        for seed in 1...12 as ClosedRange<UInt64> {
            let splits = Self.makeSplits(seed: seed)
            let plan = Self.makePlan(shape, distinct: distinct)
            let rows = try RestartingJob(plan: plan, splits: splits, seed: seed).run().rows
            #expect(rows == Self.expected(splits, shape, distinct: distinct), "seed \(seed)")
        }
    }
}

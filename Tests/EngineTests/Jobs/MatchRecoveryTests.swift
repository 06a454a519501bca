import Columnar
import ConnectorContract
import Diagnostics
import Engine
import StreamSQL
import TestSupport
import Testing

/// Patterns under the seeded scheduler: out-of-order rows, crashes with matches under way, other numbers of instances.
struct MatchRecoveryTests {
    private static let time = DataType(.timestamp(precision: 3))
    private static let long = DataType(.bigint)
    private static let bool = DataType(.boolean)
    private static let second: Int64 = 1_000_000
    private static let fields = [
        Field("k", DataType(.string)), Field("ts", time), Field("value", long), Field("id", long),
    ]

    /// Rows whose times wander up to ten seconds back and forth, no two of one key at the same time; the watermark
    /// allows for eleven.
    private static func makeSplits(seed: UInt64) -> [MemorySource.Split] {
        var random = SplitMix64(seed: seed)
        return (0..<3).map { split in
            MemorySource.Split(
                rows: (0..<200).map { index in
                    let id = Int64(split * 1_000 + index)
                    let disorder = Int64(random.next() % 10) * second
                    // Whole seconds, and a part of a second that is the row's own.
                    let own = Int64(split * 300 + index) * 1_000
                    let at = Int64(index) * 3 * second + 100 * second - disorder + own
                    return [
                        .text("key \(random.next() % 4)"), .integer(at), .integer(Int64(random.next() % 6)),
                        .integer(id),
                    ]
                })
        }
    }

    private static func literal(_ value: Int64) -> PlanExpression {
        .literal(.int64(value), DataType(.bigint, isNullable: false))
    }

    private static func row(_ variable: Int, _ column: Int, isFirst: Bool = false) -> MatchReference {
        MatchReference(
            source: .row(variable: variable, isFirst: isFirst, offset: 0, column: column), type: fields[column].type)
    }

    private static func measure(_ references: [MatchReference]) -> MatchExpression {
        MatchExpression(expression: .column(0, references[0].type), references: references)
    }

    /// A B*? C within a minute: A is even, each B greater than A's value less three, C is what A was.
    private static func makeMatch(_ skip: MatchSkip) -> MatchPlan {
        let current = MatchReference(source: .current(2), type: long)
        let even = PlanExpression.call(
            .equal, [.call(.modulo, [.column(2, long), literal(2)], long), literal(0)], bool)
        let greater = MatchExpression(
            expression: .call(
                .greater, [.column(0, long), .call(.subtract, [.column(1, long), literal(3)], long)], bool),
            references: [current, row(0, 2)])
        let same = MatchExpression(
            expression: .call(.equal, [.column(0, long), .column(1, long)], bool), references: [current, row(0, 2)])
        let sum = MatchReference(
            source: .aggregate(
                variable: 1, AggregateCall(.sum, argument: 0, argumentType: long, resultType: long),
                arguments: [.column(2, long)]), type: long)
        return MatchPlan(
            partition: [0], order: [], timeColumn: 1,
            pattern: [.init(), .init(minimum: 0, maximum: nil, isGreedy: false), .init()], variables: ["A", "B", "C"],
            conditions: [.row(even), .match(greater), .match(same)],
            measures: [measure([row(0, 3)]), measure([sum]), measure([row(2, 3)])], measureNames: ["a", "b", "c"],
            skip: skip, withinMilliseconds: 60_000)
    }

    private static func makePlan(_ skip: MatchSkip) -> PhysicalPlan {
        let table = CatalogTable(name: "t", physicalFields: fields, connector: "memory", isBounded: true)
        let delay = PlanExpression.literal(.int64(11_000), DataType(.intervalMilliseconds, isNullable: false))
        let expression = PlanExpression.call(.subtractInterval, [.column(1, time), delay], time)
        let output = [fields[0], Field("a", long), Field("b", long), Field("c", long)]
        func node(
            _ id: Int, _ name: String, _ operation: PlanOperation, _ fields: [Field],
            _ distribution: Distribution = .sharded
        ) -> PlanNode {
            PlanNode(
                id: id, name: name, operation: operation, inputs: id == 0 ? [] : [id - 1], fields: fields,
                changelog: .append, distribution: distribution)
        }
        let columns = fields.indices.map { ScanPlanColumn.physical($0) }
        return PhysicalPlan(nodes: [
            node(0, "scan", .scan(ScanPlan(table: table, columns: columns)), fields),
            node(1, "watermark", .watermark(WatermarkPlan(timeColumn: 1, expression: expression)), fields),
            node(2, "deal", .exchange(.hash([0])), fields),
            node(3, "match", .match(makeMatch(skip)), output),
            node(4, "gather", .exchange(.single), output, .single),
            node(5, "sink", .sink(SinkPlan(target: .collect)), output, .single),
        ])
    }

    private struct Row {
        var key: BatchBuilder.Value
        var at: Int64
        var value: Int64
        var id: Int64
    }

    /// SKIP TO NEXT ROW by its definition: from each first row the first row that completes a match.
    private static func expected(_ splits: [MemorySource.Split]) -> [[BatchBuilder.Value]] {
        let rows = splits.flatMap(\.rows).compactMap { row -> Row? in
            guard case .integer(let at) = row[1], case .integer(let value) = row[2], case .integer(let id) = row[3]
            else { return nil }
            return Row(key: row[0], at: at, value: value, id: id)
        }
        var result: [[BatchBuilder.Value]] = []
        for own in Dictionary(grouping: rows, by: \.key).values {
            let sorted = own.sorted { $0.at < $1.at }
            for (place, first) in sorted.enumerated() where first.value % 2 == 0 {
                var sum: Int64?
                for row in sorted[(place + 1)...] {
                    guard row.at - first.at < 60 * second else { break }
                    if row.value == first.value {
                        let taken: BatchBuilder.Value = sum.map { .integer($0) } ?? .null
                        result.append([first.key, .integer(first.id), taken, .integer(row.id)])
                        break
                    }
                    guard row.value > first.value - 3 else { break }
                    sum = (sum ?? 0) + row.value
                }
            }
        }
        return result.sortedByDescription()
    }

    @Test func matchesEqualTheNaiveAnswer() throws {
        var lives = 0
        for seed in 1...4 as ClosedRange<UInt64> {
            let splits = Self.makeSplits(seed: seed)
            let plan = Self.makePlan(.toNextRow)
            let result = try RestartingJob(plan: plan, splits: splits, seed: seed, crashes: 4).run()
            let isExpected = result.rows == Self.expected(splits)
            #expect(isExpected && result.rows.count > 50, "seed \(seed): \(result.rows.count) rows")
            lives += result.lives
        }
        #expect(lives > 8)
    }

    @Test(arguments: [MatchSkip.pastLastRow, .toLast(2)])
    func crashesAndOtherParallelismChangeNothing(skip: MatchSkip) throws {
        for seed in 11...13 as ClosedRange<UInt64> {
            let splits = Self.makeSplits(seed: seed)
            var job = RestartingJob(plan: Self.makePlan(skip), splits: splits, seed: seed, crashes: 0, parallelism: [1])
            let straight = try job.run()
            job.seed = seed + 100
            job.crashes = 4
            job.parallelism = [3, 1, 2]
            let crashed = try job.run()
            let isSame = straight.rows == crashed.rows
            #expect(isSame && straight.rows.count > 20, "seed \(seed): \(straight.rows.count) rows")
        }
    }
}

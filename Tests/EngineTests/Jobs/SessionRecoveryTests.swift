import Columnar
import ConnectorContract
import Diagnostics
import Engine
import StreamSQL
import TestSupport
import Testing

/// Sessions under the seeded scheduler: out-of-order rows, crashes, other numbers of instances; against a naive answer.
struct SessionRecoveryTests {
    private static let key = DataType(.string)
    private static let time = DataType(.timestamp(precision: 3))
    private static let long = DataType(.bigint)
    private static let second: Int64 = 1_000_000
    private static let fields = [Field("k", key), Field("ts", time), Field("value", long), Field("id", long)]
    private static let gap: Int64 = 5

    /// What stands above the rows.
    enum Form: CaseIterable {
        /// States kept up with each row and merged where sessions meet.
        case merged
        /// A DISTINCT call: rows are kept.
        case distinct
        /// Groups finer than the sessions' keys: rows are kept.
        case finer
        /// No aggregation.
        case rows
    }

    /// Rows whose times wander up to ten seconds back and forth; the watermark allows for eleven.
    private static func makeSplits(seed: UInt64) -> [MemorySource.Split] {
        var random = SplitMix64(seed: seed)
        return (0..<3).map { split in
            MemorySource.Split(
                rows: (0..<200).map { index in
                    let disorder = Int64(random.next() % 10) * second
                    let at = Int64(index) * 4 * second + 100 * second - disorder
                    let value = Int64(random.next() % 3)
                    let id = Int64(split * 1_000 + index)
                    return [.text("key \(random.next() % 4)"), .integer(at), .integer(value), .integer(id)]
                })
        }
    }

    private static func calls(_ form: Form) -> [AggregateCall] {
        [
            AggregateCall(.countRows, resultType: DataType(.bigint, isNullable: false)),
            AggregateCall(.sum, argument: 2, argumentType: long, isDistinct: form == .distinct, resultType: long),
        ]
    }

    private static func makePlan(_ form: Form) -> PhysicalPlan {
        let table = CatalogTable(name: "t", physicalFields: fields, connector: "memory", isBounded: true)
        let delay = PlanExpression.literal(.int64(11_000), DataType(.intervalMilliseconds, isNullable: false))
        let expression = PlanExpression.call(.subtractInterval, [.column(1, time), delay], time)
        let bounds = [Field("ws", time), Field("we", time)]
        let groups = form == .finer ? [2, 0] : [0]
        var output = groups.map { fields[$0] }
        output += calls(form).enumerated().map { Field("a\($0.offset)", $0.element.resultType) } + bounds
        var operation = PlanOperation.windowAggregate(
            WindowAggregatePlan(
                shape: .session(gap: gap * 1_000), timeColumn: 1, groupColumns: groups, calls: calls(form),
                windowColumns: [.start, .end], partition: [0]))
        if form == .rows {
            output = fields + bounds + [Field("wt", time)]
            operation = .sessionWindow(SessionWindowPlan(gapMilliseconds: gap * 1_000, timeColumn: 1, partition: [0]))
        }
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
            node(3, "session", operation, output),
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

    /// The sessions of all keys by the definition, over all rows at once.
    private static func sessions(_ splits: [MemorySource.Split]) -> [(start: Int64, end: Int64, rows: [Row])] {
        let rows = splits.flatMap(\.rows).compactMap { row -> Row? in
            guard case .integer(let at) = row[1], case .integer(let value) = row[2], case .integer(let id) = row[3]
            else { return nil }
            return Row(key: row[0], at: at, value: value, id: id)
        }
        var result: [(start: Int64, end: Int64, rows: [Row])] = []
        for own in Dictionary(grouping: rows, by: \.key).values {
            for row in own.sorted(by: { $0.at < $1.at }) {
                let end = row.at + gap * second
                if let last = result.last, last.rows[0].key == row.key, last.end >= row.at {
                    result[result.count - 1].end = end
                    result[result.count - 1].rows.append(row)
                } else {
                    result.append((row.at, end, [row]))
                }
            }
        }
        return result
    }

    private static func expected(_ splits: [MemorySource.Split], _ form: Form) -> [[BatchBuilder.Value]] {
        var result: [[BatchBuilder.Value]] = []
        for session in sessions(splits) {
            let bounds = [BatchBuilder.Value.integer(session.start), .integer(session.end)]
            if form == .rows {
                for row in session.rows {
                    let own: [BatchBuilder.Value] = [row.key, .integer(row.at), .integer(row.value), .integer(row.id)]
                    result.append(own + bounds + [.integer(session.end - 1_000)])
                }
                continue
            }
            for rows in Dictionary(grouping: session.rows, by: { form == .finer ? $0.value : 0 }).values {
                let values = rows.map(\.value)
                let summed = form == .distinct ? Array(Set(values)) : values
                let group: [BatchBuilder.Value] =
                    form == .finer ? [.integer(rows[0].value), rows[0].key] : [rows[0].key]
                result.append(group + [.integer(Int64(rows.count)), .integer(summed.reduce(0, +))] + bounds)
            }
        }
        return result.sortedByDescription()
    }

    @Test(arguments: Form.allCases)
    func sessionsEqualTheNaiveAnswer(form: Form) throws {
        var lives = 0
        for seed in 1...8 as ClosedRange<UInt64> {
            let splits = Self.makeSplits(seed: seed)
            let plan = Self.makePlan(form)
            let result = try RestartingJob(plan: plan, splits: splits, seed: seed, crashes: 4).run()
            let isExpected = result.rows == Self.expected(splits, form)
            #expect(isExpected, "seed \(seed): \(result.rows.count) rows")
            lives += result.lives
        }
        #expect(lives > 16)
    }
}

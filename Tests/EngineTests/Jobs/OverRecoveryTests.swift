import Columnar
import ConnectorContract
import Diagnostics
import Engine
import StreamSQL
import TestSupport
import Testing

/// OVER in the order of time and over rows that change, under the seeded scheduler with crashes and other numbers of
/// instances; against a naive answer.
struct OverRecoveryTests {
    private static let text = DataType(.string)
    private static let time = DataType(.timestamp(precision: 3))
    private static let long = DataType(.bigint)
    private static let count = DataType(.bigint, isNullable: false)
    private static let fields = [Field("k", text), Field("ts", time), Field("v", long), Field("n", long)]
    private static let second: Int64 = 1_000_000

    /// Rows of different times, mixed up within eight of them. With `ties` several have one time.
    private static func makeSplits(seed: UInt64, ties: Bool) -> [MemorySource.Split] {
        var random = SplitMix64(seed: seed)
        var number: Int64 = 0
        return (0..<3).map { split in
            var times = (0..<240).map { Int64($0 * 3 + split) }
            for start in stride(from: 0, to: 240, by: 8) {
                for index in 0..<7 {
                    times.swapAt(start + index, start + index + Int(random.next() % UInt64(8 - index)))
                }
            }
            return MemorySource.Split(
                rows: times.map { at in
                    let value = Int64(random.next() % 30)
                    number += 1
                    return [
                        .text("partition \(random.next() % 4)"),
                        .integer((ties ? at / 9 * 9 : at) * second + 1_000 * second),
                        value == 7 ? .null : .integer(value), .integer(number),
                    ]
                })
        }
    }

    private static func calls(ties: Bool) -> [OverCall] {
        let aggregates: [OverCall] = [
            .aggregate(AggregateCall(.sum, argument: 2, argumentType: long, resultType: long)),
            .aggregate(AggregateCall(.countRows, resultType: count)),
            .aggregate(AggregateCall(.minimum, argument: 2, argumentType: long, resultType: long)),
            .aggregate(AggregateCall(.maximum, argument: 2, argumentType: long, resultType: long)),
            .aggregate(AggregateCall(.count, argument: 2, argumentType: long, isDistinct: true, resultType: count)),
        ]
        return ties ? aggregates : aggregates + [.rowNumber, .shifted(column: 2, rows: 2, otherwise: nil, long)]
    }

    private static func makePlan(_ frame: OverFrame, _ order: OverPlan.Order, _ calls: [OverCall]) -> PhysicalPlan {
        let table = CatalogTable(name: "t", physicalFields: fields, connector: "memory", isBounded: true)
        let output = fields + calls.enumerated().map { Field("o\($0.offset)", $0.element.resultType) }
        let delay = PlanExpression.literal(.int64(60_000), DataType(.intervalMilliseconds, isNullable: false))
        let expression = PlanExpression.call(.subtractInterval, [.column(1, time), delay], time)
        func node(
            _ id: Int, _ name: String, _ operation: PlanOperation, _ fields: [Field],
            _ distribution: Distribution = .sharded
        ) -> PlanNode {
            PlanNode(
                id: id, name: name, operation: operation, inputs: id == 0 ? [] : [id - 1], fields: fields,
                changelog: .retract, distribution: distribution)
        }
        return PhysicalPlan(nodes: [
            node(0, "scan", .scan(ScanPlan(table: table, columns: (0..<4).map { .physical($0) })), fields),
            node(1, "watermark", .watermark(WatermarkPlan(timeColumn: 1, expression: expression)), fields),
            node(2, "deal", .exchange(.hash([0])), fields),
            node(3, "over", .over(OverPlan(partition: [0], order: order, frame: frame, calls: calls)), output),
            node(4, "gather", .exchange(.single), output, .single),
            node(5, "sink", .sink(SinkPlan(target: .collect)), output, .single),
        ])
    }

    /// What each row sees, row by row.
    private static func expected(
        _ splits: [MemorySource.Split], _ frame: OverFrame, ties: Bool
    ) -> [[BatchBuilder.Value]] {
        var partitions: [BatchBuilder.Value: [[BatchBuilder.Value]]] = [:]
        for row in splits.flatMap(\.rows) { partitions[row[0], default: []].append(row) }
        func time(_ row: [BatchBuilder.Value]) -> Int64 { if case .integer(let at) = row[1] { at } else { 0 } }
        var result: [[BatchBuilder.Value]] = []
        for rows in partitions.values {
            let rows = rows.sorted { time($0) < time($1) }
            for (position, row) in rows.enumerated() {
                let seen = rows.enumerated().filter { other, candidate in
                    guard case .offset(let back) = frame.start else {
                        return frame.unit == .rows ? other <= position : time(candidate) <= time(row)
                    }
                    return frame.unit == .rows
                        ? other <= position && other >= position + Int(back)
                        : time(candidate) <= time(row) && time(candidate) >= time(row) + back
                }.map(\.element)
                let values = seen.compactMap { if case .integer(let value) = $0[2] { value } else { nil } }
                func number(_ value: Int64?) -> BatchBuilder.Value { value.map { .integer($0) } ?? .null }
                var output =
                    row + [
                        number(values.isEmpty ? nil : values.reduce(0, +)), .integer(Int64(seen.count)),
                        number(values.min()), number(values.max()), .integer(Int64(Set(values).count)),
                    ]
                if !ties { output += [.integer(Int64(position + 1)), position >= 2 ? rows[position - 2][2] : .null] }
                result.append(output)
            }
        }
        return result.sortedByDescription()
    }

    private static let frames = [
        OverFrame(unit: .rows, start: .unbounded, end: .offset(0)),
        OverFrame(unit: .rows, start: .offset(-3), end: .offset(0)),
        OverFrame(unit: .range, start: .unbounded, end: .offset(0)),
        OverFrame(unit: .range, start: .offset(-20 * second), end: .offset(0)),
    ]

    @Test(arguments: frames)
    func rowsInTheOrderOfTimeEqualTheNaiveAnswer(frame: OverFrame) throws {
        for seed in 1...10 as ClosedRange<UInt64> {
            let ties = frame.unit == .range
            let splits = Self.makeSplits(seed: seed, ties: ties)
            let plan = Self.makePlan(frame, .rowTime(1), Self.calls(ties: ties))
            let rows = try RestartingJob(plan: plan, splits: splits, seed: seed, batchRows: 19).run().rows
                .sortedByDescription()
            #expect(rows == Self.expected(splits, frame, ties: ties), "seed \(seed)")
        }
    }

    /// The rows come in any order of the sort key, so that results are corrected again and again.
    @Test(arguments: frames)
    func correctedRowsEqualTheNaiveAnswer(frame: OverFrame) throws {
        for seed in 1...6 as ClosedRange<UInt64> {
            let ties = frame.unit == .range
            let splits = Self.makeSplits(seed: seed, ties: ties)
            let key = SortPlan.Key(column: 1, isDescending: false, nullsFirst: true)
            let plan = Self.makePlan(frame, .sorted([key]), Self.calls(ties: ties))
            let rows = try RestartingJob(plan: plan, splits: splits, seed: seed, batchRows: 19).run().rows
                .sortedByDescription()
            #expect(rows == Self.expected(splits, frame, ties: ties), "seed \(seed)")
        }
    }
}

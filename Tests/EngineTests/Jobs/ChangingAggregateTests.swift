import Columnar
import ConnectorContract
import Diagnostics
import Engine
import StreamSQL
import TestSupport
import Testing

/// Aggregates over rows that change and move between groups, under the seeded scheduler with crashes and other numbers
/// of instances; against a naive answer.
struct ChangingAggregateTests {
    private static let text = DataType(.string)
    private static let long = DataType(.bigint)
    private static let real = DataType(.double)
    private static let count = DataType(.bigint, isNullable: false)
    private static let fields = [Field("id", text), Field("grp", long), Field("v", long), Field("d", real)]

    /// An id is in one split only, so that its rows have an order.
    private static func makeSplits(seed: UInt64, groups: UInt64, rows: Int) -> [MemorySource.Split] {
        var random = SplitMix64(seed: seed)
        return (0..<3).map { split in
            MemorySource.Split(
                rows: (0..<rows).map { _ in
                    let id = random.next() % UInt64(rows / 3)
                    let value = Int64(random.next() % 40) - 10
                    return [
                        .text("row \(id) of the split number \(split)"), .integer(Int64(random.next() % groups)),
                        value == 0 ? .null : .integer(value), .real(Double(value)),
                    ]
                })
        }
    }

    private static func calls(twoPhases: Bool) -> [AggregateCall] {
        let numbers = [
            AggregateCall(.countRows, resultType: count),
            AggregateCall(.sum, argument: 2, argumentType: long, resultType: long),
            AggregateCall(.average, argument: 2, argumentType: long, resultType: long),
        ]
        guard !twoPhases else { return numbers }
        return numbers + [
            AggregateCall(.minimum, argument: 2, argumentType: long, resultType: long),
            AggregateCall(.maximum, argument: 2, argumentType: long, resultType: long),
            AggregateCall(.count, argument: 2, argumentType: long, isDistinct: true, resultType: count),
            AggregateCall(.sum, argument: 2, argumentType: long, isDistinct: true, resultType: long),
            AggregateCall(
                .percentile, argument: 3, argumentType: real, parameter: .fractions([0.5]), resultType: real),
            AggregateCall(
                .listAggregate, argument: 0, argumentType: text, parameter: .separator([0x2C]), resultType: text),
        ]
    }

    /// The last group and number of each id, then aggregates of those by group.
    private static func makePlan(twoPhases: Bool) -> PhysicalPlan {
        let table = CatalogTable(name: "t", physicalFields: fields, connector: "memory", isBounded: true)
        let last = [
            AggregateCall(.lastValue, argument: 1, argumentType: long, resultType: long),
            AggregateCall(.sum, argument: 2, argumentType: long, resultType: long),
            AggregateCall(.lastValue, argument: 3, argumentType: real, resultType: real),
        ]
        let calls = calls(twoPhases: twoPhases)
        let output = [fields[1]] + calls.enumerated().map { Field("a\($0.offset)", $0.element.resultType) }
        var nodes: [PlanNode] = []
        func add(
            _ name: String, _ operation: PlanOperation, _ fields: [Field], _ changelog: ChangelogMode = .retract,
            _ distribution: Distribution = .sharded
        ) {
            let id = nodes.count
            nodes.append(
                PlanNode(
                    id: id, name: name, operation: operation, inputs: id == 0 ? [] : [id - 1], fields: fields,
                    changelog: changelog, distribution: distribution))
        }
        add("scan", .scan(ScanPlan(table: table, columns: (0..<4).map { .physical($0) })), fields, .append)
        add("deal", .exchange(.hash([0])), fields, .append)
        add("last", .aggregate(AggregatePlan(phase: .whole, groupColumns: [0], calls: last)), fields)
        if twoPhases {
            let partial = [fields[1]] + calls.flatMap(\.partialFields) + [Field("rows", count)]
            let local = AggregatePlan(phase: .local, groupColumns: [1], calls: calls, inputRetracts: true)
            add("local", .aggregate(local), partial, .append)
            add("by group", .exchange(.hash([0])), partial, .append)
            let global = AggregatePlan(phase: .global, groupColumns: [0], calls: calls, inputRetracts: true)
            add("global", .aggregate(global), output)
        } else {
            add("by group", .exchange(.hash([1])), fields)
            let whole = AggregatePlan(phase: .whole, groupColumns: [1], calls: calls, inputRetracts: true)
            add("whole", .aggregate(whole), output)
        }
        add("gather", .exchange(.single), output, .retract, .single)
        add("sink", .sink(SinkPlan(target: .collect)), output, .retract, .single)
        return PhysicalPlan(nodes: nodes)
    }

    private static func expected(_ splits: [MemorySource.Split], twoPhases: Bool) -> [String] {
        var rows: [BatchBuilder.Value: (group: BatchBuilder.Value, sum: Int64?, last: Double)] = [:]
        for row in splits.flatMap(\.rows) {
            guard case .real(let last) = row[3] else { continue }
            var sum = rows[row[0]]?.sum
            if case .integer(let value) = row[2] { sum = (sum ?? 0) + value }
            rows[row[0]] = (row[1], sum, last)
        }
        var groups: [BatchBuilder.Value: [(id: BatchBuilder.Value, sum: Int64?, last: Double)]] = [:]
        for (id, row) in rows { groups[row.group, default: []].append((id, row.sum, row.last)) }
        return groups.map { group, members in
            let sums = members.compactMap(\.sum)
            func number(_ value: Int64?) -> BatchBuilder.Value { value.map { .integer($0) } ?? .null }
            var row: [BatchBuilder.Value] = [
                group, .integer(Int64(members.count)), number(sums.isEmpty ? nil : sums.reduce(0, +)),
                number(sums.isEmpty ? nil : sums.reduce(0, +) / Int64(sums.count)),
            ]
            if !twoPhases {
                let different = Set(sums)
                let lasts = members.map(\.last).sorted()
                let middle = Double(lasts.count - 1) / 2
                let median = (lasts[Int(middle.rounded(.down))] + lasts[Int(middle.rounded(.up))]) / 2
                row += [
                    number(sums.min()), number(sums.max()), .integer(Int64(different.count)),
                    number(different.isEmpty ? nil : different.reduce(0, +)), .real(median),
                    .text(
                        members.map { if case .text(let id) = $0.id { id } else { "" } }.sorted().joined(separator: ",")
                    ),
                ]
            }
            return "\(row)"
        }.sorted()
    }

    /// Rows as text, lists of texts in one order.
    private static func shown(_ rows: [[BatchBuilder.Value]]) -> [String] {
        rows.map { row in
            let ordered = row.map { value -> BatchBuilder.Value in
                guard case .text(let text) = value else { return value }
                return .text(text.split(separator: ",").sorted().joined(separator: ","))
            }
            return "\(ordered)"
        }.sorted()
    }

    @Test(arguments: [true, false])
    func resultsEqualTheNaiveAnswer(twoPhases: Bool) throws {
        for seed in 1...16 as ClosedRange<UInt64> {
            let splits = Self.makeSplits(seed: seed, groups: 6, rows: 150)
            let job = RestartingJob(
                plan: Self.makePlan(twoPhases: twoPhases), splits: splits, seed: seed, crashes: seed % 2 == 0 ? 4 : 0,
                batchRows: 31, keyCount: 1, stateRewriteBytes: seed % 2 == 0 ? 0 : 16 << 20)
            let rows = try job.run().rows
            #expect(Self.shown(rows) == Self.expected(splits, twoPhases: twoPhases), "seed \(seed)")
        }
    }

    /// So many groups come and go that the operators renumber those that are left.
    @Test func groupsThatAreGoneAreDropped() throws {
        for seed in 1...2 as ClosedRange<UInt64> {
            let splits = Self.makeSplits(seed: seed, groups: 1_000_000, rows: 4_000)
            let job = RestartingJob(
                plan: Self.makePlan(twoPhases: false), splits: splits, seed: seed, batchRows: 31, keyCount: 1,
                stateRewriteBytes: seed % 2 == 0 ? 0 : 16 << 20)
            let rows = try job.run().rows
            #expect(Self.shown(rows) == Self.expected(splits, twoPhases: false), "seed \(seed)")
        }
    }
}

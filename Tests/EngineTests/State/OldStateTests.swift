import Columnar
import ConnectorContract
import StreamSQL
import TestSupport
import Testing

@testable import Engine

/// Groups of aggregations as versions before wrote them, one entry by key for each: they are read, also by a changed query,
/// and written as blocks from then on. And blocks that would be too long.
struct OldStateTests {
    /// Puts an epoch into the older form: the same groups, each by itself.
    private static func storeByKey(_ store: MemoryCheckpointStore, _ plan: PhysicalPlan) throws {
        var epoch = try #require(try store.restore())
        var changed = 0
        for node in plan.nodes {
            let prefix = node.name + "/"
            guard case .aggregate(let aggregate) = node.operation, epoch.states[prefix + "blocks"] != nil else {
                continue
            }
            let held = restored(aggregate, plan, node, epoch)
            var entries = KeyedEntries()
            for group in 0..<held.groups.count {
                var key = ByteWriter()
                for column in held.groups.keys { RowCoding.append(column.column, row: group, to: &key) }
                var value = ByteWriter()
                value.write(held.liveRows.base[group])
                if aggregate.stateTimeToLiveMilliseconds != nil { value.write(held.touched.base[group]) }
                held.aggregates.write(group, to: &value)
                entries.put(key: key.bytes, value: value.bytes)
            }
            epoch.states[prefix + "blocks"] = nil
            epoch.states[prefix + "groups"] = [StateChange(name: prefix + "groups", fold: .keyed, bytes: entries.bytes)]
            changed += 1
        }
        #expect(changed > 0)
        _ = try store.replace(epoch: epoch.epoch + 1, changes: epoch.states.values.flatMap { $0 })
    }

    private static func restored(
        _ aggregate: AggregatePlan, _ plan: PhysicalPlan, _ node: PlanNode, _ epoch: RestoredEpoch
    ) -> AggregateOperator {
        let held = AggregateOperator(
            aggregate, inputFields: plan.nodes[node.inputs[0]].fields, isBatchMode: false, seed: 1, keepsChanges: true
        ) { 0 }
        let own = epoch.states.filter { $0.key.hasPrefix(node.name + "/") }.flatMap { name, changes in
            changes.map { change in
                StateChange(name: String(name.dropFirst(node.name.count + 1)), fold: change.fold, bytes: change.bytes)
            }
        }
        #expect(throws: Never.self) {
            try held.restore(own, ownership: Ownership(index: 0, count: 1, seed: 0))
        }
        return held
    }

    private static let keys = ["a", "b", "c"]
    private static func rows(_ range: Range<Int64>) -> [EvolutionHarness.Row] {
        range.map { EvolutionHarness.row(keys[Int($0 % 3)], $0 % 5, $0, second: $0 / 10) }
    }

    @Test(
        arguments: ["", "SET 'table.exec.state.ttl' = '1 d';"],
        ["k, COUNT(*), SUM(v), MAX(w), COUNT(DISTINCT v)", "k, COUNT(*), MIN(w), MAX(w), COUNT(DISTINCT v)"])
    func groupsByKeyAreTakenOver(setting: String, columns: String) throws {
        let (first, second) = (Self.rows(0..<60), Self.rows(60..<90))
        let isChanged = columns.contains("MIN")
        for seed in 1...3 as ClosedRange<UInt64> {
            let result = try EvolutionHarness.evolve(
                setting + "SELECT k, COUNT(*), SUM(v), MAX(w), COUNT(DISTINCT v) FROM t GROUP BY k;",
                setting + "SELECT \(columns) FROM t GROUP BY k;", ["t": (first, second)], seed: seed,
                between: Self.storeByKey)
            let wanted = Self.keys.map { k -> EvolutionHarness.Row in
                let own = (first + second).filter { $0[0] == .text(k) }
                let sum = own.reduce(Int64(0)) { sum, row in
                    if case .integer(let value) = row[1] { sum + value } else { sum }
                }
                let least = second.first { $0[0] == .text(k) }?[2] ?? .null
                return [
                    .text(k), .integer(30), isChanged ? least : .integer(sum), own.last?[2] ?? .null, .integer(5),
                ]
            }
            #expect(result.rows == wanted, "seed \(seed)")
            #expect(result.report.dropped.isEmpty, "\(result.report.lines)")
        }
    }

    @Test func groupsByKeyTellNotWhetherTheyHaveTimes() throws {
        let result = try EvolutionHarness.evolve(
            "SELECT k, COUNT(*) FROM t GROUP BY k;",
            "SET 'table.exec.state.ttl' = '1 d'; SELECT k, COUNT(*) FROM t GROUP BY k;",
            ["t": (Self.rows(0..<9), Self.rows(9..<12))], seed: 1, ignoring: true, between: Self.storeByKey)
        #expect(result.report.dropped.count == 1 && result.report.dropped[0].contains("3 entries"))
        #expect(result.rows == Self.keys.map { [.text($0), .integer(1)] })
    }

    @Test(arguments: [1, 100, 1 << 30])
    func longBlocksAreWrittenAsSeveral(limit: Int) throws {
        let plan = try EvolutionHarness.plan("SELECT k, MAX(k), COUNT(*) FROM t GROUP BY k;")
        let node = try #require(
            plan.nodes.last { node in if case .aggregate = node.operation { true } else { false } })
        guard case .aggregate(let aggregate) = node.operation else { return }
        let types = plan.nodes[node.inputs[0]].fields
        func make() -> AggregateOperator {
            AggregateOperator(aggregate, inputFields: types, isBatchMode: false, seed: 1, keepsChanges: true) { 0 }
        }
        let held = make()
        held.blocks.blockLimit = limit
        let numbers = (0..<50).map { Int32($0) }
        let column = Column(types[0].type, capacity: 50)
        let heap = ByteHeap()
        column.owners = [heap]
        for row in 0..<50 { column.text[row] = heap.add("a key that is long enough \(row)") }
        var groups = numbers
        held.groups.assign([column], rowCount: 50, groups: &groups)
        held.reserve()
        for group in 0..<50 { held.liveRows.base[group] = Int64(group + 1) }
        let changes = try held.wholeSnapshot(epoch: 1)
        let blocks = try changes.filter { $0.name == "blocks" }.reduce(0) { count, change in
            try change.bytes.withUnsafeBytes { bytes in
                var reader = ByteReader(bytes)
                var count = count
                while reader.remaining > 0 {
                    _ = try reader.readRaw(Int(try reader.read(UInt32.self)))
                    count += 1
                }
                return count
            }
        }
        #expect(limit == 1 ? blocks == 50 : limit == 100 ? blocks > 1 : blocks == 1)
        let again = make()
        try again.restore(changes, ownership: Ownership(index: 0, count: 1, seed: 0))
        #expect(again.groups.count == 50)
        let total = (0..<50).reduce(Int64(0)) { $0 + again.liveRows.base[$1] }
        #expect(total == 1_275)
    }
}

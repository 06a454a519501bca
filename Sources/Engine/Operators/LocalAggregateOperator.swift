import Columnar
import StreamSQL

/// The first phase of a grouped aggregation: collapses rows to one partial result a group before they travel.
///
/// Holds nothing across an epoch: everything is flushed before a barrier.
final class LocalAggregateOperator: Operator {
    /// Groups held at most before they are flushed.
    private static let groupLimit = 65_536

    private let plan: AggregatePlan
    private let keyTypes: [DataType]
    private let seed: UInt64
    private var groups: GroupTable
    private let aggregates: AggregateSet

    init(_ plan: AggregatePlan, inputFields: [Field], seed: UInt64) {
        self.plan = plan
        self.seed = seed
        keyTypes = plan.groupColumns.map { inputFields[$0].type }
        groups = GroupTable(keyTypes: keyTypes, seed: seed)
        aggregates = AggregateSet(plan.calls, inputRetracts: plan.inputRetracts, seed: seed)
    }

    var stateRows: Int { groups.count }

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws {
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: batch.rowCount) { scratch in
            guard let numbers = scratch.baseAddress else { return }
            groups.assign(plan.groupColumns.map { batch.columns[$0] }, rowCount: batch.rowCount, groups: numbers)
            aggregates.reserve(groups: groups.count)
            aggregates.update(batch, groups: numbers, signs: nil)
        }
        if groups.count >= Self.groupLimit { try flush(output: output) }
    }

    func flush(output: NodeRuntime) throws {
        guard groups.count > 0 else { return }
        for start in stride(from: 0, to: groups.count, by: 4_096) {
            let rows = (start..<min(start + 4_096, groups.count)).map { Int32(truncatingIfNeeded: $0) }
            let keys = groups.keys.map { $0.gathered(rows) }
            try output.emit(Batch(columns: keys + aggregates.partials(rows), rowCount: rows.count))
        }
        groups = GroupTable(keyTypes: keyTypes, seed: seed)
        aggregates.reset()
    }
}

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
    /// Where rows can be taken back: by how many rows each group grew.
    private let rowCounts = CountState()

    init(_ plan: AggregatePlan, inputFields: [Field], seed: UInt64) {
        self.plan = plan
        self.seed = seed
        keyTypes = plan.groupColumns.map { inputFields[$0].type }
        groups = GroupTable(keyTypes: keyTypes, seed: seed)
        aggregates = AggregateSet(plan.calls, inputRetracts: plan.inputRetracts, seed: seed)
    }

    var stateRows: Int { groups.count }
    var stateBytes: Int { groups.byteSize + aggregates.byteSize }

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws {
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: batch.rowCount) { scratch in
            guard let numbers = scratch.baseAddress else { return }
            groups.assign(plan.groupColumns.map { batch.columns[$0] }, rowCount: batch.rowCount, groups: numbers)
            aggregates.reserve(groups: groups.count)
            guard plan.inputRetracts else { return aggregates.update(batch, groups: numbers, signs: nil) }
            rowCounts.reserve(groups: groups.count)
            let signs = batch.kinds.map { RowSigns.of($0, count: batch.rowCount) }
            let update = { (signs: UnsafePointer<Int8>?) in
                self.aggregates.update(batch, groups: numbers, signs: signs)
                let all = AggregateInput(groups: numbers, rows: nil, rowCount: batch.rowCount, signs: signs)
                self.rowCounts.update(all, arguments: [])
            }
            if let signs { signs.withUnsafeBufferPointer { update($0.baseAddress) } } else { update(nil) }
        }
        if groups.count >= Self.groupLimit { try flush(output: output) }
    }

    func flush(output: NodeRuntime) throws {
        guard groups.count > 0 else { return }
        try aggregates.drain(groups: groups.count, plan.inputRetracts ? rowCounts : nil) { numbers in
            groups.keys.map { $0.gathered(numbers) }
        } emit: {
            try output.emit($0)
        }
        groups = GroupTable(keyTypes: keyTypes, seed: seed)
    }
}

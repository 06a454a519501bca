import Columnar

// What first phases of aggregations send on.
extension AggregateSet {
    /// Groups that travel in one batch.
    private static let groupsAtOnce = 4_096

    /// Gives the partial results of the first groups as batches and clears them. `keys` gives the columns in front of those
    /// of some groups; behind them stands, where `rowCounts` are given, by how many rows each group grew.
    func drain(
        groups count: Int, _ rowCounts: CountState?, keys: ([Int32]) -> [Column], emit: (Batch) throws -> Void
    ) throws {
        for start in stride(from: 0, to: count, by: Self.groupsAtOnce) {
            let groups = (start..<min(start + Self.groupsAtOnce, count)).map { Int32(truncatingIfNeeded: $0) }
            var columns = keys(groups) + partials(groups)
            if let rowCounts { columns.append(rowCounts.result(groups)) }
            try emit(Batch(columns: columns, rowCount: groups.count))
        }
        clear(groups: count, rowCounts)
    }

    /// Clears the first groups.
    func clear(groups count: Int, _ rowCounts: CountState?) {
        for group in 0..<count {
            clear(group)
            rowCounts?.clear(group)
        }
    }
}

import Columnar

/// Keeps some numbers of each partition in an order. Emits the input, then the number where it is asked for.
struct LogicalRank: Hashable {
    var partition: [Int]
    /// Empty for the order of arrival.
    var order: [SortPlan.Key]
    var from: Int
    var to: Int
    /// Whether of rows that arrived with equal sort keys the newest comes first; see `isOrderedByTime`.
    var prefersLatest: Bool
    /// The order is an attribute of time alone: over rows that are only added this is deduplication.
    var isOrderedByTime: Bool
    var emitsNumber: Bool
    var window: Window?
    var stateTimeToLiveMilliseconds: Int64?
    var range: SourceRange
    /// It keeps the rows of a table by its key; where the input changes them by that key, it has nothing to do.
    var keepsTable = false

    /// The window columns that are part of the partition.
    struct Window: Hashable {
        var endColumn: Int
        /// Type of the time attribute the windows cut.
        var timeType: DataType
    }

    /// Every column that the node itself reads.
    var columns: [Int] { partition + order.map(\.column) }

    /// The node over another numbering of its input's columns.
    func shifted(_ place: (Int) -> Int) -> LogicalRank {
        var result = self
        result.partition = partition.map(place)
        for index in order.indices { result.order[index].column = place(order[index].column) }
        result.window?.endColumn = place(window?.endColumn ?? 0)
        return result
    }
}

/// INTERSECT or EXCEPT of two inputs with the same columns.
struct LogicalSetOperation: Hashable {
    var kind: SetOperationPlan.Kind
    var isAll: Bool
    var stateTimeToLiveMilliseconds: Int64?
}

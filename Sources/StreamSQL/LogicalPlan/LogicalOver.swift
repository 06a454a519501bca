import Columnar

/// Functions with an OVER clause that share a window; appends a column for each.
struct LogicalOver: Hashable {
    var partition: [Int]
    var order: [SortPlan.Key]
    /// What the first sort column is.
    var time: LogicalRowNumber.TimeOrder
    var frame: OverFrame
    var calls: [OverCall]
    /// How long idle partitions are kept; nil for good.
    var stateTimeToLiveMilliseconds: Int64?
    var range: SourceRange

    /// The columns it reads beside those that are asked for above.
    var columns: [Int] { partition + order.map(\.column) + calls.flatMap(\.columns) }

    /// Whether rows can pass once time has reached them, and never change after.
    var followsTime: Bool {
        time != .none && order.first?.isDescending == false && frame.end == .offset(0)
            && calls.allSatisfy(\.looksBackOnly)
    }

    /// What it appends.
    var fields: [Field] { calls.enumerated().map { Field("over\($0.offset)", $0.element.resultType) } }

    func moved(_ transform: (Int) -> Int) -> LogicalOver {
        var result = self
        result.partition = partition.map(transform)
        for index in result.order.indices { result.order[index].column = transform(result.order[index].column) }
        result.calls = calls.map { $0.moved(transform) }
        return result
    }
}

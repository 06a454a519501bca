import Columnar

/// The aggregate calls and window helpers met while binding the expressions of one SELECT.
///
/// Each stands in the bound expressions as a column behind those of the input, until the aggregation is built and
/// the columns get their final positions.
final class AggregateCollector {
    struct Call: Hashable {
        var function: AggregateCall.Function
        var argument: PlanExpression?
        var moreArguments: [PlanExpression] = []
        var parameter = AggregateCall.Parameter.none
        var skipsNulls = true
        var isDistinct: Bool
        var filter: PlanExpression?
        var resultType: DataType
    }

    /// A window of GROUP BY TUMBLE(…) and its like.
    struct GroupWindow: Hashable {
        /// TUMBLE, HOP or SESSION.
        var name: String
        var shape: WindowShape
        var timeColumn: Int
        var isProcessingTime = false
    }

    /// First position of the calls' columns.
    let callBase: Int
    /// First position of the columns of a group window: start, end, time.
    var windowBase: Int { callBase + Self.maximumCalls }
    /// The position of the column that says which grouping set a row belongs to.
    var groupingColumn: Int { windowBase + 3 }
    private(set) var calls: [Call] = []
    /// What rows must fulfil to be taken in, beside the FILTER of each call.
    var rowCondition: PlanExpression?
    /// The keys and sets of GROUP BY; nil until they are bound.
    var groupingSets: GroupingSets?
    var groupWindow: GroupWindow?
    /// Where the first aggregate stands; nil when there is none.
    private(set) var firstRange: SourceRange?

    static let maximumCalls = 10_000

    init(inputColumns: Int) {
        callBase = inputColumns
    }

    /// The column that stands for a call; equal calls are one.
    func column(for call: Call, at range: SourceRange) throws(SQLError) -> PlanExpression {
        if firstRange == nil { firstRange = range }
        var call = call
        if let rowCondition { call.filter = .conjunction([rowCondition] + (call.filter.map { [$0] } ?? [])) }
        if let known = calls.firstIndex(of: call) { return .column(callBase + known, call.resultType) }
        guard calls.count < Self.maximumCalls else {
            throw SQLError(.limit, "a SELECT can have \(Self.maximumCalls) aggregates at most", at: range)
        }
        calls.append(call)
        return .column(callBase + calls.count - 1, call.resultType)
    }
}

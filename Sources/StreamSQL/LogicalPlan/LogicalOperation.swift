import Columnar

/// What a logical node computes from its inputs. Columns are positions, as in the physical plan.
///
/// Two nodes with equal operations and inputs are one node (see ``LogicalGraph``), which is how a view that several
/// statements use is computed once. Places in the script take no part in equality.
enum LogicalOperation: Hashable {
    case scan(LogicalScan)
    case values([[PlanExpression]], [DataType])
    /// Filter, then projection.
    case calculate(condition: PlanExpression?, projections: [PlanExpression])
    case union
    case watermark(LogicalWatermark)
    /// Stamps rows with the time of the clock, which becomes the watermark.
    case clock(timeColumn: Int)
    case aggregate(LogicalAggregate)
    /// Appends window_start, window_end and window_time.
    case window(WindowShape, timeColumn: Int)
    /// Appends the same of the row's session.
    case sessionWindow(LogicalSessionWindow)
    case windowAggregate(LogicalWindowAggregate)
    case over(LogicalOver)
    /// Appends the number of each row in its partition; only some shapes above it can be run.
    case rowNumber(LogicalRowNumber)
    case deduplicate(LogicalDeduplicate)
    /// A row for each element of a collection.
    case unnest(UnnestPlan)
    case rank(LogicalRank)
    case setOperation(LogicalSetOperation)
    case join(LogicalJoin)
    case sort(LogicalSort)
    /// MATCH_RECOGNIZE; emits the partition columns, then the measures.
    case match(MatchPlan)
    /// A process table function over its tables.
    case process(TableFunctionPlan)
}

/// Reads columns of a table.
struct LogicalScan: Hashable {
    var table: CatalogTable
    /// Tells tables of one name apart that were made and dropped one after the other.
    var identity: Int
    var columns: [ScanPlanColumn]
    /// The fields of `columns`.
    var fields: [Field]
    var range: SourceRange

    static func == (left: Self, right: Self) -> Bool {
        left.identity == right.identity && left.table.name == right.table.name
            && left.table.options == right.table.options && left.columns == right.columns
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(identity)
        hasher.combine(table.name)
        hasher.combine(columns)
    }
}

/// Computes watermarks over a time attribute.
struct LogicalWatermark: Hashable {
    var timeColumn: Int
    var expression: PlanExpression
    var intervalMilliseconds: Int64
}

/// Grouped aggregation; emits the group columns, then the calls.
struct LogicalAggregate: Hashable {
    var groupColumns: [Int]
    var calls: [AggregateCall]
    var stateTimeToLiveMilliseconds: Int64?
    /// Into how many buckets what DISTINCT tells apart is split; nil where the script does not ask for it.
    var distinctBuckets: Int?
}

/// Aggregation for each window; emits the group columns, the calls, then the window columns.
struct LogicalWindowAggregate: Hashable {
    var shape: WindowShape
    var timeColumn: Int
    var groupColumns: [Int]
    var calls: [AggregateCall]
    var windowColumns: [WindowAggregatePlan.WindowColumn]
    /// Type of window_time, which is that of the time attribute.
    var timeType: DataType
    /// The columns a session is kept for, all among the groups.
    var partition: [Int] = []
    /// Results before and behind the end of a window.
    var emission: WindowEmission?
    /// A BOOLEAN column: rows where it is not true make sessions, and are not aggregated.
    var rowFilter: Int?

    var isSession: Bool {
        if case .session = shape { return true }
        return false
    }
}

/// A SESSION table function.
struct LogicalSessionWindow: Hashable {
    var gapMilliseconds: Int64
    var timeColumn: Int
    var partition: [Int]
}

/// ROW_NUMBER() OVER (PARTITION BY … ORDER BY …).
struct LogicalRowNumber: Hashable {
    /// What the first sort column is, as far as deduplication cares.
    enum TimeOrder: Hashable {
        case none, rowTime, processingTime

        init(_ attribute: TimeAttribute) {
            switch attribute {
            case .none: self = .none
            case .rowTime: self = .rowTime
            case .processingTime: self = .processingTime
            }
        }
    }

    var partition: [Int]
    var order: [SortPlan.Key]
    var time: TimeOrder
    var stateTimeToLiveMilliseconds: Int64?
    var range: SourceRange
}

/// Keeps the first row of each key.
struct LogicalDeduplicate: Hashable {
    var keys: [Int]
    var order: DeduplicatePlan.Order
    var stateTimeToLiveMilliseconds: Int64?
    var range: SourceRange
}

/// Equi-join; emits the columns of the left, then those of the right. Semi and anti joins emit the left's only.
struct LogicalJoin: Hashable {
    var kind: JoinPlan.Kind
    var leftKeys: [Int]
    var rightKeys: [Int]
    /// For each key whether NULL equals NULL.
    var nullSafe: [Bool]
    /// How long rows of the left and right are kept where nothing else says.
    var timesToLive = StateTimesToLive()
    /// The right side is looked at as it was at a time of the left.
    var asOf: VersionTimes?
    /// The right side is a table, looked at as it is when a row of the left comes.
    var lookup: LookupSettings?
    var residual: PlanExpression?
    var range: SourceRange
}

/// ORDER BY and LIMIT.
struct LogicalSort: Hashable {
    var keys: [SortPlan.Key]
    var offset: Int
    var limit: Int?
    /// What the first key is when it is a time attribute in ascending order.
    var leadingTime: LogicalRowNumber.TimeOrder
    /// Of the rows that a LIMIT keeps; nil keeps them for good.
    var stateTimeToLiveMilliseconds: Int64?
    var range: SourceRange
}

/// The time of a left row, and since when a version of the right side holds.
struct VersionTimes: Hashable {
    var left: Int
    var right: Int
    /// ASOF JOIN: the versions are rows that are only added.
    var isOfRows = false
    /// Only versions since before the time of the left hold at it.
    var isStrict = false
}

/// Milliseconds after which rows of a join's inputs are forgotten; nil keeps them.
struct StateTimesToLive: Hashable {
    var left: Int64?
    var right: Int64?

    var swapped: Self { Self(left: right, right: left) }
}

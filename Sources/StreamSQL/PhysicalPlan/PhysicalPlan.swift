package import Columnar

/// What the engine runs: a graph of operators, the inputs of a node before the node itself.
///
/// One plan holds all INSERTs that run as one job; scans of the same table are one node with several consumers.
package struct PhysicalPlan: Sendable {
    package var nodes: [PlanNode]
    /// Session time zone, an IANA name.
    package var timeZone: String
    /// True when aggregates and joins give their final rows once, at the end of bounded input.
    package var isBatchMode: Bool
    package var recovery = StateRecovery()
    /// `pipeline.name`, where the script sets it.
    package var jobName: String?
    /// How often the job cuts an epoch, `execution.checkpointing.interval`; nil where the script does not say.
    package var epochMilliseconds: Int?

    package init(nodes: [PlanNode] = [], timeZone: String = "UTC", isBatchMode: Bool = false) {
        self.nodes = nodes
        self.timeZone = timeZone
        self.isBatchMode = isBatchMode
    }
}

/// What a job begins with, as the script set it.
package struct StateRecovery: Sendable, Hashable {
    /// A savepoint for a job that has no epochs of its own yet: `execution.state-recovery.path`.
    package var path: String?
    /// State that no operator claims is left out, in place of an error: `execution.state-recovery.ignore-unclaimed-state`.
    package var ignoresUnclaimedState = false

    package init(path: String? = nil, ignoresUnclaimedState: Bool = false) {
        self.path = path
        self.ignoresUnclaimedState = ignoresUnclaimedState
    }
}

/// One operator of a plan.
package struct PlanNode: Sendable {
    /// Position in ``PhysicalPlan/nodes``.
    package var id: Int
    /// Stable over small changes of the query: state is stored under it.
    package var name: String
    package var operation: PlanOperation
    /// Ids of the inputs, each smaller than `id`.
    package var inputs: [Int]
    package var fields: [Field]
    package var changelog: ChangelogMode
    package var distribution: Distribution
    /// What the state stored under the name is made of.
    package var state: NodeState
    /// Names of the same operator with another time to live: what it stored then can be read.
    package var otherNames: [String] = []

    package init(
        id: Int, name: String, operation: PlanOperation, inputs: [Int], fields: [Field], changelog: ChangelogMode,
        distribution: Distribution, state: NodeState = NodeState()
    ) {
        self.state = state
        self.id = id
        self.name = name
        self.operation = operation
        self.inputs = inputs
        self.fields = fields
        self.changelog = changelog
        self.distribution = distribution
    }
}

/// Which row kinds a node emits.
package enum ChangelogMode: Sendable, Hashable {
    /// +I
    case append
    /// +I, -U, +U, -D
    case retract
    /// +I, +U, -D by key: the row before an update is left out
    case upsert
}

/// On how many instances a node runs.
package enum Distribution: Sendable, Hashable {
    /// One instance a shard.
    case sharded
    /// One instance in all.
    case single
}

/// What a node does.
package enum PlanOperation: Sendable {
    case scan(ScanPlan)
    case values(ValuesPlan)
    case calculate(CalculatePlan)
    /// Rows of all inputs, as they come.
    case union
    /// Deals rows to the instances of the consumer; always the only thing between two distributions.
    case exchange(ExchangePlan)
    case watermark(WatermarkPlan)
    /// Writes the time of the clock into a column of each row and makes it the watermark: for windows over
    /// processing time.
    case clock(timeColumn: Int)
    case aggregate(AggregatePlan)
    case window(WindowPlan)
    case sessionWindow(SessionWindowPlan)
    case windowAggregate(WindowAggregatePlan)
    case over(OverPlan)
    case deduplicate(DeduplicatePlan)
    case unnest(UnnestPlan)
    case rank(RankPlan)
    case setOperation(SetOperationPlan)
    case join(JoinPlan)
    case streamJoin(StreamJoinPlan)
    case versionJoin(VersionJoinPlan)
    case lookupJoin(LookupJoinPlan)
    case leadingRows(LeadingRowsPlan)
    case sort(SortPlan)
    case timeSort(TimeSortPlan)
    case match(MatchPlan)
    case process(TableFunctionPlan)
    case sink(SinkPlan)
}

/// Reads a table. Emits `columns` in order.
package struct ScanPlan: Sendable {
    package var table: CatalogTable
    package var columns: [ScanPlanColumn]
    /// True when the rows are read anew at each start instead of from the last epoch: bounded build sides of joins.
    package var isStatic: Bool

    package init(table: CatalogTable, columns: [ScanPlanColumn], isStatic: Bool = false) {
        self.table = table
        self.columns = columns
        self.isStatic = isStatic
    }
}

/// A column that a scan delivers.
package enum ScanPlanColumn: Sendable, Hashable {
    /// A position in the table's physical columns.
    case physical(Int)
    case metadata(key: String, DataType)
    /// A field inside of a ROW column: the positions from its ROW inwards. NULL where a ROW on the way is.
    case field(Int, path: [Int])
    /// A BOOLEAN that is never NULL: whether the ROW column, or the ROW inside of it, is there.
    case presence(Int, path: [Int])
}

/// Constant rows.
package struct ValuesPlan: Sendable {
    package var rows: [[PlanExpression]]
    /// Read anew at each start, as ``ScanPlan/isStatic`` says of tables.
    package var isStatic: Bool

    package init(rows: [[PlanExpression]], isStatic: Bool = false) {
        self.rows = rows
        self.isStatic = isStatic
    }
}

/// Filter, then projection.
package struct CalculatePlan: Sendable {
    /// Rows are kept where it is true; nil keeps all.
    package var condition: PlanExpression?
    package var projections: [PlanExpression]

    package init(condition: PlanExpression?, projections: [PlanExpression]) {
        self.condition = condition
        self.projections = projections
    }
}

/// How rows travel to the instances of the next node.
package enum ExchangePlan: Sendable, Hashable {
    /// By hash of these columns.
    case hash([Int])
    /// All to the one instance.
    case single
    /// All to every instance: the build side of a join.
    case broadcast
}

/// Computes watermarks: the greatest value of the expression so far, for each split of the source.
package struct WatermarkPlan: Sendable {
    /// The time attribute's column.
    package var timeColumn: Int
    /// A TIMESTAMP(3) or TIMESTAMP_LTZ(3) over the input's columns.
    package var expression: PlanExpression
    /// A watermark is sent when it has grown by more than this, or the same time has passed; 0 = after each row.
    package var intervalMilliseconds: Int64

    package init(timeColumn: Int, expression: PlanExpression, intervalMilliseconds: Int64 = 200) {
        self.timeColumn = timeColumn
        self.expression = expression
        self.intervalMilliseconds = intervalMilliseconds
    }
}

/// Keeps the first row of each key and drops the others.
package struct DeduplicatePlan: Sendable {
    /// What "first" means.
    package enum Order: Sendable, Hashable {
        /// Arrival. The row is passed on at once.
        case processingTime
        /// The least value of the time attribute; the row is held until the watermark passes it.
        case rowTime(Int)
    }
    package var keys: [Int]
    package var order: Order
    /// Keys not seen for this long are forgotten; nil keeps them for good.
    package var stateTimeToLiveMilliseconds: Int64?

    package init(keys: [Int], order: Order, stateTimeToLiveMilliseconds: Int64? = nil) {
        self.keys = keys
        self.order = order
        self.stateTimeToLiveMilliseconds = stateTimeToLiveMilliseconds
    }
}

/// Inner or left equi-join of a stream (input 0) with a bounded table (input 1, read whole before the first row of
/// input 0).
/// Emits the columns of input 0, then those of input 1.
package struct JoinPlan: Sendable {
    package enum Kind: String, Sendable, Hashable { case inner, left, right, full, semi, anti }
    package var kind: Kind
    package var leftKeys: [Int]
    package var rightKeys: [Int]
    /// For each key whether NULL equals NULL.
    package var nullSafe: [Bool]
    /// A further condition over the joined columns; nil is true.
    package var residual: PlanExpression?

    package init(
        kind: Kind, leftKeys: [Int], rightKeys: [Int], nullSafe: [Bool] = [], residual: PlanExpression?
    ) {
        self.nullSafe = nullSafe
        self.kind = kind
        self.leftKeys = leftKeys
        self.rightKeys = rightKeys
        self.residual = residual
    }
}

/// Sorts bounded input at its end; also keeps a limit.
package struct SortPlan: Sendable {
    package struct Key: Sendable, Hashable {
        package var column: Int
        package var isDescending: Bool
        package var nullsFirst: Bool
        package init(column: Int, isDescending: Bool, nullsFirst: Bool) {
            self.column = column
            self.isDescending = isDescending
            self.nullsFirst = nullsFirst
        }
    }
    /// Empty for a bare LIMIT.
    package var keys: [Key]
    package var offset: Int
    package var limit: Int?

    package init(keys: [Key], offset: Int = 0, limit: Int? = nil) {
        self.keys = keys
        self.offset = offset
        self.limit = limit
    }
}

/// Where rows go.
package struct SinkPlan: Sendable {
    package enum Target: Sendable {
        /// INSERT INTO a table of the catalog.
        case table(CatalogTable)
        /// A top-level SELECT: the rows go to whoever runs the script.
        case collect
    }
    package var target: Target
    package var enforcement = SinkEnforcement()
    /// The query whose rows are written; nil where there are several.
    package var place: SourceRange?
    package init(target: Target, enforcement: SinkEnforcement = SinkEnforcement(), place: SourceRange? = nil) {
        self.target = target
        self.enforcement = enforcement
        self.place = place
    }
}

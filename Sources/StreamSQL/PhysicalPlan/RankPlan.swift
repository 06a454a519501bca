package import Columnar

/// Keeps the rows `from` to `to` of each partition in an order: Top-N, paging, the last row of a key.
///
/// Emits the columns of the input, then the row's number where it is asked for.
package struct RankPlan: Sendable {
    package var partition: [Int]
    /// Empty for the order of arrival.
    package var order: [SortPlan.Key]
    /// The first number kept, 1 or more.
    package var from: Int
    /// The last number kept; below `from` nothing is.
    package var to: Int
    /// Of rows that are equal in the order the newest comes first; otherwise the oldest.
    package var prefersLatest: Bool
    package var emitsNumber: Bool
    /// Whether the row before an update is emitted (-U); false towards an upsert sink with this key.
    package var emitsUpdateBefore: Bool
    /// True when the input takes rows back (-U, -D): all rows of a partition are kept then.
    package var inputRetracts: Bool
    /// True when a row takes the place of the partition's row and a -D row takes it away, whatever else it holds: what a
    /// table of changes by key delivers. With `to` = 1, in the order of arrival, latest first.
    package var inputUpserts = false
    /// Set when the partitions end with windows: rows leave once, when the window ends.
    package var window: RankWindow?
    /// Partitions that no row came for in so long are forgotten; nil keeps them.
    package var stateTimeToLiveMilliseconds: Int64?

    package init(
        partition: [Int], order: [SortPlan.Key], from: Int = 1, to: Int, prefersLatest: Bool = false,
        emitsNumber: Bool = false, emitsUpdateBefore: Bool = true, inputRetracts: Bool = false,
        window: RankWindow? = nil
    ) {
        self.partition = partition
        self.order = order
        self.from = from
        self.to = to
        self.prefersLatest = prefersLatest
        self.emitsNumber = emitsNumber
        self.emitsUpdateBefore = emitsUpdateBefore
        self.inputRetracts = inputRetracts
        self.window = window
    }
}

/// The windows that rows to be ranked are in.
package struct RankWindow: Sendable {
    /// The column with the end of the row's window.
    package var endColumn: Int
    /// As in ``WindowPlan``.
    package var zone: TimeZoneRules?

    package init(endColumn: Int, zone: TimeZoneRules? = nil) {
        self.endColumn = endColumn
        self.zone = zone
    }
}

/// INTERSECT or EXCEPT of input 0 and input 1, which have the same columns.
package struct SetOperationPlan: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable { case intersect, except }
    package var kind: Kind
    /// Whether rows that are there several times count so often (ALL).
    package var isAll: Bool
    /// True when an input takes rows back.
    package var inputRetracts: Bool
    /// Rows that came on neither side for so long are forgotten; nil keeps them.
    package var stateTimeToLiveMilliseconds: Int64?

    package init(
        kind: Kind, isAll: Bool, inputRetracts: Bool = false, stateTimeToLiveMilliseconds: Int64? = nil
    ) {
        self.stateTimeToLiveMilliseconds = stateTimeToLiveMilliseconds
        self.kind = kind
        self.isAll = isAll
        self.inputRetracts = inputRetracts
    }
}

/// Sorts a stream by event time: rows are held until the watermark passes them, those behind are dropped.
package struct TimeSortPlan: Sendable {
    package var timeColumn: Int
    /// The order of rows of one time; those equal in it stay in the order of arrival.
    package var keys: [SortPlan.Key]

    package init(timeColumn: Int, keys: [SortPlan.Key]) {
        self.timeColumn = timeColumn
        self.keys = keys
    }
}

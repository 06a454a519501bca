package import Columnar

/// Grouped aggregation. Emits the group columns, then one column for each aggregate.
package struct AggregatePlan: Sendable {
    /// Which part of the work a node does.
    package enum Phase: Sendable, Hashable {
        /// All of it: rows in, results out.
        case whole
        /// Rows in; group columns and ``AggregateCall/partialFields`` of each call out, flushed now and then.
        case local
        /// What `local` emits in, results out.
        case global
    }
    package var phase: Phase
    /// Positions of the group columns in the input (for `global`: 0, 1, …). Empty for one group over all.
    package var groupColumns: [Int]
    package var calls: [AggregateCall]
    /// Whether the row before an update is emitted (-U); false towards an upsert sink with this key.
    package var emitsUpdateBefore: Bool
    /// True when the input takes rows back (-U, -D). Then `local` emits one more column behind the partial fields:
    /// by how many rows the group grew.
    package var inputRetracts: Bool
    /// Groups not touched for this long are forgotten; nil keeps them for good.
    package var stateTimeToLiveMilliseconds: Int64?

    package init(
        phase: Phase, groupColumns: [Int], calls: [AggregateCall], emitsUpdateBefore: Bool = true,
        inputRetracts: Bool = false, stateTimeToLiveMilliseconds: Int64? = nil
    ) {
        self.stateTimeToLiveMilliseconds = stateTimeToLiveMilliseconds
        self.phase = phase
        self.groupColumns = groupColumns
        self.calls = calls
        self.emitsUpdateBefore = emitsUpdateBefore
        self.inputRetracts = inputRetracts
    }
}

/// How event time is cut. All in milliseconds.
package enum WindowShape: Sendable, Hashable {
    case tumble(size: Int64, offset: Int64)
    case hop(slide: Int64, size: Int64, offset: Int64)
    case cumulate(step: Int64, size: Int64, offset: Int64)
    /// Rows of one key that are no further apart than the gap.
    case session(gap: Int64)
}

/// Appends window_start, window_end (TIMESTAMP(3)) and window_time to each row: a window table function that is
/// not aggregated over. A row in several windows appears once for each.
package struct WindowPlan: Sendable {
    package var shape: WindowShape
    package var timeColumn: Int
    /// The zone whose clocks the windows go by; nil for a TIMESTAMP, which is taken as it stands.
    package var zone: TimeZoneRules?

    package init(shape: WindowShape, timeColumn: Int, zone: TimeZoneRules? = nil) {
        self.shape = shape
        self.timeColumn = timeColumn
        self.zone = zone
    }
}

/// Aggregation for each window and group; final rows only, when the watermark passes the window's end.
/// Emits the group columns, one column for each call, then the window columns asked for.
package struct WindowAggregatePlan: Sendable {
    package enum WindowColumn: Sendable, Hashable { case start, end, time }
    /// Which part of the work a node does. `local` emits the group columns, the time of a row of the slice (not where the
    /// bounds of a window are `attached`, which are group columns), the partial fields of each call, and how many rows
    /// all that stands for.
    package var phase: AggregatePlan.Phase
    package var shape: WindowShape
    package var timeColumn: Int
    package var groupColumns: [Int]
    package var calls: [AggregateCall]
    package var windowColumns: [WindowColumn]
    /// As in ``WindowPlan``.
    package var zone: TimeZoneRules?
    /// The columns a session is kept for: all or some of `groupColumns`. Of no meaning for other shapes.
    package var partition: [Int]
    /// True when the input takes rows back (-U, -D).
    package var inputRetracts: Bool
    /// Windows give results more than once; nil: once, at their end.
    package var emission: WindowEmission?
    /// The rows come with the bounds of their window, which are among the group columns; `shape` and `timeColumn` are of
    /// no meaning then.
    package var attached: AttachedWindow?
    /// A BOOLEAN column: rows where it is not true make sessions, and are not aggregated.
    package var rowFilter: Int?

    package init(
        shape: WindowShape, timeColumn: Int, groupColumns: [Int], calls: [AggregateCall], windowColumns: [WindowColumn],
        zone: TimeZoneRules? = nil, partition: [Int] = [], inputRetracts: Bool = false,
        emission: WindowEmission? = nil, attached: AttachedWindow? = nil, rowFilter: Int? = nil,
        phase: AggregatePlan.Phase = .whole
    ) {
        self.phase = phase
        self.rowFilter = rowFilter
        self.emission = emission
        self.attached = attached
        self.partition = partition
        self.inputRetracts = inputRetracts
        self.shape = shape
        self.zone = zone
        self.timeColumn = timeColumn
        self.groupColumns = groupColumns
        self.calls = calls
        self.windowColumns = windowColumns
    }
}

extension WindowAggregatePlan {
    /// For `global`: the first column of the calls in what `local` sends.
    package var firstPartial: Int { groupColumns.count + (attached == nil ? 1 : 0) }
    /// For `global`: the column that says how many rows a row stands for.
    package var rowCountColumn: Int { calls.reduce(firstPartial) { $0 + $1.partialFields.count } }
}

/// The columns in which a row carries the bounds of its window.
package struct AttachedWindow: Sendable, Hashable {
    package var startColumn: Int
    package var endColumn: Int

    package init(startColumn: Int, endColumn: Int) {
        self.startColumn = startColumn
        self.endColumn = endColumn
    }
}

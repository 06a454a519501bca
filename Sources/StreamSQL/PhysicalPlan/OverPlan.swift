package import Columnar

/// Functions over the rows around each row of a partition. Emits the columns of the input, then one for each call.
package struct OverPlan: Sendable {
    /// By what the rows of a partition come one after the other.
    package enum Order: Sendable, Hashable {
        /// An attribute of event time: rows are held until the watermark passes them.
        case rowTime(Int)
        /// The order of arrival; rows pass at once.
        case arrival
        /// Any sort keys: what was emitted changes when rows come in between or are taken back.
        case sorted([SortPlan.Key])
    }

    package var partition: [Int]
    package var order: Order
    package var frame: OverFrame
    package var calls: [OverCall]
    /// Partitions that nothing came for in so long begin anew; nil keeps them.
    package var stateTimeToLiveMilliseconds: Int64?

    package init(
        partition: [Int], order: Order, frame: OverFrame, calls: [OverCall],
        stateTimeToLiveMilliseconds: Int64? = nil
    ) {
        self.stateTimeToLiveMilliseconds = stateTimeToLiveMilliseconds
        self.partition = partition
        self.order = order
        self.frame = frame
        self.calls = calls
    }

    /// The aggregates among the calls, in their order.
    package var aggregates: [AggregateCall] {
        calls.compactMap { call in
            if case .aggregate(let aggregate) = call { aggregate } else { nil }
        }
    }
}

/// The rows around a row that aggregates see. Functions such as LAG and RANK see the whole partition.
package struct OverFrame: Sendable, Hashable {
    package enum Unit: Sendable, Hashable { case rows, range }
    /// Rows before (negative) or behind the current one, or the same in units of the sort key: microseconds for times.
    package enum Bound: Sendable, Hashable {
        case unbounded
        case offset(Int64)
    }

    package var unit: Unit
    package var start: Bound
    package var end: Bound

    package init(unit: Unit, start: Bound, end: Bound) {
        self.unit = unit
        self.start = start
        self.end = end
    }

    /// From the first row of the partition to the current one.
    package static let upToRow = OverFrame(unit: .rows, start: .unbounded, end: .offset(0))

    package var isBounded: Bool { start != .unbounded }
}

/// One function of an OVER clause.
package enum OverCall: Sendable, Hashable {
    case aggregate(AggregateCall)
    case rowNumber
    case rank
    case denseRank
    case percentRank
    case cumulativeDistribution
    case tile(Int64)
    /// The value of an input column so many rows before (positive) or behind; where there is no such row, the value
    /// of another column of this row, or NULL.
    case shifted(column: Int, rows: Int64, otherwise: Int?, DataType)

    package var resultType: DataType {
        switch self {
        case .aggregate(let call): call.resultType
        case .rowNumber, .rank, .denseRank, .tile: DataType(.bigint, isNullable: false)
        case .percentRank, .cumulativeDistribution: DataType(.double, isNullable: false)
        case .shifted(_, _, _, let type): type
        }
    }

    /// Whether it looks at what the frame holds.
    var usesFrame: Bool {
        if case .aggregate = self { return true }
        return false
    }

    /// Whether it can be told when the row is reached, without looking at later ones.
    var looksBackOnly: Bool {
        switch self {
        case .aggregate, .rowNumber, .rank, .denseRank: true
        case .shifted(_, let rows, _, _): rows >= 0
        case .percentRank, .cumulativeDistribution, .tile: false
        }
    }

    /// The columns it reads.
    var columns: [Int] {
        switch self {
        case .aggregate(let call): call.columns
        case .shifted(let column, _, let otherwise, _): [column] + (otherwise.map { [$0] } ?? [])
        default: []
        }
    }

    /// The call over another numbering of the columns.
    func moved(_ transform: (Int) -> Int) -> OverCall {
        switch self {
        case .aggregate(let call): .aggregate(call.shifted(transform))
        case .shifted(let column, let rows, let otherwise, let type):
            .shifted(column: transform(column), rows: rows, otherwise: otherwise.map(transform), type)
        default: self
        }
    }
}

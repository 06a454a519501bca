package import Columnar

/// Appends window_start, window_end and window_time of its session to each row: a SESSION table function that is not
/// aggregated over. Rows leave when their session closes.
package struct SessionWindowPlan: Sendable {
    package var gapMilliseconds: Int64
    package var timeColumn: Int
    /// The columns a session is kept for; empty for one over all.
    package var partition: [Int]
    /// As in ``WindowPlan``.
    package var zone: TimeZoneRules?
    /// True when the input takes rows back (-U, -D).
    package var inputRetracts: Bool

    package init(
        gapMilliseconds: Int64, timeColumn: Int, partition: [Int], zone: TimeZoneRules? = nil,
        inputRetracts: Bool = false
    ) {
        self.inputRetracts = inputRetracts
        self.gapMilliseconds = gapMilliseconds
        self.timeColumn = timeColumn
        self.partition = partition
        self.zone = zone
    }
}

extension WindowAggregatePlan {
    /// Whether the rows of a session are kept until it closes: where the states of its calls can't be merged when two
    /// sessions become one or take rows back, groups are finer than what sessions are kept for, or some rows make
    /// sessions and are not aggregated.
    package var keepsRows: Bool {
        guard case .session = shape else { return false }
        return inputRetracts || rowFilter != nil || groupColumns != partition || !calls.allSatisfy(\.mergesInAnyOrder)
    }
}

extension AggregateCall {
    /// Whether partial results can be put together in any order.
    var mergesInAnyOrder: Bool {
        guard !isDistinct else { return false }
        switch function {
        case .countRows, .count, .sum, .average, .sumOrZero, .minimum, .maximum: return true
        default: return false
        }
    }
}

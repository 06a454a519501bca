package import Columnar

/// What the stored state of a node is made of, so that a changed query can tell what of it still fits.
///
/// The node's name stands for what must be alike: kind, keys, order, frame, and what the input means. The pieces listed
/// here may come and go: columns of rows that are held, and the calls of an aggregation.
package struct NodeState: Sendable, Hashable {
    /// A column that is held, or an aggregate call.
    package struct Piece: Sendable, Hashable {
        /// Where its values come from: alike in two queries exactly when they mean the same.
        package var origin: UInt64
        /// For people, such as `fee` or `SUM(fee)`.
        package var label: String
        package var kind: PhysicalKind
        package var beginning: Beginning

        package init(origin: UInt64, label: String, kind: PhysicalKind, beginning: Beginning) {
            self.origin = origin
            self.label = label
            self.kind = kind
            self.beginning = beginning
        }
    }

    /// What stands in rows that were made before a piece was added.
    package enum Beginning: UInt8, Sendable, Hashable {
        /// NULL, by the rules of what computes it.
        case null = 0
        /// 0: it counts.
        case zero = 1
        /// Nobody knows: the column has values that were never read.
        case unknown = 2
    }

    /// Rows held of one input.
    package struct Rows: Sendable, Hashable {
        package var columns: [Piece]
        /// True when rows are taken back by all their columns.
        package var areTakenBack: Bool

        package init(columns: [Piece], areTakenBack: Bool) {
            self.columns = columns
            self.areTakenBack = areTakenBack
        }
    }

    /// For people, such as `aggregation by grp`.
    package var label: String
    /// What must be as it was although the name does not tell.
    package var condition: String
    /// The query that feeds it, where the state outlives a change of that.
    package var feeder: UInt64
    package var rows: [Rows]
    package var calls: [Piece]

    package init(
        label: String = "", condition: String = "", feeder: UInt64 = 0, rows: [Rows] = [], calls: [Piece] = []
    ) {
        self.label = label
        self.condition = condition
        self.feeder = feeder
        self.rows = rows
        self.calls = calls
    }
}

import Columnar

/// Finds where a column comes from when it is one of a window: through filters and projections, down to what cut
/// the windows.
struct WindowTrace {
    enum Role: Hashable {
        case start, end, time
        /// The column that the windows cut.
        case cut
    }
    /// The node that made the windows.
    private(set) var source: Int
    private(set) var role: Role
    /// Type of the time attribute.
    private(set) var timeType: DataType

    /// Nil when the column is none of a window's, or rows of several windows are mixed on the way.
    init?(_ graph: LogicalGraph, node: Int, column: Int) {
        var node = node
        var column = column
        while true {
            let inputs = graph.nodes[node].inputs
            switch graph.nodes[node].operation {
            case .calculate(_, let projections):
                guard column < projections.count, case .column(let below, _) = projections[column] else { return nil }
                column = below
            case .watermark: break
            case .rank(let rank):
                guard rank.window != nil, column < graph.fields[inputs[0]].count else { return nil }
            case .window(_, let timeColumn):
                let width = graph.fields[inputs[0]].count
                let roles: [Int: Role] = [width: .start, width + 1: .end, width + 2: .time, timeColumn: .cut]
                guard let role = roles[column] else { return nil }
                self.role = role
                source = node
                timeType = graph.fields[inputs[0]][timeColumn].type
                return
            case .windowAggregate(let aggregate):
                let base = aggregate.groupColumns.count + aggregate.calls.count
                guard column >= base, column - base < aggregate.windowColumns.count else { return nil }
                switch aggregate.windowColumns[column - base] {
                case .start: role = .start
                case .end: role = .end
                case .time: role = .time
                }
                source = node
                timeType = aggregate.timeType
                return
            default: return nil
            }
            node = inputs[0]
        }
    }
}

extension WindowTrace {
    /// Start and end of one window among the group columns of an aggregation over what a window aggregation gives: its
    /// rows are complete when the window ends, and come before the watermark that ends it.
    static func attached(
        _ graph: LogicalGraph, _ aggregate: LogicalAggregate, input: Int
    ) -> (window: AttachedWindow, timeType: DataType)? {
        var starts: [Int: Int] = [:]
        for column in aggregate.groupColumns {
            guard let trace = WindowTrace(graph, node: input, column: column), trace.role == .start else { continue }
            starts[trace.source] = column
        }
        for column in aggregate.groupColumns {
            guard let trace = WindowTrace(graph, node: input, column: column), trace.role == .end,
                let start = starts[trace.source],
                case .windowAggregate(let window) = graph.nodes[trace.source].operation, !window.isSession
            else { continue }
            return (AttachedWindow(startColumn: start, endColumn: column), trace.timeType)
        }
        return nil
    }
}

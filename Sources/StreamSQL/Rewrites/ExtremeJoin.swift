import Columnar

/// A join of rows with the greatest or least value of their own groups, as in `c JOIN (SELECT MAX(num) … FROM c GROUP BY
/// ws, we) m ON … AND c.num >= m.top`: a row that is behind another of its group is in no pair.
///
/// Both sides come from one node, and the aggregate reads all of its rows. A row of the left may be dropped then as soon as
/// one with a better value is seen in its group, wherever that is.
struct ExtremeJoin {
    /// Columns of the left: those that tell the groups, and the value.
    private(set) var groupColumns: [Int] = []
    private(set) var valueColumn = 0
    private(set) var isGreatest = true

    private let graph: LogicalGraph
    private let join: LogicalJoin
    private let left: Int
    private let right: Int

    /// Nil for every other join.
    init?(_ join: LogicalJoin, left: Int, right: Int, in graph: LogicalGraph) {
        self.graph = graph
        self.join = join
        self.left = left
        self.right = right
        guard join.kind == .inner || join.kind == .semi, join.asOf == nil, join.lookup == nil,
            let (aggregate, node) = aggregateBelow(right), let input = graph.nodes[node].inputs.first,
            let source = sharedSource(input), let groups = groups(of: aggregate, node, input, source)
        else { return nil }
        groupColumns = groups
        for (value, other, test) in comparisons {
            guard let result = traced(other, from: right, to: node), result >= aggregate.groupColumns.count else {
                continue
            }
            let call = aggregate.calls[result - aggregate.groupColumns.count]
            guard call.function == .maximum || call.function == .minimum, call.filter == nil,
                let argument = call.argument,
                test == .equal || test == (call.function == .maximum ? .greaterOrEqual : .lessOrEqual),
                let origin = traced(argument, from: input, to: source), traced(value, from: left, to: source) == origin,
                graph.fields[source][origin].type.kind == .int64
            else { continue }
            valueColumn = value
            isGreatest = call.function == .maximum
            return
        }
        return nil
    }

    /// The aggregation that a node projects; nil where rows of it are left out.
    private func aggregateBelow(_ node: Int) -> (LogicalAggregate, node: Int)? {
        var node = node
        while case .calculate(nil, _) = graph.nodes[node].operation { node = graph.nodes[node].inputs[0] }
        guard case .aggregate(let aggregate) = graph.nodes[node].operation else { return nil }
        return (aggregate, node)
    }

    /// The node whose rows the aggregation reads all, and which the left side is made of.
    private func sharedSource(_ input: Int) -> Int? {
        var above: Set<Int> = [left]
        var node = left
        while case .calculate = graph.nodes[node].operation {
            node = graph.nodes[node].inputs[0]
            above.insert(node)
        }
        node = input
        while !above.contains(node) {
            guard case .calculate(nil, _) = graph.nodes[node].operation else { return nil }
            node = graph.nodes[node].inputs[0]
        }
        return node
    }

    /// The column below that a column is, through projections alone.
    private func traced(_ column: Int, from node: Int, to source: Int) -> Int? {
        var (node, column) = (node, column)
        while node != source {
            guard case .calculate(_, let projections) = graph.nodes[node].operation, column < projections.count,
                case .column(let below, _) = projections[column]
            else { return nil }
            (node, column) = (graph.nodes[node].inputs[0], below)
        }
        return column
    }

    /// For each column that the aggregation groups by the column of the left that is joined with it.
    private func groups(of aggregate: LogicalAggregate, _ node: Int, _ input: Int, _ source: Int) -> [Int]? {
        var found: [Int] = []
        for (position, column) in aggregate.groupColumns.enumerated() {
            guard let origin = traced(column, from: input, to: source),
                let pair = zip(join.leftKeys, join.rightKeys).first(where: { first, second in
                    traced(second, from: right, to: node) == position && traced(first, from: left, to: source) == origin
                })
            else { return nil }
            found.append(pair.0)
        }
        return found
    }

    /// What the join compares of both sides: left column, right column, and the comparison in that order.
    private var comparisons: [(Int, Int, ScalarFunction)] {
        var found = zip(join.leftKeys, join.rightKeys).map { ($0, $1, ScalarFunction.equal) }
        let width = graph.fields[left].count
        for condition in join.residual?.conjuncts ?? [] {
            guard case .call(let function, let operands, _) = condition, operands.count == 2,
                case .column(let first, _) = operands[0], case .column(let second, _) = operands[1]
            else { continue }
            if first < width, second >= width {
                found.append((first, second - width, function))
            } else if second < width, first >= width, let turned = Self.turned[function] {
                found.append((second, first - width, turned))
            }
        }
        return found
    }

    private static let turned: [ScalarFunction: ScalarFunction] = [
        .equal: .equal, .greaterOrEqual: .lessOrEqual, .lessOrEqual: .greaterOrEqual,
    ]
}

extension PhysicalPlanner {
    /// The left side of a join without rows that others at the same instance are ahead of, where only those with the
    /// greatest or least value of all are in pairs. Both sides must only add rows, or a row that was ahead may go again.
    ///
    /// A row of a window that is late at the aggregation may be ahead here. The rows it is ahead of come behind it, or in
    /// its batch: they go the same way to the aggregation and are late there too, and late at the join of the windows.
    mutating func leadingRows(_ left: Int, of join: LogicalJoin, _ id: Int) -> Int {
        let inputs = graph.nodes[id].inputs
        guard let extreme = ExtremeJoin(join, left: inputs[0], right: inputs[1], in: graph) else { return left }
        let below = result.nodes[left]
        let operation = LeadingRowsPlan(
            groupColumns: extreme.groupColumns, valueColumn: extreme.valueColumn, isGreatest: extreme.isGreatest)
        return add(
            .leadingRows(operation), [left], below.fields, below.changelog, below.distribution,
            name: name("leading-rows", id))
    }
}

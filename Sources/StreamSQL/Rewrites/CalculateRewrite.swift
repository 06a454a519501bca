import Columnar

/// Merges projections and filters that stand one above the other, moves filters below unions and joins, and turns
/// row numbers that are filtered to one into deduplication.
///
/// What several consumers use stays as it is, so that it is computed once; only projections that cost nothing are
/// repeated in each consumer.
struct CalculateRewrite {
    private let plan: LogicalPlan
    private let old: LogicalGraph
    private let graph = LogicalGraph()
    private let uses: [Int]

    init(_ plan: LogicalPlan) {
        self.plan = plan
        old = plan.graph
        uses = plan.graph.uses(from: plan.roots.map(\.node))
    }

    func run() -> LogicalPlan {
        var mapped = [Int](repeating: -1, count: old.nodes.count)
        var shared: Set<Int> = []
        for id in old.nodes.indices where uses[id] > 0 {
            let node = old.nodes[id]
            let inputs = node.inputs.map { mapped[$0] }
            let names = old.fields[id].map(\.name)
            if case .calculate(let condition, let projections) = node.operation {
                mapped[id] = calculate(inputs[0], condition, projections, names, shared)
                if uses[id] > 1 { mapped[id] = takenApart(mapped[id], names) }
            } else {
                mapped[id] = graph.add(node.operation, inputs, names: names)
            }
            if uses[id] > 1 { shared.insert(mapped[id]) }
        }
        var roots = plan.roots
        for position in roots.indices { roots[position].node = mapped[roots[position].node] }
        return LogicalPlan(graph: graph, roots: roots)
    }

    /// Adds a filter and projection in the best form.
    private func calculate(
        _ input: Int, _ condition: PlanExpression?, _ projections: [PlanExpression], _ names: [String],
        _ shared: Set<Int>
    ) -> Int {
        if case .calculate(let below, let inner) = graph.nodes[input].operation,
            canMerge(input, below, inner, condition, projections, shared)
        {
            let merged = PlanExpression.conjunction(below, condition?.inlined(inner))
            return calculate(
                graph.nodes[input].inputs[0], merged, projections.map { $0.inlined(inner) }, names, shared)
        }
        if let condition, case .calculate(let below, let inner) = graph.nodes[input].operation, !shared.contains(input),
            let (pushed, rest) = belowProjection(condition, inner)
        {
            let source = graph.nodes[input].inputs[0]
            let filtered = calculate(
                source, .conjunction(below, pushed.inlined(inner)), inner, graph.fields[input].map(\.name), shared)
            return calculate(filtered, rest, projections, names, shared)
        }
        guard let condition else { return graph.calculate(input, projections: projections, names: names) }
        let known = KnownValues(condition.conjuncts)
        let projections = projections.map(known.simplify)
        let conjuncts = condition.conjuncts.filter {
            $0 != .literal(.boolean(true), DataType(.boolean, isNullable: false))
        }
        switch graph.nodes[input].operation {
        case .union where !shared.contains(input):
            return pushIntoUnion(input, conjuncts, projections, names, shared)
        case .join(let join) where !shared.contains(input):
            if let node = pushIntoJoin(input, join, conjuncts) {
                return calculate(node.node, .conjunction(node.rest), projections, names, shared)
            }
        case .rowNumber(let numbered):
            if let node = RankRewrite(graph: graph).rewrite(input, numbered, conjuncts, projections, names) {
                return node
            }
        default: break
        }
        return graph.calculate(input, condition: .conjunction(conjuncts), projections: projections, names: names)
    }

    /// A filter that several consumers use, with the ROWs it makes put together above it: there each consumer finds the
    /// fields it reads as columns, and makes the ROW only where it wants it whole.
    private func takenApart(_ id: Int, _ names: [String]) -> Int {
        guard case .calculate(let condition?, let projections) = graph.nodes[id].operation,
            projections.contains(where: \.isRowOfColumns)
        else { return id }
        var columns: [PlanExpression] = []
        var columnNames: [String] = []
        func position(of expression: PlanExpression, _ name: String) -> PlanExpression {
            if let known = columns.firstIndex(of: expression) { return .column(known, expression.type) }
            columns.append(expression)
            columnNames.append(name)
            return .column(columns.count - 1, expression.type)
        }
        let input = graph.nodes[id].inputs[0]
        let above = zip(projections, names).map { projection, name in
            guard projection.isRowOfColumns else { return position(of: projection, name) }
            return projection.replacingColumns { position(of: .column($0, $1), graph.fields[input][$0].name) }
        }
        let below = graph.calculate(input, condition: condition, projections: columns, names: columnNames)
        return graph.calculate(below, projections: above, names: names)
    }

    /// Whether a projection may be put into its consumer.
    private func canMerge(
        _ input: Int, _ below: PlanExpression?, _ inner: [PlanExpression], _ condition: PlanExpression?,
        _ projections: [PlanExpression], _ shared: Set<Int>
    ) -> Bool {
        // What is costly or gives another value each time is not copied into several places.
        var counts: [Int: Int] = [:]
        for expression in projections + (condition.map { [$0] } ?? []) { expression.countCostly(inner, &counts) }
        if shared.contains(input) { return below == nil && counts.isEmpty }
        let depth = inner.map(\.levels).max() ?? 1
        if depth > 1 {
            let above = (projections + (condition.map { [$0] } ?? [])).map(\.levels).max() ?? 1
            guard above + depth <= PlanExpression.mostMergedLevels else { return false }
        }
        return !counts.contains { $0.value > 1 }
    }

    /// The conjuncts that only read columns which a projection passes on, and the others; nil when there are none of
    /// the first kind, or when rows must be counted as they come.
    private func belowProjection(
        _ condition: PlanExpression, _ inner: [PlanExpression]
    ) -> (pushed: PlanExpression, rest: PlanExpression?)? {
        guard inner.allSatisfy(\.isDeterministic) else { return nil }
        let passed = { (column: Int) -> Bool in
            if column < inner.count, case .column = inner[column] { return true }
            return false
        }
        let conjuncts = condition.conjuncts
        let pushed = conjuncts.filter { $0.isDeterministic && !$0.columnSet.isEmpty && $0.columnSet.allSatisfy(passed) }
        guard let below = PlanExpression.conjunction(pushed) else { return nil }
        return (below, .conjunction(conjuncts.filter { !pushed.contains($0) }))
    }

    private func pushIntoUnion(
        _ union: Int, _ conjuncts: [PlanExpression], _ projections: [PlanExpression], _ names: [String],
        _ shared: Set<Int>
    ) -> Int {
        let inputs = graph.nodes[union].inputs.map { input in
            calculate(input, .conjunction(conjuncts), graph.columns(of: input), graph.fields[input].map(\.name), shared)
        }
        let node = graph.add(.union, inputs, names: graph.fields[union].map(\.name))
        return graph.calculate(node, projections: projections, names: names)
    }

    /// The join with the conditions that can be tested earlier inside it; nil when none can.
    private func pushIntoJoin(
        _ id: Int, _ join: LogicalJoin, _ conjuncts: [PlanExpression]
    ) -> (node: Int, rest: [PlanExpression])? {
        let inputs = graph.nodes[id].inputs
        let leftCount = graph.fields[inputs[0]].count
        let right = graph.fields[inputs[1]]
        var conditions: [PlanExpression] = []
        for (position, (first, second)) in zip(join.leftKeys, join.rightKeys).enumerated() {
            conditions.append(
                .call(
                    join.nullSafe[position] ? .isNotDistinctFrom : .equal,
                    [
                        .column(first, graph.fields[inputs[0]][first].type),
                        .column(leftCount + second, right[second].type),
                    ],
                    .boolean))
        }
        conditions += join.residual?.conjuncts ?? []
        var builder = JoinBuilder(graph: graph, timesToLive: join.timesToLive)
        builder.asOf = join.asOf
        builder.lookup = join.lookup
        builder.versionKeys = join.rightKeys
        if join.kind == .inner, join.asOf == nil {
            let pushed = conjuncts.filter(\.isDeterministic)
            guard !pushed.isEmpty else { return nil }
            let node = builder.build(.inner, inputs[0], inputs[1], conditions + pushed, at: join.range)
            // What the join itself takes as a residual condition would come back here without end.
            return (node, conjuncts.filter { !$0.isDeterministic })
        }
        // What a row of the left was filtered by after the join it can be filtered by before, unless rows without a
        // left side come out of it.
        guard join.kind != .full, join.kind != .right else { return nil }
        let pushed = conjuncts.filter { $0.isDeterministic && $0.columnSet.allSatisfy { $0 < leftCount } }
        guard !pushed.isEmpty else { return nil }
        let left = graph.filter(inputs[0], .conjunction(pushed))
        let node = builder.build(join.kind, left, inputs[1], conditions, at: join.range)
        return (node, conjuncts.filter { !pushed.contains($0) })
    }
}

extension PlanExpression {
    /// Whether this is a ROW put together from columns, or from such ROWs.
    fileprivate var isRowOfColumns: Bool {
        guard case .call(let function, let items, _) = self, function == .presentRow || function == .makeRow else {
            return false
        }
        return items.allSatisfy { $0.isTrivial || $0.isRowOfColumns }
    }

    /// Counts how often each projection that costs something would be evaluated if this expression were written over the
    /// projections' input. Taking a field out of a ROW that is made of columns costs nothing.
    fileprivate func countCostly(_ inner: [PlanExpression], _ counts: inout [Int: Int]) {
        switch self {
        case .column(let position, _):
            if position < inner.count, !inner[position].isTrivial { counts[position, default: 0] += 1 }
            return
        case .call(.rowField, _, _) where fieldPath != nil:
            if inlined(inner).isTrivial { return }
        case .call(.isNull, let operands, _), .call(.isNotNull, let operands, _):
            guard operands.first?.fieldPath != nil else { break }
            if case .call(let test, let tested, _) = inlined(inner), test == .isTrue || test == .isNotTrue,
                tested.allSatisfy(\.isTrivial)
            {
                return
            }
        default: break
        }
        for child in children { child.countCostly(inner, &counts) }
    }
}

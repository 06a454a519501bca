import Columnar

/// Leaves out every column that nobody reads; what several consumers read is the union of what each reads.
struct ColumnPruning {
    private let plan: LogicalPlan
    private let old: LogicalGraph
    private let uses: [Int]
    private let graph = LogicalGraph()

    init(_ plan: LogicalPlan) {
        self.plan = plan
        old = plan.graph
        uses = plan.graph.uses(from: plan.roots.map(\.node))
    }

    func run() -> LogicalPlan {
        let required = requirements()
        var mapped = [Int](repeating: -1, count: old.nodes.count)
        // Old position to new position of each column that is kept.
        var positions = [[Int: Int]](repeating: [:], count: old.nodes.count)
        for id in old.nodes.indices where uses[id] > 0 {
            (mapped[id], positions[id]) = rebuild(id, required[id], mapped, positions)
        }
        var roots = plan.roots
        for index in roots.indices {
            let id = roots[index].node
            let names = old.fields[id].map(\.name)
            // A shared node may lie wider or in another order than this root needs it.
            let projections = old.columns(of: id).map { $0.shifted { positions[id][$0] ?? 0 } }
            roots[index].node = graph.calculate(mapped[id], projections: projections, names: names)
        }
        return LogicalPlan(graph: graph, roots: roots)
    }

    // MARK: What is read

    private func requirements() -> [Set<Int>] {
        var required = [Set<Int>](repeating: [], count: old.nodes.count)
        for root in plan.roots { required[root.node].formUnion(old.fields[root.node].indices) }
        for id in old.nodes.indices.reversed() where uses[id] > 0 {
            let node = old.nodes[id]
            // A row without columns would lose its way.
            if required[id].isEmpty, !old.fields[id].isEmpty { required[id] = [cheapest(id)] }
            if case .scan(let scan) = node.operation { required[id].formUnion(keys(of: scan)) }
            for (index, input) in node.inputs.enumerated() {
                required[input].formUnion(reads(node, input: index, required[id]))
            }
        }
        return required
    }

    /// What tells which row a record of a table of changes replaces.
    private func keys(of scan: LogicalScan) -> [Int] {
        guard scan.table.changelog == .upsert else { return [] }
        return scan.table.primaryKey.compactMap { scan.columns.firstIndex(of: .physical($0)) }
    }

    /// The column that costs least to carry when any will do.
    private func cheapest(_ id: Int) -> Int {
        old.fields[id].firstIndex { $0.type.kind != .text } ?? 0
    }

    /// The columns of an input that a node reads to deliver what is required of it.
    private func reads(_ node: LogicalNode, input index: Int, _ required: Set<Int>) -> Set<Int> {
        let width = old.fields[node.inputs[index]].count
        switch node.operation {
        case .scan, .values: return []
        case .calculate(let condition, let projections):
            var result = condition?.columnSet ?? []
            for position in required where position < projections.count {
                result.formUnion(projections[position].columnSet)
            }
            return result
        case .union: return required
        case .watermark(let watermark):
            return required.union([watermark.timeColumn]).union(watermark.expression.columnSet)
        case .aggregate(let aggregate):
            return Set(aggregate.groupColumns).union(
                read(aggregate.calls, required, from: aggregate.groupColumns.count))
        case .window(_, let timeColumn): return required.filter { $0 < width }.union([timeColumn])
        case .match(let match): return match.columns
        case .process: return Set(0..<width)
        case .clock(let timeColumn): return required.union([timeColumn])
        case .sessionWindow(let session):
            return required.filter { $0 < width }.union([session.timeColumn]).union(session.partition)
        case .windowAggregate(let aggregate):
            return Set(aggregate.groupColumns + (aggregate.rowFilter.map { [$0] } ?? [])).union(
                [aggregate.timeColumn]
            ).union(
                read(aggregate.calls, required, from: aggregate.groupColumns.count))
        case .over(let over): return required.filter { $0 < width }.union(self.kept(over, required, width).columns)
        case .rowNumber(let numbered):
            return required.filter { $0 < width }.union(numbered.partition).union(numbered.order.map(\.column))
        case .unnest(let unnest):
            return Set(required.filter { $0 < unnest.kept.count }.map { unnest.kept[$0] }).union([unnest.column])
        case .deduplicate(let deduplicate):
            var result = required.union(deduplicate.keys)
            if case .rowTime(let column) = deduplicate.order { result.insert(column) }
            return result
        case .rank(let rank): return required.filter { $0 < width }.union(rank.columns)
        case .setOperation: return Set(0..<width)
        case .join(let join):
            let leftCount = old.fields[node.inputs[0]].count
            let all = required.union(join.residual?.columnSet ?? [])
            if index == 0 {
                return all.filter { $0 < leftCount }.union(join.leftKeys).union(join.asOf.map { [$0.left] } ?? [])
            }
            return Set(all.filter { $0 >= leftCount }.map { $0 - leftCount }).union(join.rightKeys)
                .union(join.asOf.map { [$0.right] } ?? [])
        case .sort(let sort): return required.union(sort.keys.map(\.column))
        }
    }

    /// The functions that are asked for.
    private func kept(_ over: LogicalOver, _ required: Set<Int>, _ width: Int) -> LogicalOver {
        var over = over
        over.calls = over.calls.indices.filter { required.contains(width + $0) }.map { over.calls[$0] }
        return over
    }

    private func read(_ calls: [AggregateCall], _ required: Set<Int>, from base: Int) -> Set<Int> {
        var result: Set<Int> = []
        for (position, call) in calls.enumerated() where required.contains(base + position) {
            result.formUnion(call.columns)
        }
        return result
    }

    // MARK: Rebuilding

    private func rebuild(
        _ id: Int, _ required: Set<Int>, _ mapped: [Int], _ positions: [[Int: Int]]
    ) -> (node: Int, positions: [Int: Int]) {
        let node = old.nodes[id]
        let inputs = node.inputs.map { mapped[$0] }
        let kept = required.sorted()
        let dense = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($0.element, $0.offset) })
        let input = node.inputs.first.map { positions[$0] } ?? [:]
        func name(_ kept: [Int]) -> [String] { kept.map { old.fields[id][$0].name } }
        func at(_ position: Int) -> Int { input[position] ?? 0 }

        switch node.operation {
        case .scan(var scan):
            scan.columns = kept.map { scan.columns[$0] }
            scan.fields = kept.map { scan.fields[$0] }
            return (graph.add(.scan(scan)), dense)
        case .values(let rows, let types):
            let operation = LogicalOperation.values(rows.map { row in kept.map { row[$0] } }, kept.map { types[$0] })
            return (graph.add(operation), dense)
        case .calculate(let condition, let projections):
            let new = graph.calculate(
                inputs[0], condition: condition?.shifted(at), projections: kept.map { projections[$0].shifted(at) },
                names: name(kept))
            return (new, dense)
        case .union:
            // Each input is brought to the same columns in the same order.
            let aligned = node.inputs.enumerated().map { index, oldInput in
                let projections = kept.map { position in
                    PlanExpression.column(positions[oldInput][position] ?? 0, old.fields[oldInput][position].type)
                }
                return graph.calculate(inputs[index], projections: projections, names: name(kept))
            }
            return (graph.add(.union, aligned, names: name(kept)), dense)
        case .watermark(var watermark):
            watermark.timeColumn = at(watermark.timeColumn)
            watermark.expression = watermark.expression.shifted(at)
            return (graph.add(.watermark(watermark), inputs), input)
        case .window(let shape, let timeColumn):
            let oldWidth = old.fields[node.inputs[0]].count
            let newWidth = graph.fields[inputs[0]].count
            var moved = input
            for role in 0..<3 { moved[oldWidth + role] = newWidth + role }
            return (graph.add(.window(shape, timeColumn: at(timeColumn)), inputs), moved)
        case .clock(let timeColumn): return (graph.add(.clock(timeColumn: at(timeColumn)), inputs), input)
        case .match, .sessionWindow: return rebuildKept(id, required, inputs[0], input)
        case .unnest(let unnest):
            return (graph.add(.unnest(narrowed(unnest, kept, at)), inputs, names: name(kept)), dense)
        case .deduplicate(var deduplicate):
            let (narrow, moved) = narrowed(inputs[0], input, reads(node, input: 0, required))
            deduplicate.keys = deduplicate.keys.map { moved[$0] ?? 0 }
            if case .rowTime(let column) = deduplicate.order { deduplicate.order = .rowTime(moved[column] ?? 0) }
            return (graph.add(.deduplicate(deduplicate), [narrow]), moved)
        case .rank(let rank): return rebuildRank(node, rank, required, inputs[0], input)
        case .setOperation, .process: return rebuildSets(id, inputs, positions)
        case .over(let over): return rebuildOver(node, over, required, inputs[0], input)
        case .rowNumber(var numbered):
            numbered.partition = numbered.partition.map(at)
            for index in numbered.order.indices { numbered.order[index].column = at(numbered.order[index].column) }
            var moved = input
            moved[old.fields[node.inputs[0]].count] = graph.fields[inputs[0]].count
            return (graph.add(.rowNumber(numbered), inputs), moved)
        case .sort(var sort):
            for index in sort.keys.indices { sort.keys[index].column = at(sort.keys[index].column) }
            return (graph.add(.sort(sort), inputs), input)
        case .aggregate, .windowAggregate: return rebuildAggregate(node, required, inputs, at)
        case .join(let join): return rebuildJoin(node, join, required, inputs, positions)
        }
    }

    /// Nodes that keep rows: only what is read of them.
    private func rebuildKept(
        _ id: Int, _ required: Set<Int>, _ input: Int, _ positions: [Int: Int]
    ) -> (node: Int, positions: [Int: Int]) {
        let node = old.nodes[id]
        let (narrow, moved) = narrowed(input, positions, reads(node, input: 0, required))
        switch node.operation {
        case .match(let match):
            let new = graph.add(
                .match(match.shifted { moved[$0] ?? 0 }), [narrow], names: old.fields[id].map(\.name))
            return (new, Dictionary(uniqueKeysWithValues: old.fields[id].indices.map { ($0, $0) }))
        case .sessionWindow(var session):
            session.timeColumn = moved[session.timeColumn] ?? 0
            session.partition = session.partition.map { moved[$0] ?? 0 }
            var all = moved
            for role in 0..<3 { all[old.fields[node.inputs[0]].count + role] = graph.fields[narrow].count + role }
            return (graph.add(.sessionWindow(session), [narrow]), all)
        default: return (narrow, moved)
        }
    }

    /// Rows wait here: only what is read of them.
    private func rebuildOver(
        _ node: LogicalNode, _ over: LogicalOver, _ required: Set<Int>, _ input: Int, _ positions: [Int: Int]
    ) -> (node: Int, positions: [Int: Int]) {
        let width = old.fields[node.inputs[0]].count
        let kept = self.kept(over, required, width)
        guard !kept.calls.isEmpty else { return (input, positions) }
        let (narrow, moved) = narrowed(input, positions, reads(node, input: 0, required))
        var all = moved
        var next = graph.fields[narrow].count
        for call in over.calls.indices where required.contains(width + call) {
            all[width + call] = next
            next += 1
        }
        return (graph.add(.over(kept.moved { moved[$0] ?? 0 }), [narrow]), all)
    }

    /// Every column decides which rows are alike.
    private func rebuildSets(
        _ id: Int, _ inputs: [Int], _ positions: [[Int: Int]]
    ) -> (node: Int, positions: [Int: Int]) {
        let node = old.nodes[id]
        let aligned = node.inputs.enumerated().map { index, oldInput in
            let projections = old.columns(of: oldInput).map { $0.shifted { positions[oldInput][$0] ?? 0 } }
            return graph.calculate(inputs[index], projections: projections, names: old.fields[oldInput].map(\.name))
        }
        let all = Dictionary(uniqueKeysWithValues: old.fields[id].indices.map { ($0, $0) })
        return (graph.add(node.operation, aligned, names: old.fields[id].map(\.name)), all)
    }

    private func rebuildRank(
        _ node: LogicalNode, _ rank: LogicalRank, _ required: Set<Int>, _ input: Int, _ positions: [Int: Int]
    ) -> (node: Int, positions: [Int: Int]) {
        let number = old.fields[node.inputs[0]].count
        var (narrow, moved) = narrowed(input, positions, reads(node, input: 0, required))
        var rank = rank.shifted { moved[$0] ?? 0 }
        rank.emitsNumber = rank.emitsNumber && required.contains(number)
        if rank.emitsNumber { moved[number] = graph.fields[narrow].count }
        return (graph.add(.rank(rank), [narrow]), moved)
    }

    /// The same over a narrower input, giving the columns `kept` alone.
    private func narrowed(_ unnest: UnnestPlan, _ kept: [Int], _ at: (Int) -> Int) -> UnnestPlan {
        let passed = unnest.kept.count
        var result = unnest
        result.column = at(unnest.column)
        result.elements = kept.filter { $0 >= passed }.map { unnest.elements[$0 - passed] }
        result.kept = kept.filter { $0 < passed }.map { at(unnest.kept[$0]) }
        return result
    }

    /// A node with only the columns that are read from it: what travels or is kept shall not be wider than that,
    /// even where other consumers of the node read more.
    private func narrowed(
        _ node: Int, _ positions: [Int: Int], _ read: Set<Int>
    ) -> (node: Int, positions: [Int: Int]) {
        guard read.count < graph.fields[node].count, !read.isEmpty else { return (node, positions) }
        let kept = read.sorted()
        let columns = graph.columns(of: node)
        let projections = kept.map { columns[positions[$0] ?? 0] }
        let names = kept.map { graph.fields[node][positions[$0] ?? 0].name }
        let dense = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($0.element, $0.offset) })
        return (graph.calculate(node, projections: projections, names: names), dense)
    }

    private func rebuildAggregate(
        _ node: LogicalNode, _ required: Set<Int>, _ inputs: [Int], _ at: (Int) -> Int
    ) -> (node: Int, positions: [Int: Int]) {
        var positions: [Int: Int] = [:]
        func moved(_ calls: [AggregateCall], _ groups: Int) -> [AggregateCall] {
            for group in 0..<groups { positions[group] = group }
            var kept: [AggregateCall] = []
            for (position, call) in calls.enumerated() where required.contains(groups + position) {
                positions[groups + position] = groups + kept.count
                kept.append(call.shifted(at))
            }
            return kept
        }
        if case .windowAggregate(var aggregate) = node.operation {
            let groups = aggregate.groupColumns.count
            let windowBase = groups + aggregate.calls.count
            aggregate.groupColumns = aggregate.groupColumns.map(at)
            aggregate.calls = moved(aggregate.calls, groups)
            aggregate.timeColumn = at(aggregate.timeColumn)
            aggregate.partition = aggregate.partition.map(at)
            aggregate.rowFilter = aggregate.rowFilter.map(at)
            var kept: [WindowAggregatePlan.WindowColumn] = []
            for (role, column) in aggregate.windowColumns.enumerated() where required.contains(windowBase + role) {
                positions[windowBase + role] = groups + aggregate.calls.count + kept.count
                kept.append(column)
            }
            aggregate.windowColumns = kept
            return (graph.add(.windowAggregate(aggregate), inputs), positions)
        }
        guard case .aggregate(var aggregate) = node.operation else { return (inputs[0], positions) }
        let groups = aggregate.groupColumns.count
        aggregate.groupColumns = aggregate.groupColumns.map(at)
        aggregate.calls = moved(aggregate.calls, groups)
        return (graph.add(.aggregate(aggregate), inputs), positions)
    }

    private func rebuildJoin(
        _ node: LogicalNode, _ join: LogicalJoin, _ required: Set<Int>, _ inputs: [Int], _ positions: [[Int: Int]]
    ) -> (node: Int, positions: [Int: Int]) {
        let (probe, left) = narrowed(inputs[0], positions[node.inputs[0]], reads(node, input: 0, required))
        let (build, right) = narrowed(inputs[1], positions[node.inputs[1]], reads(node, input: 1, required))
        let oldLeft = old.fields[node.inputs[0]].count
        let newLeft = graph.fields[probe].count
        var moved = left
        for (position, new) in right { moved[oldLeft + position] = newLeft + new }
        var join = join
        join.leftKeys = join.leftKeys.map { left[$0] ?? 0 }
        join.rightKeys = join.rightKeys.map { right[$0] ?? 0 }
        join.residual = join.residual?.shifted { moved[$0] ?? 0 }
        if var asOf = join.asOf {
            asOf.left = left[asOf.left] ?? 0
            asOf.right = right[asOf.right] ?? 0
            join.asOf = asOf
        }
        return (graph.add(.join(join), [probe, build]), moved)
    }
}

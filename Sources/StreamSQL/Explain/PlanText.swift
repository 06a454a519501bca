import Columnar

/// Physical plans as people read them: one tree for each sink, a node used twice shown once.
package enum PlanText {
    /// `note` gives what stands behind a node's line; nil for nothing.
    package static func text(_ plan: PhysicalPlan, note: @escaping (PlanNode) -> String? = { _ in nil }) -> String {
        var printer = Printer(plan: plan, note: note)
        for node in plan.nodes {
            if case .sink = node.operation { printer.print(node.id, depth: 0) }
        }
        return printer.lines.joined(separator: "\n")
    }

    /// One operator on one line.
    package static func line(_ id: Int, in plan: PhysicalPlan) -> String {
        plan.nodes.indices.contains(id) ? NodeText.text(plan.nodes[id], in: plan) : ""
    }

    private struct Printer {
        let plan: PhysicalPlan
        let note: (PlanNode) -> String?
        var lines: [String] = []
        private var numbers: [Int: Int] = [:]
        private let uses: [Int]

        init(plan: PhysicalPlan, note: @escaping (PlanNode) -> String?) {
            self.plan = plan
            self.note = note
            var uses = [Int](repeating: 0, count: plan.nodes.count)
            for node in plan.nodes { for input in node.inputs { uses[input] += 1 } }
            self.uses = uses
        }

        mutating func print(_ id: Int, depth: Int) {
            let node = plan.nodes[id]
            let indent = String(repeating: "  ", count: depth)
            if let number = numbers[id] {
                lines.append("\(indent)→ #\(number)")
                return
            }
            var mark = ""
            if uses[id] > 1 {
                numbers[id] = numbers.count + 1
                mark = "#\(numbers.count) "
            }
            lines.append(indent + mark + NodeText.text(node, in: plan))
            if let note = note(node) { lines.append("\(indent)  | \(note)") }
            for input in node.inputs { print(input, depth: depth + 1) }
        }
    }
}

/// One operator on one line.
enum NodeText {
    static func text(_ node: PlanNode, in plan: PhysicalPlan) -> String {
        let inputs = node.inputs.flatMap { plan.nodes[$0].fields }
        let changes =
            switch node.changelog {
            case .append: "[I]"
            case .retract: "[I,UB,UA,D]"
            case .upsert: "[I,UA,D]"
            }
        let place = node.distribution == .single ? ", single" : ""
        return "\(operation(node, inputs, plan)) \(changes)\(place)"
    }

    private static func names(_ positions: [Int], _ fields: [Field]) -> String {
        "[" + positions.map { $0 < fields.count ? fields[$0].name : "?" }.joined(separator: ", ") + "]"
    }

    private static func text(_ expression: PlanExpression, _ fields: [Field]) -> String {
        ExpressionText.text(expression) { $0 < fields.count ? fields[$0].name : "?" }
    }

    private static func operation(_ node: PlanNode, _ inputs: [Field], _ plan: PhysicalPlan) -> String {
        switch node.operation {
        case .scan(let scan):
            return
                "scan \(scan.table.name)\(scan.isStatic ? " static" : "") \(names(Array(node.fields.indices), node.fields))"
        case .values(let values): return "values \(values.rows.count) rows"
        case .calculate(let calculate): return self.calculate(calculate, node, inputs)
        case .union: return "union"
        case .exchange(.hash(let keys)): return "exchange by hash \(names(keys, inputs))"
        case .exchange(.single): return "exchange to one"
        case .exchange(.broadcast): return "exchange to all"
        case .watermark(let watermark):
            return "watermark \(names([watermark.timeColumn], inputs)) = \(text(watermark.expression, inputs))"
                + " every \(watermark.intervalMilliseconds) ms"
        case .aggregate(let aggregate): return self.aggregate(aggregate, node, inputs)
        case .window(let window): return "window \(shape(window.shape)) on \(names([window.timeColumn], inputs))"
        case .sessionWindow(let session):
            return "window session \(session.gapMilliseconds) ms on \(names([session.timeColumn], inputs))"
                + " of \(names(session.partition, inputs))"
        case .windowAggregate(let window):
            let calls = window.calls.map { call($0, inputs) }.joined(separator: ", ")
            let phase = window.phase == .local ? "local " : window.phase == .global ? "global " : ""
            if let attached = window.attached {
                let bounds = names([attached.startColumn, attached.endColumn], inputs)
                return "\(phase)window aggregate of \(bounds) by \(names(window.groupColumns, inputs)): \(calls)"
            }
            let columns = window.windowColumns.map { "window_\($0)" }.joined(separator: ", ")
            let sessions = window.partition.isEmpty ? "" : " of \(names(window.partition, inputs))"
            return "\(phase)window aggregate \(shape(window.shape)) on \(names([window.timeColumn], inputs))\(sessions)"
                + " by \(names(window.groupColumns, inputs)): \(calls)\(window.phase == .local ? "" : "; \(columns)")"
                + (window.emission.map(emission) ?? "")
        case .over(let over): return self.over(over, inputs)
        case .unnest(let unnest):
            let made = node.fields.suffix(unnest.elements.count).map(\.name).joined(separator: ", ")
            return "\(unnest.isLeft ? "left unnest" : "unnest") \(names([unnest.column], inputs)) as [\(made)]"
        case .deduplicate(let deduplicate):
            var order = "arrival"
            if case .rowTime(let column) = deduplicate.order { order = names([column], inputs) }
            return "keep first by \(names(deduplicate.keys, inputs)) in order of \(order)"
                + kept(deduplicate.stateTimeToLiveMilliseconds)
        case .join(let join):
            let left = plan.nodes[node.inputs[0]].fields
            let right = plan.nodes[node.inputs[1]].fields
            let residual = join.residual.map { ", where \(text($0, inputs))" } ?? ""
            return "\(join.kind == .inner ? "join" : "left join") \(names(join.leftKeys, left)) = "
                + "\(names(join.rightKeys, right))\(residual)"
        case .rank(let rank): return self.rank(rank, inputs)
        case .setOperation(let operation):
            return "\(operation.kind)\(operation.isAll ? " all" : "")" + kept(operation.stateTimeToLiveMilliseconds)
        case .timeSort(let sort):
            return "sort by event time \(names([sort.timeColumn], inputs))"
                + (sort.keys.isEmpty ? "" : ", " + orderText(sort.keys, inputs))
        case .versionJoin(let join):
            let left = plan.nodes[node.inputs[0]].fields
            let right = plan.nodes[node.inputs[1]].fields
            let residual = join.residual.map { ", where \(text($0, left + right))" } ?? ""
            return "\(join.isLeft ? "left join" : "join") of versions \(names(join.leftKeys, left)) = "
                + "\(names(join.rightKeys, right)) as of \(names([join.leftTime], left))\(residual)"
        case .streamJoin(let join): return streamJoin(join, node, inputs, plan)
        case .lookupJoin(let join): return lookupJoin(join, inputs)
        case .leadingRows(let leading): return leadingRows(leading, inputs)
        case .sort(let sort): return self.sort(sort, inputs)
        case .clock(let timeColumn): return "clock as \(names([timeColumn], inputs))"
        case .process(let plan): return plan.text
        case .match(let match): return MatchText.text(match) { $0 < inputs.count ? inputs[$0].name : "?" }
        case .sink(let sink):
            if case .table(let table) = sink.target { return "sink \(table.name)" }
            return "result \(names(Array(node.fields.indices), node.fields))"
        }
    }

    private static func lookupJoin(_ join: LookupJoinPlan, _ inputs: [Field]) -> String {
        let residual = join.residual.map { ", where \(text($0, inputs + join.rightFields))" } ?? ""
        return "\(join.isLeft ? "left lookup join" : "lookup join") of \(join.scan.table.name) "
            + "\(names(join.leftKeys, inputs)) = \(names(join.rightKeys, join.rightFields))\(residual)"
            + join.settings.text
    }

    private static func streamJoin(
        _ join: StreamJoinPlan, _ node: PlanNode, _ inputs: [Field], _ plan: PhysicalPlan
    ) -> String {
        let left = plan.nodes[node.inputs[0]].fields
        let right = plan.nodes[node.inputs[1]].fields
        let residual = join.residual.map { ", where \(text($0, left + right))" } ?? ""
        let timing =
            switch join.timing {
            case .unbounded: kept(join.leftTimeToLiveMilliseconds, join.rightTimeToLiveMilliseconds)
            case .interval(let bounds):
                ", from \(bounds.lower / 1_000) to \(bounds.upper / 1_000) ms of \(names([bounds.leftTime], left))"
            case .window: ", by window"
            }
        return "\(join.kind.rawValue) join of streams \(names(join.leftKeys, left)) = "
            + "\(names(join.rightKeys, right))\(residual)\(timing)"
    }

    private static func calculate(_ calculate: CalculatePlan, _ node: PlanNode, _ inputs: [Field]) -> String {
        let items = zip(calculate.projections, node.fields).map { expression, field in
            let shown = text(expression, inputs)
            return shown == field.name ? shown : "\(shown) AS \(field.name)"
        }
        let condition = calculate.condition.map { " where \(text($0, inputs))" } ?? ""
        return "calculate [\(items.joined(separator: ", "))]\(condition)"
    }

    private static func aggregate(_ aggregate: AggregatePlan, _ node: PlanNode, _ inputs: [Field]) -> String {
        let calls = aggregate.calls.map { call($0, inputs) }.joined(separator: ", ")
        let phase =
            switch aggregate.phase {
            case .whole: "aggregate"
            case .local: "local aggregate"
            case .global: "global aggregate"
            }
        return "\(phase) by \(names(aggregate.groupColumns, inputs)): \(calls)"
            + (aggregate.inputRetracts ? ", taking back" : "")
            + kept(aggregate.stateTimeToLiveMilliseconds)
    }

    /// How long state is kept that nothing comes for.
    private static func kept(_ milliseconds: Int64?) -> String { milliseconds.map { ", kept \($0) ms" } ?? "" }

    private static func kept(_ left: Int64?, _ right: Int64?) -> String {
        if left == right { return kept(left) }
        return (left.map { ", left kept \($0) ms" } ?? "") + (right.map { ", right kept \($0) ms" } ?? "")
    }

    private static func leadingRows(_ leading: LeadingRowsPlan, _ inputs: [Field]) -> String {
        "keep rows that may have the \(leading.isGreatest ? "greatest" : "least") "
            + "\(names([leading.valueColumn], inputs)) by \(names(leading.groupColumns, inputs))"
    }

    private static func over(_ over: OverPlan, _ inputs: [Field]) -> String {
        let order =
            switch over.order {
            case .rowTime(let column): "in order of time \(names([column], inputs))"
            case .arrival: "in order of arrival"
            case .sorted(let keys):
                "sorted by "
                    + keys.map { names([$0.column], inputs) + ($0.isDescending ? " descending" : "") }
                    .joined(separator: ", ")
            }
        let calls = over.calls.map { overCall($0, inputs) }.joined(separator: ", ")
        return "over \(names(over.partition, inputs)) \(order), \(frame(over.frame)): \(calls)"
            + kept(over.stateTimeToLiveMilliseconds)
    }

    private static func frame(_ frame: OverFrame) -> String {
        func text(_ bound: OverFrame.Bound, _ side: String) -> String {
            switch bound {
            case .unbounded: "unbounded \(side)"
            case .offset(0): "current"
            case .offset(let offset): offset < 0 ? "\(offset.magnitude) preceding" : "\(offset) following"
            }
        }
        return "\(frame.unit) \(text(frame.start, "preceding")) to \(text(frame.end, "following"))"
    }

    private static func overCall(_ call: OverCall, _ inputs: [Field]) -> String {
        switch call {
        case .aggregate(let call): self.call(call, inputs)
        case .shifted(let column, let rows, _, _):
            "\(rows < 0 ? "lead" : "lag")\(names([column], inputs)) by \(rows.magnitude)"
        default: "\(call)"
        }
    }

    private static func call(_ call: AggregateCall, _ inputs: [Field]) -> String {
        let columns = (call.argument.map { [$0] } ?? []) + call.moreArguments
        let argument =
            columns.isEmpty
            ? "*" : columns.map { $0 < inputs.count ? inputs[$0].name : "?" }.joined(separator: ", ")
        let filter = call.filter.map { " filter \($0 < inputs.count ? inputs[$0].name : "?")" } ?? ""
        return "\(call.function.rawValue)(\(call.isDistinct ? "distinct " : "")\(argument))\(filter)"
    }

    private static func shape(_ shape: WindowShape) -> String {
        switch shape {
        case .tumble(let size, let offset): "tumble \(size) ms" + (offset == 0 ? "" : " offset \(offset) ms")
        case .hop(let slide, let size, let offset):
            "hop \(size) ms every \(slide) ms" + (offset == 0 ? "" : " offset \(offset) ms")
        case .session(let gap): "session \(gap) ms"
        case .cumulate(let step, let size, let offset):
            "cumulate \(size) ms by \(step) ms" + (offset == 0 ? "" : " offset \(offset) ms")
        }
    }

    private static func emission(_ emission: WindowEmission) -> String {
        (emission.earlyMilliseconds.map { ", early every \($0) ms" } ?? "")
            + (emission.latenessMilliseconds > 0 ? ", late rows for \(emission.latenessMilliseconds) ms" : "")
    }

    private static func orderText(_ keys: [SortPlan.Key], _ inputs: [Field]) -> String {
        keys.map { key in
            let nulls = key.nullsFirst == key.isDescending ? (key.nullsFirst ? " nulls first" : " nulls last") : ""
            return names([key.column], inputs) + (key.isDescending ? " descending" : "") + nulls
        }.joined(separator: ", ")
    }

    private static func rank(_ rank: RankPlan, _ inputs: [Field]) -> String {
        let rows = rank.from == rank.to ? "row \(rank.from)" : "rows \(rank.from) to \(rank.to)"
        var order = rank.order.isEmpty ? "arrival" : orderText(rank.order, inputs)
        if rank.prefersLatest { order += ", latest first" }
        return "keep \(rows) by \(names(rank.partition, inputs)) in order of \(order)"
            + (rank.window == nil ? "" : " when the window ends") + (rank.emitsNumber ? ", numbered" : "")
            + (rank.inputRetracts ? ", taking back" : "") + (rank.inputUpserts ? ", removed by key" : "")
            + (rank.window == nil ? kept(rank.stateTimeToLiveMilliseconds) : "")
    }

    private static func sort(_ sort: SortPlan, _ inputs: [Field]) -> String {
        let limit = sort.limit.map { " limit \($0)" } ?? ""
        let offset = sort.offset > 0 ? " offset \(sort.offset)" : ""
        return "sort" + (sort.keys.isEmpty ? "" : " by " + orderText(sort.keys, inputs)) + offset + limit
    }
}

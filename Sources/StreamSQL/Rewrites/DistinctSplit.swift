import Columnar

/// Splits aggregations with DISTINCT calls in two, where the script asks for it (`table.optimizer.distinct-agg.split.enabled`):
/// the first by the group and by a bucket of what is told apart, the second sums up the buckets of a group.
///
/// A value lies in one bucket of its group, so the buckets' counts of different values add up. A group that most rows have
/// is spread over as many threads as there are buckets then. Each set of columns that is told apart has a first
/// aggregation of its own; the calls without DISTINCT go with the first of them.
struct DistinctSplit {
    private let plan: LogicalPlan
    private let old: LogicalGraph

    init(_ plan: LogicalPlan) {
        self.plan = plan
        old = plan.graph
    }

    func run() -> LogicalPlan {
        let isAsked = old.nodes.contains { node in
            if case .aggregate(let aggregate) = node.operation { aggregate.distinctBuckets != nil } else { false }
        }
        guard isAsked else { return plan }
        let graph = LogicalGraph()
        var mapped: [Int] = []
        for (id, node) in old.nodes.enumerated() {
            let inputs = node.inputs.map { mapped[$0] }
            let names = old.fields[id].map(\.name)
            if case .aggregate(let aggregate) = node.operation, let buckets = aggregate.distinctBuckets,
                WindowTrace.attached(graph, aggregate, input: inputs[0]) == nil,
                let parts = SplitCalls(aggregate)
            {
                let split = SplitAggregate(
                    graph: graph, aggregate: aggregate, parts: parts, input: inputs[0], buckets: buckets)
                mapped.append(split.build(names: names))
            } else {
                mapped.append(graph.add(node.operation, inputs, names: names))
            }
        }
        var roots = plan.roots
        for index in roots.indices { roots[index].node = mapped[roots[index].node] }
        return LogicalPlan(graph: graph, roots: roots)
    }
}

/// The calls of an aggregation as those over the rows of a bucket, and over the results of buckets.
private struct SplitCalls {
    /// A call over the rows of a bucket, and the call that puts its results together.
    struct Partial {
        var first: AggregateCall
        var function: AggregateCall.Function
        var resultType: DataType
        /// Which of `distinct` it goes with.
        var branch: Int
    }
    /// The sets of columns that values are told apart in.
    private(set) var distinct: [[Int]] = []
    private(set) var partials: [Partial] = []
    /// For each call its first partial; that of an average is followed by its count.
    private(set) var positions: [Int] = []

    /// Decimals of more digits may outgrow a bucket's sum of 38.
    private static let summedPrecision = 28

    /// Nil where there is nothing to split, and where a call can't be: it needs its values in order, or sums that do not
    /// depend on the order in which they are made.
    init?(_ aggregate: LogicalAggregate) {
        // Parts of a group would be forgotten one by one.
        guard aggregate.stateTimeToLiveMilliseconds == nil else { return nil }
        for call in aggregate.calls where Self.tellsApart(call) && !distinct.contains(Self.values(of: call)) {
            distinct.append(Self.values(of: call))
        }
        guard !distinct.isEmpty else { return nil }
        for call in aggregate.calls { guard add(call) else { return nil } }
    }

    private static func tellsApart(_ call: AggregateCall) -> Bool {
        call.isDistinct && call.function != .minimum && call.function != .maximum
    }

    private static func values(of call: AggregateCall) -> [Int] {
        (call.argument.map { [$0] } ?? []) + call.moreArguments
    }

    private mutating func add(_ call: AggregateCall) -> Bool {
        let branch = Self.tellsApart(call) ? distinct.firstIndex(of: Self.values(of: call)) ?? 0 : 0
        positions.append(partials.count)
        func add(
            _ function: AggregateCall.Function, _ type: DataType, then merge: AggregateCall.Function, _ result: DataType
        ) {
            var first = call
            first.function = function
            first.resultType = type
            partials.append(Partial(first: first, function: merge, resultType: result, branch: branch))
        }
        let number = DataType(.bigint, isNullable: false)
        switch call.function {
        case .countRows, .count: add(call.function, number, then: .sumOrZero, call.resultType)
        case .minimum, .maximum: add(call.function, call.resultType, then: call.function, call.resultType)
        case .sum, .sumOrZero, .average:
            guard let type = Self.sumType(call) else { return false }
            add(
                .sum, type, then: call.function == .sumOrZero ? .sumOrZero : .sum,
                call.function == .average ? type : call.resultType)
            if call.function == .average { add(.count, number, then: .sumOrZero, number) }
        default: return false
        }
        return true
    }

    private static func sumType(_ call: AggregateCall) -> DataType? {
        switch call.argumentType?.logical {
        case .float, .double, nil: return nil
        case .decimal(let precision, _) where precision > summedPrecision: return nil
        default: return call.partialSumType.nullable(true)
        }
    }
}

/// Builds the nodes of a split aggregation.
private struct SplitAggregate {
    let graph: LogicalGraph
    let aggregate: LogicalAggregate
    let parts: SplitCalls
    let input: Int
    let buckets: Int

    private var groupCount: Int { aggregate.groupColumns.count }

    /// The node that stands for the aggregation: its columns in its order.
    func build(names: [String]) -> Int {
        let branches = parts.distinct.indices.map(branch)
        let united = branches.count == 1 ? branches[0] : graph.add(.union, branches)
        let calls = parts.partials.enumerated().map { index, partial in
            AggregateCall(
                partial.function, argument: groupCount + index,
                argumentType: graph.fields[united][groupCount + index].type,
                resultType: partial.resultType)
        }
        let last = graph.add(
            .aggregate(LogicalAggregate(groupColumns: Array(0..<groupCount), calls: calls)), [united],
            names: Array(names.prefix(groupCount)))
        let groups = graph.columns(of: last).prefix(groupCount)
        return graph.calculate(
            last, projections: groups + aggregate.calls.indices.map { result($0, last) }, names: names)
    }

    /// The results of buckets of one set of columns: the groups, then all partial results, NULL where they are another
    /// branch's.
    private func branch(_ number: Int) -> Int {
        let bucketType = DataType(.integer, isNullable: false)
        let values = parts.distinct[number].map { PlanExpression.column($0, graph.fields[input][$0].type) }
        let bucket = PlanExpression.call(
            .bucket, values + [.literal(.int64(Int64(buckets)), bucketType)], bucketType)
        let bucketed = graph.calculate(
            input, projections: graph.columns(of: input) + [bucket], names: graph.fields[input].map(\.name) + ["bucket"]
        )
        let own = parts.partials.filter { $0.branch == number }
        let first = graph.add(
            .aggregate(
                LogicalAggregate(
                    groupColumns: aggregate.groupColumns + [graph.fields[input].count], calls: own.map(\.first))),
            [bucketed])
        var next = groupCount + 1
        var projections = Array(graph.columns(of: first).prefix(groupCount))
        for partial in parts.partials {
            if partial.branch == number {
                projections.append(.column(next, graph.fields[first][next].type))
                next += 1
            } else {
                projections.append(.literal(.null, partial.first.resultType.nullable(true)))
            }
        }
        let names = graph.fields[first].prefix(groupCount).map(\.name) + parts.partials.indices.map { "part\($0)" }
        return graph.calculate(first, projections: projections, names: names)
    }

    private func result(_ index: Int, _ node: Int) -> PlanExpression {
        let call = aggregate.calls[index]
        let position = groupCount + parts.positions[index]
        let value = PlanExpression.column(position, graph.fields[node][position].type)
        guard call.function == .average else { return value }
        return Self.average(value, count: .column(position + 1, graph.fields[node][position + 1].type), call.resultType)
    }

    /// As AVG divides: integers lose the rest, decimals are rounded half up at the scale of the result.
    private static func average(_ sum: PlanExpression, count: PlanExpression, _ type: DataType) -> PlanExpression {
        let isNothing = PlanExpression.call(
            .equal, [count, .literal(.int64(0), count.type)], DataType(.boolean, isNullable: false))
        let divisor = PlanExpression.conditional(
            [ConditionalBranch(condition: isNothing, value: .literal(.null, count.type.nullable(true)))],
            otherwise: count,
            count.type.nullable(true))
        guard case .decimal = sum.type.logical else {
            let quotient = PlanExpression.call(.divide, [sum, divisor], sum.type.nullable(true))
            return quotient.type.logical == type.logical ? quotient : .cast(quotient, to: type, isTry: false)
        }
        // Every count has 19 digits at most.
        let decimal = PlanExpression.cast(divisor, to: DataType(.decimal(precision: 19, scale: 0)), isTry: false)
        return .call(.divide, [sum, decimal], type.nullable(true))
    }
}

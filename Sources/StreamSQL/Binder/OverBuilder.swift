import Columnar

/// Builds the nodes that compute functions with OVER clauses above a node.
struct OverBuilder {
    let graph: LogicalGraph
    let options: SessionOptions
    /// What kind of time a column of the input is.
    let time: (Int) -> TimeAttribute

    /// The node with everything computed, and the column that stands for each call; the columns of the input keep
    /// their positions.
    func build(_ input: Int, _ calls: [OverCollector.Call]) throws(SQLError) -> (node: Int, columns: [PlanExpression]) {
        let width = graph.fields[input].count
        var projections = graph.columns(of: input)
        func position(of expression: PlanExpression) -> Int {
            if let known = projections.firstIndex(of: expression) { return known }
            projections.append(expression)
            return projections.count - 1
        }
        try checkOneWindow(calls)
        // Calls that share a window are computed together; those without a frame take that of the others.
        var windows: [LogicalOver] = []
        var places: [(window: Int, call: Int)] = []
        for call in calls {
            let order = call.order.map {
                SortPlan.Key(
                    column: position(of: $0.expression), isDescending: $0.isDescending, nullsFirst: $0.nullsFirst)
            }
            let bound = self.call(call.function) { position(of: $0) }
            let over = LogicalOver(
                partition: call.partition.map { position(of: $0) }, order: order, time: timeOrder(order, width),
                frame: frame(call), calls: [bound],
                stateTimeToLiveMilliseconds: options.stateTimeToLiveMilliseconds, range: call.range)
            let known = windows.firstIndex {
                $0.partition == over.partition && $0.order == over.order
                    && ($0.frame == over.frame || !bound.usesFrame || !$0.calls.contains(where: \.usesFrame))
                    && ($0.isRowNumber == over.isRowNumber || !over.isRowNumber && !$0.isRowNumber)
            }
            guard let known else {
                places.append((windows.count, 0))
                windows.append(over)
                continue
            }
            places.append((known, windows[known].calls.count))
            if bound.usesFrame, !windows[known].calls.contains(where: \.usesFrame) { windows[known].frame = over.frame }
            windows[known].calls.append(bound)
        }
        let names = graph.fields[input].map(\.name) + (width..<projections.count).map { "key\($0)" }
        var node = graph.calculate(input, projections: projections, names: names)
        var bases: [Int] = []
        for window in windows {
            bases.append(graph.fields[node].count)
            node = add(window, node)
        }
        let columns = zip(places, calls).map { place, call in
            PlanExpression.column(
                bases[place.window] + (windows[place.window].isRowNumber ? 0 : place.call), call.resultType)
        }
        return (node, columns)
    }

    /// A window that only numbers rows is a node of its own kind: what is filtered by the number is done another way.
    private func add(_ window: LogicalOver, _ node: Int) -> Int {
        guard window.isRowNumber else { return graph.add(.over(window), [node]) }
        let numbered = LogicalRowNumber(
            partition: window.partition, order: window.order, time: window.time,
            stateTimeToLiveMilliseconds: options.stateTimeToLiveMilliseconds, range: window.range)
        return graph.add(.rowNumber(numbered), [node])
    }

    private func timeOrder(_ order: [SortPlan.Key], _ width: Int) -> LogicalRowNumber.TimeOrder {
        guard order.count == 1, let key = order.first, key.column < width else { return .none }
        switch time(key.column) {
        case .rowTime: return .rowTime
        case .processingTime: return .processingTime
        case .none: return .none
        }
    }

    /// Without a frame: all up to the row and its peers, or the whole partition where nothing is in order.
    private func frame(_ call: OverCollector.Call) -> OverFrame {
        switch call.function {
        case .aggregate:
            if let frame = call.frame { return frame }
            if call.order.isEmpty { return OverFrame(unit: .rows, start: .unbounded, end: .unbounded) }
            return OverFrame(unit: .range, start: .unbounded, end: .offset(0))
        default: return .upToRow
        }
    }

    private func call(_ function: OverCollector.OverFunction, _ position: (PlanExpression) -> Int) -> OverCall {
        switch function {
        case .aggregate(let call):
            .aggregate(
                AggregateCall(
                    call.function, argument: call.argument.map(position), argumentType: call.argument?.type,
                    moreArguments: call.moreArguments.map(position), parameter: call.parameter,
                    skipsNulls: call.skipsNulls, isDistinct: call.isDistinct, filter: call.filter.map(position),
                    resultType: call.resultType))
        case .rowNumber: .rowNumber
        case .rank: .rank
        case .denseRank: .denseRank
        case .percentRank: .percentRank
        case .cumulativeDistribution: .cumulativeDistribution
        case .tile(let count): .tile(count)
        case .shifted(let value, let rows, let otherwise):
            .shifted(
                column: position(value), rows: rows, otherwise: otherwise.map(position),
                value.type.nullable(value.type.isNullable || (otherwise?.type.isNullable ?? true)))
        }
    }

    // MARK: What streams can do

    private func checkOneWindow(_ calls: [OverCollector.Call]) throws(SQLError) {
        guard !options.isBatchMode, let first = calls.first else { return }
        var framed: OverCollector.Call?
        for call in calls {
            guard call.partition == first.partition, call.order == first.order else {
                throw SQLError(
                    .unsupported, "all OVER clauses of a SELECT must have the same window in streaming mode",
                    at: call.range, hint: "compute the others in a subquery")
            }
            guard case .aggregate = call.function else { continue }
            if let framed, frame(framed) != frame(call) {
                throw SQLError(
                    .unsupported, "all OVER clauses of a SELECT must have the same window in streaming mode",
                    at: call.range, hint: "compute the others in a subquery")
            }
            framed = call
        }
    }
}

extension LogicalOver {
    var isRowNumber: Bool { calls.allSatisfy { $0 == .rowNumber } }
}

import Columnar

/// Builds the nodes of one aggregation: the projection before it and the aggregate or window aggregate itself.
struct Aggregation {
    let graph: LogicalGraph
    let scope: Scope
    /// Keys over the scope.
    let grouping: GroupingSets
    let calls: [AggregateCollector.Call]
    let groupWindow: AggregateCollector.GroupWindow?
    let callBase: Int
    let windowBase: Int
    let stateTimeToLiveMilliseconds: Int64?
    /// Results of windows before and behind their end.
    let windowEmission: WindowEmission?
    /// As in ``LogicalAggregate``.
    let distinctBuckets: Int?

    private var keys: [PlanExpression] { grouping.keys }
    private var groupingColumn: Int { windowBase + 3 }

    /// What was built, and where the parts of bound expressions are in its output.
    struct Built {
        var node: Int
        /// A condition on window columns that moved above the aggregation.
        var condition: PlanExpression?
        /// Position of window_time, which is a time attribute.
        var timePosition: Int?
        fileprivate var keyPositions: [PlanExpression: Int] = [:]
        fileprivate var columnPositions: [Int: Int] = [:]

        /// Takes the columns of a row, which are called so from a position of the scope on, as joined to the output.
        mutating func add(_ first: Int, of row: Int, joinedAs joined: Int, in graph: LogicalGraph) {
            let width = graph.fields[node].count
            for index in graph.fields[row].indices { columnPositions[first + index] = width + index }
            node = joined
        }

        /// The output column that holds the value of an expression over the scope.
        func position(of expression: PlanExpression) -> Int? {
            if let position = keyPositions[expression] { return position }
            if case .column(let column, _) = expression { return columnPositions[column] }
            return nil
        }
    }

    func build(_ condition: PlanExpression?, at range: SourceRange) throws(SQLError) -> Built {
        if let groupWindow { return grouped(groupWindow, condition) }
        let roles = keys.compactMap { key -> WindowAggregatePlan.WindowColumn? in
            guard case .column(let position, _) = key else { return nil }
            return scope.columns[position].window
        }
        if roles.contains(.start), roles.contains(.end) { return try windowed(condition, at: range) }
        return ordinary(condition)
    }

    /// Collects what an aggregate reads into one projection, each expression once.
    private struct Projection {
        var expressions: [PlanExpression] = []
        /// Keys that are NULL for some grouping sets must not be read as arguments: these columns are not shared.
        var unshared = 0

        mutating func position(of expression: PlanExpression) -> Int {
            if let known = expressions.dropFirst(unshared).firstIndex(of: expression) { return known }
            expressions.append(expression)
            return expressions.count - 1
        }

        /// The calls over the positions of the projection.
        mutating func calls(
            _ calls: [AggregateCollector.Call], _ transform: (PlanExpression) -> PlanExpression
        ) -> [AggregateCall] {
            calls.map { call in
                AggregateCall(
                    call.function, argument: call.argument.map { position(of: transform($0)) },
                    argumentType: call.argument?.type,
                    moreArguments: call.moreArguments.map { position(of: transform($0)) }, parameter: call.parameter,
                    skipsNulls: call.skipsNulls, isDistinct: call.isDistinct,
                    filter: call.filter.map { position(of: transform($0)) }, resultType: call.resultType)
            }
        }

        var names: [String] { expressions.indices.map { "a\($0)" } }
    }

    /// Names for the projected columns: those of the scope where they are columns of it.
    private func names(_ projection: Projection) -> [String] {
        projection.expressions.enumerated().map { position, expression in
            if case .column(let column, _) = expression, column < scope.columns.count {
                return scope.columns[column].name
            }
            return "a\(position)"
        }
    }

    private func ordinary(_ condition: PlanExpression?) -> Built {
        var projection = Projection()
        var groups = keys.map { projection.position(of: $0) }
        if grouping.isExpanded { projection.unshared = projection.expressions.count }
        let bound = projection.calls(calls) { $0 }
        var input = graph.calculate(
            scope.node, condition: condition, projections: projection.expressions, names: names(projection))
        input = expanded(input, &groups)
        let aggregate = LogicalAggregate(
            groupColumns: groups, calls: bound, stateTimeToLiveMilliseconds: stateTimeToLiveMilliseconds,
            distinctBuckets: distinctBuckets)
        let node = graph.add(.aggregate(aggregate), [input])
        var built = Built(node: node)
        placeKeys(&built, groups.count)
        for position in calls.indices { built.columnPositions[callBase + position] = groups.count + position }
        return built
    }

    /// The rows once for each grouping set, whose number becomes the last group column; as they are without such.
    private func expanded(_ input: Int, _ groups: inout [Int]) -> Int {
        guard grouping.isExpanded else { return input }
        let node = grouping.expand(input, keyColumns: groups, in: graph)
        groups.append(graph.fields[node].count - 1)
        return node
    }

    private func placeKeys(_ built: inout Built, _ groupCount: Int) {
        for (position, key) in keys.enumerated() { built.keyPositions[key] = position }
        if grouping.isExpanded { built.columnPositions[groupingColumn] = groupCount - 1 }
    }

    /// GROUP BY TUMBLE(ts, size) and its like.
    private func grouped(_ window: AggregateCollector.GroupWindow, _ condition: PlanExpression?) -> Built {
        let timeType = scope.columns[window.timeColumn].type
        var projection = Projection()
        var groups = keys.map { projection.position(of: $0) }
        if grouping.isExpanded { projection.unshared = projection.expressions.count }
        let bound = projection.calls(calls) { $0 }
        let time = projection.position(of: .column(window.timeColumn, timeType))
        var input = graph.calculate(
            scope.node, condition: condition, projections: projection.expressions, names: names(projection))
        input = expanded(input, &groups)
        if window.isProcessingTime {
            input = graph.add(.clock(timeColumn: time), [input], names: graph.fields[input].map(\.name))
        }
        // GROUP BY SESSION(…) keeps a session for each group.
        let partition = window.name == "SESSION" ? groups : []
        var built = windowAggregate(input, window.shape, time, timeType, groups, bound, partition: partition)
        placeKeys(&built, groups.count)
        for role in 0..<3 { built.columnPositions[windowBase + role] = groups.count + calls.count + role }
        return built
    }

    private func windowAggregate(
        _ input: Int, _ shape: WindowShape, _ timeColumn: Int, _ timeType: DataType, _ groups: [Int],
        _ bound: [AggregateCall], partition: [Int], rowFilter: Int? = nil
    ) -> Built {
        let aggregate = LogicalWindowAggregate(
            shape: shape, timeColumn: timeColumn, groupColumns: groups, calls: bound,
            windowColumns: [.start, .end, .time], timeType: timeType, partition: partition,
            emission: windowEmission, rowFilter: rowFilter)
        let node = graph.add(.windowAggregate(aggregate), [input])
        var built = Built(node: node)
        built.timePosition = groups.count + bound.count + 2
        for position in calls.indices { built.columnPositions[callBase + position] = groups.count + position }
        return built
    }

    /// A window table function below: rows go to the aggregation without being copied for each window.
    private func windowed(_ condition: PlanExpression?, at range: SourceRange) throws(SQLError) -> Built {
        guard let source = WindowSource(graph: graph, node: scope.node) else {
            throw SQLError(.unsupported, "window aggregation over this input is not supported yet", at: range)
        }
        let width = source.width
        let readsWindow = { (expression: PlanExpression) in expression.columnSet.contains { $0 >= width } }
        let (below, above) = try split(condition, source, at: range)
        var projection = Projection()
        var groups: [Int] = []
        var groupKeys: [PlanExpression] = []
        var keyColumns = [Int?](repeating: nil, count: keys.count)
        var windowKeys: [(key: PlanExpression, column: Int)] = []
        for (number, key) in keys.enumerated() {
            let inlined = key.inlined(source.projections)
            if case .column(let position, _) = inlined, position >= width {
                windowKeys.append((key, position - width))
            } else if readsWindow(inlined) {
                throw SQLError(
                    .unsupported, "grouping by expressions over window columns is not supported yet", at: range)
            } else {
                keyColumns[number] = projection.position(of: inlined)
                groups.append(projection.position(of: inlined))
                groupKeys.append(key)
            }
        }
        for call in calls {
            for part in [call.argument, call.filter] + call.moreArguments
            where part.map({ readsWindow($0.inlined(source.projections)) }) == true {
                throw SQLError(.unsupported, "aggregates over window columns are not supported yet", at: range)
            }
        }
        let partition = try sessionKeys(source, &projection, groups, at: range)
        if source.isSession { try checkSets(source, at: range) }
        if grouping.isExpanded { projection.unshared = projection.expressions.count }
        let bound = projection.calls(calls) { $0.inlined(source.projections) }
        let timeType = graph.fields[source.input][source.timeColumn].type
        let time = projection.position(of: .column(source.timeColumn, timeType))
        // What is left out above SESSION does not end a session.
        let filter = PlanExpression.conjunction(below)
        let rowFilter = source.isSession ? filter.map { projection.position(of: $0) } : nil
        var input = graph.calculate(
            source.input, condition: source.isSession ? nil : filter, projections: projection.expressions,
            names: projection.expressions.enumerated().map { position, expression in
                if case .column(let column, _) = expression { return graph.fields[source.input][column].name }
                return "a\(position)"
            })
        if grouping.isExpanded {
            input = grouping.expand(input, keyColumns: keyColumns, in: graph)
            groups.append(graph.fields[input].count - 1)
        }
        var built = windowAggregate(
            input, source.shape, time, timeType, groups, bound, partition: partition, rowFilter: rowFilter)
        if grouping.isExpanded { built.columnPositions[groupingColumn] = groups.count - 1 }
        let windowStart = groups.count + calls.count
        for (position, key) in groupKeys.enumerated() { built.keyPositions[key] = position }
        for (key, column) in windowKeys { built.keyPositions[key] = windowStart + column }
        built.condition = PlanExpression.conjunction(above)?.shifted { $0 - width + windowStart }
        // window_time is a time attribute of the result only when it was grouped by.
        if !windowKeys.contains(where: { $0.column == 2 }) { built.timePosition = nil }
        return built
    }
}

extension Aggregation {
    /// The conditions that are tested before the aggregation, and those on window columns, after it.
    private func split(
        _ condition: PlanExpression?, _ source: WindowSource, at range: SourceRange
    ) throws(SQLError) -> (below: [PlanExpression], above: [PlanExpression]) {
        let width = source.width
        let readsWindow = { (expression: PlanExpression) in expression.columnSet.contains { $0 >= width } }
        var below = source.condition?.conjuncts ?? []
        below += condition.map { $0.inlined(source.projections).conjuncts } ?? []
        var above: [PlanExpression] = []
        for conjunct in below where readsWindow(conjunct) {
            guard conjunct.columnSet.allSatisfy({ $0 >= width }) else {
                throw SQLError(
                    .unsupported, "conditions over window columns and others together are not supported yet", at: range)
            }
            above.append(conjunct)
        }
        below.removeAll(where: readsWindow)
        return (below, above)
    }

    /// Sessions of different keys are put together nowhere: every set is grouped by what they are kept for.
    private func checkSets(_ source: WindowSource, at range: SourceRange) throws(SQLError) {
        for (number, key) in keys.enumerated() {
            guard case .column(let position, _) = key.inlined(source.projections), source.partition.contains(position),
                !grouping.sets.allSatisfy({ $0.contains(number) })
            else { continue }
            throw SQLError(
                .unsupported,
                "grouping sets without '\(graph.fields[source.input][position].name)', which SESSION is partitioned by, "
                    + "are not supported: sessions of different keys have windows of their own", at: range)
        }
    }

    /// What sessions are kept for, as positions of the projection. When it is all that is grouped by, in that order.
    private func sessionKeys(
        _ source: WindowSource, _ projection: inout Projection, _ groups: [Int], at range: SourceRange
    ) throws(SQLError) -> [Int] {
        guard source.isSession else { return [] }
        let fields = graph.fields[source.input]
        let keys = source.partition.map { projection.position(of: .column($0, fields[$0].type)) }
        if let missing = keys.firstIndex(where: { !groups.contains($0) }) {
            throw SQLError(
                .unsupported,
                "GROUP BY without '\(fields[source.partition[missing]].name)', which SESSION is partitioned by, "
                    + "is not supported yet", at: range)
        }
        return Set(keys) == Set(groups) ? groups : keys
    }
}

/// A window table function under filters and projections.
private struct WindowSource {
    var input: Int
    var shape: WindowShape
    var timeColumn: Int
    /// What sessions are kept for.
    var partition: [Int] = []
    /// Columns of the input; window_start, window_end and window_time follow.
    var width: Int
    /// What the filters and projections above make, over the function's output.
    var condition: PlanExpression?
    var projections: [PlanExpression]

    var isSession: Bool {
        if case .session = shape { return true }
        return false
    }

    init?(graph: LogicalGraph, node: Int) {
        var chain: [(PlanExpression?, [PlanExpression])] = []
        var current = node
        while case .calculate(let condition, let projections) = graph.nodes[current].operation {
            chain.append((condition, projections))
            current = graph.nodes[current].inputs[0]
        }
        switch graph.nodes[current].operation {
        case .window(let shape, let timeColumn):
            self.shape = shape
            self.timeColumn = timeColumn
        case .sessionWindow(let session):
            shape = .session(gap: session.gapMilliseconds)
            timeColumn = session.timeColumn
            partition = session.partition
        default: return nil
        }
        input = graph.nodes[current].inputs[0]
        width = graph.fields[input].count
        projections = graph.columns(of: current)
        for (condition, next) in chain.reversed() {
            self.condition = PlanExpression.conjunction(self.condition, condition?.inlined(projections))
            projections = next.map { [projections] in $0.inlined(projections) }
            let levels = (projections + (self.condition.map { [$0] } ?? [])).map(\.levels).max() ?? 1
            guard levels <= PlanExpression.mostMergedLevels else { return nil }
        }
    }
}

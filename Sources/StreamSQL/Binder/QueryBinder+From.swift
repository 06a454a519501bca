import Columnar

// What stands in FROM: tables, subqueries, joins and table functions.
extension QueryBinder {
    func scope(_ reference: TableReference, left: Scope? = nil) throws(SQLError) -> Scope {
        switch reference.kind {
        case .table(let table):
            let isLookup = table.asOf.map { isProcessingTime($0, of: left) } ?? false
            var (relation, path) = try self.table(
                table.name, hints: table.hints, at: reference.range, isLookup: isLookup)
            let version = try table.asOf.flatMap { (time) throws(SQLError) in
                try self.version(time, of: table, &relation, left: left)
            }
            var scope = try aliased(relation, path: path, reference)
            scope.version = version
            if isLookup { scope.lookup = try lookup(in: table, alias: reference.alias) }
            return scope
        case .derived(let query, _):
            // LATERAL without anything on the left of it reads nothing from there.
            return try aliased(try bind(query), path: [], reference)
        case .function(let call, _):
            return try aliased(try tableFunction(call, at: reference.range), path: [], reference)
        case .join(let join):
            return try self.join(join, at: reference.range)
        case .nested(let inner):
            let scope = try self.scope(inner)
            guard reference.alias != nil else { return scope }
            return try aliased(Relation(node: scope.node, columns: scope.columns), path: [], reference)
        case .unnest(let collections, let withOrdinality):
            return try unnestAlone(collections, withOrdinality: withOrdinality, reference)
        case .match(let table, let clause):
            let input = try scope(table, left: left)
            let matched = try MatchBinder(binder: self, input: input, clause: clause).bind()
            return try aliased(matched, path: [], reference)
        }
    }

    private func aliased(_ relation: Relation, path: [String], _ reference: TableReference) throws(SQLError) -> Scope {
        guard let alias = reference.alias else { return Scope(relation, path: path) }
        let renamed = try renamed(relation, alias.columns, of: alias.name.text, at: reference.range)
        return Scope(renamed, path: [alias.name.text])
    }

    // MARK: Window table functions

    private func tableFunction(_ call: FunctionCall, at range: SourceRange) throws(SQLError) -> Relation {
        let name = Lexer.uppercased(call.name.last.utf8)
        guard let parameters = Self.windowFunctions[name] else {
            if let function = catalog.tableFunctions[name] {
                return try TableFunctionBinder(binder: self, function: function, range: range).bind(call)
            }
            if ["PRESENCE", "MATCH_RULES", "TO_CHANGELOG", "FROM_CHANGELOG", "SNAPSHOT"].contains(name) {
                throw SQLError(.unsupported, "the table function \(name) is not supported yet", at: call.name.range)
            }
            let known = (Array(Self.windowFunctions.keys) + Array(catalog.tableFunctions.keys)).sorted()
            throw SQLError(
                .name, "there is no table function '\(name)'", at: call.name.range,
                hint: nearestName(to: name, in: known).map { "did you mean \($0)?" }
                    ?? "there are " + known.joined(separator: ", "))
        }
        let arguments = try assign(call, to: parameters, name, at: range)
        guard let argument = arguments["DATA"].flatMap({ TableArgument($0) }) else {
            throw SQLError(
                .semantics, "\(name) takes a table first", at: arguments["DATA"]?.range ?? range,
                hint: "\(name)(TABLE t, DESCRIPTOR(ts), …)")
        }
        let (input, partition) = try tableArgument(argument, isPartitioned: name == "SESSION")
        guard let descriptor = arguments["TIMECOL"], case .descriptor(let columns) = descriptor.kind,
            let column = columns.first, columns.count == 1
        else {
            throw SQLError(
                .semantics, "\(name) takes DESCRIPTOR(column) as its time column",
                at: arguments["TIMECOL"]?.range ?? range)
        }
        let scope = Scope(input, path: [])
        let timeColumn = try scope.resolve([column], at: column.range)
        try WindowBinding.requireTime(scope.columns[timeColumn], name, at: column.range)
        let binder = ExpressionBinder(scope: nil, clause: name)
        var sizes: [Int64] = []
        for parameter in parameters where !["DATA", "TIMECOL", "OFFSET"].contains(parameter) {
            guard let value = arguments[parameter] else { continue }
            sizes.append(try WindowBinding.interval(try binder.bind(value), name, at: value.range))
        }
        let needed = parameters.dropFirst(2).filter { $0 != "OFFSET" }
        guard sizes.count == needed.count else {
            throw SQLError(.semantics, "\(name) needs \(needed.joined(separator: " and "))", at: range)
        }
        var offset: Int64 = 0
        if let value = arguments["OFFSET"] {
            offset = try WindowBinding.interval(try binder.bind(value), name, at: value.range)
        }
        let shape = try WindowBinding.shape(name, sizes, offset: offset, at: range)
        return windowed(input, shape, timeColumn, partition)
    }

    private func windowed(
        _ input: Relation, _ shape: WindowShape, _ timeColumn: Int, _ partition: [Int]
    ) -> Relation {
        var operation = LogicalOperation.window(shape, timeColumn: timeColumn)
        if case .session(let gap) = shape {
            operation = .sessionWindow(
                LogicalSessionWindow(gapMilliseconds: gap, timeColumn: timeColumn, partition: partition))
        }
        let time = input.columns[timeColumn].time
        let rows =
            time == .processingTime
            ? graph.add(.clock(timeColumn: timeColumn), [input.node], names: input.columns.map(\.name)) : input.node
        let node = graph.add(operation, [rows])
        // After the function the time attribute is an ordinary column; window_time takes its place.
        var columns = input.columns
        for position in columns.indices { columns[position].window = nil }
        columns[timeColumn].time = .none
        let fields = LogicalGraph.windowFields(timeType: input.columns[timeColumn].type)
        columns.append(RelationColumn(name: fields[0].name, type: fields[0].type, window: .start))
        columns.append(RelationColumn(name: fields[1].name, type: fields[1].type, window: .end))
        columns.append(RelationColumn(name: fields[2].name, type: fields[2].type, time: time, window: .time))
        return Relation(node: node, columns: columns)
    }

    /// Parameters in the order of positional arguments.
    private static let windowFunctions: [String: [String]] = [
        "TUMBLE": ["DATA", "TIMECOL", "SIZE", "OFFSET"],
        "HOP": ["DATA", "TIMECOL", "SLIDE", "SIZE", "OFFSET"],
        "CUMULATE": ["DATA", "TIMECOL", "STEP", "SIZE", "OFFSET"],
        "SESSION": ["DATA", "TIMECOL", "GAP"],
    ]

    /// The arguments by parameter, whether they were given by place or by name.
    private func assign(
        _ call: FunctionCall, to parameters: [String], _ name: String, at range: SourceRange
    ) throws(SQLError) -> [String: Expression] {
        var result: [String: Expression] = [:]
        for (position, argument) in call.arguments.enumerated() {
            let parameter: String
            if let label = argument.name {
                parameter = Lexer.uppercased(label.text.utf8)
                guard parameters.contains(parameter) else {
                    throw SQLError(
                        .name, "\(name) has no argument '\(label.text)'", at: label.range,
                        hint: "its arguments are " + parameters.joined(separator: ", "))
                }
            } else {
                guard position < parameters.count else {
                    throw SQLError(
                        .semantics, "\(name) takes \(parameters.count) arguments at most", at: argument.value.range)
                }
                parameter = parameters[position]
            }
            result[parameter] = argument.value
        }
        return result
    }

    /// The table and the columns of its PARTITION BY.
    func tableArgument(
        _ argument: TableArgument, isPartitioned: Bool
    ) throws(SQLError) -> (relation: Relation, partition: [Int]) {
        if let key = argument.partitionBy.first, !isPartitioned {
            throw SQLError(.unsupported, "PARTITION BY of a table argument is not supported here", at: key.range)
        }
        let relation =
            switch argument.source {
            case .table(let name): try table(name, hints: argument.hints, at: argument.range).relation
            case .query(let query): try bind(query)
            }
        let binder = ExpressionBinder(scope: Scope(relation, path: []), clause: "PARTITION BY")
        var partition: [Int] = []
        for key in argument.partitionBy {
            guard case .column(let position, _) = try binder.bind(key) else {
                throw SQLError(.semantics, "PARTITION BY of a table argument takes columns", at: key.range)
            }
            if !partition.contains(position) { partition.append(position) }
        }
        return (relation, partition)
    }

    // MARK: Joins

    private func join(_ join: Join, at range: SourceRange) throws(SQLError) -> Scope {
        if case .unnest(let collections, let withOrdinality) = join.right.kind {
            return try unnestJoin(join, collections, withOrdinality: withOrdinality, at: range)
        }
        if case .derived(let query, isLateral: true) = join.right.kind {
            return try lateralJoin(join, query, at: range)
        }
        var left = try scope(join.left)
        var right = try scope(join.right, left: left)
        var join = join
        let behind = try takeSubqueries(of: &join, &left, &right)
        var combined = sideBySide(left, right)
        var conditions = try usingConditions(join, left, right, &combined)
        if case .on(let expression) = join.condition {
            let binder = ExpressionBinder(scope: combined, clause: "ON")
            do throws(SQLError) {
                conditions += try binder.boolean(expression, "ON").conjuncts
            } catch {
                // Noted, so that the rest of the query can be looked at; a version is not found without a condition.
                if right.version != nil { throw error }
                errors.append(error)
            }
        }
        combined.subqueries = [:]
        combined.version = nil
        combined.lookup = nil
        if join.isAsOf {
            if let match = join.matchCondition {
                let binder = ExpressionBinder(scope: combined, clause: "MATCH_CONDITION")
                conditions += try binder.boolean(match, "MATCH_CONDITION").conjuncts
            }
            return try asOfJoin(join, left, right, conditions, combined, at: range)
        }
        if right.version != nil || right.lookup != nil {
            combined.node = try joinAsOf(join.kind, left, right, conditions, at: range)
            for position in left.columns.count..<combined.columns.count {
                if join.kind == .left { combined.columns[position].type.isNullable = true }
                combined.columns[position].time = .none
            }
            return combined
        }
        var builder = joinBuilder
        if let left = hinted(left) { builder.timesToLive.left = left > 0 ? left : nil }
        if let right = hinted(right) { builder.timesToLive.right = right > 0 ? right : nil }
        if let warning = self.warning(of: join.kind, left, right, at: range) { warnings.append(warning) }
        switch join.kind {
        case .inner, .cross:
            combined.node = builder.build(.inner, left.node, right.node, conditions, at: range)
            if let behind { try filter(&combined, behind) }
        case .left:
            combined.node = builder.build(.left, left.node, right.node, conditions, at: range)
            for position in left.columns.count..<combined.columns.count {
                combined.columns[position].type.isNullable = true
                combined.columns[position].time = .none
            }
        case .right:
            combined.node = rightJoin(left, right, conditions, builder, at: range)
            for position in left.columns.indices {
                combined.columns[position].type.isNullable = true
                combined.columns[position].time = .none
            }
        case .full:
            combined.node = builder.build(.full, left.node, right.node, conditions, at: range)
            for position in combined.columns.indices {
                combined.columns[position].type.isNullable = true
                combined.columns[position].time = .none
            }
        }
        return combined
    }

    /// What a STATE_TTL hint says of a side of a join that is one table.
    func hinted(_ scope: Scope) -> Int64? {
        guard scope.tables.count == 1, let name = scope.tables[0].path.last else { return nil }
        return joinTimesToLive[name]
    }

    /// A right join is a left join with the sides swapped and the columns swapped back.
    private func rightJoin(
        _ left: Scope, _ right: Scope, _ conditions: [PlanExpression], _ builder: JoinBuilder, at range: SourceRange
    ) -> Int {
        let leftCount = left.columns.count
        let rightCount = right.columns.count
        let swapped = conditions.map { condition in
            condition.shifted { $0 < leftCount ? $0 + rightCount : $0 - leftCount }
        }
        var builder = builder
        builder.timesToLive = builder.timesToLive.swapped
        let node = builder.build(.left, right.node, left.node, swapped, at: range)
        let columns = graph.columns(of: node)
        return graph.calculate(
            node, projections: Array(columns[rightCount...]) + Array(columns[..<rightCount]),
            names: (left.columns + right.columns).map(\.name))
    }

    /// USING and NATURAL: equality of columns of one name, of which the left one stays visible.
    private func usingConditions(
        _ join: Join, _ left: Scope, _ right: Scope, _ combined: inout Scope
    ) throws(SQLError) -> [PlanExpression] {
        let names: [Identifier]
        switch join.condition {
        case .using(let columns): names = columns
        case .natural:
            let shared = Set(left.columns.map(\.name)).intersection(right.columns.map(\.name))
            names = left.columns.map(\.name).filter(shared.contains).map { Identifier($0, range: join.right.range) }
        case .none, .on: return []
        }
        let binder = ExpressionBinder(scope: nil, clause: "USING")
        var conditions: [PlanExpression] = []
        var merged: [Int] = []
        for name in names {
            let first = try left.resolve([name], at: name.range)
            let second = try right.resolve([name], at: name.range)
            let offset = left.columns.count + second
            conditions.append(
                try binder.compare(
                    .equal, .column(first, left.columns[first].type), .column(offset, right.columns[second].type),
                    "USING", name.range, name.range, at: name.range))
            combined.hidden.insert(offset)
            if !merged.contains(first) { merged.append(first) }
        }
        combined.merged = merged + combined.merged.filter { !merged.contains($0) }
        return conditions
    }
}

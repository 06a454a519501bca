import Columnar

/// Binds MATCH_RECOGNIZE over a table.
struct MatchBinder {
    let binder: QueryBinder
    let input: Scope
    let clause: MatchRecognize

    func bind() throws(SQLError) -> Relation {
        try refuseUnsupported()
        let pattern = try PatternReading.read(clause)
        let names = pattern.variables.map(\.text)
        let partition = try partitionColumns()
        let (order, time) = try ordering()
        let isRowTime = input.columns[time].time == .rowTime
        let timeType = isRowTime ? input.columns[time].type : nil
        var plan = MatchPlan(
            partition: partition, order: order, timeColumn: isRowTime ? time : nil, pattern: pattern.elements,
            variables: names, conditions: try conditions(names, timeType), measures: [], measureNames: [],
            skip: try skip(names), withinMilliseconds: try within())
        var columns = partition.map { RelationColumn(name: input.columns[$0].name, type: input.columns[$0].type) }
        for measure in clause.measures {
            if measure.semantics == .running {
                throw SQLError(
                    .unsupported, "RUNNING in MEASURES is not supported", at: measure.expression.range,
                    hint: "a match gives one row, over all its rows")
            }
            let rows = MatchRows(input: input, variables: names, current: nil, timeType: timeType)
            let bound = try self.bind(measure.expression, rows)
            plan.measures.append(bound)
            plan.measureNames.append(measure.name.text)
            columns.append(
                RelationColumn(name: measure.name.text, type: bound.expression.type, time: attribute(of: bound)))
        }
        guard !columns.isEmpty else {
            throw SQLError(.semantics, "MATCH_RECOGNIZE needs MEASURES", at: clause.range)
        }
        let node = binder.graph.add(.match(plan), [input.node], names: columns.map(\.name))
        return Relation(node: node, columns: columns)
    }

    private func refuseUnsupported() throws(SQLError) {
        if clause.rowsPerMatch == .all {
            throw SQLError(
                .unsupported, "ALL ROWS PER MATCH is not supported", at: clause.range, hint: "write ONE ROW PER MATCH")
        }
        if let subset = clause.subsets.first {
            throw SQLError(.unsupported, "SUBSET is not supported", at: subset.name.range)
        }
    }

    // MARK: Rows

    private func partitionColumns() throws(SQLError) -> [Int] {
        let names = ExpressionBinder(scope: input, clause: "PARTITION BY")
        var result: [Int] = []
        for key in clause.partitionBy {
            guard case .column(let position, _) = try names.bind(key) else {
                throw SQLError(.semantics, "PARTITION BY of MATCH_RECOGNIZE takes columns", at: key.range)
            }
            if !result.contains(position) { result.append(position) }
        }
        return result
    }

    /// The keys behind the first, and the column of the first, which is time.
    private func ordering() throws(SQLError) -> ([SortPlan.Key], Int) {
        guard let first = clause.orderBy.first else {
            throw SQLError(
                .semantics, "MATCH_RECOGNIZE needs ORDER BY a time attribute", at: clause.range, hint: "ORDER BY ts")
        }
        var keys: [SortPlan.Key] = []
        let names = ExpressionBinder(scope: input, clause: "ORDER BY")
        for item in clause.orderBy {
            guard case .column(let position, _) = try names.bind(item.expression) else {
                throw SQLError(.semantics, "ORDER BY of MATCH_RECOGNIZE takes columns", at: item.expression.range)
            }
            keys.append(
                SortPlan.Key(
                    column: position, isDescending: item.isDescending,
                    nullsFirst: item.nullsFirst ?? !item.isDescending))
        }
        let column = input.columns[keys[0].column]
        guard column.time != .none, !first.isDescending else {
            throw SQLError(
                .semantics, "ORDER BY of MATCH_RECOGNIZE must begin with a time attribute in ascending order",
                at: first.expression.range,
                hint: column.time == .none
                    ? "'\(column.name)' is a plain \(column.type.logical); a WATERMARK makes it one" : nil)
        }
        return (Array(keys.dropFirst()), keys[0].column)
    }

    private func within() throws(SQLError) -> Int64? {
        guard let within = clause.within else { return nil }
        let bound = try ExpressionBinder(scope: nil, clause: "WITHIN").bind(within)
        let milliseconds = try WindowBinding.interval(bound, "WITHIN", at: within.range)
        guard milliseconds > 0, milliseconds <= 366_000 * 86_400_000 else {
            throw SQLError(.semantics, "WITHIN takes an interval of 1 ms to 366000 days", at: within.range)
        }
        return milliseconds
    }

    private func skip(_ names: [String]) throws(SQLError) -> MatchSkip {
        func number(_ name: Identifier) throws(SQLError) -> Int {
            guard let number = names.firstIndex(of: name.text) else { throw unknown(name, names) }
            return number
        }
        switch clause.afterMatch {
        case .none, .toNextRow: return .toNextRow
        case .pastLastRow: return .pastLastRow
        case .toFirst(let name): return .toFirst(try number(name))
        case .toLast(let name): return .toLast(try number(name))
        }
    }

    private func unknown(_ name: Identifier, _ names: [String]) -> SQLError {
        SQLError(
            .name, "PATTERN has no variable '\(name.text)'", at: name.range,
            hint: nearestName(to: name.text, in: names).map { "did you mean \($0)?" })
    }

    // MARK: Expressions

    private func conditions(_ names: [String], _ timeType: DataType?) throws(SQLError) -> [MatchCondition] {
        var result = [MatchCondition](repeating: .always, count: names.count)
        var defined: Set<Int> = []
        for definition in clause.definitions {
            guard let number = names.firstIndex(of: definition.name.text) else { throw unknown(definition.name, names) }
            guard defined.insert(number).inserted else {
                throw SQLError(.name, "DEFINE has '\(definition.name.text)' twice", at: definition.name.range)
            }
            let rows = MatchRows(input: input, variables: names, current: number, timeType: timeType)
            result[number] = condition(try bind(definition.condition, rows, isCondition: true))
        }
        return result
    }

    private func condition(_ bound: MatchExpression) -> MatchCondition {
        if case .literal(.boolean(true), _) = bound.expression { return .always }
        var columns: [Int] = []
        for reference in bound.references {
            guard case .current(let column) = reference.source else { return .match(bound) }
            columns.append(column)
        }
        return .row(bound.expression.shifted { columns[$0] })
    }

    private func bind(
        _ expression: Expression, _ rows: MatchRows, isCondition: Bool = false
    ) throws(SQLError) -> MatchExpression {
        let clause = isCondition ? "DEFINE" : "MEASURES"
        var names = ExpressionBinder(scope: rows.scope, aggregates: rows.aggregates, clause: clause)
        names.matchRows = rows
        let bound: PlanExpression
        do throws(SQLError) {
            bound = isCondition ? try names.boolean(expression, "DEFINE") : try names.bind(expression)
        } catch {
            guard error.message.hasPrefix("there is no table '") else { throw error }
            var error = error
            error.message = "PATTERN has no variable '" + error.message.dropFirst(19).prefix { $0 != "'" } + "'"
            throw error
        }
        return try rows.finished(bound, at: expression.range)
    }

    /// Whether a measure is an attribute of time of the result.
    private func attribute(of measure: MatchExpression) -> TimeAttribute {
        switch measure.expression {
        case .call(.processingTime, _, _): return .processingTime
        case .column(let position, _):
            if case .time = measure.references[position].source { return .rowTime }
            return .none
        default: return .none
        }
    }
}

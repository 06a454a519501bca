import Columnar

// Comparisons with ANY, SOME and ALL of a subquery's rows.
extension QueryBinder {
    /// A quantified comparison of which IN or NOT IN is another form; nil for the others.
    static func membership(_ expression: Expression) -> Expression? {
        guard case .quantified(let operation, let value, let quantifier, let query) = expression.kind else {
            return nil
        }
        switch (operation, quantifier) {
        case (.equal, .any): return Expression(kind: .inQuery(value, query, isNegated: false), range: expression.range)
        case (.notEqual, .all):
            return Expression(kind: .inQuery(value, query, isNegated: true), range: expression.range)
        default: return nil
        }
    }

    /// The subquery, and the comparison of the value, as a column of outside, with its one column.
    private func quantified(
        _ operation: BinaryOperator, _ value: Expression, _ quantifier: Quantifier, _ query: Query, _ scope: Scope,
        at range: SourceRange
    ) throws(SQLError) -> (function: ScalarFunction, source: Subquery, comparison: PlanExpression) {
        guard let function = Self.function(of: operation) else {
            throw SQLError(.semantics, "\(operation.rawValue) does not compare", at: range)
        }
        let source = try subquery(query, outer: scope)
        guard source.outputs.count == 1 else {
            throw SQLError(
                .semantics,
                "\(quantifier.rawValue) compares a value with a subquery of one column, not "
                    + "\(source.outputs.count)", at: range)
        }
        let binder = ExpressionBinder(scope: scope, clause: quantifier.rawValue)
        let outer = try binder.bind(value).shifted { $0 + Scope.outerBase }
        let comparison = try binder.compare(
            function, outer, source.outputs[0], operation.rawValue, value.range, source.ranges[0], at: range)
        return (function, source, comparison)
    }

    /// Takes a quantified comparison that stands alone in WHERE as a semi or anti join.
    ///
    /// ANY holds where the comparison is true for a row, ALL where there is no row for which it is not; negated, ANY
    /// holds where it is false for all rows, ALL where it is false for one.
    func joinQuantified(
        _ operation: BinaryOperator, _ value: Expression, _ quantifier: Quantifier, _ query: Query, isNegated: Bool,
        _ scope: inout Scope, at range: SourceRange
    ) throws(SQLError) {
        let (_, source, comparison) = try quantified(operation, value, quantifier, query, scope, at: range)
        let test: ScalarFunction =
            switch (quantifier, isNegated) {
            case (.any, false): .isTrue
            case (.any, true): .isNotFalse
            case (.all, false): .isNotTrue
            case (.all, true): .isFalse
            }
        // A condition that holds where it is true needs no test around it, which an equality could be hidden by.
        let condition =
            test == .isTrue ? comparison : .call(test, [comparison], DataType(.boolean, isNullable: false))
        let isAnti = (quantifier == .all) != isNegated
        try restrict(&scope, isAnti ? .anti : .semi, source, source.conditions + [condition], at: range)
    }

    /// A quantified comparison as a value, by the least and the greatest of the subquery's values. ALL is what ANY of
    /// the opposite comparison is not.
    func quantifiedValue(
        _ operation: BinaryOperator, _ value: Expression, _ quantifier: Quantifier, _ query: Query,
        _ scope: inout Scope, at range: SourceRange
    ) throws(SQLError) -> PlanExpression {
        let (compared, source, comparison) = try quantified(operation, value, quantifier, query, scope, at: range)
        guard case .call(_, let operands, _) = comparison, operands.count == 2,
            ![operands[1].type.logical].contains(where: \.isNested)
        else { throw SQLError(.type, "\(quantifier.rawValue) can't compare these values", at: range) }
        var keys: [Tie] = []
        for condition in source.conditions { keys.append(try equality(condition, at: range)) }
        let columns = keys.map(\.inner)
        let bounds = bounds(of: operands[1], columns, source.relation.node)
        let first = scope.columns.count + columns.count
        _ = extend(&scope, with: bounds, keys: keys, column: columns.count, at: range)
        let function = quantifier == .all ? Self.opposite(of: compared) : compared
        let tested = operands[0].shifted { $0 - Scope.outerBase }
        let any = Self.any(function, tested, scope.columns[first...].enumerated().map { .column(first + $0, $1.type) })
        return quantifier == .all ? .call(.not, [any], .boolean) : any
    }

    /// For each key the least and greatest value, the number of rows, and that of values.
    private func bounds(of value: PlanExpression, _ keys: [PlanExpression], _ node: Int) -> Int {
        let projected = graph.calculate(
            node, projections: keys + [value], names: keys.indices.map { "key\($0)" } + ["value"])
        let count = DataType(.bigint, isNullable: false)
        let type = value.type.nullable(true)
        func call(_ function: AggregateCall.Function, _ result: DataType) -> AggregateCall {
            AggregateCall(function, argument: keys.count, argumentType: value.type, resultType: result)
        }
        let aggregate = LogicalAggregate(
            groupColumns: Array(keys.indices),
            calls: [
                call(.minimum, type), call(.maximum, type), AggregateCall(.countRows, resultType: count),
                call(.count, count),
            ], stateTimeToLiveMilliseconds: options.stateTimeToLiveMilliseconds)
        return graph.add(.aggregate(aggregate), [projected])
    }

    /// Whether a value compares so with one of the values between the bounds.
    private static func any(
        _ function: ScalarFunction, _ value: PlanExpression, _ bounds: [PlanExpression]
    ) -> PlanExpression {
        let truth = DataType(.boolean, isNullable: false)
        let (least, greatest, rows, values) = (bounds[0], bounds[1], bounds[2], bounds[3])
        let holds: PlanExpression =
            switch function {
            case .greater, .greaterOrEqual: .call(function, [value, least], .boolean)
            case .less, .lessOrEqual: .call(function, [value, greatest], .boolean)
            default:
                .call(
                    .or, [.call(function, [value, least], .boolean), .call(function, [value, greatest], .boolean)],
                    .boolean)
            }
        let zero = PlanExpression.literal(.int64(0), DataType(.bigint, isNullable: false))
        let isEmpty = PlanExpression.call(
            .or, [.call(.isNull, [rows], truth), .call(.isTrue, [.call(.equal, [rows, zero], .boolean)], truth)], truth)
        let isUnsure = PlanExpression.call(
            .or,
            [.call(.isNull, [value], truth), .call(.isTrue, [.call(.less, [values, rows], .boolean)], truth)], truth)
        func branch(_ condition: PlanExpression, _ value: LiteralValue) -> ConditionalBranch {
            ConditionalBranch(condition: condition, value: .literal(value, .boolean))
        }
        return .conditional(
            [
                branch(isEmpty, .boolean(false)), branch(.call(.isTrue, [holds], truth), .boolean(true)),
                branch(isUnsure, .null),
            ], otherwise: .literal(.boolean(false), .boolean), .boolean)
    }

    private static func opposite(of function: ScalarFunction) -> ScalarFunction {
        switch function {
        case .equal: .notEqual
        case .notEqual: .equal
        case .less: .greaterOrEqual
        case .lessOrEqual: .greater
        case .greater: .lessOrEqual
        default: .less
        }
    }

    private static func function(of operation: BinaryOperator) -> ScalarFunction? {
        switch operation {
        case .equal: .equal
        case .notEqual: .notEqual
        case .less: .less
        case .lessOrEqual: .lessOrEqual
        case .greater: .greater
        case .greaterOrEqual: .greaterOrEqual
        default: nil
        }
    }
}

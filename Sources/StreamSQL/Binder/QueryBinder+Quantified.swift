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

    /// Takes a quantified comparison that stands alone in WHERE as a semi or anti join.
    ///
    /// ANY holds where the comparison is true for a row, ALL where there is no row for which it is not; negated, ANY
    /// holds where it is false for all rows, ALL where it is false for one.
    func joinQuantified(
        _ operation: BinaryOperator, _ value: Expression, _ quantifier: Quantifier, _ query: Query, isNegated: Bool,
        _ scope: inout Scope, at range: SourceRange
    ) throws(SQLError) {
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

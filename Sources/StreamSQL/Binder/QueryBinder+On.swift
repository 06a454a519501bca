import Columnar

// Subqueries in ON.
extension QueryBinder {
    /// Makes subqueries in ON columns of one of the sides, so that the condition over both can read them. Of an inner join
    /// the conditions that hold subqueries are taken out of ON and given back: they filter what was joined.
    func takeSubqueries(
        of join: inout Join, _ left: inout Scope, _ right: inout Scope
    ) throws(SQLError) -> Expression? {
        guard case .on(let expression) = join.condition, Self.holdsSubquery(expression) else { return nil }
        let isPlain = !join.isAsOf && right.version == nil && right.lookup == nil
        guard isPlain else {
            throw SQLError(
                .unsupported, "ON of a join with versions, of a lookup and of ASOF takes no subqueries",
                at: expression.range,
                hint: "filter in a subquery around the join")
        }
        let conditions = Self.conjuncts(expression)
        let holding = conditions.filter(Self.holdsSubquery)
        guard join.kind == .left || join.kind == .right || join.kind == .full else {
            let others = conditions.filter { !Self.holdsSubquery($0) }
            join.condition = .on(Self.conjunction(others, at: expression.range))
            return Self.conjunction(holding, at: expression.range)
        }
        // A name that both sides have is as ambiguous here as anywhere in ON.
        let sides = (left, right)
        (left.beside, right.beside) = ([sides.1], [sides.0])
        defer { (left.beside, right.beside) = ([], []) }
        for condition in holding { try joinValues(in: condition, toOneOf: &left, &right) }
        return nil
    }

    /// The columns of both sides, and what the subqueries in ON stand for.
    func sideBySide(_ left: Scope, _ right: Scope) -> Scope {
        var combined = Scope(left, right, node: left.node)
        combined.subqueries = left.subqueries.merging(
            right.subqueries.mapValues { value in value.shifted { $0 + left.columns.count } }, uniquingKeysWith: { $1 })
        for position in combined.columns.indices { combined.columns[position].window = nil }
        return combined
    }

    /// Joins the subqueries of a condition to the side whose columns they read; to the right one where they read none.
    private func joinValues(
        in condition: Expression, toOneOf left: inout Scope, _ right: inout Scope
    ) throws(SQLError) {
        let (before, noted) = (right, errors)
        do throws(SQLError) {
            try joinValues(in: condition, needsUnknown: true, &right)
        } catch {
            (right, errors) = (before, noted)
            do throws(SQLError) {
                try joinValues(in: condition, needsUnknown: true, &left)
            } catch _ {
                throw error
            }
        }
    }

    private static func conjunction(_ conditions: [Expression], at range: SourceRange) -> Expression {
        switch conditions.count {
        case 0: Expression(kind: .literal(.boolean(true)), range: range)
        case 1: conditions[0]
        default: Expression(kind: .and(conditions), range: range)
        }
    }

    /// Keeps the rows of a scope for which a condition with subqueries holds.
    func filter(_ scope: inout Scope, _ condition: Expression) throws(SQLError) {
        var select = Select(items: [], range: condition.range)
        select.filter = condition
        try joinSubqueries(of: select, [], &scope)
        let bound = try ExpressionBinder(scope: scope, clause: "ON").boolean(condition, "ON")
        scope.node = graph.filter(scope.node, bound)
        scope.subqueries = [:]
        scope.constantColumns = []
        scope.constantReads = []
    }
}

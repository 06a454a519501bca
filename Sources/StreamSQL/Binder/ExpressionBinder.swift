import Columnar

/// Turns expressions of the syntax into typed ones over the columns of a scope.
struct ExpressionBinder {
    let scope: Scope?
    let functions: FunctionCatalog
    /// Where aggregates go; nil where none may stand.
    let aggregates: AggregateCollector?
    /// Where functions with OVER go; nil where none may stand.
    private(set) var overs: OverCollector?
    /// What the expression belongs to, for messages: `WHERE`, `SELECT`.
    let clause: String
    private(set) var isInsideAggregate = false
    /// The rows of a match, in DEFINE and MEASURES.
    var matchRows: MatchRows?
    /// What names mean that are no columns: those of selected items, in QUALIFY.
    var aliases: [String: PlanExpression] = [:]

    init(
        scope: Scope?, functions: FunctionCatalog = .builtin, aggregates: AggregateCollector? = nil,
        overs: OverCollector? = nil, clause: String
    ) {
        self.overs = overs
        self.scope = scope
        self.functions = functions
        self.aggregates = aggregates
        self.clause = clause
    }

    /// The binder for the arguments of an aggregate.
    func insideAggregate() -> ExpressionBinder {
        var copy = self
        copy.isInsideAggregate = true
        copy.overs = nil
        return copy
    }

    /// The binder for what stands inside an OVER clause and its function.
    func insideOver() -> ExpressionBinder {
        var copy = self
        copy.overs = nil
        return copy
    }

    func bind(_ expression: Expression) throws(SQLError) -> PlanExpression {
        if let scope, !scope.subqueries.isEmpty, let known = scope.subqueries[expression] { return known }
        switch expression.kind {
        case .literal(let literal): return try LiteralBinding.bind(literal, at: expression.range)
        case .name(let parts): return try column(parts, at: expression.range)
        case .unary(let sign, let operand): return try unary(sign, operand, at: expression.range)
        case .binary: return try chain(expression)
        case .not(let operand):
            let value = try boolean(operand, "NOT")
            return .call(.not, [value], DataType(.boolean, isNullable: value.type.isNullable))
        case .and(let operands): return try logical(.and, operands)
        case .or(let operands): return try logical(.or, operands)
        case .test(let operand, let predicate, let isNegated):
            return try test(operand, predicate, isNegated: isNegated, at: expression.range)
        case .isDistinct(let left, let right, let isNegated):
            let (first, second) = try comparable(
                try bind(left), try bind(right), "IS DISTINCT FROM", left.range, right.range, at: expression.range)
            return .call(
                isNegated ? .isNotDistinctFrom : .isDistinctFrom, [first, second], DataType(.boolean, isNullable: false)
            )
        case .between(let between):
            return try limited(try self.between(between, at: expression.range), at: expression.range)
        case .like(let like): return try self.like(like, at: expression.range)
        case .inList(let value, let list, let isNegated):
            return try inList(value, list, isNegated: isNegated, at: expression.range)
        case .caseWhen(let form): return try limited(try caseWhen(form, at: expression.range), at: expression.range)
        case .cast(let operand, let type, let isTry):
            return try cast(operand, type, isTry: isTry, at: expression.range)
        case .call(let call): return try limited(try self.call(call, at: expression.range), at: expression.range)
        case .trim(let side, let characters, let value):
            return try trim(side, characters, value, at: expression.range)
        case .row(let values): return try row(values, at: expression.range)
        case .array(let values): return try array(values, at: expression.range)
        case .map(let values): return try map(values, at: expression.range)
        case .field(let value, let name): return try field(try bind(value), name)
        case .item(let value, let index): return try item(value, index, at: expression.range)
        case .timeUnit(let unit): return LiteralBinding.text(unit.rawValue)
        case .intervalOf(let value, let qualifier):
            return try interval(value, qualifier, at: expression.range)
        case .json(let call) where call.function.isAggregate:
            return try aggregateBinding(call.function.rawValue, at: expression.range).bind(call, at: expression.range)
        case .json(let call): return try limited(try json(call, at: expression.range), at: expression.range)
        case .overlaps(let left, let right): return try overlaps(left, right, at: expression.range)
        default: throw Self.unsupported(expression)
        }
    }

    /// Parts of one bound expression.
    private static let maximumParts = 20_000

    /// BETWEEN, CASE, COALESCE and others name an operand several times when they are written out: nested in each
    /// other they would grow without bound.
    private func limited(_ expression: PlanExpression, at range: SourceRange) throws(SQLError) -> PlanExpression {
        guard expression.hasMoreParts(than: Self.maximumParts) else { return expression }
        throw SQLError(
            .limit, "this expression has more than \(Self.maximumParts) parts when it is written out", at: range,
            hint: "compute its parts in a subquery")
    }

    /// An expression that must be a truth value.
    func boolean(_ expression: Expression, _ place: String) throws(SQLError) -> PlanExpression {
        let bound = try bind(expression)
        switch bound.type.logical {
        case .boolean: return bound
        case .null: return .literal(.null, .boolean)
        default:
            throw SQLError(
                .type, "\(place) takes a BOOLEAN, not \(bound.type.logical)", at: expression.range)
        }
    }

    private func column(_ parts: [Identifier], at range: SourceRange) throws(SQLError) -> PlanExpression {
        guard let scope else {
            let name = parts.map(\.text).joined(separator: ".")
            throw SQLError(.name, "there is no column '\(name)': the query has no FROM", at: range)
        }
        var (value, fields): (PlanExpression, [Identifier])
        if let first = parts.first, let item = aliases[first.text], (try? scope.resolvePath(parts, at: range)) == nil {
            (value, fields) = (item, Array(parts.dropFirst()))
        } else if let path = try scope.find(parts) {
            (value, fields) = (.column(path.column, scope.columns[path.column].type), path.fields)
        } else if let outer = scope.outer.first, let path = try outer.findAnywhere(parts) {
            // What has no meaning inside may have one outside.
            if scope.copies.isEmpty {
                value = .column(Scope.outerBase + path.column, outer.columns[path.column].type)
            } else {
                guard let copy = scope.copies[path.column] else { throw scope.unknown(parts, at: range) }
                scope.readCopies?.columns.insert(path.column)
                value = .column(copy, scope.columns[copy].type)
            }
            fields = path.fields
        } else {
            throw scope.unknown(parts, at: range)
        }
        for name in fields { value = try field(value, name) }
        return value
    }

    private func logical(_ function: ScalarFunction, _ operands: [Expression]) throws(SQLError) -> PlanExpression {
        var bound: [PlanExpression] = []
        for operand in operands { bound.append(try boolean(operand, function == .and ? "AND" : "OR")) }
        let isNullable = bound.contains { $0.type.isNullable }
        return .call(function, bound, DataType(.boolean, isNullable: isNullable))
    }

    private func caseWhen(_ form: CaseExpression, at range: SourceRange) throws(SQLError) -> PlanExpression {
        var conditions: [PlanExpression] = []
        var values: [PlanExpression] = []
        var ranges: [SourceRange] = []
        let operand = try form.operand.map { (operand) throws(SQLError) in try bind(operand) }
        for branch in form.branches {
            var alternatives: [PlanExpression] = []
            for condition in branch.conditions {
                if let operand, let operandRange = form.operand?.range {
                    let value = try bind(condition)
                    alternatives.append(
                        try compare(.equal, operand, value, "=", operandRange, condition.range, at: condition.range))
                } else {
                    alternatives.append(try boolean(condition, "WHEN"))
                }
            }
            let isNullable = alternatives.contains { $0.type.isNullable }
            guard let first = alternatives.first else { continue }
            conditions.append(
                alternatives.count == 1 ? first : .call(.or, alternatives, DataType(.boolean, isNullable: isNullable)))
            values.append(try bind(branch.result))
            ranges.append(branch.result.range)
        }
        if let otherwise = form.otherwise {
            values.append(try bind(otherwise))
            ranges.append(otherwise.range)
        } else {
            values.append(.literal(.null, DataType(.null)))
            ranges.append(range)
        }
        return try Conditionals.choose(conditions, values, ranges, "CASE")
    }

    private func cast(
        _ operand: Expression, _ syntax: TypeSyntax, isTry: Bool, at range: SourceRange
    ) throws(SQLError) -> PlanExpression {
        let value = try bind(operand)
        let target = try TypeResolution.resolve(syntax)
        guard CastRules.canCast(value.type.logical, to: target.logical) else {
            throw SQLError(
                .type, "\(value.type.logical) can't be cast to \(target.logical)", at: range,
                hint: CastRules.hint(value.type.logical, to: target.logical))
        }
        if value.type.logical == .null { return .literal(.null, target.nullable(true)) }
        let cast = CastRules.convert(value, to: target.logical, isTry: isTry)
        let canFail = !isTry && value.type.logical.isText && !target.logical.isText && !target.logical.isBinary
        return canFail ? cast.located(range) : cast
    }

    private func trim(
        _ side: TrimSide, _ characters: Expression?, _ value: Expression, at range: SourceRange
    ) throws(SQLError) -> PlanExpression {
        var values = [try bind(value)]
        var ranges = [value.range]
        if let characters {
            values.append(try bind(characters))
            ranges.append(characters.range)
        }
        let arguments = FunctionArguments(name: "TRIM", values: values, ranges: ranges, range: range)
        switch side {
        case .both: return try TextFunctions.trim(.trimBoth, arguments)
        case .leading: return try TextFunctions.trim(.trimLeading, arguments)
        case .trailing: return try TextFunctions.trim(.trimTrailing, arguments)
        }
    }

    private func interval(
        _ value: Expression, _ qualifier: IntervalQualifier, at range: SourceRange
    ) throws(SQLError) -> PlanExpression {
        let count: PlanExpression
        if case .binary(.subtract, let left, let right) = value.kind {
            let (first, second) = (try bind(left), try bind(right))
            if let result = TimeFunctions.difference(first, second, qualifier) { return result }
            // Bound twice, what is nested so would take twice as long with each level.
            count = try arithmetic(.subtract, first, second, "-", at: value.range)
        } else {
            count = try bind(value)
        }
        guard count.type.logical.isInteger, let size = IntervalText.size(of: qualifier.start) else {
            throw SQLError(.type, "INTERVAL takes a whole number here, not \(count.type.logical)", at: value.range)
        }
        let type = DataType(IntervalText.type(of: qualifier), isNullable: count.type.isNullable)
        if case .literal(.int64(let number), _) = count {
            return .literal(.int64(number &* size), type)
        }
        let wide = CastRules.convert(count, to: .bigint)
        return .call(.multiply, [wide, LiteralBinding.integer(size, .bigint)], type)
    }

    /// The error for a form that the language has and that is not built yet.
    static func unsupported(_ expression: Expression) -> SQLError {
        let what =
            switch expression.kind {
            case .inQuery, .exists, .quantified: "subqueries in conditions are"
            case .scalarQuery: "subqueries as values are"
            case .json(let call): "\(call.function.rawValue) is"
            case .collectionQuery: "ARRAY, MAP and MULTISET of a query are"
            default: "this expression is"
            }
        var hint: String?
        if case .collectionQuery = expression.kind { hint = "(SELECT ARRAY_AGG(x) FROM …) makes an array of rows" }
        return SQLError(.unsupported, "\(what) not supported yet", at: expression.range, hint: hint)
    }
}

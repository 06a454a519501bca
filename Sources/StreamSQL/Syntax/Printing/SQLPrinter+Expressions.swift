extension SQLPrinter {
    /// How tightly the outermost operator of an expression binds; nil for what never needs brackets.
    private func power(of kind: Expression.Kind) -> Parser.Power? {
        switch kind {
        case .or: .or
        case .and: .and
        case .not: .not
        case .test, .isDistinct: .test
        case .quantified, .overlaps: .comparison
        case .between, .like, .inList, .inQuery: .range
        case .binary(let operation, _, _): power(of: operation)
        case .unary: .sign
        default: nil
        }
    }

    private func power(of operation: BinaryOperator) -> Parser.Power {
        switch operation {
        case .add, .subtract: .sum
        case .multiply, .divide, .remainder, .concatenate: .product
        default: .comparison
        }
    }

    /// The expression, in brackets where an operator of `minimum` around it would take it apart.
    mutating func expression(_ expression: Expression, _ minimum: Parser.Power = .any) {
        if let power = power(of: expression.kind), power < minimum {
            write("(")
            kind(expression.kind)
            write(")")
        } else {
            kind(expression.kind)
        }
    }

    private mutating func kind(_ kind: Expression.Kind) {
        switch kind {
        case .literal(let value): literal(value)
        case .name(let parts): list(parts, separator: ".") { $0.name($1) }
        case .field(let base, let field):
            postfixBase(base, isField: true)
            write(".")
            name(field)
        case .item(let base, let index):
            postfixBase(base, isField: false)
            write("[")
            expression(index)
            write("]")
        case .call(let call): self.call(call)
        case .trim(let side, let characters, let value): trim(side, characters, value)
        case .json(let call): json(call)
        case .row(let values):
            write("ROW")
            bracketed(values)
        case .array(let values): square("ARRAY", values)
        case .map(let values): square("MAP", values)
        case .cast(let value, let type, let isTry):
            write(isTry ? "TRY_CAST(" : "CAST(")
            expression(value)
            write(" AS ")
            self.type(type)
            write(")")
        case .caseWhen(let expression): caseExpression(expression)
        case .intervalOf(let value, let span):
            write("INTERVAL (")
            expression(value)
            write(") ")
            qualifier(span)
        case .timeUnit(let unit): write(unit.rawValue)
        case .descriptor(let columns):
            write("DESCRIPTOR")
            bracketed(columns)
        case .tableArgument(let argument): tableArgument(argument)
        case .modelArgument(let model):
            write("MODEL ")
            name(model)
        case .defaultArgument: write("DEFAULT")
        case .scalarQuery, .exists, .collectionQuery: subquery(kind)
        default: operation(kind)
        }
    }

    private mutating func subquery(_ kind: Expression.Kind) {
        let inner: Query
        switch kind {
        case .exists(let query):
            write("EXISTS ")
            inner = query
        case .collectionQuery(let collection, let query):
            write(collection.rawValue)
            inner = query
        case .scalarQuery(let query): inner = query
        default: return
        }
        bracketed(inner)
    }

    mutating func bracketed(_ query: Query) {
        write("(")
        self.query(query)
        write(")")
    }

    /// Operators that lean to the left, from the innermost outwards: without a level of the stack for each.
    private mutating func binaries(_ kind: Expression.Kind) {
        var steps: [(operation: BinaryOperator, right: Expression)] = []
        var innermost = kind
        while case .binary(let operation, let left, let right) = innermost {
            // Behind an operator that binds more tightly the left side is in brackets.
            if let last = steps.last, power(of: operation) < power(of: last.operation) { break }
            steps.append((operation, right))
            innermost = left.kind
        }
        guard let first = steps.last else { return }
        if let inner = power(of: innermost), inner < power(of: first.operation) {
            write("(")
            self.kind(innermost)
            write(")")
        } else {
            self.kind(innermost)
        }
        for step in steps.reversed() {
            write(" \(step.operation.rawValue) ")
            expression(step.right, power(of: step.operation).above)
        }
    }

    /// The operators of the binding powers.
    private mutating func operation(_ kind: Expression.Kind) {
        switch kind {
        case .unary(let sign, let operand):
            write(sign.rawValue)
            // Two signs in a row would begin a comment.
            if case .unary = operand.kind { write(" ") }
            expression(operand, .sign)
        case .binary: binaries(kind)
        case .not(let operand):
            write("NOT ")
            expression(operand, .not)
        case .and(let operands): chain(operands, " AND ", .and)
        case .or(let operands): chain(operands, " OR ", .or)
        case .test(let value, let predicate, let isNegated):
            expression(value, .test)
            write(isNegated ? " IS NOT " : " IS ")
            write(predicate.rawValue)
        case .isDistinct(let left, let right, let isNegated):
            expression(left, .test)
            write(isNegated ? " IS NOT DISTINCT FROM " : " IS DISTINCT FROM ")
            expression(right, .range)
        case .overlaps(let left, let right):
            expression(left, .comparison)
            write(" OVERLAPS ")
            expression(right, .range)
        case .quantified(let operation, let left, let quantifier, let query):
            expression(left, .comparison)
            write(" \(operation.rawValue) \(quantifier.rawValue) ")
            bracketed(query)
        default:
            rangeOperation(kind)
        }
    }

    private mutating func rangeOperation(_ kind: Expression.Kind) {
        switch kind {
        case .between(let between):
            expression(between.value, .range)
            write(between.isNegated ? " NOT BETWEEN " : " BETWEEN ")
            if between.isSymmetric { write("SYMMETRIC ") }
            expression(between.low, .sum)
            write(" AND ")
            expression(between.high, .sum)
        case .like(let like):
            expression(like.value, .range)
            if like.isNegated { write(" NOT") }
            write(like.isSimilar ? " SIMILAR TO " : " LIKE ")
            expression(like.pattern, .sum)
            if let escape = like.escape {
                write(" ESCAPE ")
                expression(escape, .sum)
            }
        case .inList(let value, let values, let isNegated):
            expression(value, .range)
            write(isNegated ? " NOT IN " : " IN ")
            bracketed(values)
        case .inQuery(let value, let query, let isNegated):
            expression(value, .range)
            write(isNegated ? " NOT IN " : " IN ")
            bracketed(query)
        default:
            return
        }
    }

    private mutating func chain(_ operands: [Expression], _ separator: String, _ power: Parser.Power) {
        list(operands, separator: separator) { $0.expression($1, power.above) }
    }

    /// What stands before `.field` or `[index]`.
    private mutating func postfixBase(_ base: Expression, isField: Bool) {
        let needsBrackets: Bool
        switch base.kind {
        case .name: needsBrackets = isField
        case .literal, .intervalOf: needsBrackets = true
        default: needsBrackets = power(of: base.kind) != nil
        }
        if needsBrackets { write("(") }
        expression(base)
        if needsBrackets { write(")") }
    }

    private mutating func square(_ word: String, _ values: [Expression]) {
        write("\(word)[")
        list(values) { $0.expression($1) }
        write("]")
    }

    private mutating func caseExpression(_ expression: CaseExpression) {
        write("CASE")
        if let operand = expression.operand {
            write(" ")
            self.expression(operand)
        }
        for branch in expression.branches {
            write(" WHEN ")
            list(branch.conditions) { $0.expression($1) }
            write(" THEN ")
            self.expression(branch.result)
        }
        if let otherwise = expression.otherwise {
            write(" ELSE ")
            self.expression(otherwise)
        }
        write(" END")
    }

    private mutating func trim(_ side: TrimSide, _ characters: Expression?, _ value: Expression) {
        write("TRIM(")
        if side != .both || characters != nil {
            write("\(side.rawValue) ")
            if let characters {
                expression(characters)
                write(" ")
            }
            write("FROM ")
        }
        expression(value)
        write(")")
    }
}

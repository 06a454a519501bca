// Operators, from the loosest to the tightest: OR, AND, NOT, IS, comparisons, IN/BETWEEN/LIKE, sums, products, signs.
extension Parser {
    /// How tightly an operator binds; an operand is read with the power above its operator's.
    enum Power: Int, Comparable {
        case any, or, and, not, test, comparison, range, sum, product, sign

        static func < (left: Power, right: Power) -> Bool { left.rawValue < right.rawValue }

        /// The next tighter power.
        var above: Power { Power(rawValue: rawValue + 1) ?? .sign }
    }

    /// An expression whose operators bind at least as tightly as `minimum`.
    mutating func expression(_ minimum: Power = .any) throws(SQLError) -> Expression {
        let outer = try enter()
        var left = try operand()
        while let longer = try extended(left, minimum) {
            left = longer
            if case .binary = left.kind { try link(inChain: true) } else { try link() }
        }
        try leave(outer)
        return left
    }

    mutating func expressions() throws(SQLError) -> [Expression] {
        try list { (parser) throws(SQLError) in try parser.expression() }
    }

    /// An operand with the operators before it.
    private mutating func operand() throws(SQLError) -> Expression {
        let start = place
        if accept("NOT") {
            let operand = try expression(.test)
            return Expression(kind: .not(operand), range: range(from: start))
        }
        if accept(.minus) {
            let operand = try expression(.sign)
            return Expression(kind: .unary(.minus, operand), range: range(from: start))
        }
        if accept(.plus) {
            let operand = try expression(.sign)
            return Expression(kind: .unary(.plus, operand), range: range(from: start))
        }
        return try postfixed(try primary())
    }

    /// Element and field accesses after an operand.
    private mutating func postfixed(_ base: Expression) throws(SQLError) -> Expression {
        var value = base
        while true {
            if accept(.leftSquare) {
                let index = try expression()
                try expect(.rightSquare, "]")
                value = Expression(kind: .item(value, index: index), range: range(from: base.range))
            } else if kind == .dot {
                advance()
                let field = try identifier("a field's name")
                value = Expression(kind: .field(value, field), range: range(from: base.range))
            } else {
                return value
            }
            try link()
        }
    }

    /// `left` with the next operator, or nil when none that binds tightly enough follows.
    private mutating func extended(_ left: Expression, _ minimum: Power) throws(SQLError) -> Expression? {
        if let (operation, power) = binaryOperator() {
            guard power >= minimum else { return nil }
            return try binary(left, operation, power)
        }
        if minimum <= .or, at("OR") { return try chain(left, "OR", .or) { .or($0) } }
        if minimum <= .and, at("AND") { return try chain(left, "AND", .and) { .and($0) } }
        if minimum <= .test, accept("IS") { return try test(left) }
        if minimum <= .comparison, accept("OVERLAPS") {
            let right = try expression(.range)
            return Expression(kind: .overlaps(left, right), range: range(from: left.range))
        }
        if minimum <= .range { return try rangeOperator(left) }
        return nil
    }

    private func binaryOperator() -> (BinaryOperator, Power)? {
        switch kind {
        case .plus: (.add, .sum)
        case .minus: (.subtract, .sum)
        case .star: (.multiply, .product)
        case .slash: (.divide, .product)
        case .percent: (.remainder, .product)
        case .concatenate: (.concatenate, .product)
        case .equal: (.equal, .comparison)
        case .notEqual: (.notEqual, .comparison)
        case .less: (.less, .comparison)
        case .lessOrEqual: (.lessOrEqual, .comparison)
        case .greater: (.greater, .comparison)
        case .greaterOrEqual: (.greaterOrEqual, .comparison)
        default: nil
        }
    }

    private mutating func binary(
        _ left: Expression, _ operation: BinaryOperator, _ power: Power
    ) throws(SQLError) -> Expression {
        advance()
        if power == .comparison, kind(ahead: 1) == .leftBracket, at("ANY") || at("SOME") || at("ALL") {
            let quantifier: Quantifier = at("ALL") ? .all : .any
            advance()
            let query = try bracketedQuery()
            return Expression(
                kind: .quantified(operation, left, quantifier, query), range: range(from: left.range))
        }
        let right = try expression(power.above)
        if operation == .concatenate, kind == .concatenate { return try concatenation(left, right) }
        return Expression(kind: .binary(operation, left, right), range: range(from: left.range))
    }

    /// `a || b || c …`: a short chain leans to the left as it was written; of a long one a tree of little height is made,
    /// which means the same, for the operator is associative.
    private mutating func concatenation(_ first: Expression, _ second: Expression) throws(SQLError) -> Expression {
        var operands = [first, second]
        while accept(.concatenate) {
            operands.append(try expression(Power.product.above))
            if operands.count < Self.tallestTree { try link(inChain: true) } else { try countNode() }
        }
        return Self.joined(operands) { left, right in
            Expression(kind: .binary(.concatenate, left, right), range: left.range.through(right.range))
        }
    }

    /// `a AND b AND c` as one node, however long.
    private mutating func chain(
        _ left: Expression, _ keyword: String, _ power: Power, _ make: ([Expression]) -> Expression.Kind
    ) throws(SQLError) -> Expression {
        var operands = [left]
        while accept(keyword) { operands.append(try expression(power.above)) }
        return Expression(kind: make(operands), range: range(from: left.range))
    }

    /// What follows IS.
    private mutating func test(_ value: Expression) throws(SQLError) -> Expression {
        let isNegated = accept("NOT")
        if accept("DISTINCT") {
            try expect("FROM")
            let other = try expression(.range)
            return Expression(
                kind: .isDistinct(value, other, isNegated: isNegated), range: range(from: value.range))
        }
        let predicates: [(String, TestPredicate)] = [
            ("NULL", .null), ("TRUE", .isTrue), ("FALSE", .isFalse), ("UNKNOWN", .unknown), ("JSON", .json),
        ]
        for (word, predicate) in predicates where accept(word) {
            var predicate = predicate
            if predicate == .json {
                if accept("VALUE") {
                    predicate = .jsonValue
                } else if accept("OBJECT") {
                    predicate = .jsonObject
                } else if accept("ARRAY") {
                    predicate = .jsonArray
                } else if accept("SCALAR") {
                    predicate = .jsonScalar
                }
            }
            return Expression(
                kind: .test(value, predicate, isNegated: isNegated), range: range(from: value.range))
        }
        throw unexpected("NULL, TRUE, FALSE, UNKNOWN, JSON or DISTINCT FROM")
    }

    /// IN, BETWEEN, LIKE and SIMILAR TO with or without NOT.
    private mutating func rangeOperator(_ value: Expression) throws(SQLError) -> Expression? {
        let isNegated = at("NOT")
        let word = word(ahead: isNegated ? 1 : 0)
        guard ["IN", "BETWEEN", "LIKE", "SIMILAR"].contains(word) else {
            if isNegated {
                advance()
                throw unexpected("IN, BETWEEN, LIKE or SIMILAR TO")
            }
            // Looked for, so that a misspelling of one of them is recognised.
            for word in ["IN", "BETWEEN", "LIKE", "SIMILAR"] { _ = at(word) }
            return nil
        }
        if isNegated { advance() }
        advance()
        let kind: Expression.Kind
        switch word {
        case "IN": kind = try membership(value, isNegated)
        case "BETWEEN": kind = try between(value, isNegated)
        default: kind = try like(value, isSimilar: word == "SIMILAR", isNegated)
        }
        return Expression(kind: kind, range: range(from: value.range))
    }

    private mutating func membership(_ value: Expression, _ isNegated: Bool) throws(SQLError) -> Expression.Kind {
        if kind == .leftBracket, isQueryStart(ahead: 1) {
            return .inQuery(value, try bracketedQuery(), isNegated: isNegated)
        }
        let values = try bracketed { (parser) throws(SQLError) in try parser.expression() }
        return .inList(value, values, isNegated: isNegated)
    }

    private mutating func between(_ value: Expression, _ isNegated: Bool) throws(SQLError) -> Expression.Kind {
        let isSymmetric = accept("SYMMETRIC")
        if !isSymmetric { _ = accept("ASYMMETRIC") }
        let low = try expression(.sum)
        try expect("AND")
        let high = try expression(.sum)
        return .between(
            BetweenExpression(value: value, low: low, high: high, isSymmetric: isSymmetric, isNegated: isNegated))
    }

    private mutating func like(
        _ value: Expression, isSimilar: Bool, _ isNegated: Bool
    ) throws(SQLError) -> Expression.Kind {
        if isSimilar { try expect("TO") }
        let pattern = try expression(.sum)
        let escape = accept("ESCAPE") ? try expression(.sum) : nil
        return .like(
            LikeExpression(value: value, pattern: pattern, escape: escape, isSimilar: isSimilar, isNegated: isNegated))
    }
}

/// A value expression with its place.
package struct Expression: Sendable, Hashable {
    /// What the expression is.
    ///
    /// Calls with syntax of their own are ordinary calls here: `POSITION(a IN b)` is POSITION(a, b),
    /// `SUBSTRING(s FROM n FOR m)` is SUBSTRING(s, n, m), `OVERLAY(s PLACING r FROM n FOR m)` is OVERLAY(s, r, n, m),
    /// `EXTRACT(DAY FROM x)` is EXTRACT(DAY, x), `FLOOR(x TO DAY)` is FLOOR(x, DAY); units are `timeUnit`.
    package indirect enum Kind: Sendable, Hashable {
        case literal(Literal)
        /// `a` or `t.a` or `t.r.f`: which part is table, column or field is the binder's matter.
        case name([Identifier])
        /// `f(x).field` or `(r).field` or `a[1].field`.
        case field(Expression, Identifier)
        /// `a[i]` of an array, map or row.
        case item(Expression, index: Expression)
        case unary(UnaryOperator, Expression)
        case binary(BinaryOperator, Expression, Expression)
        case not(Expression)
        /// Two or more operands, so that long chains stay flat.
        case and([Expression])
        /// Two or more operands, so that long chains stay flat.
        case or([Expression])
        /// `x IS [NOT] NULL` and its like.
        case test(Expression, TestPredicate, isNegated: Bool)
        case isDistinct(Expression, Expression, isNegated: Bool)
        case between(BetweenExpression)
        case like(LikeExpression)
        case inList(Expression, [Expression], isNegated: Bool)
        case inQuery(Expression, Query, isNegated: Bool)
        /// `x = ANY (query)`, `x > ALL (query)`.
        case quantified(BinaryOperator, Expression, Quantifier, Query)
        case exists(Query)
        case scalarQuery(Query)
        case overlaps(Expression, Expression)
        case caseWhen(CaseExpression)
        case cast(Expression, TypeSyntax, isTry: Bool)
        case call(FunctionCall)
        /// `TRIM([side] [characters FROM] value)`.
        case trim(TrimSide, characters: Expression?, Expression)
        case json(JSONCall)
        /// `(a, b)` or `ROW(a, b)`.
        case row([Expression])
        case array([Expression])
        /// Keys and values alternate.
        case map([Expression])
        /// `ARRAY(query)` and its like.
        case collectionQuery(CollectionKind, Query)
        /// `INTERVAL (x) DAY` over something that is not a string constant.
        case intervalOf(Expression, IntervalQualifier)
        case timeUnit(TimeUnit)
        /// `DESCRIPTOR(a, b)`, an argument of table functions.
        case descriptor([Identifier])
        /// `TABLE t PARTITION BY k`, an argument of table functions.
        case tableArgument(TableArgument)
        /// `MODEL m`, an argument of table functions.
        case modelArgument(ObjectName)
        /// `DEFAULT` as an argument.
        case defaultArgument
    }

    package var kind: Kind
    package var range: SourceRange
}

/// Operators before their operand.
package enum UnaryOperator: String, Sendable, Hashable {
    case minus = "-"
    case plus = "+"
}

/// Operators between two operands.
package enum BinaryOperator: String, Sendable, Hashable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"
    case concatenate = "||"
    case equal = "="
    case notEqual = "<>"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="

    /// Whether the result is a truth value.
    package var isComparison: Bool {
        switch self {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: true
        default: false
        }
    }
}

/// What `IS` can ask.
package enum TestPredicate: String, Sendable, Hashable {
    case null = "NULL"
    case isTrue = "TRUE"
    case isFalse = "FALSE"
    case unknown = "UNKNOWN"
    case json = "JSON"
    case jsonValue = "JSON VALUE"
    case jsonObject = "JSON OBJECT"
    case jsonArray = "JSON ARRAY"
    case jsonScalar = "JSON SCALAR"
}

/// `ANY` (or `SOME`) and `ALL` before a query.
package enum Quantifier: String, Sendable, Hashable {
    case any = "ANY"
    case all = "ALL"
}

/// Which end TRIM works on.
package enum TrimSide: String, Sendable, Hashable {
    case both = "BOTH"
    case leading = "LEADING"
    case trailing = "TRAILING"
}

/// What a collection constructor over a query makes.
package enum CollectionKind: String, Sendable, Hashable {
    case array = "ARRAY"
    case map = "MAP"
    case multiset = "MULTISET"
}

/// `value [NOT] BETWEEN [SYMMETRIC] low AND high`.
package struct BetweenExpression: Sendable, Hashable {
    package var value: Expression
    package var low: Expression
    package var high: Expression
    package var isSymmetric: Bool
    package var isNegated: Bool
}

/// `value [NOT] LIKE pattern [ESCAPE escape]` and SIMILAR TO.
package struct LikeExpression: Sendable, Hashable {
    package var value: Expression
    package var pattern: Expression
    package var escape: Expression?
    /// SIMILAR TO instead of LIKE.
    package var isSimilar: Bool
    package var isNegated: Bool
}

/// Both forms of CASE; the simple one has an operand.
package struct CaseExpression: Sendable, Hashable {
    /// One `WHEN ... THEN ...`; the simple form may list several values.
    package struct Branch: Sendable, Hashable {
        package var conditions: [Expression]
        package var result: Expression
    }

    package var operand: Expression?
    package var branches: [Branch]
    package var otherwise: Expression?
}

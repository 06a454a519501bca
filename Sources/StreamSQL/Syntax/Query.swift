/// A query with everything around its body: WITH before, ORDER BY, OFFSET and LIMIT after.
package struct Query: Sendable, Hashable {
    package var with: [CommonTableExpression] = []
    package var body: QueryBody
    package var orderBy: [OrderItem] = []
    package var offset: Expression?
    /// The count of LIMIT or FETCH FIRST; `LIMIT ALL` is nil.
    package var limit: Expression?
    package var range: SourceRange
}

/// What a query computes its rows with.
package indirect enum QueryBody: Sendable, Hashable {
    case select(Select)
    case values(ValuesSyntax)
    case setOperation(SetOperation)
    /// `TABLE t`.
    case table(ObjectName)
    /// A query in brackets.
    case query(Query)

    package var range: SourceRange {
        switch self {
        case .select(let select): select.range
        case .values(let values): values.range
        case .setOperation(let operation): operation.range
        case .table(let name): name.range
        case .query(let query): query.range
        }
    }
}

/// One `name (columns) AS (query)` of WITH.
package struct CommonTableExpression: Sendable, Hashable {
    package var name: Identifier
    package var columns: [Identifier]
    package var query: Query
    package var range: SourceRange
}

/// UNION, INTERSECT or EXCEPT of two bodies.
package struct SetOperation: Sendable, Hashable {
    /// Which rows come out.
    package enum Kind: String, Sendable, Hashable {
        case union = "UNION"
        case intersect = "INTERSECT"
        case except = "EXCEPT"
    }

    package var kind: Kind
    package var isAll: Bool
    package var left: QueryBody
    package var right: QueryBody
    package var range: SourceRange
}

/// `VALUES row, row`; each row is its list of values, a single value having one.
package struct ValuesSyntax: Sendable, Hashable {
    /// One row.
    package struct Row: Sendable, Hashable {
        package var values: [Expression]
        package var range: SourceRange
    }

    package var rows: [Row]
    package var range: SourceRange
}

/// SELECT with its clauses.
package struct Select: Sendable, Hashable {
    package var hints: [HintSyntax] = []
    package var isDistinct = false
    package var items: [SelectItem]
    /// Nil for a SELECT of constants.
    package var from: TableReference?
    package var filter: Expression?
    package var groupBy: GroupBy?
    package var having: Expression?
    package var windows: [NamedWindow] = []
    package var qualify: Expression?
    package var range: SourceRange
}

/// One item after SELECT.
package struct SelectItem: Sendable, Hashable {
    /// The forms of an item.
    package enum Kind: Sendable, Hashable {
        case expression(Expression, alias: Identifier?)
        /// `*` or `t.*`, with the qualifier's parts.
        case star(qualifier: [Identifier])
    }

    package var kind: Kind
    package var range: SourceRange
}

/// GROUP BY with its elements.
package struct GroupBy: Sendable, Hashable {
    /// One element; the grouping-set forms hold lists of key lists.
    package indirect enum Element: Sendable, Hashable {
        case expression(Expression)
        /// `()`.
        case empty
        /// `(a, b)` as one key, which matters inside CUBE and ROLLUP.
        case list([Expression])
        case groupingSets([Element])
        case cube([Element])
        case rollup([Element])
    }

    package var elements: [Element]
    package var isDistinct: Bool
    package var range: SourceRange
}

/// `name AS (specification)` of the WINDOW clause.
package struct NamedWindow: Sendable, Hashable {
    package var name: Identifier
    package var specification: WindowSpecification
}

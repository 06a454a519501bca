/// A call of a scalar, aggregate, window or table function.
package struct FunctionCall: Sendable, Hashable {
    /// `DISTINCT` or `ALL` before the arguments.
    package enum SetQuantifier: String, Sendable, Hashable {
        case distinct = "DISTINCT"
        case all = "ALL"
    }

    /// `IGNORE NULLS` or `RESPECT NULLS`.
    package enum NullTreatment: String, Sendable, Hashable {
        case ignore = "IGNORE NULLS"
        case respect = "RESPECT NULLS"
    }

    /// One argument, with its name in `name => value`.
    package struct Argument: Sendable, Hashable {
        package var name: Identifier?
        package var value: Expression
    }

    /// The name as written; built-in names match in any case.
    package var name: ObjectName
    package var arguments: [Argument] = []
    package var quantifier: SetQuantifier?
    /// `COUNT(*)`.
    package var isStar = false
    /// False for `CURRENT_DATE` and the others that stand without brackets.
    package var hasBrackets = true
    /// `ARRAY_AGG(x ORDER BY y)`.
    package var orderBy: [OrderItem] = []
    package var withinGroup: [OrderItem] = []
    package var nullTreatment: NullTreatment?
    package var filter: Expression?
    package var over: WindowReference?
}

/// `TABLE t PARTITION BY k ORDER BY o`, or a query in its place, as an argument of a table function.
package struct TableArgument: Sendable, Hashable {
    /// What the rows come from.
    package enum Source: Sendable, Hashable {
        case table(ObjectName)
        case query(Query)
    }

    package var source: Source
    package var hints: [HintSyntax] = []
    package var alias: TableAlias?
    package var partitionBy: [Expression] = []
    package var orderBy: [OrderItem] = []
    package var range: SourceRange
}

extension TableArgument {
    /// The table that an argument is; a query in brackets, which reads as a value elsewhere, is one as well. Nil for
    /// everything else.
    init?(_ argument: Expression) {
        switch argument.kind {
        case .tableArgument(let table): self = table
        case .scalarQuery(let query): self.init(source: .query(query), range: argument.range)
        default: return nil
        }
    }
}

/// What follows OVER.
package enum WindowReference: Sendable, Hashable {
    case named(Identifier)
    case specification(WindowSpecification)
}

/// `(base PARTITION BY ... ORDER BY ... frame)`.
package struct WindowSpecification: Sendable, Hashable {
    package var base: Identifier?
    package var partitionBy: [Expression] = []
    package var orderBy: [OrderItem] = []
    package var frame: WindowFrame?
    package var range: SourceRange
}

/// Which rows around the current one an OVER aggregate sees.
package struct WindowFrame: Sendable, Hashable {
    /// What the bounds count.
    package enum Unit: String, Sendable, Hashable {
        case rows = "ROWS"
        case range = "RANGE"
    }

    /// One end of the frame.
    package enum Bound: Sendable, Hashable {
        case unboundedPreceding
        case preceding(Expression)
        case currentRow
        case following(Expression)
        case unboundedFollowing
    }

    package var unit: Unit
    package var start: Bound
    /// CURRENT ROW where no BETWEEN was written.
    package var end: Bound
    package var range: SourceRange
}

/// One item of ORDER BY.
package struct OrderItem: Sendable, Hashable {
    package var expression: Expression
    package var isDescending: Bool
    /// `NULLS FIRST` is true, `NULLS LAST` is false, nothing written is nil.
    package var nullsFirst: Bool?
    package var range: SourceRange
}

/// Something that stands in FROM.
package struct TableReference: Sendable, Hashable {
    /// The forms, without their alias.
    package indirect enum Kind: Sendable, Hashable {
        case table(NamedTable)
        case derived(Query, isLateral: Bool)
        /// `TABLE(f(...))`, `LATERAL TABLE(f(...))` or a bare `f(...)`.
        case function(FunctionCall, isLateral: Bool)
        case unnest([Expression], withOrdinality: Bool)
        case join(Join)
        case match(TableReference, MatchRecognize)
        /// A join in brackets, which may have no alias.
        case nested(TableReference)
    }

    package var kind: Kind
    package var alias: TableAlias?
    package var range: SourceRange
}

/// `AS name (columns)`.
package struct TableAlias: Sendable, Hashable {
    package var name: Identifier
    package var columns: [Identifier]
}

/// A table by name.
package struct NamedTable: Sendable, Hashable {
    package var name: ObjectName
    package var hints: [HintSyntax] = []
    /// The time of `FOR SYSTEM_TIME AS OF time`.
    package var asOf: Expression?
}

/// Two tables joined.
package struct Join: Sendable, Hashable {
    /// The kinds; a comma is a cross join.
    package enum Kind: String, Sendable, Hashable {
        case inner = "INNER"
        case left = "LEFT"
        case right = "RIGHT"
        case full = "FULL"
        case cross = "CROSS"
    }

    /// What has to hold.
    package enum Condition: Sendable, Hashable {
        case none
        case on(Expression)
        case using([Identifier])
        case natural
    }

    package var kind: Kind
    package var left: TableReference
    package var right: TableReference
    package var condition: Condition
    /// ASOF JOIN: of the rows on the right the last one at or before the time of the left.
    package var isAsOf = false
    /// The comparison in MATCH_CONDITION, where it does not stand in ON.
    package var matchCondition: Expression?
}

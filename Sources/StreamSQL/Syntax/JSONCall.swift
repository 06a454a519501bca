/// A SQL/JSON call, whose arguments have clauses of their own.
package struct JSONCall: Sendable, Hashable {
    /// The functions with such clauses.
    package enum Function: String, Sendable, Hashable, CaseIterable {
        case exists = "JSON_EXISTS"
        case value = "JSON_VALUE"
        case query = "JSON_QUERY"
        case object = "JSON_OBJECT"
        case array = "JSON_ARRAY"
        case objectAgg = "JSON_OBJECTAGG"
        case arrayAgg = "JSON_ARRAYAGG"

        /// Whether it is computed over the rows of a group.
        var isAggregate: Bool { self == .objectAgg || self == .arrayAgg }
    }

    /// What JSON_VALUE, JSON_QUERY and JSON_EXISTS do when there is nothing, or on an error.
    package enum Behaviour: Sendable, Hashable {
        case null
        case error
        case defaultValue(Expression)
        case emptyArray
        case emptyObject
        case isTrue
        case isFalse
        case unknown
    }

    /// What JSON_QUERY wraps in an array.
    package enum Wrapper: String, Sendable, Hashable {
        case without = "WITHOUT WRAPPER"
        case conditional = "WITH CONDITIONAL WRAPPER"
        case unconditional = "WITH UNCONDITIONAL WRAPPER"
    }

    /// `NULL ON NULL` or `ABSENT ON NULL` of constructors.
    package enum NullHandling: String, Sendable, Hashable {
        case null = "NULL ON NULL"
        case absent = "ABSENT ON NULL"
    }

    /// One `key VALUE value` of an object.
    package struct Member: Sendable, Hashable {
        package var key: Expression
        package var value: Expression
    }

    package var function: Function
    /// The document and the path, or the elements of an array.
    package var arguments: [Expression] = []
    package var members: [Member] = []
    package var returning: TypeSyntax?
    package var wrapper: Wrapper?
    package var onEmpty: Behaviour?
    package var onError: Behaviour?
    package var nullHandling: NullHandling?
    /// `FILTER (WHERE ...)` of the two aggregates.
    package var filter: Expression?
}

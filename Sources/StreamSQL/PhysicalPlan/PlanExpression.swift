package import Columnar

/// A bound, typed expression over the columns of one input. What the engine compiles; it holds no names.
///
/// The binder has put every coercion in: the arguments of a call have exactly the types its kernel takes.
package indirect enum PlanExpression: Sendable, Hashable {
    /// A column of the input.
    case column(Int, DataType)
    case literal(LiteralValue, DataType)
    case call(ScalarFunction, [PlanExpression], DataType)
    /// CAST, or TRY_CAST when `isTry`: a value that does not fit fails the job, or becomes NULL.
    case cast(PlanExpression, to: DataType, isTry: Bool)
    /// The value of the first branch whose condition is true. COALESCE, IF, NULLIF are written with it.
    case conditional([ConditionalBranch], otherwise: PlanExpression, DataType)
    /// An expression that can fail, with its place in the script for the message. Places take no part in equality.
    case located(PlanExpression, SourceRange)

    package var type: DataType {
        switch self {
        case .column(_, let type), .literal(_, let type), .call(_, _, let type), .cast(_, let type, _),
            .conditional(_, _, let type):
            type
        case .located(let expression, _): expression.type
        }
    }
}

/// WHEN condition THEN value.
package struct ConditionalBranch: Sendable, Hashable {
    package var condition: PlanExpression
    package var value: PlanExpression

    package init(condition: PlanExpression, value: PlanExpression) {
        self.condition = condition
        self.value = value
    }
}

/// A constant, in the physical form of its type.
package enum LiteralValue: Sendable, Hashable {
    case null
    case boolean(Bool)
    /// Integers; days of a DATE; ms of a TIME; microseconds of a TIMESTAMP; months or ms of an INTERVAL.
    case int64(Int64)
    case float64(Double)
    /// Unscaled decimal.
    case int128(Int128)
    /// UTF-8, or the bytes of a BINARY.
    case text([UInt8])
}

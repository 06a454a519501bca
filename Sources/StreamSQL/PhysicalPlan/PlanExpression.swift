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

/// As the numbers are stored, not as they compare: an expression over 0.0 must not take the place of one over -0.0.
extension LiteralValue {
    package static func == (left: LiteralValue, right: LiteralValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.boolean(let left), .boolean(let right)): left == right
        case (.int64(let left), .int64(let right)): left == right
        case (.float64(let left), .float64(let right)): left.bitPattern == right.bitPattern
        case (.int128(let left), .int128(let right)): left == right
        case (.text(let left), .text(let right)): left == right
        default: false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .boolean(let value): hasher.combine(value)
        case .int64(let value): hasher.combine(value)
        case .float64(let value): hasher.combine(value.bitPattern)
        case .int128(let value): hasher.combine(value)
        case .text(let bytes): hasher.combine(bytes)
        }
    }
}

/// A constant as written; its type is found by the binder.
package enum Literal: Sendable, Hashable {
    case null
    /// `UNKNOWN` is a null boolean.
    case unknown
    case boolean(Bool)
    /// Digits without a point: INT, BIGINT or DECIMAL by size.
    case integer(String)
    /// Digits with a point: DECIMAL.
    case decimal(String)
    /// Digits with an exponent: DOUBLE.
    case approximate(String)
    case string(String)
    /// `X'...'`.
    case binary([UInt8])
    /// `DATE '...'`: the text is not checked yet, as for the three below.
    case date(String)
    case time(String)
    case timestamp(String)
    case timestampLTZ(String)
    case interval(IntervalLiteral)
}

/// `INTERVAL [-] 'text' qualifier`.
package struct IntervalLiteral: Sendable, Hashable {
    package var isNegative: Bool
    package var text: String
    package var qualifier: IntervalQualifier
}

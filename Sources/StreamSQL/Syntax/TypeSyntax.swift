/// A data type as written.
package struct TypeSyntax: Sendable, Hashable {
    /// The families of types with their parameters; a parameter left out is nil.
    package indirect enum Kind: Sendable, Hashable {
        case char(length: Int?)
        case varchar(length: Int?)
        case string
        case boolean
        case binary(length: Int?)
        case varbinary(length: Int?)
        case bytes
        case decimal(precision: Int?, scale: Int?)
        case tinyint
        case smallint
        case integer
        case bigint
        case float
        case double
        case date
        case time(precision: Int?)
        case timestamp(precision: Int?)
        case timestampLTZ(precision: Int?)
        /// `TIMESTAMP WITH TIME ZONE`, which parses and is refused later.
        case timestampTZ(precision: Int?)
        case interval(IntervalQualifier)
        case array(TypeSyntax)
        case multiset(TypeSyntax)
        case map(key: TypeSyntax, value: TypeSyntax)
        case row([RowFieldSyntax])
        /// `RAW('class', 'snapshot')`.
        case raw(className: String, snapshot: String)
        case variant
        case bitmap
        case descriptor
        /// The type of a bare `NULL`.
        case null
        /// Any other name: a structured type or a misspelling, for the binder to tell.
        case named(ObjectName)
    }

    package var kind: Kind
    /// False only where NOT NULL was written.
    package var isNullable: Bool
    package var range: SourceRange
}

/// One field of a ROW type.
package struct RowFieldSyntax: Sendable, Hashable {
    package var name: Identifier
    package var type: TypeSyntax
    package var comment: StringSyntax?
}

/// The unit or span of units of an interval, such as `DAY(3) TO SECOND(6)`.
package struct IntervalQualifier: Sendable, Hashable {
    package var start: TimeUnit
    package var startPrecision: Int?
    package var end: TimeUnit?
    package var fractionPrecision: Int?
    package var range: SourceRange
}

/// The units of EXTRACT, FLOOR ... TO, TIMESTAMPADD and interval qualifiers.
package enum TimeUnit: String, Sendable, Hashable, CaseIterable {
    case nanosecond = "NANOSECOND"
    case microsecond = "MICROSECOND"
    case millisecond = "MILLISECOND"
    case second = "SECOND"
    case minute = "MINUTE"
    case hour = "HOUR"
    case day = "DAY"
    case week = "WEEK"
    case month = "MONTH"
    case quarter = "QUARTER"
    case year = "YEAR"
    case decade = "DECADE"
    case century = "CENTURY"
    case millennium = "MILLENNIUM"
    case epoch = "EPOCH"
    case dayOfWeek = "DOW"
    case isoDayOfWeek = "ISODOW"
    case dayOfYear = "DOY"
    case isoYear = "ISOYEAR"
}

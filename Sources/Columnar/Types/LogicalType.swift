/// The SQL types. Lengths count characters (CHAR, VARCHAR) or bytes (BINARY, VARBINARY).
package indirect enum LogicalType: Sendable, Hashable {
    case boolean
    case tinyint, smallint, integer, bigint
    case float, double
    case decimal(precision: Int, scale: Int)
    case char(Int)
    case varchar(Int)
    case binary(Int)
    case varbinary(Int)
    case date
    case time(precision: Int)
    case timestamp(precision: Int)
    /// TIMESTAMP_LTZ: an instant, shown in the session time zone.
    case timestampLTZ(precision: Int)
    /// INTERVAL YEAR TO MONTH, in months.
    case intervalMonths
    /// INTERVAL DAY TO SECOND, in milliseconds.
    case intervalMilliseconds
    case array(DataType)
    case map(key: DataType, value: DataType)
    case multiset(DataType)
    case row([Field])
    /// The type of a bare NULL.
    case null

    /// Largest length of VARCHAR and VARBINARY; VARCHAR of this length is called STRING.
    package static let unboundedLength = Int(Int32.max)
    package static let string = LogicalType.varchar(unboundedLength)
    package static let bytes = LogicalType.varbinary(unboundedLength)
    package static let maximumPrecision = 38
}

/// A logical type with its nullability.
package struct DataType: Sendable, Hashable {
    package var logical: LogicalType
    package var isNullable: Bool

    package init(_ logical: LogicalType, isNullable: Bool = true) {
        self.logical = logical
        self.isNullable = isNullable
    }

    package var kind: PhysicalKind { logical.kind }
    package func nullable(_ isNullable: Bool) -> DataType { DataType(logical, isNullable: isNullable) }
}

/// A named column of a table, batch or ROW.
package struct Field: Sendable, Hashable {
    package var name: String
    package var type: DataType

    package init(_ name: String, _ type: DataType) {
        self.name = name
        self.type = type
    }
}

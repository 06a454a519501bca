extension LogicalType: CustomStringConvertible {
    /// The SQL spelling, as Flink prints it.
    package var description: String {
        switch self {
        case .boolean: "BOOLEAN"
        case .tinyint: "TINYINT"
        case .smallint: "SMALLINT"
        case .integer: "INT"
        case .bigint: "BIGINT"
        case .float: "FLOAT"
        case .double: "DOUBLE"
        case .decimal(let precision, let scale): "DECIMAL(\(precision), \(scale))"
        case .char(let length): "CHAR(\(length))"
        case .varchar(let length): length == Self.unboundedLength ? "STRING" : "VARCHAR(\(length))"
        case .binary(let length): "BINARY(\(length))"
        case .varbinary(let length): length == Self.unboundedLength ? "BYTES" : "VARBINARY(\(length))"
        case .date: "DATE"
        case .time(let precision): "TIME(\(precision))"
        case .timestamp(let precision): "TIMESTAMP(\(precision))"
        case .timestampLTZ(let precision): "TIMESTAMP_LTZ(\(precision))"
        case .intervalMonths: "INTERVAL YEAR TO MONTH"
        case .intervalMilliseconds: "INTERVAL DAY TO SECOND(3)"
        case .array(let element): "ARRAY<\(element)>"
        case .map(let key, let value): "MAP<\(key), \(value)>"
        case .multiset(let element): "MULTISET<\(element)>"
        case .row(let fields): "ROW<" + fields.map { "`\($0.name)` \($0.type)" }.joined(separator: ", ") + ">"
        case .null: "NULL"
        }
    }
}

extension DataType: CustomStringConvertible {
    package var description: String { isNullable ? logical.description : logical.description + " NOT NULL" }
}

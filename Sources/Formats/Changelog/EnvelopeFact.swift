package import Columnar

/// Something that a change record tells beside its rows: where, of what table, when.
struct EnvelopeFact: Sendable {
    /// The key of the metadata, without `value.` in front.
    let key: String
    let type: LogicalType
    /// The members to go through, from the record inwards.
    let path: [String]
    /// For points of time, which records hold as whole numbers: their microseconds; nil for values taken as they are.
    let unitMicroseconds: Int64?

    private init(_ key: String, _ type: LogicalType, _ path: [String], unitMicroseconds: Int64? = nil) {
        self.key = key
        self.type = type
        self.path = path
        self.unitMicroseconds = unitMicroseconds
    }

    private static func time(_ key: String, _ path: [String], unitMicroseconds: Int64 = 1_000) -> Self {
        Self(key, .timestampLTZ(precision: 3), path, unitMicroseconds: unitMicroseconds)
    }

    /// The facts of a format's records; none for formats that have no envelope. With `isWrapped` Debezium's are in
    /// `payload`, beside the schema.
    static func all(of format: String, isWrapped: Bool = false) -> [Self] {
        switch format {
        case "debezium-json": debezium(in: isWrapped ? ["payload"] : [])
        case "canal-json": canal
        case "maxwell-json": maxwell
        default: []
        }
    }

    private static func debezium(in outer: [String]) -> [Self] {
        [
            Self("schema", .string, ["schema"]),
            time("ingestion-timestamp", outer + ["ts_ms"]),
            time("source.timestamp", outer + ["source", "ts_ms"]),
            Self("source.database", .string, outer + ["source", "db"]),
            Self("source.schema", .string, outer + ["source", "schema"]),
            Self("source.table", .string, outer + ["source", "table"]),
            Self("source.properties", .map(key: DataType(.string), value: DataType(.string)), outer + ["source"]),
        ]
    }

    private static let canal = [
        Self("database", .string, ["database"]),
        Self("table", .string, ["table"]),
        Self("sql-type", .map(key: DataType(.string), value: DataType(.integer)), ["sqlType"]),
        Self("pk-names", .array(DataType(.string)), ["pkNames"]),
        time("ingestion-timestamp", ["ts"]),
        time("event-timestamp", ["es"]),
    ]

    private static let maxwell = [
        Self("database", .string, ["database"]),
        Self("table", .string, ["table"]),
        Self("primary-key-columns", .array(DataType(.string)), ["primary_key_columns"]),
        time("ingestion-timestamp", ["ts"], unitMicroseconds: 1_000_000),
    ]

    /// What a decoder of JSON is asked for.
    var request: ColumnRequest {
        ColumnRequest(path: path, type: DataType(unitMicroseconds == nil ? type : .bigint))
    }

    /// The column of the fact, from the decoded one; times out of range are NULL.
    func column(_ decoded: Column, rowCount: Int) -> Column {
        guard let unitMicroseconds else { return decoded }
        let result = Column(DataType(type), capacity: rowCount)
        for row in 0..<rowCount {
            let (time, overflows) = decoded.int64[row].multipliedReportingOverflow(by: unitMicroseconds)
            if overflows || !decoded.isValid(row) { result.setNull(row) } else { result.int64[row] = time }
        }
        return result
    }
}

extension FormatCatalog {
    /// What stands in front of the keys of a format's metadata.
    package static let metadataPrefix = "value."

    /// The metadata columns that a format delivers of its records, with the prefix that tells them from a connector's.
    package static func metadata(of format: String) -> [Field] {
        EnvelopeFact.all(of: format).map { Field(metadataPrefix + $0.key, DataType($0.type)) }
    }
}

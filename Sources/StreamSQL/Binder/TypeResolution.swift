import Columnar

/// Turns types as written into data types.
enum TypeResolution {
    static func resolve(_ syntax: TypeSyntax) throws(SQLError) -> DataType {
        DataType(try logical(syntax), isNullable: syntax.isNullable)
    }

    private static func logical(_ syntax: TypeSyntax) throws(SQLError) -> LogicalType {
        switch syntax.kind {
        case .char(let length): return .char(try self.length(length ?? 1, "CHAR", syntax))
        case .varchar(let length): return .varchar(try self.length(length ?? 1, "VARCHAR", syntax))
        case .string: return .string
        case .boolean: return .boolean
        case .binary(let length): return .binary(try self.length(length ?? 1, "BINARY", syntax))
        case .varbinary(let length): return .varbinary(try self.length(length ?? 1, "VARBINARY", syntax))
        case .bytes: return .bytes
        case .decimal(let precision, let scale):
            return try decimal(precision ?? 10, scale ?? 0, syntax)
        case .tinyint: return .tinyint
        case .smallint: return .smallint
        case .integer: return .integer
        case .bigint: return .bigint
        case .float: return .float
        case .double: return .double
        case .date: return .date
        case .time(let precision): return .time(precision: min(3, try self.precision(precision ?? 0, "TIME", syntax)))
        case .timestamp(let precision):
            return .timestamp(precision: try self.precision(precision ?? 6, "TIMESTAMP", syntax))
        case .timestampLTZ(let precision):
            return .timestampLTZ(precision: try self.precision(precision ?? 6, "TIMESTAMP_LTZ", syntax))
        case .timestampTZ:
            throw SQLError(
                .unsupported, "TIMESTAMP WITH TIME ZONE is not supported", at: syntax.range, hint: "use TIMESTAMP_LTZ")
        case .interval(let qualifier): return IntervalText.type(of: qualifier)
        case .array(let element): return .array(try resolve(element))
        case .multiset(let element): return .multiset(try resolve(element))
        case .map(let key, let value): return .map(key: try resolve(key), value: try resolve(value))
        case .row(let fields):
            var resolved: [Field] = []
            for field in fields { resolved.append(Field(field.name.text, try resolve(field.type))) }
            return .row(resolved)
        case .null: return .null
        case .raw:
            throw refused("RAW", "it holds objects of Java", syntax)
        case .variant:
            throw refused(
                "VARIANT", "values need a type", syntax, "STRING keeps JSON, which JSON_VALUE and JSON_QUERY read")
        case .bitmap:
            throw refused("BITMAP", "there are no functions over it", syntax, "COUNT(DISTINCT x) counts exactly")
        case .descriptor: throw refused("DESCRIPTOR", "it is for arguments of window functions only", syntax)
        case .named(let name):
            throw SQLError(
                .name, "there is no type '\(name.text)'", at: syntax.range,
                hint: (foreignNames[Lexer.uppercased(name.last.utf8)] ?? nearestName(to: name.text, in: names))
                    .map { "did you mean \($0)?" } ?? "the types are " + names.joined(separator: ", "))
        }
    }

    /// What types of other systems are called here.
    private static let foreignNames = [
        "TEXT": "STRING", "JSON": "STRING", "JSONB": "STRING", "UUID": "STRING", "CLOB": "STRING", "BLOB": "BYTES",
        "INT2": "SMALLINT", "INT4": "INT", "INT8": "BIGINT", "INT32": "INT", "INT64": "BIGINT", "FLOAT4": "FLOAT",
        "FLOAT8": "DOUBLE", "FLOAT32": "FLOAT", "FLOAT64": "DOUBLE", "BOOL": "BOOLEAN", "NUMBER": "DECIMAL",
        "LONG": "BIGINT", "SHORT": "SMALLINT", "BYTE": "TINYINT", "TIMESTAMPTZ": "TIMESTAMP_LTZ",
        "TIMESTAMP_NTZ": "TIMESTAMP", "DATETIME64": "TIMESTAMP(3)", "BYTEA": "BYTES", "SERIAL": "INT",
    ]

    private static func refused(
        _ name: String, _ reason: String, _ syntax: TypeSyntax, _ hint: String? = nil
    ) -> SQLError {
        SQLError(.unsupported, "the type \(name) is not supported: \(reason)", at: syntax.range, hint: hint)
    }

    private static func length(_ length: Int, _ type: String, _ syntax: TypeSyntax) throws(SQLError) -> Int {
        guard (1...LogicalType.unboundedLength).contains(length) else {
            throw SQLError(.type, "the length of \(type) must be between 1 and 2147483647", at: syntax.range)
        }
        return length
    }

    private static func precision(_ precision: Int, _ type: String, _ syntax: TypeSyntax) throws(SQLError) -> Int {
        guard (0...9).contains(precision) else {
            throw SQLError(.type, "the precision of \(type) must be between 0 and 9", at: syntax.range)
        }
        return precision
    }

    private static func decimal(_ precision: Int, _ scale: Int, _ syntax: TypeSyntax) throws(SQLError) -> LogicalType {
        guard (1...LogicalType.maximumPrecision).contains(precision) else {
            throw SQLError(.type, "the precision of DECIMAL must be between 1 and 38", at: syntax.range)
        }
        guard (0...precision).contains(scale) else {
            throw SQLError(.type, "the scale of DECIMAL must be between 0 and its precision", at: syntax.range)
        }
        return .decimal(precision: precision, scale: scale)
    }

    private static let names = [
        "CHAR", "VARCHAR", "STRING", "BOOLEAN", "BINARY", "VARBINARY", "BYTES", "DECIMAL", "NUMERIC", "TINYINT",
        "SMALLINT", "INT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "DATE", "TIME", "TIMESTAMP", "TIMESTAMP_LTZ",
        "ARRAY", "MAP", "MULTISET", "ROW",
    ]
}

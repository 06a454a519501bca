// Data types.
extension Parser {
    mutating func type() throws(SQLError) -> TypeSyntax {
        let outer = try enter()
        let start = place
        var type = TypeSyntax(kind: try typeKind(), isNullable: true, range: start)
        type.isNullable = try nullability()
        type.range = range(from: start)
        while at("ARRAY") || at("MULTISET") {
            let isArray = accept("ARRAY")
            if !isArray { advance() }
            type = TypeSyntax(kind: isArray ? .array(type) : .multiset(type), isNullable: true, range: start)
            type.isNullable = try nullability()
            type.range = range(from: start)
            try link()
        }
        try leave(outer)
        return type
    }

    /// NOT NULL or NULL after a type; true when values may be NULL.
    private mutating func nullability() throws(SQLError) -> Bool {
        if at("NOT"), word(ahead: 1) == "NULL" {
            advance()
            advance()
            return false
        }
        // In RETURNING INTEGER NULL ON ERROR the word is no part of the type.
        if at("NULL"), word(ahead: 1) != "ON" { advance() }
        return true
    }

    private mutating func typeKind() throws(SQLError) -> TypeSyntax.Kind {
        guard kind == .word else {
            if kind == .quotedWord { return .named(try objectName("a type")) }
            throw unexpected("a type")
        }
        let word = token.keyword
        if let simple = Self.simpleTypes[word] {
            advance()
            if word == "DOUBLE" { _ = accept("PRECISION") }
            return simple
        }
        switch word {
        case "CHAR", "CHARACTER", "VARCHAR", "BINARY", "VARBINARY": return try sizedType(word)
        case "DECIMAL", "DEC", "NUMERIC": return try decimalType()
        case "TIME", "TIMESTAMP", "TIMESTAMP_LTZ": return try timeType(word)
        case "INTERVAL":
            advance()
            return .interval(try intervalQualifier())
        case "ARRAY", "MULTISET":
            advance()
            try expect(.less, "<")
            let element = try type()
            try expect(.greater, ">")
            return word == "ARRAY" ? .array(element) : .multiset(element)
        case "MAP":
            guard kind(ahead: 1) == .less else { return .named(try objectName("a type")) }
            advance()
            advance()
            let key = try type()
            try expect(.comma, ",")
            let value = try type()
            try expect(.greater, ">")
            return .map(key: key, value: value)
        case "ROW": return try rowType()
        case "RAW": return try rawType()
        default:
            return .named(try objectName("a type"))
        }
    }

    /// Types of one word without parameters.
    private static let simpleTypes: [String: TypeSyntax.Kind] = [
        "STRING": .string, "BYTES": .bytes, "BOOLEAN": .boolean, "TINYINT": .tinyint, "SMALLINT": .smallint,
        "INT": .integer, "INTEGER": .integer, "BIGINT": .bigint, "FLOAT": .float, "REAL": .float, "DOUBLE": .double,
        "DATE": .date, "NULL": .null, "VARIANT": .variant, "BITMAP": .bitmap, "DESCRIPTOR": .descriptor,
    ]

    private mutating func precision() throws(SQLError) -> Int? {
        guard accept(.leftBracket) else { return nil }
        let value = try number("a length or precision")
        try expect(.rightBracket, ")")
        return value
    }

    private mutating func sizedType(_ word: String) throws(SQLError) -> TypeSyntax.Kind {
        advance()
        let isVarying = accept("VARYING")
        let length = try precision()
        switch word {
        case "CHAR", "CHARACTER": return isVarying ? .varchar(length: length) : .char(length: length)
        case "VARCHAR": return .varchar(length: length)
        case "BINARY": return isVarying ? .varbinary(length: length) : .binary(length: length)
        default: return .varbinary(length: length)
        }
    }

    private mutating func decimalType() throws(SQLError) -> TypeSyntax.Kind {
        advance()
        guard accept(.leftBracket) else { return .decimal(precision: nil, scale: nil) }
        let precision = try number("a precision")
        let scale = accept(.comma) ? try number("a scale") : nil
        try expect(.rightBracket, ")")
        return .decimal(precision: precision, scale: scale)
    }

    private mutating func timeType(_ word: String) throws(SQLError) -> TypeSyntax.Kind {
        advance()
        let precision = try precision()
        if word == "TIMESTAMP_LTZ" { return .timestampLTZ(precision: precision) }
        var isLocal = false
        var hasZone = false
        if accept("WITHOUT") {
            try expect("TIME", "ZONE")
        } else if at("WITH"), self.word(ahead: 1) == "LOCAL" || self.word(ahead: 1) == "TIME" {
            advance()
            isLocal = accept("LOCAL")
            try expect("TIME", "ZONE")
            hasZone = true
        }
        if word == "TIME" {
            if hasZone { throw SQLError(.unsupported, "TIME has no time zone", at: place) }
            return .time(precision: precision)
        }
        if isLocal { return .timestampLTZ(precision: precision) }
        return hasZone ? .timestampTZ(precision: precision) : .timestamp(precision: precision)
    }

    /// `ROW<name type, ...>` or with round brackets.
    private mutating func rowType() throws(SQLError) -> TypeSyntax.Kind {
        advance()
        if accept(.notEqual) { return .row([]) }
        let isRound = kind == .leftBracket
        if !isRound, kind != .less { throw unexpected("'<' and the fields of the row") }
        advance()
        var fields: [RowFieldSyntax] = []
        if kind != (isRound ? .rightBracket : .greater) {
            fields = try list { (parser) throws(SQLError) in try parser.rowField() }
        }
        try expect(isRound ? .rightBracket : .greater, isRound ? ")" : ">")
        return .row(fields)
    }

    private mutating func rowField() throws(SQLError) -> RowFieldSyntax {
        let name = try identifier("a field's name")
        var field = RowFieldSyntax(name: name, type: try type(), comment: nil)
        if kind == .string { field.comment = try string("a comment") } else { field.comment = try comment() }
        return field
    }

    private mutating func rawType() throws(SQLError) -> TypeSyntax.Kind {
        advance()
        try expect(.leftBracket, "(")
        let className = try string("a class").text
        try expect(.comma, ",")
        let snapshot = try string("a serializer").text
        try expect(.rightBracket, ")")
        return .raw(className: className, snapshot: snapshot)
    }
}

extension SQLPrinter {
    mutating func type(_ type: TypeSyntax) {
        switch type.kind {
        case .char(let length): sized("CHAR", length)
        case .varchar(let length): sized("VARCHAR", length)
        case .string: write("STRING")
        case .boolean: write("BOOLEAN")
        case .binary(let length): sized("BINARY", length)
        case .varbinary(let length): sized("VARBINARY", length)
        case .bytes: write("BYTES")
        case .decimal(let precision, let scale):
            write("DECIMAL")
            if let precision { write(scale.map { "(\(precision), \($0))" } ?? "(\(precision))") }
        case .tinyint: write("TINYINT")
        case .smallint: write("SMALLINT")
        case .integer: write("INT")
        case .bigint: write("BIGINT")
        case .float: write("FLOAT")
        case .double: write("DOUBLE")
        case .date: write("DATE")
        case .time(let precision): sized("TIME", precision)
        case .timestamp(let precision): sized("TIMESTAMP", precision)
        case .timestampLTZ(let precision): sized("TIMESTAMP_LTZ", precision)
        case .timestampTZ(let precision):
            sized("TIMESTAMP", precision)
            write(" WITH TIME ZONE")
        case .interval(let span):
            write("INTERVAL ")
            qualifier(span)
        case .array(let element): generic("ARRAY", [element])
        case .multiset(let element): generic("MULTISET", [element])
        case .map(let key, let value): generic("MAP", [key, value])
        case .row(let fields): row(fields)
        case .raw(let className, let snapshot):
            write("RAW(")
            string(className)
            write(", ")
            string(snapshot)
            write(")")
        case .variant: write("VARIANT")
        case .bitmap: write("BITMAP")
        case .descriptor: write("DESCRIPTOR")
        case .null: write("NULL")
        case .named(let name): self.name(name)
        }
        if !type.isNullable { write(" NOT NULL") }
    }

    private mutating func sized(_ word: String, _ size: Int?) {
        write(word)
        if let size { write("(\(size))") }
    }

    private mutating func generic(_ word: String, _ types: [TypeSyntax]) {
        write("\(word)<")
        list(types) { $0.type($1) }
        write(">")
    }

    private mutating func row(_ fields: [RowFieldSyntax]) {
        write("ROW<")
        list(fields) { printer, field in
            printer.name(field.name)
            printer.write(" ")
            printer.type(field.type)
            if let comment = field.comment {
                printer.write(" ")
                printer.string(comment.text)
            }
        }
        write(">")
    }
}

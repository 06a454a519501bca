/// The text of an expression in the dialect: parsing it gives an equal tree.
package func sqlText(of expression: Expression) -> String {
    var printer = SQLPrinter()
    printer.expression(expression)
    return printer.text
}

/// The text of a data type in the dialect.
package func sqlText(of type: TypeSyntax) -> String {
    var printer = SQLPrinter()
    printer.type(type)
    return printer.text
}

/// The text of a query in the dialect, on one line.
package func sqlText(of query: Query) -> String {
    var printer = SQLPrinter()
    printer.query(query)
    return printer.text
}

/// The text of a table reference in the dialect, on one line.
package func sqlText(of table: TableReference) -> String {
    var printer = SQLPrinter()
    printer.table(table)
    return printer.text
}

/// Writes syntax trees as text with as few brackets as the binding powers allow.
struct SQLPrinter {
    private(set) var text = ""

    mutating func write(_ part: String) { text += part }

    /// The elements with commas between them.
    mutating func list<Element>(
        _ elements: [Element], separator: String = ", ", _ write: (inout SQLPrinter, Element) -> Void
    ) {
        var isFirst = true
        for element in elements {
            if !isFirst { self.write(separator) }
            isFirst = false
            write(&self, element)
        }
    }

    mutating func bracketed(_ expressions: [Expression]) {
        write("(")
        list(expressions) { $0.expression($1) }
        write(")")
    }

    mutating func bracketed(_ names: [Identifier]) {
        write("(")
        list(names) { $0.name($1) }
        write(")")
    }

    // MARK: Names and constants

    mutating func name(_ name: Identifier) {
        guard Keywords.needsQuotes(name.text) else { return write(name.text) }
        write("`")
        for scalar in name.text.unicodeScalars { write(scalar == "`" ? "``" : String(Character(scalar))) }
        write("`")
    }

    mutating func name(_ name: ObjectName) {
        list(name.parts, separator: ".") { $0.name($1) }
    }

    mutating func string(_ value: String) {
        write("'")
        for scalar in value.unicodeScalars { write(scalar == "'" ? "''" : String(Character(scalar))) }
        write("'")
    }

    mutating func hints(_ hints: [HintSyntax]) {
        guard !hints.isEmpty else { return }
        write("/*+ ")
        list(hints) { printer, hint in
            printer.name(hint.name)
            switch hint.arguments {
            case .none: break
            case .list(let values):
                printer.write("(")
                printer.list(values) { $0.string($1.text) }
                printer.write(")")
            case .options(let options):
                printer.write("(")
                printer.list(options) { printer, option in
                    printer.string(option.key.text)
                    printer.write(" = ")
                    printer.string(option.value.text)
                }
                printer.write(")")
            }
        }
        write(" */ ")
    }

    mutating func literal(_ literal: Literal) {
        switch literal {
        case .null: write("NULL")
        case .unknown: write("UNKNOWN")
        case .boolean(let value): write(value ? "TRUE" : "FALSE")
        case .integer(let digits), .decimal(let digits), .approximate(let digits): write(digits)
        case .string(let value): string(value)
        case .binary(let bytes):
            write("X'")
            for byte in bytes {
                write(String(byte >> 4, radix: 16, uppercase: true))
                write(String(byte & 15, radix: 16, uppercase: true))
            }
            write("'")
        case .date(let value): timed("DATE ", value)
        case .time(let value): timed("TIME ", value)
        case .timestamp(let value): timed("TIMESTAMP ", value)
        case .timestampLTZ(let value): timed("TIMESTAMP WITH LOCAL TIME ZONE ", value)
        case .interval(let interval):
            timed(interval.isNegative ? "INTERVAL -" : "INTERVAL ", interval.text)
            write(" ")
            qualifier(interval.qualifier)
        }
    }

    private mutating func timed(_ word: String, _ value: String) {
        write(word)
        string(value)
    }

    mutating func qualifier(_ qualifier: IntervalQualifier) {
        write(qualifier.start.rawValue)
        if let precision = qualifier.startPrecision {
            write("(\(precision)")
            if qualifier.end == nil, let fraction = qualifier.fractionPrecision { write(", \(fraction)") }
            write(")")
        }
        guard let end = qualifier.end else { return }
        write(" TO \(end.rawValue)")
        if let fraction = qualifier.fractionPrecision { write("(\(fraction))") }
    }

    // MARK: Ordering and windows

    mutating func orderItem(_ item: OrderItem) {
        expression(item.expression)
        if item.isDescending { write(" DESC") }
        if let nullsFirst = item.nullsFirst { write(nullsFirst ? " NULLS FIRST" : " NULLS LAST") }
    }

    mutating func orderBy(_ items: [OrderItem], before: String = " ") {
        guard !items.isEmpty else { return }
        write("\(before)ORDER BY ")
        list(items) { $0.orderItem($1) }
    }

    mutating func window(_ window: WindowSpecification) {
        var separator = ""
        write("(")
        if let base = window.base {
            name(base)
            separator = " "
        }
        if !window.partitionBy.isEmpty {
            write("\(separator)PARTITION BY ")
            list(window.partitionBy) { $0.expression($1) }
            separator = " "
        }
        orderBy(window.orderBy, before: separator)
        if !window.orderBy.isEmpty { separator = " " }
        if let frame = window.frame {
            write("\(separator)\(frame.unit.rawValue) BETWEEN ")
            bound(frame.start)
            write(" AND ")
            bound(frame.end)
        }
        write(")")
    }

    private mutating func bound(_ bound: WindowFrame.Bound) {
        switch bound {
        case .unboundedPreceding: write("UNBOUNDED PRECEDING")
        case .currentRow: write("CURRENT ROW")
        case .unboundedFollowing: write("UNBOUNDED FOLLOWING")
        case .preceding(let distance):
            expression(distance, .sum)
            write(" PRECEDING")
        case .following(let distance):
            expression(distance, .sum)
            write(" FOLLOWING")
        }
    }
}

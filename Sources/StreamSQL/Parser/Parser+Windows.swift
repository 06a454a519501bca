// OVER, window specifications and ORDER BY.
extension Parser {
    mutating func windowReference() throws(SQLError) -> WindowReference {
        if kind == .leftBracket { return .specification(try windowSpecification()) }
        return .named(try identifier("a window"))
    }

    mutating func windowSpecification() throws(SQLError) -> WindowSpecification {
        let start = place
        try expect(.leftBracket, "(")
        var window = WindowSpecification(range: start)
        if isAtIdentifier { window.base = try identifier("a window") }
        if accept("PARTITION", "BY") { window.partitionBy = try expressions() }
        if accept("ORDER", "BY") { window.orderBy = try orderItems() }
        window.frame = try frame()
        try expect(.rightBracket, ")")
        window.range = range(from: start)
        return window
    }

    private mutating func frame() throws(SQLError) -> WindowFrame? {
        let start = place
        let unit: WindowFrame.Unit
        if accept("ROWS") { unit = .rows } else if accept("RANGE") { unit = .range } else { return nil }
        var frame = WindowFrame(unit: unit, start: .currentRow, end: .currentRow, range: start)
        if accept("BETWEEN") {
            frame.start = try frameBound()
            try expect("AND")
            frame.end = try frameBound()
        } else {
            frame.start = try frameBound()
        }
        frame.range = range(from: start)
        return frame
    }

    private mutating func frameBound() throws(SQLError) -> WindowFrame.Bound {
        if accept("CURRENT", "ROW") { return .currentRow }
        if accept("UNBOUNDED", "PRECEDING") { return .unboundedPreceding }
        if accept("UNBOUNDED", "FOLLOWING") { return .unboundedFollowing }
        let distance = try expression(.sum)
        if accept("PRECEDING") { return .preceding(distance) }
        if accept("FOLLOWING") { return .following(distance) }
        throw unexpected("PRECEDING or FOLLOWING")
    }

    mutating func orderItems() throws(SQLError) -> [OrderItem] {
        try list { (parser) throws(SQLError) in try parser.orderItem() }
    }

    mutating func orderItem() throws(SQLError) -> OrderItem {
        let start = place
        var item = OrderItem(expression: try expression(), isDescending: false, nullsFirst: nil, range: start)
        if accept("DESC") { item.isDescending = true } else { _ = accept("ASC") }
        if accept("NULLS") {
            if accept("FIRST") {
                item.nullsFirst = true
            } else {
                try expect("LAST")
                item.nullsFirst = false
            }
        }
        item.range = range(from: start)
        return item
    }
}

// SELECT with its clauses up to QUALIFY.
extension Parser {
    mutating func select() throws(SQLError) -> Select {
        let start = place
        try expect("SELECT")
        var select = Select(hints: try hints(), items: [], range: start)
        if accept("DISTINCT") { select.isDistinct = true } else { _ = accept("ALL") }
        select.items = try list { (parser) throws(SQLError) in try parser.selectItem() }
        if accept("FROM") { select.from = try tableReferences() }
        if accept("WHERE") { select.filter = try expression() }
        if accept("GROUP", "BY") { select.groupBy = try groupBy() }
        if accept("HAVING") { select.having = try expression() }
        if accept("WINDOW") {
            select.windows = try list { (parser) throws(SQLError) in try parser.namedWindow() }
        }
        if accept("QUALIFY") { select.qualify = try expression() }
        select.range = range(from: start)
        return select
    }

    private mutating func selectItem() throws(SQLError) -> SelectItem {
        let start = place
        if let qualifier = try acceptStar() {
            return SelectItem(kind: .star(qualifier: qualifier), range: range(from: start))
        }
        let value = try expression()
        let alias = try alias("an alias")
        return SelectItem(kind: .expression(value, alias: alias), range: range(from: start))
    }

    /// `*` or `t.*` as a whole item; gives the qualifier's parts.
    private mutating func acceptStar() throws(SQLError) -> [Identifier]? {
        if accept(.star) { return [] }
        var ahead = 0
        while kind(ahead: ahead) == .word || kind(ahead: ahead) == .quotedWord, kind(ahead: ahead + 1) == .dot {
            ahead += 2
        }
        guard ahead > 0, kind(ahead: ahead) == .star else { return nil }
        var parts: [Identifier] = []
        while !accept(.star) {
            parts.append(try identifier("a table"))
            try expect(.dot, ".")
        }
        return parts
    }

    /// `AS name` or a bare name.
    mutating func alias(_ what: String) throws(SQLError) -> Identifier? {
        if accept("AS") { return try identifier(what) }
        guard isAtIdentifier else { return nil }
        implicitAlias = index
        return try identifier(what)
    }

    private mutating func namedWindow() throws(SQLError) -> NamedWindow {
        let name = try identifier("a window")
        try expect("AS")
        return NamedWindow(name: name, specification: try windowSpecification())
    }

    // MARK: GROUP BY

    private mutating func groupBy() throws(SQLError) -> GroupBy {
        let start = place
        let isDistinct = accept("DISTINCT")
        if !isDistinct { _ = accept("ALL") }
        let elements = try list { (parser) throws(SQLError) in try parser.groupingElement() }
        return GroupBy(elements: elements, isDistinct: isDistinct, range: range(from: start))
    }

    private mutating func groupingElement() throws(SQLError) -> GroupBy.Element {
        let outer = try enter()
        let element: GroupBy.Element
        if at("GROUPING", "SETS") {
            advance()
            advance()
            element = .groupingSets(try groupingElements())
        } else if accept("CUBE") {
            element = .cube(try groupingElements())
        } else if accept("ROLLUP") {
            element = .rollup(try groupingElements())
        } else if kind == .leftBracket, kind(ahead: 1) == .rightBracket {
            advance()
            advance()
            element = .empty
        } else {
            let isBracketed = kind == .leftBracket
            let value = try expression()
            if isBracketed, case .row(let values) = value.kind {
                element = .list(values)
            } else {
                element = .expression(value)
            }
        }
        try leave(outer)
        return element
    }

    private mutating func groupingElements() throws(SQLError) -> [GroupBy.Element] {
        try bracketed { (parser) throws(SQLError) in try parser.groupingElement() }
    }
}

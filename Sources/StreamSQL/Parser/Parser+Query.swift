// Queries: WITH, set operations, VALUES, and what follows the body.
extension Parser {
    /// Whether a query starts some tokens ahead, brackets aside.
    func isQueryStart(ahead count: Int) -> Bool {
        switch word(ahead: count) {
        case "SELECT", "WITH", "VALUES": true
        case "TABLE": kind(ahead: count + 1) == .word || kind(ahead: count + 1) == .quotedWord
        default: false
        }
    }

    /// Whether something follows that makes a bracketed query the first part of a longer one.
    var isAtQueryTail: Bool {
        ["UNION", "INTERSECT", "EXCEPT", "MINUS", "ORDER", "LIMIT", "OFFSET", "FETCH"].contains(token.keyword)
    }

    mutating func query() throws(SQLError) -> Query {
        let start = place
        var with: [CommonTableExpression] = []
        if accept("WITH") {
            if at("RECURSIVE") {
                throw SQLError(
                    .unsupported, "WITH RECURSIVE is not part of the dialect", at: place,
                    hint: "MATCH_RECOGNIZE follows rows of any number one after the other")
            }
            with = try list { (parser) throws(SQLError) in try parser.commonTable() }
        }
        return try queryTail(after: nil, with: with, from: start)
    }

    mutating func bracketedQuery() throws(SQLError) -> Query {
        try expect(.leftBracket, "(")
        let query = try query()
        try expect(.rightBracket, ")")
        return query
    }

    /// The body, of which the first part may have been read already, with ORDER BY, LIMIT and their like.
    mutating func queryTail(
        after first: QueryBody?, with: [CommonTableExpression], from start: SourceRange
    ) throws(SQLError) -> Query {
        let outer = try enter()
        if first != nil { try link() }
        var query = Query(with: with, body: try queryBody(after: first), range: start)
        if accept("ORDER", "BY") { query.orderBy = try orderItems() }
        if accept("LIMIT"), !accept("ALL") { query.limit = try expression() }
        if query.limit != nil, kind == .comma {
            throw SQLError(.syntax, "LIMIT takes one number", at: place, hint: "write LIMIT count OFFSET start")
        }
        if accept("OFFSET") {
            query.offset = try expression()
            if !accept("ROWS") { _ = accept("ROW") }
        }
        if query.limit == nil, accept("FETCH") {
            if !accept("FIRST") { try expect("NEXT") }
            query.limit = try expression()
            if !accept("ROWS") { try expect("ROW") }
            try expect("ONLY")
        }
        query.range = range(from: start)
        try leave(outer)
        return query
    }

    private mutating func commonTable() throws(SQLError) -> CommonTableExpression {
        let start = place
        let name = try identifier("the name of a query")
        let columns = kind == .leftBracket ? try identifiers("a column") : []
        try expect("AS")
        let query = try bracketedQuery()
        return CommonTableExpression(name: name, columns: columns, query: query, range: range(from: start))
    }

    /// UNION and EXCEPT, which bind less tightly than INTERSECT.
    private mutating func queryBody(after first: QueryBody?) throws(SQLError) -> QueryBody {
        var left = try intersection(after: first)
        while true {
            let operation: SetOperation.Kind
            if accept("UNION", "ALL") {
                left = try unionAll(left)
                continue
            }
            if accept("UNION") {
                operation = .union
            } else if accept("EXCEPT") {
                operation = .except
            } else if at("MINUS") {
                throw SQLError(.syntax, "MINUS is not part of the language", at: place, hint: "use EXCEPT")
            } else {
                return left
            }
            left = try combined(left, operation) { (parser) throws(SQLError) in try parser.intersection(after: nil) }
        }
    }

    mutating func intersection(after first: QueryBody?) throws(SQLError) -> QueryBody {
        var left: QueryBody
        if let first { left = first } else { left = try simpleBody() }
        while accept("INTERSECT") {
            left = try combined(left, .intersect) { (parser) throws(SQLError) in try parser.simpleBody() }
        }
        return left
    }

    private mutating func combined(
        _ left: QueryBody, _ kind: SetOperation.Kind, _ right: (inout Parser) throws(SQLError) -> QueryBody
    ) throws(SQLError) -> QueryBody {
        let isAll = accept("ALL")
        if !isAll { _ = accept("DISTINCT") }
        let other = try right(&self)
        try link()
        return .setOperation(
            SetOperation(kind: kind, isAll: isAll, left: left, right: other, range: range(from: left.range)))
    }

    private mutating func simpleBody() throws(SQLError) -> QueryBody {
        if kind == .leftBracket { return .query(try bracketedQuery()) }
        if at("SELECT") { return .select(try select()) }
        if at("VALUES") { return .values(try values()) }
        if at("TABLE") {
            advance()
            return .table(try objectName("a table"))
        }
        throw unexpected("SELECT, VALUES or a query in brackets")
    }

    private mutating func values() throws(SQLError) -> ValuesSyntax {
        let start = place
        advance()
        let rows = try list { (parser) throws(SQLError) in try parser.valuesRow() }
        return ValuesSyntax(rows: rows, range: range(from: start))
    }

    private mutating func valuesRow() throws(SQLError) -> ValuesSyntax.Row {
        let row = try expression()
        guard case .row(let values) = row.kind else { return ValuesSyntax.Row(values: [row], range: row.range) }
        return ValuesSyntax.Row(values: values, range: row.range)
    }
}

// Calls: ordinary ones with all their clauses, and those with a syntax of their own.
extension Parser {
    /// Calls whose arguments have keywords between them; nil when `word` starts none here.
    mutating func callWithSyntax(_ word: String) throws(SQLError) -> Expression.Kind? {
        if Keywords.bareFunctions.contains(word) { return try bareCall(word) }
        guard kind(ahead: 1) == .leftBracket else { return nil }
        switch word {
        case "EXTRACT": return try extract()
        case "POSITION": return try position()
        case "TRIM": return try trim()
        case "SUBSTRING": return try substring()
        case "OVERLAY": return try overlay()
        case "FLOOR", "CEIL", "CEILING": return try rounding()
        case "TIMESTAMPADD", "TIMESTAMPDIFF": return try unitFirst()
        case "DESCRIPTOR":
            advance()
            return .descriptor(try identifiers("a column"))
        default:
            if let function = JSONCall.Function(rawValue: word) { return try json(function) }
            return nil
        }
    }

    /// Passes the function's name and the bracket after it.
    private mutating func open() throws(SQLError) -> ObjectName {
        let name = ObjectName(Identifier(token.text, range: place))
        advance()
        try expect(.leftBracket, "(")
        return name
    }

    private mutating func close(_ name: ObjectName, _ arguments: [Expression]) throws(SQLError) -> Expression.Kind {
        try expect(.rightBracket, ")")
        return .call(FunctionCall(name: name, arguments: arguments.map { FunctionCall.Argument(name: nil, value: $0) }))
    }

    /// `CURRENT_DATE`, with a precision for those that have one.
    private mutating func bareCall(_ word: String) throws(SQLError) -> Expression.Kind {
        let name = ObjectName(Identifier(token.text, range: place))
        advance()
        var call = FunctionCall(name: name, hasBrackets: false)
        if accept(.leftBracket) {
            call.hasBrackets = true
            if kind != .rightBracket {
                call.arguments = [FunctionCall.Argument(name: nil, value: try expression())]
            }
            try expect(.rightBracket, ")")
        }
        return .call(call)
    }

    private mutating func timeUnit() throws(SQLError) -> Expression {
        let start = place
        guard let unit = acceptTimeUnit() else { throw unexpected("a unit such as SECOND, MINUTE or DAY") }
        return Expression(kind: .timeUnit(unit), range: start)
    }

    private mutating func extract() throws(SQLError) -> Expression.Kind {
        let name = try open()
        let unit = try timeUnit()
        try expect("FROM")
        return try close(name, [unit, try expression()])
    }

    private mutating func position() throws(SQLError) -> Expression.Kind {
        let name = try open()
        let part = try expression(.sum)
        try expect("IN")
        var arguments = [part, try expression()]
        if accept("FROM") { arguments.append(try expression()) }
        return try close(name, arguments)
    }

    private mutating func trim() throws(SQLError) -> Expression.Kind {
        _ = try open()
        var side = TrimSide.both
        var hasSide = true
        if accept("LEADING") {
            side = .leading
        } else if accept("TRAILING") {
            side = .trailing
        } else if !accept("BOTH") {
            hasSide = false
        }
        var characters: Expression?
        var value: Expression?
        if !at("FROM") { value = try expression() }
        if hasSide || at("FROM") {
            try expect("FROM")
            characters = value
            value = try expression()
        }
        guard let value else { throw unexpected("an expression") }
        try expect(.rightBracket, ")")
        return .trim(side, characters: characters, value)
    }

    private mutating func substring() throws(SQLError) -> Expression.Kind {
        let name = try open()
        var arguments = [try expression()]
        if accept("FROM") {
            arguments.append(try expression())
            if accept("FOR") { arguments.append(try expression()) }
        } else {
            while accept(.comma) { arguments.append(try expression()) }
        }
        return try close(name, arguments)
    }

    private mutating func overlay() throws(SQLError) -> Expression.Kind {
        let name = try open()
        var arguments = [try expression()]
        try expect("PLACING")
        arguments.append(try expression())
        try expect("FROM")
        arguments.append(try expression())
        if accept("FOR") { arguments.append(try expression()) }
        return try close(name, arguments)
    }

    /// FLOOR and CEIL of a number, or of a time to a unit.
    private mutating func rounding() throws(SQLError) -> Expression.Kind {
        let name = try open()
        var arguments = [try expression()]
        if accept("TO") {
            arguments.append(try timeUnit())
        } else {
            while accept(.comma) { arguments.append(try expression()) }
        }
        return try close(name, arguments)
    }

    private mutating func unitFirst() throws(SQLError) -> Expression.Kind {
        let name = try open()
        var arguments = [try timeUnit()]
        while accept(.comma) { arguments.append(try expression()) }
        return try close(name, arguments)
    }

    // MARK: Ordinary calls

    /// A call from its opening bracket on, with the clauses that aggregates may have.
    mutating func call(_ name: ObjectName, from start: SourceRange) throws(SQLError) -> Expression {
        var call = try callBody(name)
        while try callClause(&call) {}
        return Expression(kind: .call(call), range: range(from: start))
    }

    /// The brackets of a call with what stands in them; a level of its own, for calls take more stack than operators.
    mutating func callBody(_ name: ObjectName) throws(SQLError) -> FunctionCall {
        let outer = try enter()
        var call = FunctionCall(name: name)
        try expect(.leftBracket, "(")
        if kind == .star, kind(ahead: 1) == .rightBracket {
            advance()
            call.isStar = true
        } else if kind != .rightBracket {
            if accept("DISTINCT") { call.quantifier = .distinct } else if accept("ALL") { call.quantifier = .all }
            call.arguments = try list { (parser) throws(SQLError) in try parser.argument() }
            call.nullTreatment = nullTreatment()
            if accept("ORDER", "BY") { call.orderBy = try orderItems() }
        }
        try expect(.rightBracket, ")")
        try leave(outer)
        return call
    }

    private mutating func argument() throws(SQLError) -> FunctionCall.Argument {
        guard kind(ahead: 1) == .arrow else {
            return FunctionCall.Argument(name: nil, value: try argumentValue())
        }
        let name = try identifier("an argument's name")
        advance()
        return FunctionCall.Argument(name: name, value: try argumentValue())
    }

    private mutating func argumentValue() throws(SQLError) -> Expression {
        let start = place
        if at("TABLE") || isQueryStart(ahead: 0) {
            let argument = try tableArgument()
            return Expression(kind: .tableArgument(argument), range: range(from: start))
        }
        if at("MODEL"), kind(ahead: 1) == .word || kind(ahead: 1) == .quotedWord {
            advance()
            let model = try objectName("a model")
            return Expression(kind: .modelArgument(model), range: range(from: start))
        }
        if accept("DEFAULT") { return Expression(kind: .defaultArgument, range: start) }
        let value = try expression()
        if case .scalarQuery(let query) = value.kind, at("PARTITION") || at("ORDER") {
            var argument = TableArgument(source: .query(query), range: start)
            try partitioning(&argument)
            argument.range = range(from: start)
            return Expression(kind: .tableArgument(argument), range: argument.range)
        }
        return value
    }

    /// `TABLE t`, `TABLE (query)` or a bare query, with PARTITION BY and ORDER BY.
    @inline(never)  // keeps its frame off the stack of nested calls
    private mutating func tableArgument() throws(SQLError) -> TableArgument {
        let start = place
        var argument: TableArgument
        if accept("TABLE") {
            if kind == .leftBracket, isQueryStart(ahead: 1) {
                argument = TableArgument(source: .query(try bracketedQuery()), range: start)
            } else {
                let hasBracket = accept(.leftBracket)
                argument = TableArgument(source: .table(try objectName("a table")), range: start)
                if hasBracket { try expect(.rightBracket, ")") }
            }
            argument.hints = try hints()
            argument.alias = try tableAlias()
        } else {
            argument = TableArgument(source: .query(try query()), range: start)
        }
        try partitioning(&argument)
        argument.range = range(from: start)
        return argument
    }

    @inline(never)
    private mutating func partitioning(_ argument: inout TableArgument) throws(SQLError) {
        if accept("PARTITION", "BY") { argument.partitionBy = try oneOrBracketed() }
        guard accept("ORDER", "BY") else { return }
        if accept(.leftBracket) {
            argument.orderBy = try orderItems()
            try expect(.rightBracket, ")")
        } else {
            argument.orderBy = [try orderItem()]
        }
    }

    /// `k` or `(k, l)`: a comma outside brackets starts the next argument.
    private mutating func oneOrBracketed() throws(SQLError) -> [Expression] {
        let first = try expression()
        if case .row(let values) = first.kind { return values }
        return [first]
    }

    private mutating func nullTreatment() -> FunctionCall.NullTreatment? {
        if accept("IGNORE", "NULLS") { return .ignore }
        if accept("RESPECT", "NULLS") { return .respect }
        return nil
    }

    /// One clause after the brackets; false when none follows.
    @inline(never)
    private mutating func callClause(_ call: inout FunctionCall) throws(SQLError) -> Bool {
        if call.over != nil { return false }
        if let treatment = nullTreatment() {
            call.nullTreatment = treatment
        } else if accept("WITHIN", "GROUP") {
            try expect(.leftBracket, "(")
            try expect("ORDER", "BY")
            call.withinGroup = try orderItems()
            try expect(.rightBracket, ")")
        } else if at("FILTER"), kind(ahead: 1) == .leftBracket {
            advance()
            call.filter = try filterClause()
        } else if accept("OVER") {
            call.over = try windowReference()
        } else {
            return false
        }
        return true
    }

    /// `(WHERE condition)`.
    mutating func filterClause() throws(SQLError) -> Expression {
        try expect(.leftBracket, "(")
        try expect("WHERE")
        let condition = try expression()
        try expect(.rightBracket, ")")
        return condition
    }
}

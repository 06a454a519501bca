// Operands: constants, names, calls and everything that starts with a word of its own.
extension Parser {
    mutating func primary() throws(SQLError) -> Expression {
        let start = place
        switch kind {
        case .integer, .decimal, .approximate, .string, .unicodeString, .binaryString:
            return Expression(kind: .literal(try plainLiteral()), range: range(from: start))
        case .leftBracket:
            return try parenthesised()
        case .quotedWord:
            return try nameOrCall()
        case .word:
            if let special = try wordExpression() {
                return Expression(kind: special, range: range(from: start))
            }
            return try nameOrCall()
        case .star:
            throw SQLError(
                .syntax, "unexpected '*'", at: start, hint: "* stands alone in SELECT, after 't.' or in COUNT(*)")
        default:
            throw unexpected("an expression")
        }
    }

    /// A number or text.
    private mutating func plainLiteral() throws(SQLError) -> Literal {
        let token = self.token
        switch token.kind {
        case .integer:
            advance()
            return .integer(token.text)
        case .decimal:
            advance()
            return .decimal(token.text)
        case .approximate:
            advance()
            return .approximate(token.text)
        case .binaryString: return .binary(try binaryValue())
        default:
            // Texts that follow each other are one text.
            var text = try stringValue()
            while kind == .string { text += try stringValue() }
            return .string(text)
        }
    }

    private mutating func binaryValue() throws(SQLError) -> [UInt8] {
        var digits: [UInt8] = []
        for scalar in token.text.unicodeScalars {
            guard scalar.isASCII, let digit = Character(scalar).hexDigitValue else {
                throw SQLError(
                    .syntax, "'\(scalar)' is not a hexadecimal digit", at: place, hint: "bytes are written X'0aFF'")
            }
            digits.append(UInt8(digit))
        }
        guard digits.count.isMultiple(of: 2) else {
            throw SQLError(
                .syntax, "a binary constant needs an even number of digits, this one has \(digits.count)", at: place)
        }
        advance()
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    /// `(query)`, `(a, b)` or an expression in brackets.
    private mutating func parenthesised(takesUnit: Bool = true) throws(SQLError) -> Expression {
        let start = place
        if isQueryStart(ahead: 1) {
            let query = try bracketedQuery()
            return Expression(kind: .scalarQuery(query), range: range(from: start))
        }
        advance()
        let first = try expression()
        if case .scalarQuery(let inner) = first.kind, isAtQueryTail {
            let query = try queryTail(after: .query(inner), with: [], from: first.range)
            try expect(.rightBracket, ")")
            return Expression(kind: .scalarQuery(query), range: range(from: start))
        }
        var values = [first]
        while accept(.comma) { values.append(try expression()) }
        try expect(.rightBracket, ")")
        guard values.count > 1 else {
            // `(a - b) DAY`: the units are reserved words, so that none of them is an alias.
            if takesUnit, case .binary(.subtract, _, _) = first.kind, Self.differenceUnits.contains(token.keyword) {
                let qualifier = try intervalQualifier()
                return Expression(kind: .intervalOf(first, qualifier), range: range(from: start))
            }
            return Expression(kind: first.kind, range: range(from: start))
        }
        return Expression(kind: .row(values), range: range(from: start))
    }

    private static let differenceUnits: Set<String> = ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"]

    /// A name with its parts, or a call when a bracket follows.
    private mutating func nameOrCall() throws(SQLError) -> Expression {
        let start = place
        if kind(ahead: 1) == .leftBracket, kind == .quotedWord || isCallable(token.keyword) {
            let name = Identifier(token.text, range: place)
            advance()
            return try call(ObjectName(name), from: start)
        }
        var parts = [try identifier("an expression")]
        while kind == .dot, kind(ahead: 1) == .word || kind(ahead: 1) == .quotedWord {
            advance()
            parts.append(try identifier("a column or field"))
        }
        if kind == .leftBracket, parts.count > 1 {
            return try call(ObjectName(parts: parts, range: range(from: start)), from: start)
        }
        if parts.count > 1 { try link() }
        return Expression(kind: .name(parts), range: range(from: start))
    }

    private func isCallable(_ keyword: String) -> Bool {
        !Keywords.reserved.contains(keyword) || Keywords.functionNames.contains(keyword)
    }

    /// Expressions that begin with a keyword; nil when the word is an ordinary name here.
    private mutating func wordExpression() throws(SQLError) -> Expression.Kind? {
        let word = token.keyword
        switch word {
        case "NULL":
            advance()
            return .literal(.null)
        case "TRUE":
            advance()
            return .literal(.boolean(true))
        case "FALSE":
            advance()
            return .literal(.boolean(false))
        case "UNKNOWN":
            advance()
            return .literal(.unknown)
        case "DATE", "TIME", "TIMESTAMP", "TIMESTAMP_LTZ": return try timeLiteral(word)
        case "INTERVAL": return try interval()
        case "CASE": return try caseExpression()
        case "CAST", "TRY_CAST": return try cast(isTry: word == "TRY_CAST")
        case "EXISTS":
            advance()
            return .exists(try bracketedQuery())
        case "ROW":
            advance()
            try expect(.leftBracket, "(")
            if accept(.rightBracket) { return .row([]) }
            let values = try expressions()
            try expect(.rightBracket, ")")
            return .row(values)
        case "ARRAY", "MAP", "MULTISET":
            return try collection(word)
        default:
            return try callWithSyntax(word)
        }
    }

    /// `ARRAY[...]`, `MAP[k, v]` and the same words over a query.
    private mutating func collection(_ word: String) throws(SQLError) -> Expression.Kind? {
        if kind(ahead: 1) == .leftSquare, word != "MULTISET" {
            let start = place
            advance()
            advance()
            var values: [Expression] = []
            if kind != .rightSquare { values = try expressions() }
            try expect(.rightSquare, "]")
            if word == "ARRAY" { return .array(values) }
            guard values.count.isMultiple(of: 2) else {
                throw SQLError(
                    .syntax, "MAP needs a value for every key, but it has \(values.count) expressions",
                    at: range(from: start))
            }
            return .map(values)
        }
        if kind(ahead: 1) == .leftBracket, isQueryStart(ahead: 2) || kind(ahead: 2) == .leftBracket,
            let collection = CollectionKind(rawValue: word)
        {
            advance()
            return .collectionQuery(collection, try bracketedQuery())
        }
        return nil
    }

    private mutating func caseExpression() throws(SQLError) -> Expression.Kind {
        advance()
        var operand: Expression?
        if !at("WHEN") { operand = try expression() }
        var branches: [CaseExpression.Branch] = []
        while accept("WHEN") {
            let conditions = operand == nil ? [try expression()] : try expressions()
            try expect("THEN")
            branches.append(CaseExpression.Branch(conditions: conditions, result: try expression()))
        }
        if branches.isEmpty { throw unexpected("WHEN") }
        let otherwise = accept("ELSE") ? try expression() : nil
        try expect("END")
        return .caseWhen(CaseExpression(operand: operand, branches: branches, otherwise: otherwise))
    }

    private mutating func cast(isTry: Bool) throws(SQLError) -> Expression.Kind {
        advance()
        try expect(.leftBracket, "(")
        let value = try expression()
        try expect("AS")
        let type = try type()
        try expect(.rightBracket, ")")
        return .cast(value, type, isTry: isTry)
    }

    /// `DATE '...'` and its like; nil when no text follows.
    private mutating func timeLiteral(_ word: String) throws(SQLError) -> Expression.Kind? {
        var isLocal = word == "TIMESTAMP_LTZ"
        if kind(ahead: 1) == .string {
            advance()
        } else if word == "TIMESTAMP", self.word(ahead: 1) == "WITH", self.word(ahead: 2) == "LOCAL" {
            advance()
            try expect("WITH", "LOCAL")
            try expect("TIME", "ZONE")
            isLocal = true
        } else {
            return nil
        }
        let text = try string("a time").text
        switch word {
        case "DATE": return .literal(.date(text))
        case "TIME": return .literal(.time(text))
        default: return .literal(isLocal ? .timestampLTZ(text) : .timestamp(text))
        }
    }

    private mutating func interval() throws(SQLError) -> Expression.Kind {
        advance()
        let isNegative = kind == .minus
        if isNegative || kind == .plus { advance() }
        if kind == .string || isNegative {
            let text = try string("an interval's length").text
            return .literal(
                .interval(IntervalLiteral(isNegative: isNegative, text: text, qualifier: try intervalQualifier())))
        }
        // In INTERVAL (a - b) DAY the unit is that of the whole.
        let value = kind == .leftBracket ? try parenthesised(takesUnit: false) : try primary()
        return .intervalOf(value, try intervalQualifier())
    }

    /// `DAY(3) TO SECOND(6)`.
    mutating func intervalQualifier() throws(SQLError) -> IntervalQualifier {
        let start = place
        guard let unit = acceptTimeUnit() else { throw unexpected("a unit such as SECOND, MINUTE or DAY") }
        var qualifier = IntervalQualifier(
            start: unit, startPrecision: nil, end: nil, fractionPrecision: nil, range: start)
        if accept(.leftBracket) {
            qualifier.startPrecision = try number("a precision")
            if accept(.comma) { qualifier.fractionPrecision = try number("a precision") }
            try expect(.rightBracket, ")")
        }
        if at("TO"), TimeUnit(word: word(ahead: 1)) != nil {
            advance()
            qualifier.end = acceptTimeUnit()
            if accept(.leftBracket) {
                qualifier.fractionPrecision = try number("a precision")
                try expect(.rightBracket, ")")
            }
        }
        qualifier.range = range(from: start)
        return qualifier
    }

    mutating func acceptTimeUnit() -> TimeUnit? {
        guard kind == .word, let unit = TimeUnit(word: token.keyword) else {
            for unit in TimeUnit.allCases { _ = at(unit.rawValue) }
            return nil
        }
        advance()
        return unit
    }
}

extension TimeUnit {
    /// The unit that a keyword names, in the singular or plural.
    init?(word: String) {
        var name = word
        if name.hasPrefix("SQL_TSI_") { name.removeFirst(8) }
        switch name {
        case "DAYOFWEEK": self = .dayOfWeek
        case "DAYOFYEAR": self = .dayOfYear
        case "FRAC_SECOND": self = .microsecond
        case "NANOSECONDS", "MICROSECONDS", "MILLISECONDS", "SECONDS", "MINUTES", "HOURS", "DAYS", "WEEKS", "MONTHS",
            "QUARTERS", "YEARS":
            name.removeLast()
            fallthrough
        default:
            guard let unit = TimeUnit(rawValue: name) else { return nil }
            self = unit
        }
    }
}

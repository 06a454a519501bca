// MATCH_RECOGNIZE.
extension Parser {
    mutating func matchRecognize() throws(SQLError) -> MatchRecognize {
        let start = place
        try expect("MATCH_RECOGNIZE")
        try expect(.leftBracket, "(")
        var match = MatchRecognize(pattern: RowPattern(kind: .empty, range: start), range: start)
        if accept("PARTITION", "BY") { match.partitionBy = try expressions() }
        if accept("ORDER", "BY") { match.orderBy = try orderItems() }
        if accept("MEASURES") { match.measures = try list { (parser) throws(SQLError) in try parser.measure() } }
        match.rowsPerMatch = try rowsPerMatch()
        if accept("AFTER", "MATCH") { match.afterMatch = try afterMatch() }
        try pattern(&match)
        if accept("WITHIN") { match.within = try expression() }
        if accept("SUBSET") { match.subsets = try list { (parser) throws(SQLError) in try parser.subset() } }
        if accept("DEFINE") { match.definitions = try list { (parser) throws(SQLError) in try parser.definition() } }
        try expect(.rightBracket, ")")
        match.range = range(from: start)
        return match
    }

    private mutating func measure() throws(SQLError) -> MatchRecognize.Measure {
        var semantics: MatchRecognize.Measure.Semantics?
        if accept("RUNNING") {
            semantics = .running
        } else if at("FINAL"), kind(ahead: 1) == .word || kind(ahead: 1) == .quotedWord {
            advance()
            semantics = .final
        }
        let value = try expression()
        try expect("AS")
        return MatchRecognize.Measure(semantics: semantics, expression: value, name: try identifier("a measure"))
    }

    private mutating func rowsPerMatch() throws(SQLError) -> MatchRecognize.RowsPerMatch? {
        let result: MatchRecognize.RowsPerMatch
        if accept("ONE", "ROW") { result = .one } else if accept("ALL", "ROWS") { result = .all } else { return nil }
        try expect("PER")
        try expect("MATCH")
        return result
    }

    private mutating func afterMatch() throws(SQLError) -> MatchRecognize.AfterMatch {
        try expect("SKIP")
        if accept("PAST") {
            try expect("LAST", "ROW")
            return .pastLastRow
        }
        try expect("TO")
        if accept("NEXT") {
            try expect("ROW")
            return .toNextRow
        }
        if accept("FIRST") { return .toFirst(try identifier("a pattern variable")) }
        _ = accept("LAST")
        return .toLast(try identifier("a pattern variable"))
    }

    private mutating func subset() throws(SQLError) -> MatchRecognize.Subset {
        let name = try identifier("a subset")
        try expect(.equal, "=")
        return MatchRecognize.Subset(name: name, members: try identifiers("a pattern variable"))
    }

    private mutating func definition() throws(SQLError) -> MatchRecognize.Definition {
        let name = try identifier("a pattern variable")
        try expect("AS")
        return MatchRecognize.Definition(name: name, condition: try expression())
    }

    // MARK: Patterns

    private mutating func pattern(_ match: inout MatchRecognize) throws(SQLError) {
        try expect("PATTERN")
        try expect(.leftBracket, "(")
        match.startsAtFirstRow = accept(.caret)
        match.pattern = try alternatives()
        match.endsAtLastRow = accept("$")
        try expect(.rightBracket, ")")
    }

    private mutating func alternatives() throws(SQLError) -> RowPattern {
        let outer = try enter()
        let start = place
        var patterns = [try sequence()]
        while accept(.bar) { patterns.append(try sequence()) }
        try leave(outer)
        guard patterns.count > 1 else { return patterns[0] }
        return RowPattern(kind: .alternation(patterns), range: range(from: start))
    }

    private mutating func sequence() throws(SQLError) -> RowPattern {
        let start = place
        var patterns: [RowPattern] = []
        while isAtIdentifier && token.text != "$" || kind == .leftBracket || kind == .leftBrace || at("PERMUTE") {
            patterns.append(try repeatedPattern())
        }
        guard let first = patterns.first else { throw unexpected("a pattern variable") }
        guard patterns.count > 1 else { return first }
        return RowPattern(kind: .sequence(patterns), range: range(from: start))
    }

    private mutating func repeatedPattern() throws(SQLError) -> RowPattern {
        let start = place
        let pattern = try simplePattern()
        let minimum: Int
        let maximum: Int?
        switch kind {
        case .star: (minimum, maximum) = (0, nil)
        case .plus: (minimum, maximum) = (1, nil)
        case .question: (minimum, maximum) = (0, 1)
        case .leftBrace where kind(ahead: 1) != .minus:
            advance()
            let low = kind == .integer ? try number("a count") : nil
            var high = low
            if accept(.comma) { high = kind == .integer ? try number("a count") : nil }
            if low == nil, high == nil { throw unexpected("a count") }
            guard kind == .rightBrace else { throw unexpected("'}'") }
            (minimum, maximum) = (low ?? 0, high)
        default:
            return pattern
        }
        advance()
        let isReluctant = accept(.question)
        try link()
        return RowPattern(
            kind: .repeated(pattern, minimum: minimum, maximum: maximum, isReluctant: isReluctant),
            range: range(from: start))
    }

    private mutating func simplePattern() throws(SQLError) -> RowPattern {
        let start = place
        if accept("PERMUTE") {
            let patterns = try bracketed { (parser) throws(SQLError) in try parser.alternatives() }
            return RowPattern(kind: .permutation(patterns), range: range(from: start))
        }
        if accept(.leftBrace) {
            try expect(.minus, "-")
            let inner = try alternatives()
            try expect(.minus, "-")
            try expect(.rightBrace, "}")
            return RowPattern(kind: .exclusion(inner), range: range(from: start))
        }
        if accept(.leftBracket) {
            if accept(.rightBracket) { return RowPattern(kind: .empty, range: range(from: start)) }
            let inner = try alternatives()
            try expect(.rightBracket, ")")
            return inner
        }
        let variable = try identifier("a pattern variable")
        return RowPattern(kind: .variable(variable), range: variable.range)
    }
}

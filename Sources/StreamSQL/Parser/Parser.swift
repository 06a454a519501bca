/// Reads tokens into syntax trees by recursive descent, with binding powers for expressions.
///
/// The parser stops at the first mistake of a statement and goes on after the next semicolon. Each `at` or `accept`
/// that fails notes the keyword it looked for, so that a misspelt word can be told from what could have stood there.
struct Parser {
    let tokens: [Token]
    let limits: SyntaxLimits
    private let source: [UInt8]
    private let lexerErrors: [Int32: SQLError]
    private(set) var index = 0
    private var depth = 0
    /// Height of the tallest tree that was read since the innermost `enter`, in operators of chains.
    private var height = 0
    private var nodes = 0
    /// Keywords that were looked for at `expectedIndex`.
    private var expectedWords: [String] = []
    private var expectedIndex = -1
    /// The token that was last taken as an alias without AS: where a misspelt keyword ends up.
    var implicitAlias = -1
    var errors: [SQLError] = []
    /// What is no mistake and yet surely not meant.
    var warnings: [SQLError] = []

    init(_ text: String, limits: SyntaxLimits = SyntaxLimits()) throws(SQLError) {
        guard text.utf8.count <= limits.bytes else {
            throw SQLError(
                .limit, "the script has \(text.utf8.count) bytes, \(limits.bytes) are allowed", at: .none,
                hint: "split it into several files")
        }
        var lexer = Lexer(text)
        lexer.run()
        tokens = lexer.tokens
        lexerErrors = lexer.errors
        source = Array(text.utf8)
        self.limits = limits
    }

    // MARK: Tokens

    var token: Token { tokens[index] }
    var kind: Token.Kind { tokens[index].kind }
    var isAtEnd: Bool { kind == .end }

    /// The place of the current token.
    var place: SourceRange { tokens[index].range }

    /// The place from the start of `first` to the last token passed.
    func range(from first: SourceRange) -> SourceRange {
        first.through(tokens[max(0, index - 1)].range)
    }

    func kind(ahead count: Int) -> Token.Kind {
        tokens[min(index + count, tokens.count - 1)].kind
    }

    /// The unquoted word some tokens ahead in upper case, else empty.
    func word(ahead count: Int) -> String {
        tokens[min(index + count, tokens.count - 1)].keyword
    }

    mutating func advance() {
        if index < tokens.count - 1 { index += 1 }
    }

    /// Whether the current token is this keyword; notes it as expected otherwise.
    mutating func at(_ keyword: String) -> Bool {
        if tokens[index].keyword == keyword { return true }
        if expectedIndex != index {
            expectedIndex = index
            expectedWords.removeAll(keepingCapacity: true)
        }
        expectedWords.append(keyword)
        return false
    }

    mutating func at(_ first: String, _ second: String) -> Bool {
        at(first) && word(ahead: 1) == second
    }

    mutating func accept(_ keyword: String) -> Bool {
        guard at(keyword) else { return false }
        advance()
        return true
    }

    /// Passes all the keywords if they stand here one after the other, else none.
    mutating func accept(_ first: String, _ second: String, _ third: String? = nil) -> Bool {
        guard at(first), word(ahead: 1) == second, third == nil || word(ahead: 2) == third else { return false }
        for _ in 0..<(third == nil ? 2 : 3) { advance() }
        return true
    }

    mutating func accept(_ kind: Token.Kind) -> Bool {
        guard self.kind == kind else { return false }
        advance()
        return true
    }

    mutating func expect(_ keywords: String...) throws(SQLError) {
        for keyword in keywords where !accept(keyword) { throw unexpected(keyword) }
    }

    mutating func expect(_ kind: Token.Kind, _ shown: String) throws(SQLError) {
        if !accept(kind) { throw unexpected("'\(shown)'") }
    }

    /// One or more elements with commas between them.
    mutating func list<Element>(
        _ element: (inout Parser) throws(SQLError) -> Element
    ) throws(SQLError) -> [Element] {
        var elements = [try element(&self)]
        while accept(.comma) { elements.append(try element(&self)) }
        return elements
    }

    /// A list in round brackets.
    mutating func bracketed<Element>(
        _ element: (inout Parser) throws(SQLError) -> Element
    ) throws(SQLError) -> [Element] {
        try expect(.leftBracket, "(")
        let elements = try list(element)
        try expect(.rightBracket, ")")
        return elements
    }

    // MARK: Limits

    /// Enters a nested construct; `leave` takes the result.
    mutating func enter() throws(SQLError) -> Int {
        depth += 1
        if depth > limits.depth { throw tooDeep() }
        let outer = height
        height = 0
        return outer
    }

    /// Leaves a nested construct, whose tree is one taller than what it holds.
    mutating func leave(_ outer: Int) throws(SQLError) {
        depth -= 1
        try link()
        height = max(outer, height)
    }

    /// Puts one more node on top of what was read: `a[1].b` grows to the left without nesting. An operator of a chain is a
    /// part of a level only.
    mutating func link(inChain: Bool = false) throws(SQLError) {
        height += inChain ? 1 : limits.chainOperators
        if height > limits.depth * limits.chainOperators { throw tooDeep() }
        try countNode()
    }

    /// Counts a node that makes the tree no taller.
    mutating func countNode() throws(SQLError) {
        nodes += 1
        if nodes > limits.nodes {
            throw SQLError(.limit, "the script has more than \(limits.nodes) parts", at: place)
        }
    }

    private func tooDeep() -> SQLError {
        SQLError(
            .limit, "the statement nests more than \(limits.depth) levels deep", at: place,
            hint: "split it with views or WITH")
    }

    // MARK: Statements and recovery

    /// What to return to after a mistake.
    struct Level {
        fileprivate var depth: Int
    }

    var level: Level { Level(depth: depth) }

    /// Notes an error and passes everything up to the next semicolon, which is passed too.
    mutating func recover(from error: SQLError, to level: Level) {
        errors.append(error)
        depth = level.depth
        height = 0
        while kind != .semicolon, !isAtEnd { advance() }
        _ = accept(.semicolon)
    }

    var hasTooManyErrors: Bool { errors.count >= limits.errors || errors.last?.code == .limit }

    // MARK: Errors

    /// The text of a token as written, cut where it is long.
    func shown(_ token: Token) -> String {
        let start = min(max(0, Int(token.range.offset)), source.count)
        let end = min(max(start, Int(token.range.end)), source.count)
        let text = String(decoding: source[start..<end], as: UTF8.self)
        guard text.unicodeScalars.count > 60 else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(60))) + "…"
    }

    /// The error that the current token cannot stand where it does.
    func unexpected(_ expected: String? = nil) -> SQLError {
        let token = tokens[index]
        if token.kind == .invalid, let error = lexerErrors[token.range.offset] { return error }
        let wanted = expected.map { ", expected \($0)" } ?? ""
        if token.kind == .end || token.kind == .semicolon {
            guard index > 0, tokens[index - 1].kind != .semicolon else {
                return SQLError(.syntax, "a statement is missing\(wanted)", at: token.range)
            }
            let last = tokens[index - 1]
            if last.kind == .invalid, let error = lexerErrors[last.range.offset] { return error }
            return SQLError(
                .syntax, "the statement ends too early after '\(shown(last))'\(wanted)", at: last.range)
        }
        if token.kind == .word,
            let foreign = ForeignSyntax.entry(
                token.keyword, after: index > 0 ? tokens[index - 1].keyword : "", before: word(ahead: 1))
        {
            return SQLError(.unsupported, foreign.message, at: token.range, hint: foreign.hint)
        }
        if token.kind == .bangEqual {
            return SQLError(.syntax, "'!=' is not part of the language", at: token.range, hint: "use <>")
        }
        return SQLError(
            .syntax, "unexpected '\(shown(token))'\(wanted)", at: token.range, hint: suggestion(for: token))
    }

    /// What may have been meant where `token` stands.
    private func suggestion(for token: Token) -> String? {
        let words = expectedIndex == index ? expectedWords : []
        if let condition = misspeltCondition() { return "did you mean \(condition)?" }
        if token.kind == .word, let near = nearestName(to: token.text, in: words) {
            return "did you mean \(near)?"
        }
        if implicitAlias >= 0, implicitAlias == index - 1 {
            let alias = tokens[implicitAlias]
            if alias.kind == .word, let near = nearestName(to: alias.text, in: Self.clauseStarts) {
                return "did you mean \(near) instead of '\(alias.text)'?"
            }
            let name = shown(alias)
            return "'\(name)' was read as an alias; a comma may be missing before '\(name)' or before '\(shown(token))'"
        }
        if token.isReserved, Keywords.statementStarts.contains(token.keyword) {
            return "a semicolon may be missing before \(token.keyword)"
        }
        if token.kind == .word, token.isReserved {
            return "'\(token.text)' is a reserved word; as a name it is written `\(token.text)`"
        }
        if token.kind == .word, index > 0, [.word, .quotedWord, .rightBracket].contains(tokens[index - 1].kind) {
            return "a comma may be missing before '\(token.text)'"
        }
        return nil
    }

    /// `IF EXISTS` or `IF NOT EXISTS` where the words here are near to it: then IF was read as a name.
    private func misspeltCondition() -> String? {
        guard index > 0, tokens[index - 1].kind == .word, tokens[index - 1].keyword == "IF" else { return nil }
        let isNegated = token.keyword == "NOT"
        let last = isNegated ? index + 1 : index
        guard last < tokens.count, tokens[last].kind == .word, tokens[last].keyword != "EXISTS",
            nearestName(to: tokens[last].text, in: ["EXISTS"]) != nil
        else { return nil }
        return isNegated ? "IF NOT EXISTS" : "IF EXISTS"
    }

    /// Words that can follow a select item or a table, and so be mistaken for an alias when misspelt.
    private static let clauseStarts = [
        "FROM", "WHERE", "GROUP", "HAVING", "WINDOW", "UNION", "INTERSECT", "EXCEPT", "ORDER", "LIMIT", "OFFSET",
        "FETCH",
        "JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "NATURAL", "ON", "USING", "AS",
    ]
}

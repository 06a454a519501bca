/// A parsed script: its statements in order.
package struct SQLScript: Sendable {
    package var statements: [Statement]
    /// The file's name as shown in messages.
    package var file: String
    /// The text, which messages quote.
    package var text: String
    /// What is no mistake and yet surely not meant.
    package var warnings: [SQLError] = []

    /// Parses a whole script; every statement with a mistake adds an error, in the order of the text.
    package static func parse(
        _ text: String, file: String = "query", limits: SyntaxLimits = SyntaxLimits()
    ) throws(SQLScriptError) -> SQLScript {
        let parsed = parseAll(text, file: file, limits: limits)
        guard parsed.errors.isEmpty else { throw SQLScriptError(errors: parsed.errors) }
        return parsed.script
    }

    /// The statements without mistakes, the mistakes of the others, and the names of what those would have made.
    static func parseAll(
        _ text: String, file: String, limits: SyntaxLimits = SyntaxLimits()
    ) -> (script: SQLScript, errors: [SQLError], failedNames: Set<String>) {
        do throws(SQLError) {
            var parser = try Parser(text, limits: limits)
            var failedNames: Set<String> = []
            let statements = parser.script(failedNames: &failedNames)
            let script = SQLScript(statements: statements, file: file, text: text, warnings: parser.warnings)
            return (script, parser.errors, failedNames)
        } catch {
            return (SQLScript(statements: [], file: file, text: text), [error], [])
        }
    }
}

extension Parser {
    /// All the statements up to the end of the text; mistakes are in `errors`.
    mutating func script(failedNames: inout Set<String>) -> [Statement] {
        var statements: [Statement] = []
        while !isAtEnd, !hasTooManyErrors {
            if accept(.semicolon) { continue }
            if let command = clientCommand() {
                if command == "QUIT" || command == "EXIT" { break }
                advance()
                continue
            }
            let level = level
            let name = createdName()
            do throws(SQLError) {
                let statement = try statement()
                if kind != .semicolon, !isAtEnd { throw unexpected() }
                statements.append(statement)
            } catch {
                if let name { failedNames.insert(name) }
                recover(from: error, to: level)
            }
        }
        return statements
    }

    /// A word alone that Flink's client takes as a command: what follows QUIT and EXIT is not run, and there is no screen for
    /// the others.
    private func clientCommand() -> String? {
        let word = word(ahead: 0)
        guard ["QUIT", "EXIT", "CLEAR", "HELP"].contains(word) else { return nil }
        return [.semicolon, .end].contains(kind(ahead: 1)) ? word : nil
    }

    /// The name that the CREATE which stands here gives to something.
    private func createdName() -> String? {
        guard word(ahead: 0) == "CREATE" else { return nil }
        var ahead = 1
        while ["OR", "REPLACE", "TEMPORARY", "TABLE", "VIEW", "IF", "NOT", "EXISTS"].contains(word(ahead: ahead)) {
            ahead += 1
        }
        while kind(ahead: ahead + 1) == .dot { ahead += 2 }
        guard [.word, .quotedWord].contains(kind(ahead: ahead)) else { return nil }
        return tokens[min(index + ahead, tokens.count - 1)].text
    }
}

/// Parses one expression that is the whole text.
package func parseExpression(_ text: String) throws(SQLError) -> Expression {
    try parseWhole(text) { (parser) throws(SQLError) in try parser.expression() }
}

/// Parses one query that is the whole text; a semicolon may follow.
package func parseQuery(_ text: String) throws(SQLError) -> Query {
    try parseWhole(text) { (parser) throws(SQLError) in try parser.query() }
}

/// Parses one data type that is the whole text.
package func parseType(_ text: String) throws(SQLError) -> TypeSyntax {
    try parseWhole(text) { (parser) throws(SQLError) in try parser.type() }
}

private func parseWhole<Node>(
    _ text: String, _ node: (inout Parser) throws(SQLError) -> Node
) throws(SQLError) -> Node {
    var parser = try Parser(text)
    let result = try node(&parser)
    _ = parser.accept(.semicolon)
    if !parser.isAtEnd { throw parser.unexpected() }
    // Mistakes that the parser could read over.
    if let error = parser.errors.first { throw error }
    return result
}

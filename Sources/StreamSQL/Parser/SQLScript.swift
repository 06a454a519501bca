/// A parsed script: its statements in order.
package struct SQLScript: Sendable {
    package var statements: [Statement]
    /// The file's name as shown in messages.
    package var file: String
    /// The text, which messages quote.
    package var text: String

    /// Parses a whole script; every statement with a mistake adds an error, in the order of the text.
    package static func parse(
        _ text: String, file: String = "query", limits: SyntaxLimits = SyntaxLimits()
    ) throws(SQLScriptError) -> SQLScript {
        var parser: Parser
        do throws(SQLError) {
            parser = try Parser(text, limits: limits)
        } catch {
            throw SQLScriptError(error)
        }
        let statements = parser.script()
        guard parser.errors.isEmpty else { throw SQLScriptError(errors: parser.errors) }
        return SQLScript(statements: statements, file: file, text: text)
    }
}

extension Parser {
    /// All the statements up to the end of the text; mistakes are in `errors`.
    mutating func script() -> [Statement] {
        var statements: [Statement] = []
        while !isAtEnd, !hasTooManyErrors {
            if accept(.semicolon) { continue }
            let level = level
            do throws(SQLError) {
                let statement = try statement()
                if kind != .semicolon, !isAtEnd { throw unexpected() }
                statements.append(statement)
            } catch {
                recover(from: error, to: level)
            }
        }
        return statements
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
    return result
}

/// One token of a script.
struct Token: Sendable {
    /// What a token is; symbols are named after how they look.
    enum Kind: UInt8, Sendable {
        case word, quotedWord
        case string, unicodeString, binaryString
        case integer, decimal, approximate
        case comma, dot, semicolon, leftBracket, rightBracket, leftSquare, rightSquare, leftBrace, rightBrace
        case plus, minus, star, slash, percent, concatenate, bar, caret, question, colon
        case equal, notEqual, bangEqual, less, lessOrEqual, greater, greaterOrEqual, arrow
        case hintStart, hintEnd
        /// Text that is no token; the reason is in the lexer's errors.
        case invalid
        case end
    }

    var kind: Kind
    var range: SourceRange
    /// A name without its quotes, the decoded value of a string, the digits of a number; empty for symbols.
    var text: String
    /// An unquoted name in upper case, else empty.
    var keyword: String

    /// Whether the token is an unquoted word that may not be a name.
    var isReserved: Bool { kind == .word && Keywords.reserved.contains(keyword) }
}

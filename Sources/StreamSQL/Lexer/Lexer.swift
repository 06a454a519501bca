/// Cuts the UTF-8 text of a script into tokens.
///
/// It never stops: text that is no token becomes an `invalid` token with an error beside it, so that the parser can
/// report it where it matters and go on with the next statement.
struct Lexer {
    private let bytes: [UInt8]
    private var position = 0
    private var line: Int32 = 1
    /// Characters before the current one in its line.
    private var column: Int32 = 1
    private(set) var tokens: [Token] = []
    /// Errors by the offset of their `invalid` token.
    private(set) var errors: [Int32: SQLError] = [:]

    init(_ text: String) {
        bytes = Array(text.utf8)
        tokens.reserveCapacity(bytes.count / 5 + 1)
    }

    /// Cuts the whole text; the last token is always `end`.
    mutating func run() {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        while true {
            skipBlanks()
            guard position < bytes.count else { break }
            next()
        }
        append(.end, from: mark())
    }

    // MARK: Places

    /// A place to measure a token from.
    private struct Mark {
        var offset: Int
        var line: Int32
        var column: Int32
    }

    private func mark() -> Mark { Mark(offset: position, line: line, column: column) }

    private func range(from mark: Mark) -> SourceRange {
        SourceRange(
            offset: Int32(truncatingIfNeeded: mark.offset), length: Int32(truncatingIfNeeded: position - mark.offset),
            line: mark.line, column: mark.column)
    }

    private func peek(_ ahead: Int = 0) -> UInt8 {
        let index = position + ahead
        return index < bytes.count ? bytes[index] : 0
    }

    /// Passes one byte and keeps line and column.
    private mutating func advance() {
        guard position < bytes.count else { return }
        let byte = bytes[position]
        position += 1
        if byte == 0x0A {
            line &+= 1
            column = 1
        } else if byte & 0xC0 != 0x80 {
            column &+= 1
        }
    }

    private mutating func advance(by count: Int) {
        for _ in 0..<count { advance() }
    }

    // MARK: Results

    private mutating func append(_ kind: Token.Kind, from mark: Mark, text: String = "", keyword: String = "") {
        tokens.append(Token(kind: kind, range: range(from: mark), text: text, keyword: keyword))
    }

    private mutating func fail(_ message: String, from mark: Mark, hint: String? = nil) {
        let place = range(from: mark)
        errors[place.offset] = SQLError(.syntax, message, at: place, hint: hint)
        tokens.append(Token(kind: .invalid, range: place, text: text(mark.offset, position), keyword: ""))
    }

    private func text(_ start: Int, _ end: Int) -> String {
        String(decoding: bytes[start..<max(start, end)], as: UTF8.self)
    }

    // MARK: Blanks and comments

    private mutating func skipBlanks() {
        while position < bytes.count {
            switch peek() {
            case 0x20, 0x09, 0x0A, 0x0D, 0x0C:
                advance()
            case UInt8(ascii: "-") where peek(1) == UInt8(ascii: "-"):
                while position < bytes.count, peek() != 0x0A { advance() }
            case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*") && peek(2) != UInt8(ascii: "+"):
                guard skipBlockComment() else { return }
            default:
                return
            }
        }
    }

    /// Passes a block comment; false, with an error, when it has no end.
    private mutating func skipBlockComment() -> Bool {
        let start = mark()
        advance(by: 2)
        while position < bytes.count {
            if peek() == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
                advance(by: 2)
                return true
            }
            advance()
        }
        var opening = range(from: start)
        opening.length = 2
        errors[opening.offset] = SQLError(
            .syntax, "this comment has no end", at: opening, hint: "close it with */")
        tokens.append(Token(kind: .invalid, range: opening, text: "/*", keyword: ""))
        return false
    }

    // MARK: Tokens

    private mutating func next() {
        let byte = peek()
        switch byte {
        case UInt8(ascii: "'"):
            string(.string, prefix: 0)
        case UInt8(ascii: "`"):
            quotedName()
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            number()
        case UInt8(ascii: ".") where Self.isDigit(peek(1)):
            number()
        case UInt8(ascii: "\""):
            doubleQuoted()
        default:
            if prefixedString() { return }
            if byte >= 0x80, let wide = widePunctuation() {
                let start = mark()
                advance(by: wide.length)
                fail("the character '\(wide.text)' is not part of the language", from: start, hint: wide.hint)
            } else if Self.isNameStart(byte) {
                name()
            } else {
                symbol(byte)
            }
        }
    }

    private mutating func name() {
        let start = mark()
        while position < bytes.count, Self.isNamePart(peek()) {
            if peek() >= 0x80, widePunctuation() != nil { break }
            advance()
        }
        append(
            .word, from: start, text: text(start.offset, position),
            keyword: Self.uppercased(bytes[start.offset..<position]))
    }

    private mutating func quotedName() {
        let start = mark()
        guard let content = quoted(by: UInt8(ascii: "`")) else {
            return fail("this name has no closing backquote", from: start, hint: "close it with `")
        }
        if content.isEmpty { return fail("a name cannot be empty", from: start) }
        append(.quotedWord, from: start, text: content)
    }

    private mutating func doubleQuoted() {
        let start = mark()
        _ = quoted(by: UInt8(ascii: "\""))
        fail(
            "double quotes are not part of the language", from: start,
            hint: "text stands in single quotes ('text'), names in backquotes (`name`)")
    }

    /// Passes a quoted text with doubled quotes inside; nil when its end is missing, in which case the first line is passed.
    private mutating func quoted(by quote: UInt8) -> String? {
        let start = mark()
        var content: [UInt8] = []
        advance()
        while position < bytes.count {
            let byte = peek()
            if byte == quote {
                advance()
                if peek() != quote || position >= bytes.count { return String(decoding: content, as: UTF8.self) }
            }
            content.append(byte)
            advance()
        }
        (position, line, column) = (start.offset, start.line, start.column)
        while position < bytes.count, peek() != 0x0A { advance() }
        return nil
    }

    /// Takes `X'..'`, `U&'..'`, `N'..'` and `_charset'..'`; false when none of them stands here.
    private mutating func prefixedString() -> Bool {
        let quote = UInt8(ascii: "'")
        switch peek() | 0x20 {
        case UInt8(ascii: "x") where peek(1) == quote:
            string(.binaryString, prefix: 1)
        case UInt8(ascii: "n") where peek(1) == quote:
            string(.string, prefix: 1)
        case UInt8(ascii: "u") where peek(1) == UInt8(ascii: "&") && peek(2) == quote:
            string(.unicodeString, prefix: 2)
        default:
            guard peek() == UInt8(ascii: "_") else { return false }
            var length = 1
            while Self.isNamePart(peek(length)), length < 32 { length += 1 }
            guard peek(length) == quote else { return false }
            string(.string, prefix: length)
        }
        return true
    }

    private mutating func string(_ kind: Token.Kind, prefix: Int) {
        let start = mark()
        advance(by: prefix)
        guard let content = quoted(by: UInt8(ascii: "'")) else {
            return fail(
                "this text has no closing quote", from: start, hint: "close it with ' and double a quote inside: ''")
        }
        append(kind, from: start, text: content)
    }

    private mutating func number() {
        let start = mark()
        var kind = Token.Kind.integer
        while Self.isDigit(peek()) { advance() }
        if peek() == UInt8(ascii: ".") {
            kind = .decimal
            advance()
            while Self.isDigit(peek()) { advance() }
        }
        if peek() | 0x20 == UInt8(ascii: "e") {
            let sign = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-") ? 1 : 0
            if Self.isDigit(peek(1 + sign)) {
                kind = .approximate
                advance(by: 1 + sign)
                while Self.isDigit(peek()) { advance() }
            }
        }
        append(kind, from: start, text: text(start.offset, position))
    }

    private mutating func symbol(_ byte: UInt8) {
        let start = mark()
        if let kind = Self.pairs[UInt16(byte) << 8 | UInt16(peek(1))] {
            advance(by: kind == .hintStart ? 3 : 2)
            return append(kind, from: start)
        }
        if let kind = Self.singles[byte] {
            advance()
            return append(kind, from: start)
        }
        advance()
        while position < bytes.count, peek() & 0xC0 == 0x80 { advance() }
        let shown = byte < 0x20 || byte == 0x7F ? "code \(byte)" : "'\(text(start.offset, position))'"
        fail("the character \(shown) is not part of the language", from: start)
    }

    /// Symbols of two characters; `/*` stands for `/*+`, since other comments are passed before.
    private static let pairs: [UInt16: Token.Kind] = {
        func pair(_ text: StaticString) -> UInt16 {
            text.withUTF8Buffer { UInt16($0[0]) << 8 | UInt16($0[1]) }
        }
        return [
            pair("<>"): .notEqual, pair("!="): .bangEqual, pair("<="): .lessOrEqual, pair(">="): .greaterOrEqual,
            pair("=>"): .arrow, pair("||"): .concatenate, pair("/*"): .hintStart, pair("*/"): .hintEnd,
        ]
    }()

    private static let singles: [UInt8: Token.Kind] = [
        UInt8(ascii: ","): .comma, UInt8(ascii: "."): .dot, UInt8(ascii: ";"): .semicolon,
        UInt8(ascii: "("): .leftBracket, UInt8(ascii: ")"): .rightBracket,
        UInt8(ascii: "["): .leftSquare, UInt8(ascii: "]"): .rightSquare,
        UInt8(ascii: "{"): .leftBrace, UInt8(ascii: "}"): .rightBrace,
        UInt8(ascii: "+"): .plus, UInt8(ascii: "-"): .minus, UInt8(ascii: "*"): .star, UInt8(ascii: "/"): .slash,
        UInt8(ascii: "%"): .percent, UInt8(ascii: "|"): .bar, UInt8(ascii: "^"): .caret, UInt8(ascii: "?"): .question,
        UInt8(ascii: ":"): .colon, UInt8(ascii: "="): .equal, UInt8(ascii: "<"): .less, UInt8(ascii: ">"): .greater,
    ]

    // MARK: Characters

    static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    /// Letters, `_`, `$` and everything beyond ASCII.
    static func isNameStart(_ byte: UInt8) -> Bool {
        (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A || byte == 0x5F || byte == 0x24 || byte >= 0x80
    }

    static func isNamePart(_ byte: UInt8) -> Bool { isNameStart(byte) || isDigit(byte) }

    /// The text with a-z in upper case; other letters stay.
    static func uppercased(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.map { $0 >= 0x61 && $0 <= 0x7A ? $0 - 0x20 : $0 }, as: UTF8.self)
    }

    /// Wide punctuation and blanks that come from an input method or a word processor, with what to type instead.
    private func widePunctuation() -> (text: String, length: Int, hint: String)? {
        var length = 1
        while length < 4, peek(length) & 0xC0 == 0x80 { length += 1 }
        guard position + length <= bytes.count else { return nil }
        let shown = text(position, position + length)
        guard let scalar = shown.unicodeScalars.first else { return nil }
        switch scalar.value {
        case 0x00A0, 0x2000...0x200B, 0x202F, 0x3000, 0xFEFF:
            return (shown, length, "it looks like a blank: type an ordinary one")
        case 0x2018, 0x2019, 0x201C, 0x201D, 0x300C, 0x300D:
            return (shown, length, "text stands in plain quotes: 'text'")
        case 0x3001:
            return (shown, length, "type ',' instead")
        case 0xFF01...0xFF0F, 0xFF1A...0xFF20, 0xFF3B...0xFF3E, 0xFF5B...0xFF5E:
            let plain = UnicodeScalar(UInt8(truncatingIfNeeded: scalar.value &- 0xFEE0))
            return (shown, length, "type '\(Character(plain))' instead")
        default:
            return nil
        }
    }
}

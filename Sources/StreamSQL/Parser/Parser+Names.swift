// Names, constants that are no values, options and hints.
extension Parser {
    /// A name that is not reserved or stands in backquotes; `what` says what it names.
    mutating func identifier(_ what: String) throws(SQLError) -> Identifier {
        let token = self.token
        switch token.kind {
        case .quotedWord:
            break
        case .word where !token.isReserved:
            break
        case .word where !isAtConnector:
            throw SQLError(
                .syntax, "'\(token.text)' is a reserved word and cannot be \(what)", at: token.range,
                hint: "write it in backquotes: `\(token.text)`")
        default:
            throw unexpected(what)
        }
        advance()
        return Identifier(token.text, range: token.range)
    }

    /// Whether the reserved word here goes on with the statement, so that the name before it is what is missing.
    private var isAtConnector: Bool {
        switch token.keyword {
        case "ORDER", "GROUP", "PARTITION": word(ahead: 1) == "BY"
        case "SELECT", "FROM", "WHERE", "HAVING", "ON", "AS", "AND", "OR", "NOT", "IN", "IS", "BETWEEN", "LIKE", "THEN",
            "WHEN", "ELSE", "END", "UNION", "INTERSECT", "EXCEPT", "JOIN", "BY", "INTO", "WITH":
            true
        default: false
        }
    }

    /// Whether a name can start here.
    var isAtIdentifier: Bool {
        kind == .quotedWord || kind == .word && !token.isReserved
    }

    mutating func identifiers(_ what: String) throws(SQLError) -> [Identifier] {
        try bracketed { (parser) throws(SQLError) in try parser.identifier(what) }
    }

    /// A name of several parts, three at most.
    mutating func objectName(_ what: String) throws(SQLError) -> ObjectName {
        let start = place
        var parts = [try identifier(what)]
        while accept(.dot) { parts.append(try identifier("a part of a name")) }
        let name = ObjectName(parts: parts, range: range(from: start))
        guard parts.count <= 3 else {
            throw SQLError(
                .syntax,
                "the name '\(name.text)' has \(parts.count) parts, at most catalog, database and object are allowed",
                at: name.range)
        }
        return name
    }

    /// A string constant, such as an option's key.
    mutating func string(_ what: String) throws(SQLError) -> StringSyntax {
        let token = self.token
        guard token.kind == .string || token.kind == .unicodeString else { throw unexpected("\(what) in quotes") }
        let text = try stringValue()
        return StringSyntax(text: text, range: range(from: token.range))
    }

    /// Passes a string token and gives its value, with the escapes of `U&'...'` resolved.
    mutating func stringValue() throws(SQLError) -> String {
        let token = self.token
        advance()
        guard token.kind == .unicodeString else { return token.text }
        var escape: UnicodeScalar = "\\"
        if accept("UESCAPE") {
            let scalars = self.token.text.unicodeScalars
            guard kind == .string, scalars.count == 1, let scalar = scalars.first else {
                throw unexpected("one character in quotes")
            }
            escape = scalar
            advance()
        }
        guard let text = UnicodeEscapes.resolved(token.text, escape: escape) else {
            throw SQLError(
                .syntax, "this text has a wrong Unicode escape", at: token.range,
                hint: "write \(escape)0041 with four digits or \(escape)+01F600 with six")
        }
        return text
    }

    /// An unsigned whole number, such as a length.
    mutating func number(_ what: String) throws(SQLError) -> Int {
        let token = self.token
        guard token.kind == .integer else { throw unexpected(what) }
        guard let value = Int(token.text), value <= Int(Int32.max) else {
            throw SQLError(.syntax, "\(token.text) is too large for \(what)", at: token.range)
        }
        advance()
        return value
    }

    /// `('k' = 'v', ...)`.
    mutating func options() throws(SQLError) -> [OptionSyntax] {
        try expect(.leftBracket, "(")
        if accept(.rightBracket) { return [] }
        let options = try list { (parser) throws(SQLError) in try parser.option() }
        try expect(.rightBracket, ")")
        return options
    }

    private mutating func option() throws(SQLError) -> OptionSyntax {
        let key = try string("an option's key")
        try expect(.equal, "=")
        return OptionSyntax(key: key, value: try string("an option's value"))
    }

    /// `('k', ...)`.
    mutating func keys() throws(SQLError) -> [StringSyntax] {
        try bracketed { (parser) throws(SQLError) in try parser.string("an option's key") }
    }

    /// `COMMENT 'text'`, if it stands here.
    mutating func comment() throws(SQLError) -> StringSyntax? {
        accept("COMMENT") ? try string("a comment") : nil
    }

    // MARK: Hints

    /// `/*+ NAME(...), NAME(...) */`, any number of times.
    mutating func hints() throws(SQLError) -> [HintSyntax] {
        var hints: [HintSyntax] = []
        while accept(.hintStart) {
            repeat { hints.append(try hint()) } while accept(.comma) || kind != .hintEnd && isAtIdentifier
            try expect(.hintEnd, "*/")
        }
        return hints
    }

    private mutating func hint() throws(SQLError) -> HintSyntax {
        let start = place
        let name = try identifier("a hint")
        noteUnknownHint(name)
        var arguments = HintSyntax.Arguments.none
        if accept(.leftBracket) {
            if kind == .rightBracket {
                arguments = .list([])
            } else if self.kind(ahead: 1) == .equal {
                arguments = .options(try list { (parser) throws(SQLError) in try parser.hintOption() })
            } else {
                arguments = .list(try list { (parser) throws(SQLError) in try parser.hintValue() })
            }
            try expect(.rightBracket, ")")
        }
        return HintSyntax(name: name, arguments: arguments, range: range(from: start))
    }

    /// Hints of the dialect. Others are passed over, as the dialect does, but not in silence.
    private static let knownHints = [
        "OPTIONS", "LOOKUP", "STATE_TTL", "BROADCAST", "SHUFFLE_HASH", "SHUFFLE_MERGE", "NEST_LOOP", "MULTI_JOIN",
    ]

    private mutating func noteUnknownHint(_ name: Identifier) {
        let upper = Lexer.uppercased(name.text.utf8)
        guard !Self.knownHints.contains(upper) else { return }
        let near = nearestName(to: upper, in: Self.knownHints)
        warnings.append(
            SQLError(
                .name, "there is no hint '\(name.text)': it is ignored", at: name.range,
                hint: near.map { "did you mean \($0)?" } ?? "the hints are " + Self.knownHints.joined(separator: ", ")))
    }

    private mutating func hintOption() throws(SQLError) -> OptionSyntax {
        let key = try hintValue()
        try expect(.equal, "=")
        return OptionSyntax(key: key, value: try hintValue())
    }

    /// A name, a string or a number inside a hint.
    private mutating func hintValue() throws(SQLError) -> StringSyntax {
        let token = self.token
        switch token.kind {
        case .string, .unicodeString:
            return try string("a hint's argument")
        case .integer, .decimal:
            advance()
            return StringSyntax(text: token.text, range: token.range)
        default:
            let name = try objectName("a hint's argument")
            return StringSyntax(text: name.text, range: name.range)
        }
    }
}

/// The escapes of `U&'...'`.
enum UnicodeEscapes {
    /// The text with `\hhhh` and `\+hhhhhh` (hexadecimal digits) replaced; nil when one is malformed.
    static func resolved(_ text: String, escape: UnicodeScalar) -> String? {
        var result = String.UnicodeScalarView()
        var rest = Substring(text).unicodeScalars
        while let scalar = rest.popFirst() {
            guard scalar == escape else {
                result.append(scalar)
                continue
            }
            if rest.first == escape {
                rest.removeFirst()
                result.append(escape)
                continue
            }
            let isLong = rest.first == "+"
            if isLong { rest.removeFirst() }
            guard let value = hexadecimal(&rest, digits: isLong ? 6 : 4) else { return nil }
            guard let high = surrogate(value) else {
                guard let scalar = UnicodeScalar(value) else { return nil }
                result.append(scalar)
                continue
            }
            // Two escapes in a row may be the halves of one character.
            guard rest.popFirst() == escape, let low = hexadecimal(&rest, digits: 4), (0xDC00...0xDFFF).contains(low),
                let scalar = UnicodeScalar(0x10000 + (high << 10) + (low - 0xDC00))
            else { return nil }
            result.append(scalar)
        }
        return String(result)
    }

    /// The upper ten bits that a high surrogate stands for.
    private static func surrogate(_ value: UInt32) -> UInt32? {
        (0xD800...0xDBFF).contains(value) ? value - 0xD800 : nil
    }

    private static func hexadecimal(_ rest: inout Substring.UnicodeScalarView, digits: Int) -> UInt32? {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let scalar = rest.popFirst(), scalar.isASCII,
                let digit = Character(scalar).hexDigitValue
            else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }
}

import Testing

@testable import StreamSQL

/// Tokens, their places and their values.
struct LexerTests {
    private func tokens(_ text: String) -> [Token] {
        var lexer = Lexer(text)
        lexer.run()
        return lexer.tokens
    }

    private func kinds(_ text: String) -> [Token.Kind] { tokens(text).map(\.kind) }

    @Test func numbersKeepTheirDigits() {
        let found = tokens("1 1.50 .5 2. 1e0 1.5E-3 3e x")
        #expect(found.map(\.text) == ["1", "1.50", ".5", "2.", "1e0", "1.5E-3", "3", "e", "x", ""])
        #expect(
            found.map(\.kind) == [
                .integer, .decimal, .decimal, .decimal, .approximate, .approximate, .integer, .word, .word, .end,
            ])
    }

    @Test func stringsAndQuotedNamesResolveDoubledQuotes() {
        let found = tokens("'it''s' '' `a``b` `城 市` X'0aFF' U&'\\0041' N'n' _UTF8'u'")
        #expect(found.map(\.text) == ["it's", "", "a`b", "城 市", "0aFF", "\\0041", "n", "u", ""])
        #expect(
            found.map(\.kind) == [
                .string, .string, .quotedWord, .quotedWord, .binaryString, .unicodeString, .string, .string, .end,
            ])
    }

    @Test func keywordsMatchInAnyCaseAndNamesKeepTheirs() {
        let found = tokens("sElEcT Größe EXPR$0 _x")
        #expect(found.map(\.keyword) == ["SELECT", "GRößE", "EXPR$0", "_X", ""])
        #expect(found.map(\.text) == ["sElEcT", "Größe", "EXPR$0", "_x", ""])
        #expect(found[0].isReserved)
        #expect(!found[1].isReserved)
    }

    @Test func commentsAreBlanksAndHintsAreTokens() {
        #expect(kinds("a -- 'b\n/* ; ' */ c") == [.word, .word, .end])
        #expect(
            kinds("t /*+ OPTIONS('k'='v') */") == [
                .word, .hintStart, .word, .leftBracket, .string, .equal, .string, .rightBracket, .hintEnd, .end,
            ])
    }

    @Test func operatorsAreReadLongestFirst() {
        #expect(
            kinds("<> <= >= => || != < > = |") == [
                .notEqual, .lessOrEqual, .greaterOrEqual, .arrow, .concatenate, .bangEqual, .less, .greater, .equal,
                .bar, .end,
            ])
        #expect(kinds("ROW<a ARRAY<INT>>").suffix(3) == [.greater, .greater, .end])
    }

    @Test func placesCountCharactersNotBytes() {
        let found = tokens("'中文😀' x\r\n  y")
        #expect(found[1].range.line == 1)
        #expect(found[1].range.column == 7)
        #expect(found[1].range.offset == 13)
        #expect(found[2].range.line == 2)
        #expect(found[2].range.column == 3)
    }

    @Test func theEndIsAlwaysThere() {
        #expect(kinds("") == [.end])
        #expect(kinds("\u{FEFF}a") == [.word, .end])
    }

    @Test(arguments: [
        ("'open", "this text has no closing quote"),
        ("`open", "this name has no closing backquote"),
        ("``", "a name cannot be empty"),
        ("/* open", "this comment has no end"),
        ("\"x\"", "double quotes are not part of the language"),
        ("，", "the character '，' is not part of the language"),
        ("\u{A0}", "the character '\u{A0}' is not part of the language"),
        ("a\u{0}", "the character code 0 is not part of the language"),
        ("#", "the character '#' is not part of the language"),
    ])
    func textThatIsNoTokenBecomesAnError(text: String, message: String) {
        var lexer = Lexer(text)
        lexer.run()
        #expect(lexer.errors.values.map(\.message) == [message])
        #expect(lexer.tokens.contains { $0.kind == .invalid })
        #expect(lexer.tokens.last?.kind == .end)
    }

    @Test func reservedWordsNeedQuotes() {
        #expect(Keywords.needsQuotes("order"))
        #expect(Keywords.needsQuotes("a b"))
        #expect(Keywords.needsQuotes(""))
        #expect(Keywords.needsQuotes("1a"))
        #expect(Keywords.needsQuotes("城市"))
        #expect(!Keywords.needsQuotes("orderId"))
        #expect(!Keywords.needsQuotes("name"))
    }

    @Test func unicodeEscapesResolve() {
        #expect(UnicodeEscapes.resolved("\\0041\\+01F600\\\\", escape: "\\") == "A😀\\")
        #expect(UnicodeEscapes.resolved("!4e2d\\", escape: "!") == "中\\")
        #expect(UnicodeEscapes.resolved("\\D83D\\DE00", escape: "\\") == "😀")
        #expect(UnicodeEscapes.resolved("\\D83D", escape: "\\") == nil)
        #expect(UnicodeEscapes.resolved("\\DE00", escape: "\\") == nil)
        #expect(UnicodeEscapes.resolved("\\00", escape: "\\") == nil)
        #expect(UnicodeEscapes.resolved("\\+FFFFFF", escape: "\\") == nil)
    }
}

import Columnar
import StreamSQL
import Testing

/// Results of text functions, as Flink gives them.
struct TextFunctionTests {
    private func text(_ function: ScalarFunction, _ arguments: TestValue..., constants: Set<Int> = []) throws -> String
    {
        try ExpressionHarness.call(function, arguments, .string, constants: constants)
    }

    private func number(_ function: ScalarFunction, _ arguments: TestValue...) throws -> String {
        try ExpressionHarness.call(function, arguments, .integer)
    }

    private func test(_ function: ScalarFunction, _ arguments: TestValue..., constants: Set<Int> = []) throws -> String
    {
        try ExpressionHarness.call(function, arguments, .boolean, constants: constants)
    }

    @Test func countsCharacters() throws {
        for (value, length) in [
            ("Flink SQL", "9"), ("", "0"), ("数据处理引擎", "6"), ("a😀b𠮷c", "5"), ("e\u{301}te\u{301}", "5"),
        ] {
            #expect(try number(.characterLength, .text(value)) == length)
        }
        #expect(try number(.characterLength, .text(nil)) == "NULL")
    }

    @Test func takesParts() throws {
        let cases: [(String, Int64, Int64?, String)] = [
            ("Flink SQL", 2, 3, "lin"), ("Flink SQL", 0, 2, "Fl"), ("Flink SQL", -3, 2, "SQ"),
            ("Flink SQL", 1, 100, "Flink SQL"),
            ("数据处理引擎", 2, 3, "据处理"), ("数据处理引擎", -2, 100, "引擎"), ("x", -2, 5, ""), ("x", 2, 5, ""), ("abc", 2, 0, ""),
            ("abc", 1, -1, "NULL"), ("a😀b𠮷c", 2, 3, "😀b𠮷"), ("", 1, 1, ""), ("abc", .max, .max, ""),
            ("abc", .min, .max, ""),
        ]
        for (value, start, length, expected) in cases {
            #expect(
                try text(.substring, .text(value), .number(start), .number(length)) == expected, "\(value) \(start)")
        }
        #expect(
            try text(.substring, .text("a longer text than fits inline"), .number(3)) == "longer text than fits inline")
        for (count, left, right) in [(3, "été", "ink"), (-1, "", ""), (100, "étéFlink", "étéFlink"), (0, "", "")]
            as [(Int64, String, String)]
        {
            #expect(try text(.left, .text("étéFlink"), .number(count)) == left)
            #expect(try text(.right, .text("étéFlink"), .number(count)) == right)
        }
    }

    @Test func changesCase() throws {
        let cases = [
            ("Flink SQL", "FLINK SQL", "flink sql"), ("Straße ÉCOLE ǆ", "STRASSE ÉCOLE Ǆ", "straße école ǆ"),
            ("ΑΣ İı", "ΑΣ İI", "ας i̇ı"), ("a😀b𠮷c", "A😀B𠮷C", "a😀b𠮷c"), ("", "", ""),
            ("hello world  FLINK-sql", "HELLO WORLD  FLINK-SQL", "hello world  flink-sql"),
        ]
        for (value, upper, lower) in cases {
            #expect(try text(.upper, .text(value)) == upper)
            #expect(try text(.lower, .text(value)) == lower)
        }
        #expect(
            try text(.initialCapital, .text("hello world  FLINK-sql o'neil 2nd")) == "Hello World  Flink-Sql O'Neil 2nd"
        )
    }

    @Test func capitalizesWords() throws {
        #expect(try text(.initialCapital, .text("a😀b𠮷c dEF数gh")) == "A😀B𠮷C Def数Gh")
    }

    @Test func joins() throws {
        #expect(
            try text(.concatenate, .text("Flink"), .text("-"), .text("a text of some length"))
                == "Flink-a text of some length")
        #expect(try text(.concatenate, .text("Flink"), .text(nil)) == "NULL")
        #expect(try text(.concatenateWithSeparator, .text("/"), .text("a"), .text(nil), .text("b")) == "a/b")
        #expect(try text(.concatenateWithSeparator, .text("/"), .text(nil)) == "")
        #expect(try text(.concatenateWithSeparator, .text(nil), .text("a")) == "NULL")
        #expect(try text(.concatenateWithSeparator, .text("x"), .text(""), .text("")) == "x")
    }

    @Test func trims() throws {
        #expect(try text(.trimBoth, .text("  pad  "), .text(" "), constants: [1]) == "pad")
        #expect(try text(.trimLeading, .text("  pad  "), .text(" "), constants: [1]) == "pad  ")
        #expect(try text(.trimTrailing, .text("  pad  "), .text(" "), constants: [1]) == "  pad")
        #expect(try text(.trimLeading, .text("AaAaA"), .text("aA"), constants: [1]) == "")
        #expect(try text(.trimTrailing, .text("a,b\"c\""), .text("c\"A"), constants: [1]) == "a,b")
        #expect(try text(.trimBoth, .text("数据数"), .text("数😀"), constants: [1]) == "据")
        #expect(try text(.trimBoth, .text("x"), .text(nil), constants: [1]) == "NULL")
    }

    @Test func pads() throws {
        let cases: [(String, Int64, String, String, String)] = [
            ("été", 8, "数x", "数x数x数été", "été数x数x数"), ("Flink SQL", 8, "*", "Flink SQ", "Flink SQ"),
            ("7", 3, "0", "007", "700"),
            ("x", 0, "z", "", ""), ("x", -1, "z", "NULL", "NULL"), ("x", 4, "", "NULL", "NULL"),
            ("", 2, "zy", "zy", "zy"),
            ("x", .max, "z", "NULL", "NULL"),
        ]
        for (value, length, filler, left, right) in cases {
            #expect(try text(.leftPad, .text(value), .number(length), .text(filler)) == left)
            #expect(try text(.rightPad, .text(value), .number(length), .text(filler)) == right)
        }
    }

    @Test func repeatsReversesReplaces() throws {
        #expect(try text(.repeatText, .text("été"), .number(2)) == "étéété")
        #expect(try text(.repeatText, .text("x"), .number(-1)) == "")
        #expect(try text(.repeatText, .text(""), .number(.max)) == "")
        #expect(try text(.repeatText, .text("xy"), .number(.max)) == "NULL")
        #expect(try text(.reverse, .text("a😀b𠮷c")) == "c𠮷b😀a")
        #expect(try text(.replace, .text("AaAaA"), .text("A"), .text("")) == "aa")
        #expect(try text(.replace, .text("hello world, hello"), .text("hello"), .text("你好")) == "你好 world, 你好")
        #expect(try text(.replace, .text("été"), .text(""), .text("-")) == "-é-t-é-")
    }

    @Test func searches() throws {
        #expect(try number(.position, .text("处理"), .text("数据处理引擎")) == "3")
        #expect(try number(.position, .text(""), .text("abc")) == "1")
        #expect(try number(.position, .text("x"), .text("abc")) == "0")
        #expect(try test(.startsWith, .text("Flink"), .text("Fl")) == "true")
        #expect(try test(.endsWith, .text("Flink"), .text("nk")) == "true")
        #expect(try test(.endsWith, .text("nk"), .text("Flink")) == "false")
        #expect(try test(.startsWith, .text("x"), .text("")) == "true")
        #expect(try test(.startsWith, .text("x"), .text(nil)) == "NULL")
    }

    @Test func splits() throws {
        let cases: [(String, String, Int64, String)] = [
            ("a,b,,d", ",", 0, "a"), ("a,b,,d", ",", 2, ""), ("a,b,,d", ",", 3, "d"), ("a,b,,d", ",", 4, "NULL"),
            ("a,b,,d", ",", -1, "NULL"), ("", ",", 0, "NULL"), (",", ",", 1, ""), ("x, y, z", ", ", 1, "y"),
            ("x, y, z", "", 1, "y,"), ("a,b,,d", "", 0, "a,b,,d"), ("中,文,😀", ",", 2, "😀"), ("1.2.3", ".", 1, "2"),
        ]
        for (value, separator, index, expected) in cases {
            #expect(
                try text(.splitIndex, .text(value), .text(separator), .number(index)) == expected, "\(value) \(index)")
        }
    }

    @Test func codesAndDigests() throws {
        for (value, code) in [("a", "97"), ("", "0"), ("~", "126"), (" ", "32")] {
            #expect(try number(.ascii, .text(value)) == code)
        }
        for (code, value) in [(65, "A"), (-1, ""), (321, "A"), (1_122, "b"), (233, "é")] as [(Int64, String)] {
            #expect(try text(.character, .number(code)) == value)
        }
        #expect(try text(.md5, .text("")) == "d41d8cd98f00b204e9800998ecf8427e")
        #expect(try text(.md5, .text("abc")) == "900150983cd24fb0d6963f7d28e17f72")
        #expect(try text(.md5, .text("中文😀")) == "972d80f0bb04f9c49f75661a4aeb2df1")
        #expect(try text(.sha256, .text("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(try text(.sha256, .text("中文😀")) == "e973a1c1b41c5c9f4fbac31fcc311536dfffd003bfb914580455170a599953fa")
        let million = String(repeating: "a", count: 1_000)
        #expect(try text(.sha256, .text(million)) == "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3")
        #expect(try text(.md5, .text(million)) == "cabe45dcc9ae5b66ba86600cca6b8ba8")
    }

    @Test func matchesPatterns() throws {
        let cases: [(String, String, String)] = [
            ("abc", "a%", "true"), ("abc", "A%", "false"), ("abc", "_b_", "true"), ("abc", "abc", "true"),
            ("abc", "%c%%", "true"),
            ("", "%", "true"), ("", "", "true"), ("", "_", "false"), ("中文", "_文", "true"), ("😀", "_", "true"),
            ("axc", "a.c", "false"),
            ("aXXb", "a%b", "true"), ("ab", "a%b%b", "false"), ("a(b", "a(_", "true"), ("abcabcd", "%abcd", "true"),
            ("abcabcd", "%a_c%d", "true"),
            ("mississippi", "m%iss%ip%i", "true"), ("mississippi", "m%iss%ipx%i", "false"), ("a%b", "a\\%b", "true"),
            ("axb", "a\\%b", "false"),
            ("aba", "ab%ba", "false"), ("abba", "ab%ba", "true"),
        ]
        for (value, pattern, expected) in cases {
            #expect(
                try test(.like, .text(value), .text(pattern), constants: [1]) == expected, "\(value) LIKE \(pattern)")
        }
        #expect(try test(.like, .text("50%"), .text("%!%"), .text("!"), constants: [1, 2]) == "true")
        #expect(try test(.like, .text("500"), .text("%!%"), .text("!"), constants: [1, 2]) == "false")
        // What takes a backtracking matcher years.
        let long = String(repeating: "a", count: 5_000)
        #expect(
            try test(.like, .text(long), .text(String(repeating: "%a", count: 30) + "b_"), constants: [1]) == "false")
    }

    @Test func acceptsDamagedText() throws {
        let damaged: [UInt8] = [0x61, 0xC3, 0x28, 0x80, 0xF0, 0x9F, 0xE4]
        let value = TestValue(value: .text(damaged), type: DataType(.string))
        for function in [ScalarFunction.characterLength, .ascii] { _ = try number(function, value) }
        for function in [ScalarFunction.upper, .lower, .initialCapital, .reverse, .md5, .sha256] {
            _ = try text(function, value)
        }
        for start in -9...9 {
            _ = try text(.substring, value, .number(Int64(start)), .number(3))
            _ = try text(.leftPad, value, .number(Int64(start)), value)
        }
        _ = try test(.like, value, .text("_%_"), constants: [1])
    }
}

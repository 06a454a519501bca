import Testing

@testable import StreamSQL

/// How errors look, and which names they suggest.
struct ErrorRenderingTests {
    private func rendered(_ text: String) -> String {
        do throws(SQLScriptError) {
            _ = try SQLScript.parse(text, file: "a.sql")
            return ""
        } catch {
            return error.render(file: "a.sql", text: text)
        }
    }

    @Test func placeLineCaretAndHint() {
        #expect(
            rendered("SELECT 1;\r\nSELECT a,\r\n\tb FRM t c;\r\n") == """
                a.sql:3:8: error: unexpected 't'
                  \tb FRM t c;
                  \t      ^
                hint: did you mean FROM instead of 'FRM'?
                """)
    }

    @Test func wideCharactersTakeTwoColumns() {
        #expect(
            rendered("SELECT '北京' AS 城市 数量 FROM t") == """
                a.sql:1:19: error: unexpected '数量'
                  SELECT '北京' AS 城市 数量 FROM t
                                        ^~~~
                hint: a comma may be missing before '数量'
                """)
    }

    @Test func longLinesAreCut() {
        let text = "SELECT " + String(repeating: "x, ", count: 3_000) + "FROM t" + String(repeating: " ", count: 3_000)
        let lines = rendered(text).split(separator: "\n")
        #expect(lines[0] == "a.sql:1:9008: error: unexpected 'FROM', expected an expression")
        #expect(lines[1].count < 250)
        #expect(lines[2].hasSuffix("^~~~"))
    }

    @Test func nearNamesAreFound() {
        let names = ["province", "amount", "rows-per-second", "id", "城市名称"]
        #expect(nearestName(to: "provnce", in: names) == "province")
        #expect(nearestName(to: "UPERR", in: ["UPPER", "POWER"]) == "UPPER")
        #expect(nearestName(to: "AMOUNT", in: names) == "amount")
        #expect(nearestName(to: "rows-per-secnd", in: names) == "rows-per-second")
        #expect(nearestName(to: "di", in: names) == "id")
        #expect(nearestName(to: "x", in: names) == nil)
        #expect(nearestName(to: "weather", in: names) == nil)
        #expect(nearestName(to: "", in: names) == nil)
        #expect(nearestName(to: String(repeating: "a", count: 100_000), in: names) == nil)
        #expect(nearestName(to: "id", in: names) == nil)
    }
}

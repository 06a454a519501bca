import Testing

@testable import Scripts

struct TableDrawingTests {
    @Test func chineseTakesTwoColumns() {
        #expect(TableDrawing.width("abc") == 3)
        #expect(TableDrawing.width("北京") == 4)
        #expect(TableDrawing.width("（元）") == 6)
        #expect(TableDrawing.width("e\u{301}") == 1)
        #expect(TableDrawing.width("") == 0)
    }

    @Test func columnsLineUp() {
        let drawn = TableDrawing.draw(header: ["省", "n"], rows: [["北京", "1"], ["x", "20"]])
        #expect(
            drawn == """
                +------+----+
                | 省   | n  |
                +------+----+
                | 北京 | 1  |
                | x    | 20 |
                +------+----+
                2 rows

                """)
    }

    @Test func linesOfTextAreTakenApart() {
        let drawn = TableDrawing.draw(
            header: ["a", "b", "c"], lines: [#"1,"x, ""y""","#, #","",z"#].map { Array($0.utf8) })
        #expect(drawn.contains(#"| 1    | x, "y" | NULL |"#))
        #expect(drawn.contains(#"| NULL |        | z    |"#))
        #expect(drawn.hasSuffix("2 rows\n"))
        #expect(TableDrawing.draw(header: ["a"], lines: [Array("7".utf8)]).hasSuffix("1 row\n"))
    }

    @Test func longAndBrokenCellsStayInTheirLine() {
        let long = String(repeating: "字", count: 100)
        let drawn = TableDrawing.draw(header: ["a"], lines: [Array(long.utf8), Array("\"x\ny\"".utf8), [0xFF]])
        let lines = drawn.split(separator: "\n")
        #expect(Set(lines.dropLast().map { TableDrawing.width(String($0)) }).count == 1)
        #expect(drawn.contains("…") && drawn.contains("| x y "))
    }
}

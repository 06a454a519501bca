import Diagnostics
import Serving
import Tables
import Testing

struct DashboardParserTests {
    private let text = """
        id: recharge
        title: {zh: 全国充值, en: Recharge}
        layout: {columns: 24, rows: 16}
        panels:
          - id: per-minute
            title: {zh: 每分钟, en: Per minute}
            type: trend
            at: {column: 0, row: 2, width: 12, height: 6}
            key: [minute]
            query: |
              SELECT minute, orders
              FROM per_minute
            options:
              lines: [orders, {column: rate, axis: right}]
              limit: 60
              smooth: true
              factor: 0.01
              code: "0000"
              nothing: ~
          - id: total
            title: Total
            type: flip
            at: {column: 12, row: 0, width: 12, height: 2}
            query: SELECT COUNT(*) FROM orders
        """

    private func parse(_ text: String) throws -> Dashboard { try Dashboard(parsing: Array(text.utf8), file: "d.yaml") }

    private func failure(_ text: String) -> MillraceError? {
        #expect(throws: MillraceError.self) { try parse(text) }
    }

    @Test func readsAFile() throws {
        let dashboard = try parse(text)
        #expect(dashboard.id == "recharge")
        #expect(dashboard.title == BilingualText(chinese: "全国充值", english: "Recharge"))
        #expect(dashboard.layout == DashboardLayout(columns: 24, rows: 16))
        #expect(dashboard.staleAfterSeconds == nil)
        #expect(try parse("staleAfter: 5\n" + text).staleAfterSeconds == 5)
        #expect(failure("staleAfter: 0\n" + text)?.code == "bad_value")
        #expect(dashboard.panels.map(\.id) == ["per-minute", "total"])
        let panel = dashboard.panels[0]
        #expect(panel.place == DashboardPanel.Place(column: 0, row: 2, width: 12, height: 6))
        #expect(panel.key == ["minute"])
        #expect(panel.query == "SELECT minute, orders\nFROM per_minute\n")
        #expect(
            String(decoding: panel.options, as: UTF8.self)
                == #"{"lines":["orders",{"column":"rate","axis":"right"}],"limit":60,"smooth":true,"factor":0.01,"code":"0000","nothing":null}"#
        )
        #expect(dashboard.panels[1].title == BilingualText(chinese: "Total", english: "Total"))
        #expect(String(decoding: dashboard.panels[1].options, as: UTF8.self) == "{}")
    }

    @Test func misspeltKeyIsRefusedWithASuggestion() {
        let far = failure(text.replacing("    key: [minute]", with: "    interactive: true"))
        #expect(far?.hint == "known keys: id, title, type, at, query, key, options")
        let near = failure(text.replacing("    key: [minute]", with: "    keys: [minute]"))
        #expect(near?.hint == "did you mean `key`?")
        #expect(near?.file == "d.yaml")
        #expect(near?.line == 9)
        #expect(near?.column == 5)
        #expect(near?.description == "d.yaml:9:5: error: unknown key `keys` in a panel\nhint: did you mean `key`?")
    }

    @Test(arguments: [
        ("columns: 24", "columns: 0", "bad_value"),
        ("columns: 24", "columns: many", "bad_value"),
        ("width: 12, height: 6", "width: 25, height: 6", "outside_layout"),
        ("row: 2", "row: -1", "bad_value"),
        ("id: total", "id: per-minute", "duplicate_panel"),
        ("id: total", "id: ../total", "bad_identifier"),
        ("id: recharge\n", "", "missing_key"),
        ("query: SELECT COUNT(*) FROM orders", "query: [1]", "wrong_type"),
        ("key: [minute]", "key: minute", "wrong_type"),
        ("title: Total", "title: {zh: a}", "missing_key"),
        ("id: total", "id: total\n    id: again", "duplicate_key"),
        ("layout: {columns: 24, rows: 16}", "layout: {columns: 24, rows: 16", "yaml_syntax"),
    ]) func refuses(_ part: String, _ replacement: String, _ code: String) {
        #expect(failure(text.replacing(part, with: replacement))?.code == code)
    }

    @Test func syntaxErrorsHaveAPlace() {
        let error = failure("id: x\ntitle: {zh: a, en: b\npanels: []\n")
        #expect(error?.code == "yaml_syntax")
        #expect(error?.line == 3)
    }

    @Test func wrongQueriesAreFoundWithTheirLine() throws {
        let catalog = TableCatalog()
        try catalog.declare(figures("orders"))
        let keyed = text.replacing("query: SELECT COUNT(*) FROM orders", with: "query: orders\n    key: [nothing]")
        let problems = try parse(keyed).problems(runner: CountingRunner(catalog))
        #expect(
            problems.map(\.description) == [
                "d.yaml:11:1: error: panel `per-minute`: there is no table SELECT minute, orders\nFROM per_minute\n\nhint: create it",
                "d.yaml:24:1: error: panel `total`: the key column `nothing` is not in the query's result\nhint: its columns: name, value",
            ])
    }

    @Test func boundsHold() {
        #expect(failure("")?.code == "empty_file")
        #expect(failure(String(repeating: "#", count: 300_000))?.code == "file_too_large")
        let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        #expect(failure(text.replacing("limit: 60", with: "limit: \(deep)"))?.code == "too_large")
        // Nested references that would unfold to billions of entries.
        var bomb = "limit: [&a0 [x]"
        for level in 1..<14 {
            bomb += ", &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ") + "]"
        }
        #expect(failure(text.replacing("limit: 60", with: bomb + "]")) != nil)
    }
}

import StreamSQL
import TestSupport
import Testing

@testable import Scripts

/// Keys in, text and cursor out.
struct ShellEditingTests {
    /// The editor after some keys, written as a terminal would send them.
    private func editor(_ keys: String, history: [String] = []) -> LineEditor {
        var editor = LineEditor(history: history)
        var decoder = KeyDecoder()
        for key in decoder.feed(Array(keys.utf8)) + decoder.flush() { _ = editor.handle(key) }
        return editor
    }

    @Test(arguments: [
        ("abc", "abc", 3), ("ab\u{1B}[Dc", "acb", 2), ("abc\u{1}x", "xabc", 1), ("abc\u{1}\u{5}x", "abcx", 4),
        ("abc\u{7F}", "ab", 2), ("abc\u{1}\u{1B}[3~", "bc", 0), ("one two\u{17}", "one ", 4),
        ("one two\u{15}", "", 0), ("one two\u{1}\u{B}", "", 0), ("one\u{15}\u{19}\u{19}", "oneone", 6),
        ("one two\u{1B}[1;5D\u{1B}[1;5D", "one two", 0), ("one two\u{1}\u{1B}[1;5C", "one two", 3),
        ("one two\u{1}\u{1B}d", " two", 0), ("a\rb\rc\u{1B}[A\u{1B}[Ax", "ax\nb\nc", 2),
        ("ab\rc\u{1B}[A\u{1B}[Bx", "ab\ncx", 5), ("中文\u{1B}[Dx", "中x文", 2), ("e\u{301}x\u{7F}\u{7F}", "e", 1),
        ("\u{1B}[200~a\r\nb\u{7}\u{1B}[201~c", "a\nbc", 4), ("\u{7F}\u{1B}[D\u{1B}[C\u{17}\u{B}", "", 0),
    ])
    func keysChangeTheText(keys: String, text: String, cursor: Int) {
        let editor = editor(keys)
        #expect(editor.text == text)
        #expect(editor.cursor == cursor)
    }

    @Test func onlyAWholeStatementIsSubmitted() {
        var editor = LineEditor()
        for character in "SELECT 1" { _ = editor.handle(.character(character)) }
        #expect(editor.handle(.enter) == .redraw)
        #expect(editor.handle(.character(";")) == .redraw)
        #expect(editor.handle(.enter) == .submit("SELECT 1\n;"))
        editor.finish(keeping: "SELECT 1\n;")
        #expect(editor.text.isEmpty)
        #expect(editor.handle(.up) == .redraw)
        #expect(editor.text == "SELECT 1\n;")
    }

    @Test func theHistoryKeepsWhatWasBeingWritten() {
        let up = "\u{1B}[A"
        let down = "\u{1B}[B"
        #expect(editor("new" + up, history: ["a", "b"]).text == "b")
        #expect(editor("new" + up + up + up, history: ["a", "b"]).text == "a")
        #expect(editor("new" + up + up + down + down, history: ["a", "b"]).text == "new")
    }

    @Test func searchingTakesTheNewestThatFits() {
        let history = ["SELECT one", "SELECT two", "SHOW"]
        #expect(editor("\u{12}SEL", history: history).foundText == "SELECT two")
        #expect(editor("\u{12}one\r", history: history).text == "SELECT one")
        #expect(editor("x\u{12}one\u{3}", history: history).text == "x")
        #expect(editor("\u{12}one\u{1B}[Dx", history: history).text == "SELECT onxe")
        #expect(editor("\u{12}none\r", history: history).text.isEmpty)
    }

    @Test func endOfInputLeavesOnlyAnEmptyText() {
        var editor = LineEditor()
        #expect(editor.handle(.endOfInput) == .endOfInput)
        _ = editor.handle(.character("a"))
        #expect(editor.handle(.endOfInput) == .bell)
        _ = editor.handle(.home)
        #expect(editor.handle(.endOfInput) == .redraw)
        #expect(editor.text.isEmpty)
    }

    @Test func tabCompletesAsFarAsIsCertain() {
        let candidates = { (_: String) in Completion(candidates: ["city", "citizen"], prefixLength: 1) }
        var editor = LineEditor()
        _ = editor.handle(.character("c"))
        #expect(editor.handle(.tab, complete: candidates) == .redraw)
        #expect(editor.text == "cit")
        let more = { (_: String) in Completion(candidates: ["citizen", "city"], prefixLength: 3) }
        #expect(editor.handle(.tab, complete: more) == .bell)
        #expect(editor.handle(.tab, complete: more) == .list(["citizen", "city"]))
        #expect(editor.handle(.tab) { _ in Completion(candidates: ["city"], prefixLength: 3) } == .redraw)
        #expect(editor.text == "city")
    }

    /// Whatever bytes come, in whatever pieces: the cursor stays inside the text, and pieces make no difference.
    @Test(arguments: 0..<200)
    func anyBytesAreEdited(seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
        let parts = [
            "\u{1B}[A", "\u{1B}[", "ab;", "\r", "中", "\u{7F}", "\u{17}", "\t", "\u{12}", "'", "\u{1B}[200~", "\u{19}",
        ]
        var bytes: [UInt8] = []
        for _ in 0..<60 {
            let pick = Int(next() % UInt64(parts.count + 1))
            bytes += pick < parts.count ? Array(parts[pick].utf8) : [UInt8(truncatingIfNeeded: next())]
        }
        var whole = LineEditor(history: ["x", "y\nz"])
        var inParts = whole
        var (first, second) = (KeyDecoder(), KeyDecoder())
        for key in first.feed(bytes) { _ = whole.handle(key) }
        for byte in bytes { for key in second.feed([byte]) { _ = inParts.handle(key) } }
        #expect(whole.text == inParts.text)
        #expect((0...whole.buffer.count).contains(whole.cursor))
        let screen = EditorScreen(whole, prompt: "> ", continuation: ". ", width: 20, height: 6)
        #expect(screen.rows.count <= 6)
        #expect(screen.rows.allSatisfy { TableDrawing.width($0) <= 20 })
        #expect(screen.rows.indices.contains(screen.cursorRow))
    }
}

/// Where statements end, what completes them, how they are laid out and kept.
struct ShellTextTests {
    @Test(arguments: [
        ("SELECT 1;", true), ("SELECT 1", false), ("SELECT ';'", false), ("SELECT ';';", true), ("SELECT `a;", false),
        ("SELECT 1; -- done", true), ("SELECT 1; /* open", false), ("-- ;", false), ("/* ; */", false),
        ("SELECT 1 /* ; */;", true), ("SELECT 1; SELECT 2", false), ("SELECT 1; SELECT 2;", true), (";", false),
        ("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1;", false),
        ("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; END;", true), ("\\d orders", true), ("quit", true),
        ("SELECT 'it''s';", true), ("SELECT 1 /*/ ; */ ;", true), ("", false),
    ])
    func aTextIsWholeOrNot(text: String, isWhole: Bool) {
        #expect(StatementEnd.isComplete(text) == isWhole)
    }

    @Test func statementsAreSplit() {
        let parts = StatementEnd.split("SELECT ';' ; ; SHOW TABLES; SELECT 2")
        #expect(parts.statements.map(\.trimmed) == ["SELECT ';'", "SHOW TABLES"])
        #expect(parts.rest.trimmed == "SELECT 2")
    }

    private let completer = Completer(
        .init(tables: ["orders", "Orte"], columns: ["city", "price"], functions: ["UPPER", "PROCTIME"]))

    @Test(arguments: [
        ("SELECT ci", ["city"]), ("SELECT * FROM ", ["Orte", "orders"]), ("SELECT * FROM ord", ["orders"]),
        ("SELECT upp", ["upper"]), ("SELECT UPP", ["UPPER"]), ("sel", ["select"]), ("SELECT 'ci", []),
        ("SELECT o.", ["city", "price"]), ("\\d o", ["Orte", "orders"]), ("\\ti", ["\\timing"]),
        ("SELECT pr", ["price", "primary", "proctime"]), ("x ", []),
    ])
    func wordsAreCompleted(text: String, candidates: [String]) {
        #expect(completer.complete(text).candidates == candidates)
    }

    @Test func linesAreWrappedByWidth() {
        var editor = LineEditor()
        for character in "SELECT '中文'" { _ = editor.handle(.character(character)) }
        let screen = EditorScreen(editor, prompt: "> ", continuation: ". ", width: 12, height: 24)
        #expect(screen.rows == ["> SELECT '中", "文'"])
        #expect((screen.cursorRow, screen.cursorColumn) == (1, 3))
        _ = editor.handle(.home)
        let home = EditorScreen(editor, prompt: "> ", continuation: ". ", width: 12, height: 24)
        #expect((home.cursorRow, home.cursorColumn) == (0, 2))
        #expect(home.drawing(over: screen) == "\r\u{1B}[1A\u{1B}[J> SELECT '中\r\n文'\r\u{1B}[1A\u{1B}[2C")
    }

    @Test func aHighTextShowsTheRowsAroundTheCursor() {
        var editor = LineEditor()
        for number in 0..<10 {
            _ = editor.handle(.character(Character(String(number))))
            _ = editor.handle(.enter)
        }
        let screen = EditorScreen(editor, prompt: "> ", continuation: ". ", width: 20, height: 3)
        #expect(screen.rows == [". 8", ". 9", ". "])
        #expect(screen.cursorRow == 2)
    }

    @Test func commandsAreRead() {
        #expect(ShellCommand("\\d orders;") == .describe("orders"))
        #expect(ShellCommand("  \\q") == .quit)
        #expect(ShellCommand("QUIT;") == .quit)
        #expect(ShellCommand("\\timing on") == .timing(true))
        #expect(ShellCommand("\\o a b.csv") == .output("a b.csv"))
        #expect(ShellCommand("SELECT 1;") == nil)
        #expect(ShellCommand.help("sel").contains("SELECT [DISTINCT]"))
        #expect(ShellCommand.help("nonsense").contains("there is no page"))
    }

    @Test func theHistoryIsKeptInItsFile() throws {
        let files = FaultyFileSystem()
        let path = "state/history"
        var history = ShellHistory(path: path, files: files)
        for number in 0..<1_200 { history.add("SELECT \(number)") }
        history.add("SELECT 'a\\n'\nFROM t;\n")
        history.add("SELECT 'a\\n'\nFROM t;")
        history.add("  ")
        let again = ShellHistory(path: path, files: files)
        #expect(again.entries == history.entries)
        #expect(again.entries.count == 1_000)
        #expect(again.entries.last == "SELECT 'a\\n'\nFROM t;")
        #expect(ShellHistory(path: nil, files: files).entries.isEmpty)
        #expect(ShellHistory.path(environment: ["HOME": "/h"]) == "/h/.local/state/millrace/sql-history")
        #expect(ShellHistory.path(environment: ["XDG_STATE_HOME": "/s"]) == "/s/millrace/sql-history")
    }

    @Test func tablesKeepToTheTerminal() {
        let rows = [["1", String(repeating: "长", count: 40)], ["22", "short"]]
        let text = TableDrawing.draw(header: ["id", "text"], rows: rows, terminalWidth: 40)
        for line in text.split(separator: "\n").dropLast() { #expect(TableDrawing.width(String(line)) == 40) }
        #expect(text.contains("| 22 | short"))
        #expect(text.contains("长…"))
    }
}

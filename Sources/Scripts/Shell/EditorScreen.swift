/// What an editor looks like: rows of a terminal, and where the cursor is in them.
package struct EditorScreen: Sendable, Equatable {
    package private(set) var rows: [String] = [""]
    package private(set) var cursorRow = 0
    package private(set) var cursorColumn = 0

    /// Lays the text out with `prompt` before its first line and `continuation` before the others, on a terminal of so many
    /// columns and rows; of a text that is higher the rows around the cursor are shown.
    package init(_ editor: LineEditor, prompt: String, continuation: String, width: Int, height: Int) {
        let width = max(width, 8)
        if let searched = editor.searched {
            let first = editor.foundText.split(separator: "\n", omittingEmptySubsequences: false).first ?? ""
            put("search '\(searched)': \(first)", width)
            (cursorRow, cursorColumn) = (rows.count - 1, TableDrawing.width(rows[rows.count - 1]))
            return
        }
        put(prompt, width)
        for (index, character) in editor.buffer.enumerated() {
            if index == editor.cursor { markCursor(width) }
            if character == "\n" {
                rows.append("")
                put(continuation, width)
            } else {
                put(character == "\t" ? "    " : String(character), width)
            }
        }
        if editor.cursor == editor.buffer.count { markCursor(width) }
        crop(max(height, 2))
    }

    /// The cursor is before what comes next; behind a full row that is the next one.
    private mutating func markCursor(_ width: Int) {
        if TableDrawing.width(rows[rows.count - 1]) >= width { rows.append("") }
        (cursorRow, cursorColumn) = (rows.count - 1, TableDrawing.width(rows[rows.count - 1]))
    }

    private mutating func put(_ text: String, _ width: Int) {
        var used = TableDrawing.width(rows[rows.count - 1])
        for character in text {
            let step = TableDrawing.width(String(character))
            if used + step > width {
                rows.append("")
                used = 0
            }
            rows[rows.count - 1].append(character)
            used += step
        }
    }

    private mutating func crop(_ height: Int) {
        guard rows.count > height else { return }
        let first = min(max(0, cursorRow - height + 1), rows.count - height)
        rows = Array(rows[first..<first + height])
        cursorRow -= first
    }

    /// The bytes that draw this over `old`, where the terminal's cursor still is as that left it.
    package func drawing(over old: EditorScreen?) -> String {
        var text = "\r"
        if let old, old.cursorRow > 0 { text += "\u{1B}[\(old.cursorRow)A" }
        text += "\u{1B}[J" + rows.joined(separator: "\r\n") + "\r"
        let below = rows.count - 1 - cursorRow
        if below > 0 { text += "\u{1B}[\(below)A" }
        if cursorColumn > 0 { text += "\u{1B}[\(cursorColumn)C" }
        return text
    }

    /// The bytes that leave the drawing behind: the cursor goes to the line under it.
    package var leaving: String {
        let below = rows.count - 1 - cursorRow
        return (below > 0 ? "\u{1B}[\(below)B" : "") + "\r\n"
    }
}

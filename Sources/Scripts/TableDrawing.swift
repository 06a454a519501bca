/// Rows in columns for a terminal; Chinese and other wide characters count as two.
enum TableDrawing {
    private static let cellWidthMax = 60

    /// `lines` are CSV. `terminalWidth` is what a line may take; the widest columns are cut to keep it.
    static func draw(header: [String], lines: [[UInt8]], terminalWidth: Int? = nil) -> String {
        draw(header: header, rows: lines.map { cells(of: $0, count: header.count) }, terminalWidth: terminalWidth)
    }

    static func draw(header: [String], rows: [[String]], terminalWidth: Int? = nil) -> String {
        var (header, rows) = (header, rows)
        var widths = header.map(width)
        for row in rows { for (index, cell) in row.enumerated() { widths[index] = max(widths[index], width(cell)) } }
        if let terminalWidth, shrink(&widths, to: terminalWidth - 3 * header.count - 1) {
            header = header.enumerated().map { cut($0.element, to: widths[$0.offset]) }
            rows = rows.map { row in row.enumerated().map { cut($0.element, to: widths[$0.offset]) } }
        }
        let rule = "+" + widths.map { String(repeating: "-", count: $0 + 2) }.joined(separator: "+") + "+\n"
        var text = rule + line(header, widths) + rule
        for row in rows { text += line(row, widths) }
        return text + rule + "\(rows.count) row\(rows.count == 1 ? "" : "s")\n"
    }

    /// Narrows the widest columns until all take `total` together; false when they did so before.
    private static func shrink(_ widths: inout [Int], to total: Int) -> Bool {
        var excess = widths.reduce(0, +) - total
        guard excess > 0 else { return false }
        while excess > 0, let widest = widths.max(), widest > narrowest {
            let next = widths.filter { $0 < widest }.max() ?? narrowest
            let columns = widths.indices.filter { widths[$0] == widest }
            let step = max(1, min(widest - max(next, narrowest), excess / columns.count))
            for column in columns where excess > 0 {
                widths[column] -= step
                excess -= step
            }
        }
        return true
    }

    /// A column is not made narrower than this.
    private static let narrowest = 4

    private static func line(_ cells: [String], _ widths: [Int]) -> String {
        let padded = cells.enumerated().map { index, cell in
            " " + cell + String(repeating: " ", count: widths[index] - width(cell)) + " "
        }
        return "|" + padded.joined(separator: "|") + "|\n"
    }

    /// Takes a CSV line apart; NULL is shown as such.
    private static func cells(of line: [UInt8], count: Int) -> [String] {
        var cells: [String] = []
        var bytes: [UInt8] = []
        var isQuoted = false
        var wasQuoted = false
        var index = 0
        while index <= line.count {
            let byte = index < line.count ? line[index] : UInt8(ascii: ",")
            if isQuoted && index < line.count {
                if byte == UInt8(ascii: "\"") {
                    if index + 1 < line.count && line[index + 1] == byte {
                        bytes.append(byte)
                        index += 1
                    } else {
                        isQuoted = false
                    }
                } else {
                    bytes.append(byte)
                }
            } else if byte == UInt8(ascii: "\"") && index < line.count {
                isQuoted = true
                wasQuoted = true
            } else if byte == UInt8(ascii: ",") {
                cells.append(bytes.isEmpty && !wasQuoted ? "NULL" : cut(String(decoding: bytes, as: UTF8.self)))
                bytes = []
                wasQuoted = false
            } else {
                bytes.append(byte)
            }
            index += 1
        }
        while cells.count < count { cells.append("") }
        return Array(cells.prefix(count))
    }

    private static func cut(_ text: String) -> String {
        let flat = String(text.map { $0.isNewline ? " " : $0 })
        return cut(flat, to: cellWidthMax)
    }

    private static func cut(_ flat: String, to limit: Int) -> String {
        guard width(flat) > limit else { return flat }
        var result = ""
        var used = 0
        for character in flat {
            let step = width(String(character))
            if used + step > limit - 1 { break }
            result.append(character)
            used += step
        }
        return result + "…"
    }

    /// Columns a text takes on a terminal.
    static func width(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { sum, scalar in
            switch scalar.value {
            case 0x0300...0x036F, 0x200B...0x200F: sum
            case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
                0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
                sum + 2
            default: sum + 1
            }
        }
    }
}

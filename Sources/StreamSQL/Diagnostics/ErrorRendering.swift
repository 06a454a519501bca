extension SQLScriptError {
    /// All the errors as shown on a terminal, each with its source line and a caret.
    package func render(file: String, text: String) -> String {
        errors.map { $0.render(file: file, text: text) }.joined(separator: "\n")
    }
}

extension SQLError {
    /// `FILE:LINE:COL: error: message`, the source line, a caret line and the hint.
    package func render(file: String, text: String, as severity: String = "error") -> String {
        var lines = ["\(file):\(range.line):\(range.column): \(severity): \(message)"]
        if let source = SourceLine(text: text, range: range) {
            lines.append("  " + source.shown)
            lines.append("  " + source.caret)
        }
        if let hint { lines.append("hint: \(hint)") }
        return lines.joined(separator: "\n")
    }
}

/// The line of a script that an error points into, cut where it is very long.
private struct SourceLine {
    /// Terminal columns kept on either side of the place.
    private static let context = 100

    var shown: String
    var caret: String

    init?(text: String, range: SourceRange) {
        let bytes = text.utf8
        let offset = Int(range.offset)
        guard offset >= 0, offset <= bytes.count else { return nil }
        let all = Array(bytes)
        var start = offset
        while start > 0, all[start - 1] != 0x0A { start -= 1 }
        var end = offset
        while end < all.count, all[end] != 0x0A { end += 1 }
        if end > start, all[end - 1] == 0x0D { end = max(offset, end - 1) }
        let marked = min(end, offset + max(0, Int(range.length)))
        var before = Array(String(decoding: all[start..<offset], as: UTF8.self).unicodeScalars)
        let inside = Array(String(decoding: all[offset..<marked], as: UTF8.self).unicodeScalars)
        var after = Array(String(decoding: all[marked..<end], as: UTF8.self).unicodeScalars)
        var lead = ""
        var tail = ""
        if before.count > Self.context {
            before.removeFirst(before.count - Self.context)
            lead = "…"
        }
        let insideShown = inside.prefix(Self.context)
        if inside.count > insideShown.count {
            after = []
            tail = "…"
        } else if after.count > Self.context {
            after.removeLast(after.count - Self.context)
            tail = "…"
        }
        shown = lead + Self.text(before) + Self.text(insideShown) + Self.text(after) + tail
        let padding = lead.isEmpty ? "" : " "
        let width = insideShown.reduce(0) { $0 + Self.width($1) }
        caret = padding
        for scalar in before { caret += scalar == "\t" ? "\t" : String(repeating: " ", count: Self.width(scalar)) }
        caret += "^" + String(repeating: "~", count: max(0, width - 1))
    }

    /// The scalars as text, control characters made visible.
    private static func text(_ scalars: some Sequence<UnicodeScalar>) -> String {
        var result = String.UnicodeScalarView()
        for scalar in scalars {
            result.append((scalar.value < 0x20 && scalar != "\t") || scalar.value == 0x7F ? "\u{FFFD}" : scalar)
        }
        return String(result)
    }

    /// How many terminal columns a character takes.
    private static func width(_ scalar: UnicodeScalar) -> Int {
        switch scalar.value {
        case 0x0300...0x036F, 0x200B...0x200F, 0xFE00...0xFE0F, 0x20D0...0x20FF: 0
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1FAFF,
            0x20000...0x3FFFD:
            2
        default: 1
        }
    }
}

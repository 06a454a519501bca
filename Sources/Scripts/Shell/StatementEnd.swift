/// Where statements end in text that is being written.
package enum StatementEnd {
    /// What the text stops in.
    private enum Inside { case nothing, string, name, lineComment, blockComment }

    /// True when the text is whole: its last statement is closed by a semicolon, or it is a command of the shell.
    package static func isComplete(_ text: some StringProtocol) -> Bool {
        if isCommand(text) { return true }
        let parts = split(text)
        return parts.rest.allSatisfy(\.isWhitespace) && !parts.statements.isEmpty
    }

    /// True for a line that begins with a backslash, and for words that leave or help without a semicolon.
    package static func isCommand(_ text: some StringProtocol) -> Bool {
        let line = text.drop { $0.isWhitespace }
        if line.first == "\\" { return true }
        let word = line.lowercased().filter { !$0.isWhitespace && $0 != ";" }
        return ["quit", "exit", "help", "clear"].contains(word)
    }

    /// The statements that are closed, without their semicolons, and what stands behind the last of them.
    package static func split(_ text: some StringProtocol) -> (statements: [String], rest: String) {
        var statements: [String] = []
        var current = ""
        var inside = Inside.nothing
        var hasWords = false
        // BEGIN … END of a statement set holds semicolons of its own.
        var words: [String] = []
        var word = ""
        var isInSet = false
        var previous: Character = " "
        for character in text {
            switch inside {
            case .string: if character == "'" { inside = .nothing }
            case .name: if character == "`" { inside = .nothing }
            case .lineComment: if character.isNewline { inside = .nothing }
            case .blockComment: if character == "/", previous == "*" { inside = .nothing }
            case .nothing:
                if character.isLetter || character == "_" {
                    word.append(character)
                } else if !word.isEmpty {
                    words.append(word.uppercased())
                    word = ""
                    isInSet = isSet(words, isInSet)
                }
                switch character {
                case "'": inside = .string
                case "`": inside = .name
                case "-" where previous == "-": inside = .lineComment
                case "*" where previous == "/": inside = .blockComment
                case ";" where !isInSet:
                    if hasWords { statements.append(current) }
                    current = ""
                    words = []
                    hasWords = false
                    previous = " "
                    continue
                default: break
                }
                if !character.isWhitespace, character != "-", character != "/", inside != .blockComment,
                    inside != .lineComment
                {
                    hasWords = true
                }
            }
            previous = inside == .blockComment && previous == "/" ? " " : character
            current.append(character)
        }
        return (statements, hasWords || inside == .blockComment ? current : "")
    }

    private static func isSet(_ words: [String], _ was: Bool) -> Bool {
        if was { return words.last != "END" }
        let start = Array(words.prefix(5).filter { $0 != "EXPLAIN" })
        return start == ["EXECUTE", "STATEMENT", "SET", "BEGIN"] || start == ["BEGIN", "STATEMENT", "SET"]
            || start == ["STATEMENT", "SET", "BEGIN"]
    }
}

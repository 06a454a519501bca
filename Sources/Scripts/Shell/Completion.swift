package import StreamSQL

/// What could stand in place of the word before the cursor.
package struct Completion: Sendable, Equatable {
    /// Whole words, sorted.
    package var candidates: [String]
    /// Characters before the cursor that a candidate takes the place of.
    package var prefixLength: Int

    package static let none = Completion(candidates: [], prefixLength: 0)

    package init(candidates: [String], prefixLength: Int) {
        self.candidates = candidates
        self.prefixLength = prefixLength
    }

    /// What all candidates begin with, in the letters of the first.
    var sharedPrefix: String {
        guard var shared = candidates.first else { return "" }
        for candidate in candidates.dropFirst() {
            while !candidate.lowercased().hasPrefix(shared.lowercased()) { shared.removeLast() }
        }
        return shared
    }
}

/// Completes words of SQL: keywords, tables, columns, functions.
package struct Completer: Sendable {
    private let tables: [String]
    private let columns: [String]
    private let functions: [String]

    /// Candidates of one Tab, at most.
    private static let limit = 200

    package init(_ vocabulary: SessionVocabulary) {
        tables = vocabulary.tables
        columns = vocabulary.columns
        functions = vocabulary.functions
    }

    /// Keywords behind which the name of a table comes.
    private static let tableWords: Set<String> = [
        "FROM", "JOIN", "INTO", "TABLE", "VIEW", "DESCRIBE", "DESC", "OVERWRITE", "EXISTS", "COLUMNS",
    ]

    private static let words = [
        "ADD", "ALTER", "AND", "ARRAY", "AS", "ASC", "BETWEEN", "BIGINT", "BOOLEAN", "BY", "BYTES", "CASCADE", "CASE",
        "CAST",
        "CATALOG", "CATALOGS", "COLUMNS", "COMMENT", "CREATE", "CROSS", "CUMULATE", "CURRENT", "DATABASE", "DATABASES",
        "DATE",
        "DECIMAL", "DESC", "DESCRIBE", "DESCRIPTOR", "DISTINCT", "DOUBLE", "DROP", "ELSE", "END", "ENFORCED", "EXCEPT",
        "EXCLUDING", "EXECUTE", "EXISTS", "EXPLAIN", "EXTENDED", "FALSE", "FILTER", "FLOAT", "FOR", "FROM", "FULL",
        "FUNCTIONS", "GROUP", "HAVING", "HOP", "IF", "IN", "INCLUDING", "INNER", "INSERT", "INT", "INTERSECT",
        "INTERVAL",
        "INTO", "IS", "JOIN", "KEY", "LATERAL", "LEFT", "LIKE", "LIMIT", "MAP", "MATCH_RECOGNIZE", "METADATA", "MODIFY",
        "NOT", "NULL", "OFFSET", "ON", "OR", "ORDER", "OUTER", "OVER", "OVERWRITE", "OVERWRITING", "PARTITION",
        "PARTITIONED", "PRIMARY", "RENAME", "REPLACE", "RESET", "RIGHT", "ROW", "ROWS", "SELECT", "SESSION", "SET",
        "SHOW",
        "SMALLINT", "STATEMENT", "STRING", "SYSTEM_TIME", "TABLE", "TABLES", "TEMPORARY", "THEN", "TIME", "TIMESTAMP",
        "TIMESTAMP_LTZ", "TINYINT", "TO", "TRUE", "TUMBLE", "UNION", "UNNEST", "USE", "USING", "VALUES", "VARCHAR",
        "VIEW",
        "VIEWS", "VIRTUAL", "WATERMARK", "WHEN", "WHERE", "WINDOW", "WITH",
    ]

    /// The candidates for the word at the end of `text`, which is what stands before the cursor.
    package func complete(_ text: String) -> Completion {
        if text.first == "\\", !text.contains(" ") {
            let found = ShellCommand.names.map { "\\" + $0 }.filter { $0.hasPrefix(text) && $0 != text }
            return Completion(candidates: found, prefixLength: text.count)
        }
        let word = String(
            text.reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "$" }.reversed())
        let before = text.dropLast(word.count)
        // Inside of a text constant there is nothing to complete.
        guard before.filter({ $0 == "'" }).count.isMultiple(of: 2), !before.hasSuffix("`") else { return .none }
        let last = before.split { !$0.isLetter && $0 != "_" && $0 != "\\" }.last.map { $0.uppercased() } ?? ""
        let wantsTable =
            before.last?.isWhitespace == true && (Self.tableWords.contains(last) || before.hasPrefix("\\d"))
        if wantsTable { return matching(tables, word) }
        if before.last == "." { return matching(columns, word) }
        guard !word.isEmpty else { return .none }
        let isLower = word.allSatisfy { !$0.isUppercase }
        let keywords = (Self.words + functions).map { isLower ? $0.lowercased() : $0.uppercased() }
        return matching(columns + tables + keywords, word)
    }

    private func matching(_ names: [String], _ prefix: String) -> Completion {
        let wanted = prefix.lowercased()
        let found = Set(names.filter { $0.lowercased().hasPrefix(wanted) && $0 != prefix })
        return Completion(candidates: Array(found.sorted().prefix(Self.limit)), prefixLength: prefix.count)
    }
}

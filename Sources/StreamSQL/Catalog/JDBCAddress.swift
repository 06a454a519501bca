/// Looks at the address of a database for what is easily mistyped and fails late, if at all: drivers pass over parameters
/// they do not know.
enum JDBCAddress {
    /// Parameters of MySQL's and PostgreSQL's drivers that people set.
    private static let parameters = [
        "allowMultiQueries", "allowPublicKeyRetrieval", "ApplicationName", "autoReconnect", "cachePrepStmts",
        "characterEncoding", "connectTimeout", "connectionTimeZone", "currentSchema", "defaultFetchSize", "password",
        "prepStmtCacheSize", "prepStmtCacheSqlLimit", "prepareThreshold", "reWriteBatchedInserts",
        "rewriteBatchedStatements", "serverTimezone", "sessionVariables", "socketTimeout", "ssl", "sslMode", "sslmode",
        "stringtype", "tcpKeepAlive", "tinyInt1isBit", "useAffectedRows", "useCompression", "useCursorFetch",
        "useServerPrepStmts", "useSSL", "useUnicode", "user", "zeroDateTimeBehavior",
    ]

    /// The mistakes of an option's value, at their places in it.
    static func check(_ address: StringSyntax) -> [SQLError] {
        let text = address.text
        guard text.hasPrefix("jdbc:") else {
            return [
                SQLError(
                    .option, "'\(text.prefix(60))' is not the address of a database", at: address.range,
                    hint: "for example jdbc:mysql://127.0.0.1:3306/database")
            ]
        }
        var errors: [SQLError] = []
        if let line = text.firstIndex(where: \.isNewline) {
            errors.append(
                SQLError(
                    .option, "the address of the database is broken into lines", at: place(line, in: address),
                    hint: "write it on one line"))
        }
        guard let question = text.firstIndex(of: "?") else { return errors }
        for pair in text[text.index(after: question)...].split(separator: "&") {
            let name = pair.prefix { $0 != "=" }.drop { $0.isWhitespace }
            guard !parameters.contains(String(name)), let near = nearestName(to: String(name), in: parameters) else {
                continue
            }
            errors.append(
                SQLError(
                    .option, "the address of a database has no parameter '\(name)'",
                    at: place(name.startIndex, in: address, length: name.utf8.count), hint: "did you mean '\(near)'?"))
        }
        return errors
    }

    /// Where a character of an option's value stands in the script.
    private static func place(_ index: String.Index, in value: StringSyntax, length: Int = 1) -> SourceRange {
        let before = value.text[..<index]
        // A doubled quote is two characters there and one here.
        guard !value.text.contains("'") else { return value.range }
        let lines = before.filter(\.isNewline).count
        let column =
            before.lastIndex(where: \.isNewline).map { before[before.index(after: $0)...].unicodeScalars.count + 1 }
            ?? Int(value.range.column) + 1 + before.unicodeScalars.count
        return SourceRange(
            offset: value.range.offset &+ 1 &+ Int32(clamping: before.utf8.count), length: Int32(clamping: length),
            line: value.range.line &+ Int32(clamping: lines), column: Int32(clamping: column))
    }
}

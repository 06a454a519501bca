/// How long an operator keeps idle state: what the STATE_TTL hint of the SELECT says for its input, else what the
/// session says.
enum StateHint {
    static func timeToLive(_ select: Select, _ scope: Scope, _ options: SessionOptions) throws(SQLError) -> Int64? {
        var result = options.stateTimeToLiveMilliseconds
        for (table, milliseconds) in try timesToLive(select)
        where scope.tables.contains(where: { $0.path.last == table }) {
            result = milliseconds > 0 ? milliseconds : nil
        }
        return result
    }

    /// Refuses names that are those of no table in FROM, for the dialect does so too.
    static func checkNames(_ select: Select, _ scope: Scope) throws(SQLError) {
        let names = scope.tables.compactMap(\.path.last)
        for hint in select.hints where Lexer.uppercased(hint.name.text.utf8) == "STATE_TTL" {
            guard case .options(let entries) = hint.arguments else { continue }
            for entry in entries where !names.contains(entry.key.text) {
                throw SQLError(
                    .name, "STATE_TTL names '\(entry.key.text)', which is no table of this SELECT", at: entry.key.range,
                    hint: nearestName(to: entry.key.text, in: names).map { "did you mean '\($0)'?" }
                        ?? (names.isEmpty ? nil : "the tables are " + names.joined(separator: ", ")))
            }
        }
    }

    /// What the hints of a SELECT say, in milliseconds, by table; 0 keeps for good.
    static func timesToLive(_ select: Select) throws(SQLError) -> [String: Int64] {
        var result: [String: Int64] = [:]
        for hint in select.hints where Lexer.uppercased(hint.name.text.utf8) == "STATE_TTL" {
            guard case .options(let entries) = hint.arguments else {
                throw SQLError(
                    .semantics, "STATE_TTL takes 'table' = 'duration' pairs", at: hint.range,
                    hint: "/*+ STATE_TTL('t' = '1d') */")
            }
            for entry in entries {
                guard let milliseconds = SessionOptions.duration(entry.value.text) else {
                    throw SQLError(
                        .semantics, "'\(entry.value.text)' is not a duration", at: hint.range,
                        hint: "write a number and a unit: '12 h', '1 d'")
                }
                result[entry.key.text] = milliseconds
            }
        }
        return result
    }
}

/// How long an operator keeps idle state: what the STATE_TTL hint of the SELECT says for its input, else what the
/// session says.
enum StateHint {
    static func timeToLive(_ select: Select, _ scope: Scope, _ options: SessionOptions) throws(SQLError) -> Int64? {
        var result = options.stateTimeToLiveMilliseconds
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
                let isMeant = scope.tables.contains { $0.path.last == entry.key.text }
                if isMeant { result = milliseconds > 0 ? milliseconds : nil }
            }
        }
        return result
    }
}

/// What `/*+ LOOKUP('table' = 't', …) */` says of joins with tables that rows are looked up in.
struct LookupHint {
    var table: String
    private var values: [String: OptionSyntax]
    let range: SourceRange

    private static let names: Set<String> = [
        "table", "async", "output-mode", "capacity", "timeout", "retry-predicate", "retry-strategy", "fixed-delay",
        "max-attempts", "shuffle",
    ]

    /// The hints of a SELECT by table; of several for one table the first counts.
    static func hints(_ select: Select) throws(SQLError) -> [String: LookupHint] {
        var result: [String: LookupHint] = [:]
        for hint in select.hints where Lexer.uppercased(hint.name.text.utf8) == "LOOKUP" {
            let read = try LookupHint(hint)
            if result[read.table] == nil { result[read.table] = read }
        }
        return result
    }

    private init(_ hint: HintSyntax) throws(SQLError) {
        guard case .options(let options) = hint.arguments else {
            throw SQLError(
                .semantics, "LOOKUP takes 'option' = 'value' pairs", at: hint.range,
                hint: "/*+ LOOKUP('table' = 't', 'retry-predicate' = 'lookup_miss', …) */")
        }
        range = hint.range
        values = [:]
        for option in options {
            guard Self.names.contains(option.key.text) else {
                throw SQLError(
                    .option, "LOOKUP has no option '\(option.key.text)'", at: option.key.range,
                    hint: nearestName(to: option.key.text, in: Self.names.sorted()).map { "did you mean '\($0)'?" })
            }
            values[option.key.text] = option
        }
        guard let table = values["table"]?.value.text else {
            throw SQLError(.option, "LOOKUP needs the option 'table'", at: hint.range, hint: "its alias, or its name")
        }
        self.table = table
        _ = try applied(to: LookupSettings())
    }

    /// The table's settings with what the hint says.
    func applied(to settings: LookupSettings) throws(SQLError) -> LookupSettings {
        var result = settings
        try check("async", ["true", "false"])
        try check("shuffle", ["true", "false"])
        try check("output-mode", ["ordered", "allow_unordered"])
        try check("retry-predicate", ["lookup_miss"])
        try check("retry-strategy", ["fixed_delay"])
        if let mode = values["output-mode"]?.value.text { result.keepsOrder = mode == "ordered" }
        _ = try integer("capacity")
        if let timeout = values["timeout"], SessionOptions.duration(timeout.value.text) == nil {
            throw wrong(timeout, "a duration, such as 300 s")
        }
        let retrying = ["retry-predicate", "retry-strategy", "fixed-delay", "max-attempts"]
        let given = retrying.filter { values[$0] != nil }
        guard !given.isEmpty else { return result }
        guard given.count == retrying.count, let delay = values["fixed-delay"],
            let attempts = try integer("max-attempts")
        else {
            let missing = retrying.filter { values[$0] == nil }
            throw SQLError(
                .option, "LOOKUP asks again only where all of it is said", at: range,
                hint: "add " + missing.map { "'\($0)'" }.joined(separator: ", "))
        }
        guard let milliseconds = SessionOptions.duration(delay.value.text), milliseconds > 0 else {
            throw wrong(delay, "a duration, such as 10 s")
        }
        result.retry = LookupSettings.Retry(delayMilliseconds: milliseconds, attemptsMax: max(1, attempts))
        return result
    }

    private func check(_ key: String, _ allowed: [String]) throws(SQLError) {
        guard let option = values[key], !allowed.contains(option.value.text) else { return }
        throw wrong(option, allowed.joined(separator: " or "))
    }

    private func integer(_ key: String) throws(SQLError) -> Int? {
        guard let option = values[key] else { return nil }
        guard let value = Int(option.value.text), value > 0 else { throw wrong(option, "a whole number above 0") }
        return value
    }

    private func wrong(_ option: OptionSyntax, _ wanted: String) -> SQLError {
        SQLError(
            .option, "'\(option.value.text)' is not a value of '\(option.key.text)' of LOOKUP", at: option.value.range,
            hint: "write " + wanted)
    }
}

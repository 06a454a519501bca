/// Reads the PATTERN of MATCH_RECOGNIZE as variables one after the other, and refuses what can't be matched.
enum PatternReading {
    struct Pattern {
        var variables: [Identifier] = []
        var elements: [PatternAutomaton.Element] = []
    }

    /// Variables of one pattern; conditions that read one row are kept as bits of it.
    private static let mostVariables = 63
    /// Rows that counts such as `{3,10}` spell out.
    private static let mostStates = 10_000

    static func read(_ clause: MatchRecognize) throws(SQLError) -> Pattern {
        var pattern = Pattern()
        if clause.startsAtFirstRow || clause.endsAtLastRow {
            throw unsupported("'^' and '$' in PATTERN", clause.pattern.range)
        }
        try add(clause.pattern, to: &pattern)
        guard let last = pattern.elements.last else {
            throw SQLError(.semantics, "PATTERN is empty", at: clause.pattern.range)
        }
        guard pattern.variables.count <= mostVariables else {
            throw SQLError(
                .limit, "PATTERN can have \(mostVariables) variables at most", at: clause.pattern.range)
        }
        guard pattern.elements.contains(where: { !$0.isOptional }) else {
            throw unsupported(
                "a PATTERN that matches no rows at all", clause.pattern.range,
                hint: "at least one variable must not be optional")
        }
        guard !last.excludesLater else {
            throw unsupported(
                "a greedy quantifier at the end of PATTERN", clause.pattern.range,
                hint: "end with a variable without quantifier, or make the last one reluctant, as in B+?")
        }
        let states = pattern.elements.reduce(0) { $0 &+ max($1.minimum, $1.maximum ?? 1) }
        guard states <= mostStates else {
            throw SQLError(.limit, "the counts of PATTERN add up to more than \(mostStates)", at: clause.pattern.range)
        }
        return pattern
    }

    private static func unsupported(_ what: String, _ range: SourceRange, hint: String? = nil) -> SQLError {
        SQLError(.unsupported, "\(what) is not supported", at: range, hint: hint)
    }

    private static func add(_ part: RowPattern, to pattern: inout Pattern) throws(SQLError) {
        switch part.kind {
        case .variable(let name): try add(name, PatternAutomaton.Element(), to: &pattern)
        case .sequence(let parts): for part in parts { try add(part, to: &pattern) }
        case .repeated(let inner, let minimum, let maximum, let isReluctant):
            guard case .variable(let name) = inner.kind else {
                throw unsupported("a quantifier behind a group", part.range, hint: "repeat one variable at a time")
            }
            guard maximum.map({ $0 > 0 && $0 >= minimum && $0 <= mostStates }) ?? true, minimum <= mostStates else {
                throw SQLError(
                    .semantics,
                    "a count in PATTERN goes from the smaller to the larger number, and up to \(mostStates)",
                    at: part.range)
            }
            if isReluctant, minimum == 0, maximum == 1 {
                throw unsupported("the reluctant optional quantifier '??'", part.range)
            }
            try add(
                name, PatternAutomaton.Element(minimum: minimum, maximum: maximum, isGreedy: !isReluctant), to: &pattern
            )
        case .alternation: throw unsupported("'|' in PATTERN", part.range)
        case .permutation: throw unsupported("PERMUTE in PATTERN", part.range)
        case .exclusion: throw unsupported("'{- -}' in PATTERN", part.range)
        case .empty: throw unsupported("'()' in PATTERN", part.range)
        }
    }

    private static func add(
        _ name: Identifier, _ element: PatternAutomaton.Element, to pattern: inout Pattern
    ) throws(SQLError) {
        if pattern.variables.contains(where: { $0.text == name.text }) {
            throw unsupported("the variable '\(name.text)' twice in PATTERN", name.range)
        }
        pattern.variables.append(name)
        pattern.elements.append(element)
    }
}

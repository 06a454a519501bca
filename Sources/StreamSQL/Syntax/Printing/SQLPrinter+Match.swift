extension SQLPrinter {
    mutating func matchRecognize(_ match: MatchRecognize) {
        write("MATCH_RECOGNIZE (")
        if !match.partitionBy.isEmpty {
            write("PARTITION BY ")
            list(match.partitionBy) { $0.expression($1) }
            write(" ")
        }
        orderBy(match.orderBy, before: "")
        if !match.orderBy.isEmpty { write(" ") }
        if !match.measures.isEmpty {
            write("MEASURES ")
            list(match.measures) { printer, measure in
                if let semantics = measure.semantics { printer.write("\(semantics.rawValue) ") }
                printer.expression(measure.expression)
                printer.write(" AS ")
                printer.name(measure.name)
            }
            write(" ")
        }
        if let rows = match.rowsPerMatch { write("\(rows.rawValue) ") }
        if let after = match.afterMatch { afterMatch(after) }
        write(match.startsAtFirstRow ? "PATTERN (^ " : "PATTERN (")
        pattern(match.pattern, isInner: false)
        write(match.endsAtLastRow ? " $)" : ")")
        if let within = match.within {
            write(" WITHIN ")
            expression(within)
        }
        if !match.subsets.isEmpty {
            write(" SUBSET ")
            list(match.subsets) { printer, subset in
                printer.name(subset.name)
                printer.write(" = ")
                printer.bracketed(subset.members)
            }
        }
        if !match.definitions.isEmpty {
            write(" DEFINE ")
            list(match.definitions) { printer, definition in
                printer.name(definition.name)
                printer.write(" AS ")
                printer.expression(definition.condition)
            }
        }
        write(")")
    }

    private mutating func afterMatch(_ after: MatchRecognize.AfterMatch) {
        write("AFTER MATCH SKIP ")
        switch after {
        case .pastLastRow: write("PAST LAST ROW ")
        case .toNextRow: write("TO NEXT ROW ")
        case .toFirst(let variable):
            write("TO FIRST ")
            name(variable)
            write(" ")
        case .toLast(let variable):
            write("TO LAST ")
            name(variable)
            write(" ")
        }
    }

    /// A pattern; one of several parts stands in brackets inside another.
    private mutating func pattern(_ pattern: RowPattern, isInner: Bool) {
        switch pattern.kind {
        case .variable(let variable): name(variable)
        case .empty: write("()")
        case .permutation(let patterns):
            write("PERMUTE(")
            list(patterns) { $0.pattern($1, isInner: false) }
            write(")")
        case .exclusion(let inner):
            write("{- ")
            self.pattern(inner, isInner: false)
            write(" -}")
        case .repeated(let inner, let minimum, let maximum, let isReluctant):
            var isNested = false
            if case .repeated = inner.kind { isNested = true }
            if isNested { write("(") }
            self.pattern(inner, isInner: !isNested)
            if isNested { write(")") }
            quantifier(minimum, maximum)
            if isReluctant { write("?") }
        case .sequence(let patterns), .alternation(let patterns):
            var separator = " "
            if case .alternation = pattern.kind { separator = " | " }
            if isInner { write("(") }
            list(patterns, separator: separator) { $0.pattern($1, isInner: true) }
            if isInner { write(")") }
        }
    }

    private mutating func quantifier(_ minimum: Int, _ maximum: Int?) {
        switch (minimum, maximum) {
        case (0, nil): write("*")
        case (1, nil): write("+")
        case (0, 1): write("?")
        case (_, nil): write("{\(minimum),}")
        case (_, let maximum?): write(minimum == maximum ? "{\(minimum)}" : "{\(minimum),\(maximum)}")
        }
    }
}

/// A match on one line.
enum MatchText {
    /// `column` gives the text of a column of the input.
    static func text(_ match: MatchPlan, _ column: (Int) -> String) -> String {
        let measures = zip(match.measureNames, self.measures(match, column)).map { "\($1) AS \($0)" }
        return ([search(match, column)] + measures).joined(separator: "; ")
    }

    /// What each match gives, without the names.
    static func measures(_ match: MatchPlan, _ column: (Int) -> String) -> [String] {
        match.measures.map { text($0, match.variables, column) }
    }

    /// What is looked for, and where the search goes on: all that matches under way depend on.
    static func search(_ match: MatchPlan, _ column: (Int) -> String) -> String {
        let pattern = zip(match.variables, match.pattern).map { $0 + $1.text }.joined(separator: " ")
        let partition = match.partition.map(column).joined(separator: ", ")
        let time = match.timeColumn.map(column) ?? "arrival"
        let order = ([time] + match.order.map { column($0.column) + ($0.isDescending ? " descending" : "") })
        let within = match.withinMilliseconds.map { " within \($0) ms" } ?? ""
        var parts = ["match (\(pattern))\(within) by [\(partition)] in order of [\(order.joined(separator: ", "))]"]
        for (name, condition) in zip(match.variables, match.conditions) {
            switch condition {
            case .always: break
            case .row(let expression): parts.append("\(name) = \(ExpressionText.text(expression, column))")
            case .match(let expression): parts.append("\(name) = \(text(expression, match.variables, column))")
            }
        }
        parts.append("then \(skip(match))")
        return parts.joined(separator: "; ")
    }

    private static func skip(_ match: MatchPlan) -> String {
        switch match.skip {
        case .pastLastRow: "past last row"
        case .toNextRow: "to next row"
        case .toFirst(let variable): "to first \(match.variables[variable])"
        case .toLast(let variable): "to last \(match.variables[variable])"
        }
    }

    private static func text(
        _ expression: MatchExpression, _ variables: [String], _ column: (Int) -> String
    ) -> String {
        ExpressionText.text(expression.expression) { position in
            guard position < expression.references.count else { return "?" }
            return text(expression.references[position].source, variables, column)
        }
    }

    private static func text(
        _ source: MatchReference.Source, _ variables: [String], _ column: (Int) -> String
    ) -> String {
        func name(_ variable: Int?) -> String { variable.map { variables[$0] + "." } ?? "" }
        switch source {
        case .current(let position): return column(position)
        case .row(let variable, let isFirst, let offset, let position):
            let shift = offset == 0 ? "" : ", \(offset)"
            return "\(isFirst ? "FIRST" : "LAST")(\(name(variable))\(column(position))\(shift))"
        case .aggregate(let variable, let call, let arguments):
            let shown = arguments.map { ExpressionText.text($0, column) }.joined(separator: ", ")
            return "\(call.function.rawValue)(\(name(variable))\(arguments.isEmpty ? "*" : shown))"
        case .time: return "MATCH_ROWTIME()"
        }
    }
}

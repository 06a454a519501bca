/// Looks for aggregate calls and for names in unbound expressions.
enum AggregateSearch {
    /// Whether an aggregate stands in the expression, subqueries left out.
    static func holds(_ expression: Expression) -> Bool {
        if case .call(let call) = expression.kind, call.over == nil {
            let name = Lexer.uppercased(call.name.last.utf8)
            if AggregateBinding.names.contains(name) || GroupingSets.functions.contains(name) { return true }
        }
        if case .json(let call) = expression.kind, call.function.isAggregate { return true }
        return parts(of: expression).contains(where: holds)
    }

    /// The aggregate calls of an expression, the outermost ones, subqueries left out.
    static func calls(in expression: Expression) -> [Expression] {
        switch expression.kind {
        case .call(let call)
        where call.over == nil && AggregateBinding.names.contains(Lexer.uppercased(call.name.last.utf8)):
            return [expression]
        case .json(let call) where call.function.isAggregate: return [expression]
        default: return parts(of: expression).flatMap(calls)
        }
    }

    /// Where the name of a column stands outside of aggregates; nil when it is not found.
    static func place(of name: String, in expression: Expression) -> SourceRange? {
        switch expression.kind {
        case .name(let parts): return parts.last?.text == name ? expression.range : nil
        case .call(let call) where AggregateBinding.names.contains(Lexer.uppercased(call.name.last.utf8)): return nil
        case .json(let call) where call.function.isAggregate: return nil
        default:
            for part in parts(of: expression) {
                if let found = place(of: name, in: part) { return found }
            }
            return nil
        }
    }

    /// The direct parts of an expression.
    static func parts(of expression: Expression) -> [Expression] {
        switch expression.kind {
        case .literal, .name, .exists, .scalarQuery, .collectionQuery, .timeUnit, .descriptor, .tableArgument,
            .modelArgument, .defaultArgument:
            return []
        case .json(let call): return call.arguments + call.members.flatMap { [$0.key, $0.value] }
        case .field(let value, _), .unary(_, let value), .not(let value), .test(let value, _, _),
            .cast(let value, _, _),
            .intervalOf(let value, _), .inQuery(let value, _, _), .quantified(_, let value, _, _):
            return [value]
        case .item(let value, let index): return [value, index]
        case .binary(_, let left, let right), .isDistinct(let left, let right, _), .overlaps(let left, let right):
            return [left, right]
        case .and(let values), .or(let values), .row(let values), .array(let values), .map(let values): return values
        case .between(let between): return [between.value, between.low, between.high]
        case .like(let like): return [like.value, like.pattern] + (like.escape.map { [$0] } ?? [])
        case .inList(let value, let list, _): return [value] + list
        case .caseWhen(let form):
            var result = form.operand.map { [$0] } ?? []
            for branch in form.branches { result += branch.conditions + [branch.result] }
            return result + (form.otherwise.map { [$0] } ?? [])
        case .call(let call): return call.arguments.map(\.value) + (call.filter.map { [$0] } ?? [])
        case .trim(_, let characters, let value): return (characters.map { [$0] } ?? []) + [value]
        }
    }
}

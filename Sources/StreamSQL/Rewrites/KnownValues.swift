import Columnar

/// What a filter tells about the columns behind it: after `WHERE kind = 2` a CASE over `kind` is one of its values, and
/// the columns that only its other branches read need not be decoded.
struct KnownValues {
    private var values: [Int: Int64] = [:]

    /// From the conjuncts of a condition that hold for every row.
    init(_ conjuncts: [PlanExpression]) {
        for conjunct in conjuncts {
            if let (column, value) = Self.equality(conjunct) { values[column] = value }
        }
    }

    /// The column and the number of `column = number`.
    private static func equality(_ expression: PlanExpression) -> (Int, Int64)? {
        guard case .call(.equal, let operands, _) = expression.unlocated, operands.count == 2 else { return nil }
        switch (operands[0].unlocated, operands[1].unlocated) {
        case (.column(let column, _), .literal(.int64(let value), _)): return (column, value)
        case (.literal(.int64(let value), _), .column(let column, _)): return (column, value)
        default: return nil
        }
    }

    /// The expression without the branches that are never taken.
    func simplify(_ expression: PlanExpression) -> PlanExpression {
        guard !values.isEmpty else { return expression }
        let expression = expression.mapChildren(simplify)
        guard case .conditional(let branches, let last, let type) = expression else { return expression }
        var kept: [ConditionalBranch] = []
        var otherwise = last
        for branch in branches {
            guard let (column, value) = Self.equality(branch.condition), let known = values[column] else {
                kept.append(branch)
                continue
            }
            if known == value {
                otherwise = branch.value
                break
            }
        }
        guard kept.isEmpty else { return .conditional(kept, otherwise: otherwise, type) }
        // A value that is never NULL would change the type of the column.
        return otherwise.type == type ? otherwise : expression
    }
}

extension PlanExpression {
    /// Without its place in the script.
    fileprivate var unlocated: PlanExpression {
        if case .located(let expression, _) = self { return expression.unlocated }
        return self
    }
}

import Columnar

// Walks and rewrites of bound expressions.
extension PlanExpression {
    /// The direct parts.
    var children: [PlanExpression] {
        switch self {
        case .column, .literal: []
        case .call(_, let arguments, _): arguments
        case .cast(let value, _, _), .located(let value, _): [value]
        case .conditional(let branches, let otherwise, _):
            branches.flatMap { [$0.condition, $0.value] } + [otherwise]
        }
    }

    /// The expression with its direct parts replaced.
    func mapChildren(_ transform: (PlanExpression) -> PlanExpression) -> PlanExpression {
        switch self {
        case .column, .literal: self
        case .call(let function, let arguments, let type): .call(function, arguments.map(transform), type)
        case .cast(let value, let type, let isTry): .cast(transform(value), to: type, isTry: isTry)
        case .located(let value, let range): transform(value).located(range)
        case .conditional(let branches, let otherwise, let type):
            .conditional(
                branches.map { ConditionalBranch(condition: transform($0.condition), value: transform($0.value)) },
                otherwise: transform(otherwise), type)
        }
    }

    /// The expression with its place, where it is not constant.
    func located(_ range: SourceRange) -> PlanExpression { isLiteral ? self : .located(self, range) }

    /// The expression with every column reference replaced.
    func replacingColumns(_ transform: (Int, DataType) -> PlanExpression) -> PlanExpression {
        if case .column(let position, let type) = self { return transform(position, type) }
        return mapChildren { $0.replacingColumns(transform) }
    }

    /// The expression over another numbering of the columns.
    package func shifted(_ transform: (Int) -> Int) -> PlanExpression {
        replacingColumns { .column(transform($0), $1) }
    }

    /// The expression with its columns replaced by the projections they stand for; casts of constants that come
    /// of it are made.
    func inlined(_ projections: [PlanExpression]) -> PlanExpression {
        switch self {
        case .column(let position, _): return position < projections.count ? projections[position] : self
        case .cast(let value, let type, let isTry):
            let inner = value.inlined(projections)
            guard inner.isLiteral else { return .cast(inner, to: type, isTry: isTry) }
            return CastRules.convert(inner, to: type.logical, isTry: isTry)
        default: return mapChildren { $0.inlined(projections) }.withoutDetour
        }
    }

    /// Calls `visit` with each column that is read.
    package func forEachColumn(_ visit: (Int) -> Void) {
        if case .column(let position, _) = self { visit(position) }
        for child in children { child.forEachColumn(visit) }
    }

    var columnSet: Set<Int> {
        var result: Set<Int> = []
        forEachColumn { result.insert($0) }
        return result
    }

    /// Whether every evaluation over the same row gives the same value.
    var isDeterministic: Bool {
        switch self {
        case .call(.currentTimestamp, _, _), .call(.localTimestamp, _, _), .call(.currentDate, _, _),
            .call(.processingTime, _, _), .call(.currentWatermark, _, _), .call(.currentTime, _, _),
            .call(.random, _, _), .call(.randomInteger, _, _), .call(.uuid, _, _):
            return false
        case .call(.unixTimestamp, let arguments, _) where arguments.isEmpty: return false
        default: return children.allSatisfy(\.isDeterministic)
        }
    }

    /// Whether it costs nothing to evaluate twice.
    var isTrivial: Bool {
        switch self {
        case .column, .literal, .call(.processingTime, _, _): true
        default: false
        }
    }

    var isLiteral: Bool {
        if case .literal = self { return true }
        return false
    }

    /// Whether the expression written out has more than so many parts; looks at no more than that.
    func hasMoreParts(than limit: Int) -> Bool {
        var open = [self]
        var count = 0
        while let next = open.popLast() {
            count += 1
            if count > limit { return true }
            open += next.children
        }
        return false
    }

    /// Levels up to which expressions are put into each other: what walks over them uses the stack.
    static let mostMergedLevels = 400

    /// The levels of the expression; looked for without the stack.
    var levels: Int {
        var open = [(expression: self, level: 1)]
        var deepest = 0
        while let next = open.popLast() {
            deepest = max(deepest, next.level)
            for child in next.expression.children { open.append((child, next.level + 1)) }
        }
        return deepest
    }

    /// The operands of a conjunction, or the expression alone.
    var conjuncts: [PlanExpression] {
        if case .call(.and, let operands, _) = self { return operands.flatMap(\.conjuncts) }
        return [self]
    }

    /// All the conditions as one; nil when there are none.
    static func conjunction(_ conditions: [PlanExpression]) -> PlanExpression? {
        guard let first = conditions.first else { return nil }
        guard conditions.count > 1 else { return first }
        let isNullable = conditions.contains { $0.type.isNullable }
        return .call(.and, conditions, DataType(.boolean, isNullable: isNullable))
    }

    static func conjunction(_ first: PlanExpression?, _ second: PlanExpression?) -> PlanExpression? {
        conjunction((first?.conjuncts ?? []) + (second?.conjuncts ?? []))
    }
}

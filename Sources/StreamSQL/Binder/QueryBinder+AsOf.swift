import Columnar

// ASOF JOIN: to each row of the left the last row of the right that is not later.
extension QueryBinder {
    func asOfJoin(
        _ join: Join, _ left: Scope, _ right: Scope, _ conditions: [PlanExpression], _ scope: Scope,
        at range: SourceRange
    ) throws(SQLError) -> Scope {
        let place = join.matchCondition?.range ?? range
        var times: VersionTimes?
        var equalities: [PlanExpression] = []
        var keys: [Int] = []
        for condition in conditions {
            if times == nil, let found = Self.comparison(condition, leftCount: left.columns.count) {
                times = found
            } else if let key = Self.key(condition, leftCount: left.columns.count) {
                equalities.append(condition)
                if !keys.contains(key) { keys.append(key) }
            } else {
                throw SQLError(
                    .unsupported,
                    "an ASOF JOIN takes equalities with columns of the right side and one comparison of times",
                    at: place,
                    hint: "ASOF JOIN r MATCH_CONDITION (l.ts >= r.ts) ON l.k = r.k; other conditions go to WHERE")
            }
        }
        guard let times, left.columns[times.left].time == .rowTime, right.columns[times.right].time == .rowTime else {
            throw SQLError(
                .semantics, "an ASOF JOIN compares the event time of both sides: left >= right or left > right",
                at: place, hint: "both must be time attributes: WATERMARK FOR … in CREATE TABLE")
        }
        guard !keys.isEmpty else {
            throw SQLError(.semantics, "an ASOF JOIN needs at least one equality", at: place, hint: "ON l.k = r.k")
        }
        var builder = joinBuilder
        builder.asOf = times
        builder.versionKeys = keys
        var result = scope
        result.node = builder.build(
            join.kind == .left ? .left : .inner, left.node, right.node, equalities, at: range)
        for position in left.columns.count..<result.columns.count {
            if join.kind == .left { result.columns[position].type.isNullable = true }
            result.columns[position].time = .none
        }
        return result
    }

    /// `left >= right` or `left > right` of columns, in either order of writing.
    private static func comparison(_ condition: PlanExpression, leftCount: Int) -> VersionTimes? {
        guard case .call(let function, let operands, _) = condition, operands.count == 2,
            case .column(let first, _) = operands[0], case .column(let second, _) = operands[1]
        else { return nil }
        switch function {
        case .greaterOrEqual, .greater:
            guard first < leftCount, second >= leftCount else { return nil }
            return VersionTimes(
                left: first, right: second - leftCount, isOfRows: true, isStrict: function == .greater)
        case .lessOrEqual, .less:
            guard first >= leftCount, second < leftCount else { return nil }
            return VersionTimes(left: second, right: first - leftCount, isOfRows: true, isStrict: function == .less)
        default: return nil
        }
    }

    /// The column of the right side that an equality with the left is about.
    private static func key(_ condition: PlanExpression, leftCount: Int) -> Int? {
        guard case .call(let function, let operands, _) = condition, operands.count == 2, condition.isDeterministic,
            function == .equal || function == .isNotDistinctFrom
        else { return nil }
        for (one, other) in [(operands[0], operands[1]), (operands[1], operands[0])] {
            guard case .column(let position, _) = one, position >= leftCount else { continue }
            let columns = other.columnSet
            if !columns.isEmpty, columns.allSatisfy({ $0 < leftCount }) { return position - leftCount }
        }
        return nil
    }
}

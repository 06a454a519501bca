import Columnar

/// Binds a call with an OVER clause.
struct OverBinding {
    /// The binder of arguments, partitions and orders.
    let binder: ExpressionBinder
    let collector: OverCollector

    /// Functions that have a meaning with OVER only.
    static let names: Set<String> = [
        "ROW_NUMBER", "RANK", "DENSE_RANK", "PERCENT_RANK", "CUME_DIST", "NTILE", "LAG", "LEAD",
    ]

    func bind(
        _ name: String, _ call: FunctionCall, _ over: WindowReference, at range: SourceRange
    ) throws(SQLError) -> PlanExpression {
        let window = try collector.specification(over)
        var partition: [PlanExpression] = []
        for key in window.partitionBy { partition.append(try binder.bind(key)) }
        var order: [OverCollector.Order] = []
        for item in window.orderBy {
            order.append(
                .init(
                    expression: try binder.bind(item.expression), isDescending: item.isDescending,
                    nullsFirst: item.nullsFirst ?? !item.isDescending))
        }
        let frame = try window.frame.map { (frame) throws(SQLError) in try bind(frame, order) }
        let place = { (function: OverCollector.OverFunction, type: DataType) throws(SQLError) -> PlanExpression in
            try collector.column(
                for: .init(
                    function: function, partition: partition, order: order, frame: frame, resultType: type, range: range
                ))
        }
        guard Self.names.contains(name) else { return try aggregate(name, call, place, at: range) }
        guard !order.isEmpty else {
            throw SQLError(.semantics, "\(name) needs ORDER BY in its window", at: range)
        }
        guard frame == nil || name == "ROW_NUMBER" else {
            throw SQLError(.semantics, "\(name) takes no ROWS or RANGE", at: window.frame?.range ?? range)
        }
        guard call.filter == nil, call.quantifier == nil, !call.isStar else {
            throw SQLError(.semantics, "\(name) takes no DISTINCT and no FILTER", at: range)
        }
        return try ranking(name, call, place, at: range)
    }

    private typealias Place = (OverCollector.OverFunction, DataType) throws(SQLError) -> PlanExpression

    /// An aggregate may be written with several simpler ones: each becomes a column of its own.
    private func aggregate(
        _ name: String, _ call: FunctionCall, _ place: Place, at range: SourceRange
    ) throws(SQLError) -> PlanExpression {
        guard AggregateBinding.names.contains(name) else {
            let near = nearestName(to: name, in: Self.names.union(AggregateBinding.names).sorted())
            throw SQLError(
                .semantics, "\(name) can't have an OVER clause", at: range, hint: near.map { "did you mean \($0)?" })
        }
        let calls = AggregateCollector(inputColumns: OverCollector.base * 2)
        let bound = try AggregateBinding(arguments: binder, collector: calls).bind(name, call, at: range)
        var columns: [PlanExpression] = []
        for call in calls.calls { columns.append(try place(.aggregate(call), call.resultType)) }
        return bound.replacingColumns { position, type in
            position >= calls.callBase ? columns[position - calls.callBase] : .column(position, type)
        }
    }

    private func ranking(
        _ name: String, _ call: FunctionCall, _ place: Place, at range: SourceRange
    ) throws(SQLError) -> PlanExpression {
        let number = DataType(.bigint, isNullable: false)
        let share = DataType(.double, isNullable: false)
        var values: [PlanExpression] = []
        for argument in call.arguments { values.append(try binder.bind(argument.value)) }
        let wanted = name == "LAG" || name == "LEAD" ? 1...3 : name == "NTILE" ? 1...1 : 0...0
        guard wanted.contains(values.count) else {
            throw SQLError(.semantics, "\(name) takes \(Self.countText(wanted))", at: range)
        }
        switch name {
        case "ROW_NUMBER": return try place(.rowNumber, number)
        case "RANK": return try place(.rank, number)
        case "DENSE_RANK": return try place(.denseRank, number)
        case "PERCENT_RANK": return try place(.percentRank, share)
        case "CUME_DIST": return try place(.cumulativeDistribution, share)
        case "NTILE":
            guard case .literal(.int64(let count), let type) = values[0], type.logical.isInteger, count > 0 else {
                throw SQLError(.semantics, "NTILE takes a constant whole number above zero", at: range)
            }
            return try place(.tile(count), number)
        default: return try shifted(name, values, place, at: range)
        }
    }

    private static func countText(_ range: ClosedRange<Int>) -> String {
        range.upperBound == 0 ? "no arguments" : range.count == 1 ? "one argument" : "one to three arguments"
    }

    private func shifted(
        _ name: String, _ values: [PlanExpression], _ place: Place, at range: SourceRange
    ) throws(SQLError) -> PlanExpression {
        var rows: Int64 = 1
        if values.count > 1 {
            guard case .literal(.int64(let given), let type) = values[1], type.logical.isInteger, given >= 0,
                given <= 1_000_000
            else {
                throw SQLError(.semantics, "\(name) takes a constant number of rows as its second argument", at: range)
            }
            rows = given
        }
        var value = values[0]
        var otherwise: PlanExpression?
        if values.count > 2 {
            guard let common = DataType.common(value.type, values[2].type) else {
                throw SQLError(
                    .type, "the default of \(name) is \(values[2].type.logical), the value \(value.type.logical)",
                    at: range, hint: "CAST one of them")
            }
            value = CastRules.coerce(value, to: common.logical)
            otherwise = CastRules.coerce(values[2], to: common.logical)
        }
        let isNullable = value.type.isNullable || (otherwise?.type.isNullable ?? true)
        return try place(
            .shifted(value, rows: name == "LAG" ? rows : -rows, otherwise: otherwise), value.type.nullable(isNullable))
    }

    // MARK: Frames

    private func bind(_ frame: WindowFrame, _ order: [OverCollector.Order]) throws(SQLError) -> OverFrame {
        let unit: OverFrame.Unit = frame.unit == .rows ? .rows : .range
        let start = try bound(frame.start, unit, order, isStart: true, at: frame.range)
        let end = try bound(frame.end, unit, order, isStart: false, at: frame.range)
        if case .offset(let first) = start, case .offset(let last) = end, first > last {
            throw SQLError(.semantics, "the frame ends before it begins", at: frame.range)
        }
        return OverFrame(unit: unit, start: start, end: end)
    }

    private func bound(
        _ bound: WindowFrame.Bound, _ unit: OverFrame.Unit, _ order: [OverCollector.Order], isStart: Bool,
        at range: SourceRange
    ) throws(SQLError) -> OverFrame.Bound {
        switch bound {
        case .unboundedPreceding:
            guard isStart else { throw SQLError(.semantics, "a frame can't end at UNBOUNDED PRECEDING", at: range) }
            return .unbounded
        case .unboundedFollowing:
            guard !isStart else { throw SQLError(.semantics, "a frame can't begin at UNBOUNDED FOLLOWING", at: range) }
            return .unbounded
        case .currentRow: return .offset(0)
        case .preceding(let distance): return .offset(try 0 - self.distance(distance, unit, order))
        case .following(let distance): return .offset(try self.distance(distance, unit, order))
        }
    }

    /// Rows, or what the sort key is counted in.
    private func distance(
        _ expression: Expression, _ unit: OverFrame.Unit, _ order: [OverCollector.Order]
    ) throws(SQLError) -> Int64 {
        let value = try binder.bind(expression)
        guard case .literal(.int64(let number), let type) = value, number >= 0, number < 1 << 50 else {
            throw SQLError(
                .semantics, unit == .rows ? "ROWS takes a constant whole number" : "RANGE takes a constant interval",
                at: expression.range)
        }
        if unit == .rows {
            guard type.logical.isInteger else {
                throw SQLError(.type, "ROWS takes a whole number, not \(type.logical)", at: expression.range)
            }
            return number
        }
        guard order.count == 1, let key = order.first?.expression.type.logical else {
            throw SQLError(.semantics, "a RANGE with a distance needs one sort key", at: expression.range)
        }
        if key.isTimestamp, !key.isWideTimestamp, type.logical == .intervalMilliseconds { return number * 1_000 }
        if key.isInteger, type.logical.isInteger { return number }
        if key == .date, type.logical == .intervalMilliseconds, number % 86_400_000 == 0 { return number / 86_400_000 }
        throw SQLError(
            .type, "a RANGE over \(key) can't count in \(type.logical)", at: expression.range,
            hint: key.isWideTimestamp
                ? "CAST it to TIMESTAMP(6) or less"
                : key.isTimestamp ? "for example INTERVAL '10' SECOND PRECEDING" : nil)
    }
}

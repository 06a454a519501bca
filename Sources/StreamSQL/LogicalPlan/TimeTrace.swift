import Columnar

/// What columns of a logical graph are in terms of time, found by following them up from where they begin.
struct TimeTrace {
    enum Meaning: Hashable {
        case none, rowTime, processingTime
        /// A bound of the windows of this shape.
        case windowStart(WindowShape)
        case windowEnd(WindowShape)
    }

    private(set) var columns: [[Meaning]] = []
    private let graph: LogicalGraph

    init(_ graph: LogicalGraph) {
        self.graph = graph
        for id in graph.nodes.indices { columns.append(meanings(of: id)) }
    }

    private func meanings(of id: Int) -> [Meaning] {
        let node = graph.nodes[id]
        let width = graph.fields[id].count
        let inputs = node.inputs.map { columns[$0] }
        let first = inputs.first ?? []
        let none = [Meaning](repeating: .none, count: width)
        switch node.operation {
        case .calculate(_, let projections):
            return projections.map { projection in
                switch projection {
                case .column(let position, _): position < first.count ? first[position] : .none
                case .call(.processingTime, _, _): .processingTime
                default: .none
                }
            }
        case .union:
            return first.indices.map { column in
                inputs.allSatisfy { $0[column] == first[column] } ? first[column] : .none
            }
        case .watermark(let watermark):
            var result = first
            if watermark.timeColumn < result.count { result[watermark.timeColumn] = .rowTime }
            return result
        case .window(let shape, let timeColumn):
            var result = first
            if timeColumn < result.count { result[timeColumn] = .none }
            return result + [.windowStart(shape), .windowEnd(shape), .rowTime]
        case .windowAggregate(let aggregate):
            let roles = aggregate.windowColumns.map { role in
                switch role {
                case .start: Meaning.windowStart(aggregate.shape)
                case .end: Meaning.windowEnd(aggregate.shape)
                case .time: Meaning.rowTime
                }
            }
            return Array(none.dropLast(roles.count)) + roles
        case .aggregate(let aggregate):
            guard let input = node.inputs.first,
                let (window, _) = WindowTrace.attached(graph, aggregate, input: input)
            else { return none }
            let bounds = [window.startColumn, window.endColumn]
            let kept = aggregate.groupColumns.map { bounds.contains($0) && $0 < first.count ? first[$0] : .none }
            return kept + none.dropFirst(kept.count)
        case .unnest(let unnest):
            let kept = unnest.kept.map { $0 < first.count ? first[$0] : .none }
            return kept + none.dropFirst(kept.count)
        case .deduplicate, .rowNumber, .rank, .sort:
            return first + none.dropFirst(first.count)
        case .join(let join):
            guard inputs.count > 1, join.kind.emitsPairs else { return first }
            return first + (join.asOf == nil && join.lookup == nil ? inputs[1] : inputs[1].map { _ in .none })
        case .process(let plan):
            return plan.hasTimeAttribute ? none.dropLast() + [.rowTime] : none
        default: return none
        }
    }

    // MARK: Joins

    /// Whether a join's conditions bound the time its rows are needed.
    func timing(of join: LogicalJoin, _ id: Int) -> JoinTiming {
        let inputs = graph.nodes[id].inputs
        guard inputs.count == 2, join.asOf == nil, join.lookup == nil else { return .unbounded }
        let left = columns[inputs[0]]
        let right = columns[inputs[1]]
        return window(join, left, right, graph.fields[inputs[0]]) ?? interval(join, left, right) ?? .unbounded
    }

    private func window(_ join: LogicalJoin, _ left: [Meaning], _ right: [Meaning], _ fields: [Field]) -> JoinTiming? {
        let pairs = Array(zip(join.leftKeys, join.rightKeys))
        for (first, second) in pairs {
            guard case .windowEnd(let shape) = left[first], right[second] == left[first] else { continue }
            let hasStart = pairs.contains { left[$0.0] == .windowStart(shape) && right[$0.1] == .windowStart(shape) }
            guard hasStart else { continue }
            return .window(WindowEnds(left: first, right: second, isZoned: isZoned(join, shape, fields)))
        }
        return nil
    }

    /// Windows over instants end at local times of the session's zone; window_time tells what they are over.
    private func isZoned(_ join: LogicalJoin, _ shape: WindowShape, _ fields: [Field]) -> Bool {
        for id in graph.nodes.indices {
            switch graph.nodes[id].operation {
            case .window(shape, let column):
                if case .timestampLTZ = graph.fields[id][column].type.logical { return true }
            case .windowAggregate(let aggregate) where aggregate.shape == shape:
                if case .timestampLTZ = aggregate.timeType.logical { return true }
            default: break
            }
        }
        return false
    }

    private func interval(_ join: LogicalJoin, _ left: [Meaning], _ right: [Meaning]) -> JoinTiming? {
        for kind in [Meaning.rowTime, .processingTime] {
            var bounds = Bounds()
            for (first, second) in zip(join.leftKeys, join.rightKeys)
            where left[first] == kind && right[second] == kind {
                bounds.times = (first, second)
                bounds.lower = 0
                bounds.upper = 0
            }
            for condition in join.residual?.conjuncts ?? [] { bounds.take(condition, left, right, kind) }
            guard let times = bounds.times, let lower = bounds.lower, let upper = bounds.upper else { continue }
            return .interval(
                IntervalBounds(
                    leftTime: times.0, rightTime: times.1, lower: lower, upper: upper,
                    isProcessingTime: kind == .processingTime))
        }
        return nil
    }

    /// What is known of the right time minus the left time, in microseconds.
    private struct Bounds {
        var times: (Int, Int)?
        var lower: Int64?
        var upper: Int64?

        mutating func take(
            _ condition: PlanExpression, _ left: [Meaning], _ right: [Meaning], _ kind: Meaning
        ) {
            guard case .call(let function, let operands, _) = condition, operands.count == 2,
                let first = TimeTrace.shifted(operands[0]), let second = TimeTrace.shifted(operands[1])
            else { return }
            var test = function
            var (low, high) = (first, second)
            if first.column >= left.count {
                (low, high) = (second, first)
                switch function {
                case .less: test = .greater
                case .lessOrEqual: test = .greaterOrEqual
                case .greater: test = .less
                case .greaterOrEqual: test = .lessOrEqual
                default: break
                }
            }
            let place = high.column - left.count
            guard low.column < left.count, place >= 0, place < right.count, left[low.column] == kind,
                right[place] == kind, times == nil || times! == (low.column, place)
            else { return }
            // left + low.offset TEST right + high.offset
            let difference = low.offset &- high.offset
            switch test {
            case .less, .lessOrEqual: lower = max(lower ?? difference, difference)
            case .greater, .greaterOrEqual: upper = min(upper ?? difference, difference)
            case .equal:
                lower = difference
                upper = difference
            default: return
            }
            times = (low.column, place)
        }
    }

    /// A column plus a constant interval, in microseconds.
    private static func shifted(_ expression: PlanExpression) -> (column: Int, offset: Int64)? {
        switch expression {
        case .column(let position, _): return (position, 0)
        case .cast(let inner, let type, _) where type.logical.isTemporal: return shifted(inner)
        case .call(let function, let operands, _) where operands.count == 2:
            guard case .literal(.int64(let amount), let type) = operands[1], type.logical == .intervalMilliseconds,
                let base = shifted(operands[0])
            else { return nil }
            let (scaled, overflows) = amount.multipliedReportingOverflow(by: 1_000)
            guard !overflows else { return nil }
            switch function {
            case .addInterval: return (base.column, base.offset &+ scaled)
            case .subtractInterval: return (base.column, base.offset &- scaled)
            default: return nil
            }
        default: return nil
        }
    }
}

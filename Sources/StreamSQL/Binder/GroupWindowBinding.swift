import Columnar

/// Reads the windows of GROUP BY TUMBLE(ts, size), HOP(ts, slide, size) and SESSION(ts, gap).
enum GroupWindowBinding {
    /// The window functions that may stand in GROUP BY.
    static let names: Set<String> = ["TUMBLE", "HOP", "SESSION"]

    static func bind(
        _ name: String, _ call: FunctionCall, binder: ExpressionBinder, at range: SourceRange
    ) throws(SQLError) -> AggregateCollector.GroupWindow {
        let wanted = name == "HOP" ? 3 : 2
        guard call.arguments.count == wanted, let first = call.arguments.first?.value else {
            throw SQLError(
                .semantics, "\(name) takes \(wanted) arguments here", at: range,
                hint: wanted == 2
                    ? "\(name)(ts, INTERVAL '1' MINUTE)"
                    : "HOP(ts, INTERVAL '10' SECOND, INTERVAL '1' MINUTE)")
        }
        let time = try binder.bind(first)
        guard case .column(let position, _) = time, let scope = binder.scope, position < scope.columns.count else {
            throw SQLError(.semantics, "\(name) takes a time attribute, not an expression", at: first.range)
        }
        try WindowBinding.requireTime(scope.columns[position], name, at: first.range)
        var sizes: [Int64] = []
        for argument in call.arguments.dropFirst() {
            sizes.append(try WindowBinding.interval(try binder.bind(argument.value), name, at: argument.value.range))
        }
        let shape = try WindowBinding.shape(name, sizes, offset: 0, isGroupWindow: true, at: range)
        return AggregateCollector.GroupWindow(
            name: name, shape: shape, timeColumn: position,
            isProcessingTime: scope.columns[position].time == .processingTime)
    }
}

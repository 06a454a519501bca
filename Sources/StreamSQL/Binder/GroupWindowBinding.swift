import Columnar

/// Reads the windows of GROUP BY TUMBLE(ts, size) and HOP(ts, slide, size).
enum GroupWindowBinding {
    /// The window functions that may stand in GROUP BY.
    static let names: Set<String> = ["TUMBLE", "HOP", "SESSION"]

    static func bind(
        _ name: String, _ call: FunctionCall, binder: ExpressionBinder, at range: SourceRange
    ) throws(SQLError) -> AggregateCollector.GroupWindow {
        guard name != "SESSION" else {
            throw SQLError(.unsupported, "SESSION windows are not supported yet", at: range)
        }
        let wanted = name == "TUMBLE" ? 2 : 3
        guard call.arguments.count == wanted, let first = call.arguments.first?.value else {
            throw SQLError(
                .semantics, "\(name) takes \(wanted) arguments here", at: range,
                hint: name == "TUMBLE"
                    ? "TUMBLE(ts, INTERVAL '1' MINUTE)"
                    : "HOP(ts, INTERVAL '10' SECOND, INTERVAL '1' MINUTE)")
        }
        let time = try binder.bind(first)
        guard case .column(let position, _) = time, let scope = binder.scope, position < scope.columns.count else {
            throw SQLError(.semantics, "\(name) takes a time attribute, not an expression", at: first.range)
        }
        try WindowBinding.requireRowTime(scope.columns[position], name, at: first.range)
        var sizes: [Int64] = []
        for argument in call.arguments.dropFirst() {
            sizes.append(try WindowBinding.interval(try binder.bind(argument.value), name, at: argument.value.range))
        }
        let shape = try WindowBinding.shape(name, sizes, offset: 0, isGroupWindow: true, at: range)
        return AggregateCollector.GroupWindow(name: name, shape: shape, timeColumn: position)
    }
}

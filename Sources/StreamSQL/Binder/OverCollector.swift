import Columnar

/// The functions with an OVER clause met while binding the expressions of one SELECT.
///
/// Each stands in the bound expressions as a column far behind all others, until the nodes are built that compute it.
final class OverCollector {
    struct Call: Hashable {
        var function: OverFunction
        var partition: [PlanExpression]
        var order: [Order]
        /// nil when none was written.
        var frame: OverFrame?
        var resultType: DataType
        var range: SourceRange
    }

    struct Order: Hashable {
        var expression: PlanExpression
        var isDescending: Bool
        var nullsFirst: Bool
    }

    /// A function over expressions, not yet over columns.
    enum OverFunction: Hashable {
        case aggregate(AggregateCollector.Call)
        case rowNumber, rank, denseRank, percentRank, cumulativeDistribution
        case tile(Int64)
        case shifted(PlanExpression, rows: Int64, otherwise: PlanExpression?)
    }

    /// First position of the columns.
    static let base = 1 << 24
    private static let maximumCalls = 1_000
    private(set) var calls: [Call] = []
    /// Windows of the WINDOW clause by name.
    let windows: [String: WindowSpecification]

    init(windows: [NamedWindow]) {
        var named: [String: WindowSpecification] = [:]
        for window in windows { named[window.name.text] = window.specification }
        self.windows = named
    }

    func column(for call: Call) throws(SQLError) -> PlanExpression {
        if let known = calls.firstIndex(of: call) { return .column(Self.base + known, call.resultType) }
        guard calls.count < Self.maximumCalls else {
            throw SQLError(.limit, "a SELECT can have \(Self.maximumCalls) OVER clauses at most", at: call.range)
        }
        calls.append(call)
        return .column(Self.base + calls.count - 1, call.resultType)
    }

    /// The expression with the columns that were built in place of those that stood for calls.
    func placed(_ expression: PlanExpression, _ columns: [PlanExpression]) -> PlanExpression {
        expression.replacingColumns { position, type in
            position >= Self.base && position - Self.base < columns.count
                ? columns[position - Self.base] : .column(position, type)
        }
    }

    /// The window a reference means: a named one, or one written out, which may begin with a name.
    func specification(_ reference: WindowReference) throws(SQLError) -> WindowSpecification {
        switch reference {
        case .named(let name): return try named(name)
        case .specification(let window):
            guard let base = window.base else { return window }
            var result = try named(base)
            if !window.partitionBy.isEmpty || !window.orderBy.isEmpty && !result.orderBy.isEmpty {
                throw SQLError(
                    .semantics, "a window that refines '\(base.text)' can't say again what that says", at: window.range)
            }
            if !window.orderBy.isEmpty { result.orderBy = window.orderBy }
            if let frame = window.frame { result.frame = frame }
            return result
        }
    }

    private func named(_ name: Identifier, depth: Int = 0) throws(SQLError) -> WindowSpecification {
        guard let window = windows[name.text] else {
            throw SQLError(
                .name, "there is no window '\(name.text)'", at: name.range,
                hint: nearestName(to: name.text, in: windows.keys.sorted()).map { "did you mean \($0)?" })
        }
        guard let base = window.base else { return window }
        guard depth < 32 else { throw SQLError(.semantics, "the windows of WINDOW go in circles", at: name.range) }
        var result = try named(base, depth: depth + 1)
        if !window.orderBy.isEmpty { result.orderBy = window.orderBy }
        if let frame = window.frame { result.frame = frame }
        return result
    }
}

import Columnar
import ConnectorContract

/// Binds a call of a process table function.
struct TableFunctionBinder {
    let binder: QueryBinder
    let function: any TableFunction
    let range: SourceRange

    private struct Given {
        var arguments: [String: Expression] = [:]
        var onTime: [Identifier] = []
        var uid: String?
    }

    func bind(_ syntax: FunctionCall) throws(SQLError) -> Relation {
        let given = try assign(syntax)
        var tables: [(relation: Relation, table: TableFunctionCall.Table)] = []
        var call = TableFunctionCall(
            tables: [], stateTimeToLiveMilliseconds: binder.options.stateTimeToLiveMilliseconds)
        var isKeyed = false
        for parameter in function.parameters {
            guard let argument = given.arguments[Self.upper(parameter.name)] else {
                guard parameter.isOptional else {
                    throw SQLError(
                        .semantics, "\(function.name) needs the argument '\(parameter.name)'", at: range,
                        hint: "its arguments are " + function.parameters.map(\.name).joined(separator: ", "))
                }
                continue
            }
            switch parameter.kind {
            case .rows: tables.append(try table(argument, parameter, given.onTime))
            case .rowsByKey:
                isKeyed = true
                tables.append(try table(argument, parameter, given.onTime))
            case .columns: call.columns[parameter.name] = try columns(argument, parameter).map(\.text)
            case .constant(let type): call.constants[parameter.name] = try constant(argument, parameter, type)
            }
        }
        call.tables = tables.map(\.table)
        try checkKeys(call.tables)
        let plan = TableFunctionPlan(
            function: function, call: call, shape: try shape(call, given), isKeyed: isKeyed, uid: given.uid)
        return relation(plan, tables.map(\.relation.node))
    }

    private func relation(_ plan: TableFunctionPlan, _ inputs: [Int]) -> Relation {
        let fields = plan.outputFields
        let node = binder.graph.add(.process(plan), inputs, names: fields.map(\.name))
        var columns = fields.map { RelationColumn(name: $0.name, type: $0.type) }
        if plan.hasTimeAttribute { columns[columns.count - 1].time = .rowTime }
        return Relation(node: node, columns: columns)
    }

    private static func upper(_ text: String) -> String { Lexer.uppercased(text.utf8) }

    // MARK: Arguments

    /// The arguments by parameter, whether they were given by place or by name.
    private func assign(_ call: FunctionCall) throws(SQLError) -> Given {
        var given = Given()
        for (position, argument) in call.arguments.enumerated() {
            guard let label = argument.name else {
                guard position < function.parameters.count else {
                    throw SQLError(
                        .semantics, "\(function.name) takes \(function.parameters.count) arguments at most",
                        at: argument.value.range, hint: "on_time and uid go by their names")
                }
                given.arguments[Self.upper(function.parameters[position].name)] = argument.value
                continue
            }
            let name = Self.upper(label.text)
            switch name {
            case "ON_TIME":
                guard case .descriptor(let columns) = argument.value.kind else {
                    throw SQLError(.semantics, "on_time takes DESCRIPTOR(column)", at: argument.value.range)
                }
                given.onTime = columns
            case "UID":
                guard case .literal(.text(let text), _) = try bound(argument.value) else {
                    throw SQLError(.semantics, "uid takes a text", at: argument.value.range)
                }
                given.uid = String(decoding: text, as: UTF8.self)
            default:
                guard function.parameters.contains(where: { Self.upper($0.name) == name }) else {
                    let names = function.parameters.map(\.name) + ["on_time", "uid"]
                    throw SQLError(
                        .name, "\(function.name) has no argument '\(label.text)'", at: label.range,
                        hint: "its arguments are " + names.joined(separator: ", "))
                }
                given.arguments[name] = argument.value
            }
        }
        return given
    }

    private func bound(_ value: Expression) throws(SQLError) -> PlanExpression {
        try ExpressionBinder(scope: nil, clause: function.name).bind(value)
    }

    private func table(
        _ value: Expression, _ parameter: TableFunctionParameter, _ onTime: [Identifier]
    ) throws(SQLError) -> (relation: Relation, table: TableFunctionCall.Table) {
        guard let argument = TableArgument(value) else {
            throw SQLError(
                .semantics, "'\(parameter.name)' of \(function.name) takes a table", at: value.range,
                hint: "\(parameter.name) => TABLE t")
        }
        var (relation, partition) = try binder.tableArgument(argument, isPartitioned: parameter.kind == .rowsByKey)
        if let first = argument.orderBy.first {
            guard parameter.kind == .rowsByKey else {
                throw SQLError(
                    .semantics, "\(function.name) takes the rows of '\(parameter.name)' one by one, in no order",
                    at: first.range)
            }
            relation.node = try sorted(relation, argument.orderBy)
        }
        var timeColumn: Int?
        for name in onTime where timeColumn == nil {
            timeColumn = relation.columns.firstIndex { $0.name == name.text }
            guard let timeColumn else { continue }
            guard relation.columns[timeColumn].time == .rowTime else {
                throw SQLError(
                    .semantics, "on_time takes an event time attribute, and '\(name.text)' is none", at: name.range,
                    hint: "declare it with WATERMARK FOR \(name.text) AS … in CREATE TABLE")
            }
        }
        if let first = onTime.first, timeColumn == nil {
            throw SQLError(.name, "'\(parameter.name)' has no column '\(first.text)'", at: first.range)
        }
        return (
            relation,
            TableFunctionCall.Table(
                parameter: parameter.name, fields: relation.fields, partition: partition, timeColumn: timeColumn)
        )
    }

    /// The rows in the order of their event time, as far as it is complete; later columns order rows of one time.
    private func sorted(_ relation: Relation, _ items: [OrderItem]) throws(SQLError) -> Int {
        let scope = Scope(relation, path: [])
        var keys: [SortPlan.Key] = []
        for item in items {
            guard
                case .column(let position, _) = try ExpressionBinder(scope: scope, clause: "ORDER BY").bind(
                    item.expression)
            else { throw SQLError(.semantics, "ORDER BY of a table argument takes columns", at: item.expression.range) }
            guard !keys.isEmpty || relation.columns[position].time == .rowTime && !item.isDescending else {
                throw SQLError(
                    .semantics, "ORDER BY of a table argument begins with an event time attribute, ascending",
                    at: item.range, hint: "declare one with WATERMARK FOR in CREATE TABLE")
            }
            keys.append(
                SortPlan.Key(
                    column: position, isDescending: item.isDescending, nullsFirst: item.nullsFirst ?? !item.isDescending
                ))
        }
        let sort = LogicalSort(
            keys: keys, offset: 0, limit: nil, leadingTime: .rowTime, range: items.first?.range ?? range)
        return binder.graph.add(.sort(sort), [relation.node], names: relation.columns.map(\.name))
    }

    private func columns(
        _ value: Expression, _ parameter: TableFunctionParameter
    ) throws(SQLError) -> [Identifier] {
        guard case .descriptor(let columns) = value.kind else {
            throw SQLError(
                .semantics, "'\(parameter.name)' of \(function.name) takes DESCRIPTOR(column, …)", at: value.range)
        }
        return columns
    }

    private func constant(
        _ value: Expression, _ parameter: TableFunctionParameter, _ type: LogicalType
    ) throws(SQLError) -> TableFunctionValue {
        let bound = try bound(value)
        guard bound.type.logical == .null || CastRules.canAssign(bound.type.logical, to: type) else {
            throw SQLError(
                .type, "'\(parameter.name)' of \(function.name) takes \(type), not \(bound.type.logical)",
                at: value.range)
        }
        guard case .literal(let literal, _) = CastRules.coerce(bound, to: type) else {
            throw SQLError(
                .semantics, "'\(parameter.name)' of \(function.name) takes a constant", at: value.range)
        }
        switch literal {
        case .null: return .null
        case .boolean(let value): return .boolean(value)
        case .int64(let value): return .int64(value)
        case .float64(let value): return .float64(value)
        case .int128(let value): return .int128(value)
        case .text(let bytes): return .text(bytes)
        }
    }

    // MARK: Checks

    /// Rows of one key meet, whichever table they are of.
    private func checkKeys(_ tables: [TableFunctionCall.Table]) throws(SQLError) {
        guard let first = tables.first else { return }
        let types = first.partition.map { first.fields[$0].type.logical }
        for table in tables.dropFirst() {
            guard table.partition.map({ table.fields[$0].type.logical }) == types else {
                throw SQLError(
                    .type,
                    "the tables of \(function.name) need PARTITION BY columns of the same types: "
                        + "'\(first.parameter)' and '\(table.parameter)' differ", at: range)
            }
        }
    }

    private func shape(_ call: TableFunctionCall, _ given: Given) throws(SQLError) -> TableFunctionShape {
        do throws(TableFunctionError) {
            return try function.shape(of: call)
        } catch {
            let place = error.parameter.flatMap { given.arguments[Self.upper($0)]?.range }
            throw SQLError(.semantics, "\(function.name): \(error.message)", at: place ?? range, hint: error.hint)
        }
    }
}

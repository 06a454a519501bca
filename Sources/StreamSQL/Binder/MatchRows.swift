import Columnar

/// The rows of a match as the expressions of DEFINE and MEASURES name them, and what they ask of those rows.
///
/// An expression is bound over a scope that holds the input's columns once for all rows (names without a variable) and
/// once for each variable. FIRST and LAST stand as columns behind those, aggregates behind these.
final class MatchRows {
    let variables: [String]
    /// Columns of the input.
    private let width: Int
    /// The variable whose condition is bound; nil in MEASURES.
    private let current: Int?
    /// Type of MATCH_ROWTIME; nil where rows are matched as they come.
    private let timeType: DataType?
    private var asked: [MatchReference] = []
    let aggregates: AggregateCollector
    let scope: Scope

    private static let mostReferences = 10_000
    private var referenceBase: Int { (variables.count + 1) * width }

    init(input: Scope, variables: [String], current: Int?, timeType: DataType?) {
        self.variables = variables
        self.current = current
        self.timeType = timeType
        width = input.columns.count
        let columns = input.columns.map { RelationColumn(name: $0.name, type: $0.type.nullable(true)) }
        var scope = Scope(
            Relation(node: input.node, columns: (0...variables.count).flatMap { _ in columns }), path: [])
        scope.tables = variables.enumerated().map { number, name in
            let first = (number + 1) * columns.count
            return Scope.Table(path: [name], columns: first..<(first + columns.count))
        }
        scope.hidden = Set(columns.count..<((variables.count + 1) * columns.count))
        self.scope = scope
        aggregates = AggregateCollector(
            inputColumns: (variables.count + 1) * columns.count + Self.mostReferences)
    }

    // MARK: Functions of rows

    /// The functions that have a meaning in MATCH_RECOGNIZE only.
    static let names: Set<String> = ["FIRST", "LAST", "MATCH_ROWTIME", "MATCH_PROCTIME"]

    /// FIRST, LAST and their like; nil for every other function.
    func bind(
        _ name: String, _ call: FunctionCall, _ binder: ExpressionBinder, at range: SourceRange
    ) throws(SQLError) -> PlanExpression? {
        switch name {
        case "FIRST", "LAST": return try position(name, call, binder, at: range)
        case "PREV", "NEXT":
            throw SQLError(
                .unsupported, "\(name) in MATCH_RECOGNIZE is not supported", at: range,
                hint: "LAST(A.x, 1) is the value of the row of A before the last")
        case "CLASSIFIER", "MATCH_NUMBER":
            throw SQLError(.unsupported, "\(name) in MATCH_RECOGNIZE is not supported", at: range)
        case "MATCH_ROWTIME":
            guard current == nil else {
                throw SQLError(.semantics, "MATCH_ROWTIME can stand in MEASURES only", at: range)
            }
            guard let timeType else {
                throw SQLError(
                    .semantics, "MATCH_ROWTIME needs ORDER BY event time", at: range, hint: "use MATCH_PROCTIME()")
            }
            return try reference(.time, timeType.nullable(false), at: range)
        case "MATCH_PROCTIME":
            return .call(.processingTime, [], DataType(.timestampLTZ(precision: 3), isNullable: false))
        default: return nil
        }
    }

    private func position(
        _ name: String, _ call: FunctionCall, _ binder: ExpressionBinder, at range: SourceRange
    ) throws(SQLError) -> PlanExpression {
        guard let first = call.arguments.first?.value, call.arguments.count <= 2 else {
            throw SQLError(.semantics, "\(name) takes one or two arguments", at: range, hint: "\(name)(A.x, 1)")
        }
        guard !binder.isInsideAggregate else {
            throw SQLError(.semantics, "\(name) can't stand inside an aggregate", at: range)
        }
        var offset = 0
        if call.arguments.count == 2 {
            let argument = call.arguments[1].value
            guard case .literal(.int64(let value), let type) = try binder.bind(argument), type.logical.isInteger,
                (0...1_000_000).contains(value)
            else { throw SQLError(.semantics, "\(name) takes a constant whole number second", at: argument.range) }
            offset = Int(value)
        }
        let inner = try binder.bind(first)
        let variable = try self.variable(of: inner, name, at: first.range)
        guard inner.columnSet.contains(where: { $0 < referenceBase }) else {
            throw SQLError(.semantics, "\(name) takes columns of the rows", at: first.range)
        }
        var failure: SQLError?
        let result = inner.replacingColumns { column, type in
            let source = MatchReference.Source.row(
                variable: variable, isFirst: name == "FIRST", offset: offset, column: column % width)
            do throws(SQLError) {
                return try reference(source, type, at: range)
            } catch {
                failure = error
                return .column(column, type)
            }
        }
        if let failure { throw failure }
        return result
    }

    /// The one variable that an expression reads, nil for all rows.
    private func variable(
        of expression: PlanExpression, _ name: String, at range: SourceRange
    ) throws(SQLError) -> Int? {
        let columns = expression.columnSet
        guard columns.allSatisfy({ $0 < referenceBase }) else {
            throw SQLError(.semantics, "\(name) takes columns of one pattern variable", at: range)
        }
        let found = Set(columns.map { $0 / max(1, width) - 1 })
        guard found.count <= 1 else {
            throw SQLError(.semantics, "\(name) takes columns of one pattern variable", at: range)
        }
        return found.first.flatMap { $0 < 0 ? nil : $0 }
    }

    private func reference(
        _ source: MatchReference.Source, _ type: DataType, at range: SourceRange
    ) throws(SQLError) -> PlanExpression {
        let wanted = MatchReference(source: source, type: type)
        if let known = asked.firstIndex(of: wanted) { return .column(referenceBase + known, type) }
        guard asked.count < Self.mostReferences else {
            throw SQLError(.limit, "MATCH_RECOGNIZE can have \(Self.mostReferences) FIRST and LAST at most", at: range)
        }
        asked.append(wanted)
        return .column(referenceBase + asked.count - 1, type)
    }

    // MARK: The bound expression

    /// A bound expression as one over what it asks of the match.
    func finished(_ expression: PlanExpression, at range: SourceRange) throws(SQLError) -> MatchExpression {
        var references: [MatchReference] = []
        var failure: SQLError?
        let result = expression.replacingColumns { column, type in
            do throws(SQLError) {
                let wanted = try self.wanted(column, type, at: range)
                let place = references.firstIndex(of: wanted) ?? references.count
                if place == references.count { references.append(wanted) }
                return .column(place, type)
            } catch {
                failure = error
                return .column(column, type)
            }
        }
        if let failure { throw failure }
        return MatchExpression(expression: result, references: references)
    }

    private func wanted(_ column: Int, _ type: DataType, at range: SourceRange) throws(SQLError) -> MatchReference {
        if column >= aggregates.callBase { return try aggregate(column - aggregates.callBase, at: range) }
        if column >= referenceBase { return asked[column - referenceBase] }
        let variable = column / width - 1
        // The row under test is the last of its variable, and of all.
        if let current, variable < 0 || variable == current {
            return MatchReference(source: .current(column % width), type: type)
        }
        let source = MatchReference.Source.row(
            variable: variable < 0 ? nil : variable, isFirst: false, offset: 0, column: column % width)
        return MatchReference(source: source, type: type)
    }

    private func aggregate(_ number: Int, at range: SourceRange) throws(SQLError) -> MatchReference {
        let call = aggregates.calls[number]
        if call.isDistinct {
            throw SQLError(.unsupported, "DISTINCT aggregates in MATCH_RECOGNIZE are not supported", at: range)
        }
        if call.filter != nil {
            throw SQLError(.unsupported, "FILTER in MATCH_RECOGNIZE is not supported", at: range)
        }
        let arguments = (call.argument.map { [$0] } ?? []) + call.moreArguments
        var variables: Set<Int?> = []
        for argument in arguments where !argument.columnSet.isEmpty {
            variables.insert(try variable(of: argument, "an aggregate", at: range))
        }
        guard variables.count <= 1 else {
            throw SQLError(.semantics, "an aggregate takes columns of one pattern variable", at: range)
        }
        let bound = AggregateCall(
            call.function, argument: call.argument.map { _ in 0 }, argumentType: call.argument?.type,
            moreArguments: call.moreArguments.indices.map { $0 + 1 }, parameter: call.parameter,
            skipsNulls: call.skipsNulls, resultType: call.resultType)
        let source = MatchReference.Source.aggregate(
            variable: variables.first ?? nil, bound, arguments: arguments.map { $0.shifted { $0 % width } })
        return MatchReference(source: source, type: call.resultType)
    }
}

import Columnar

/// Turns queries of the syntax into nodes of a logical graph, with names, types and time attributes resolved.
final class QueryBinder {
    let catalog: Catalog
    let options: SessionOptions
    let graph: LogicalGraph
    /// Connectors by identifier, for OPTIONS hints.
    let checker: OptionChecker
    /// Mistakes found beside the one that is thrown.
    var errors: [SQLError] = []
    /// What runs, but not as it seems to be meant.
    var warnings: [SQLError] = []
    /// Whether the caller throws what is noted in `errors`, when it has looked at what it makes of the query.
    var defersErrors = false
    /// Whether embedded tables can be read: in queries over their present rows.
    let readsEmbeddedTables: Bool
    /// Whether an embedded table was read.
    private(set) var hasReadEmbeddedTable = false
    /// Tables that were read, by display name.
    private(set) var readTables: [String] = []

    /// Subqueries being bound whose outer columns are joined to their FROM.
    var dependents: Set<Query> = []
    /// How often a subquery of the statement may still be bound in a second way. Those inside of it are bound again each time,
    /// which would double with every level.
    var secondWaysLeft = QueryBinder.maximumSecondWays
    static let maximumSecondWays = 200
    /// WITH names in force, innermost last.
    private var commonTables: [[String: Relation]] = []
    /// What STATE_TTL hints of the SELECT being bound say of the inputs of its joins.
    var joinTimesToLive: [String: Int64] = [:]
    /// What LOOKUP hints of the SELECT being bound say, by table; those that met their table are noted.
    var lookupHints: [String: LookupHint] = [:]
    var metLookupHints: Set<String> = []
    /// What INSERTs before in the same job write.
    var jobRoots: [LogicalPlan.Root] = []
    /// Result tables that jobs filled which are over by then.
    var filledTables: Set<String> = []
    /// Whether such a table was read, as it is when the job begins.
    private(set) var readsFilledTables = false
    /// Result tables whose rows are those that the job writes.
    private(set) var readWrittenTables: Set<String> = []
    /// Result tables that joins look rows up in.
    private(set) var lookedUpTables: Set<String> = []
    private var queryDepth = 0
    /// Queries inside of queries, those of views counted where they are used.
    static let maximumQueryDepth = 200
    /// Steps that rows go through from a source to the end: what walks over plans uses the stack.
    static let maximumPlanDepth = 300
    private var viewUses = 0
    /// Uses of views in one statement, those inside of views counted each time.
    private static let maximumViewUses = 2_000
    /// Unions of more inputs than this are not merged with the one above.
    static let maximumFlatInputs = 64

    init(
        catalog: Catalog, options: SessionOptions, graph: LogicalGraph, checker: OptionChecker,
        readsEmbeddedTables: Bool = false
    ) {
        self.catalog = catalog
        self.options = options
        self.graph = graph
        self.checker = checker
        self.readsEmbeddedTables = readsEmbeddedTables
    }

    // MARK: Queries

    func bind(_ query: Query) throws(SQLError) -> Relation {
        guard queryDepth < Self.maximumQueryDepth else {
            throw SQLError(
                .limit, "queries nest more than \(Self.maximumQueryDepth) deep, those of views counted",
                at: query.range,
                hint: "keep a result between in a table")
        }
        queryDepth += 1
        defer { queryDepth -= 1 }
        let relation = try bindParts(of: query)
        guard graph.depths[relation.node] <= Self.maximumPlanDepth else {
            throw SQLError(
                .limit, "the rows of this query go through more than \(Self.maximumPlanDepth) steps", at: query.range,
                hint: "keep a result between in a table")
        }
        return relation
    }

    private func bindParts(of query: Query) throws(SQLError) -> Relation {
        if !query.with.isEmpty { commonTables.append([:]) }
        defer { if !query.with.isEmpty { commonTables.removeLast() } }
        for common in query.with {
            let relation = try renamed(try bind(common.query), common.columns, of: common.name.text, at: common.range)
            if commonTables[commonTables.count - 1][common.name.text] != nil {
                throw SQLError(.name, "WITH has '\(common.name.text)' twice", at: common.name.range)
            }
            commonTables[commonTables.count - 1][common.name.text] = relation
        }
        let limit = try count(query.limit, "LIMIT")
        let offset = try count(query.offset, "OFFSET")
        if case .select(let select) = query.body {
            let bound = try bind(select, orderBy: query.orderBy)
            return sorted(bound, offset: offset ?? 0, limit: limit, at: query.orderBy.first?.range ?? query.range)
        }
        let relation = try bind(query.body)
        var bound = BoundSelect(relation: relation, visible: relation.columns.count, keys: [])
        for item in query.orderBy { try addOutputKey(item, to: &bound) }
        return sorted(bound, offset: offset ?? 0, limit: limit, at: query.orderBy.first?.range ?? query.range)
    }

    func bind(_ body: QueryBody) throws(SQLError) -> Relation {
        switch body {
        case .select(let select): return try bind(select, orderBy: []).relation
        case .values(let values): return try bind(values)
        case .setOperation(let operation): return try bind(operation)
        case .table(let name): return try table(name, hints: [], at: name.range).relation
        case .query(let query): return try bind(query)
        }
    }

    /// The constant of LIMIT or OFFSET.
    func count(_ expression: Expression?, _ clause: String) throws(SQLError) -> Int? {
        guard let expression else { return nil }
        let bound = try ExpressionBinder(scope: nil, clause: clause).bind(expression)
        guard case .literal(.int64(let value), let type) = bound, type.logical.isInteger, value >= 0 else {
            throw SQLError(.semantics, "\(clause) takes a constant whole number", at: expression.range)
        }
        return Int(clamping: value)
    }

    // MARK: Sorting

    /// A bound SELECT whose trailing columns may be there for ORDER BY alone.
    struct BoundSelect {
        var relation: Relation
        var visible: Int
        var keys: [SortPlan.Key]
        var leadingTime = LogicalRowNumber.TimeOrder.none
    }

    /// Adds a sort key that is a column of the output, by name or number.
    private func addOutputKey(_ item: OrderItem, to bound: inout BoundSelect) throws(SQLError) {
        let scope = Scope(bound.relation, path: [])
        let expression: PlanExpression
        if let position = try ordinal(item.expression, of: bound.visible) {
            expression = .column(position, bound.relation.columns[position].type)
        } else {
            expression = try ExpressionBinder(scope: scope, clause: "ORDER BY").bind(item.expression)
        }
        guard case .column(let position, _) = expression else {
            throw SQLError(
                .unsupported, "ORDER BY over expressions of a set operation is not supported yet", at: item.range)
        }
        addKey(position, item, to: &bound)
    }

    func addKey(_ position: Int, _ item: OrderItem, to bound: inout BoundSelect) {
        if bound.keys.isEmpty, position < bound.relation.columns.count {
            if !item.isDescending {
                bound.leadingTime = LogicalRowNumber.TimeOrder(bound.relation.columns[position].time)
            }
        }
        // NULL is the smallest value unless said otherwise.
        bound.keys.append(
            SortPlan.Key(
                column: position, isDescending: item.isDescending, nullsFirst: item.nullsFirst ?? !item.isDescending))
    }

    /// The position that a number in ORDER BY means.
    func ordinal(_ expression: Expression, of visible: Int) throws(SQLError) -> Int? {
        guard case .literal(.integer(let digits)) = expression.kind else { return nil }
        guard let number = Int(digits), (1...max(1, visible)).contains(number), visible > 0 else {
            throw SQLError(
                .semantics, "ORDER BY \(digits): the query has \(visible) columns", at: expression.range)
        }
        return number - 1
    }

    private func sorted(_ bound: BoundSelect, offset: Int, limit: Int?, at range: SourceRange) -> Relation {
        var relation = bound.relation
        if !bound.keys.isEmpty || offset > 0 || limit != nil {
            let sort = LogicalSort(
                keys: bound.keys, offset: offset, limit: limit, leadingTime: bound.leadingTime,
                stateTimeToLiveMilliseconds: options.stateTimeToLiveMilliseconds, range: range)
            relation.node = graph.add(.sort(sort), [relation.node])
        }
        guard bound.visible < relation.columns.count else { return relation }
        relation.columns = Array(relation.columns.prefix(bound.visible))
        relation.node = graph.calculate(
            relation.node, projections: Array(graph.columns(of: relation.node).prefix(bound.visible)),
            names: relation.columns.map(\.name))
        return relation
    }

    // MARK: Values

    private func bind(_ values: ValuesSyntax) throws(SQLError) -> Relation {
        let width = values.rows.first?.values.count ?? 0
        let binder = ExpressionBinder(scope: nil, clause: "VALUES")
        var rows: [[PlanExpression]] = []
        for row in values.rows {
            guard row.values.count == width else {
                throw SQLError(
                    .semantics, "the rows of VALUES have different numbers of values: \(width) and \(row.values.count)",
                    at: row.range)
            }
            var bound: [PlanExpression] = []
            for value in row.values { bound.append(try binder.bind(value)) }
            rows.append(bound)
        }
        var types: [DataType] = []
        for column in 0..<width {
            types.append(
                try Conditionals.commonType(
                    rows.map { $0[column] }, values.rows.map { $0.values[column].range }, "VALUES"))
        }
        for (row, column) in rows.indices.flatMap({ row in types.indices.map { (row, $0) } }) {
            let value = rows[row][column]
            rows[row][column] =
                value.type.logical == .null
                ? .literal(.null, types[column]) : CastRules.coerce(value, to: types[column].logical)
        }
        let node = graph.add(.values(rows, types))
        return Relation(
            node: node, columns: types.enumerated().map { RelationColumn(name: "EXPR$\($0.offset)", type: $0.element) })
    }

    /// Each different row once.
    func distinct(_ relation: Relation) -> Relation {
        let aggregate = LogicalAggregate(
            groupColumns: Array(relation.columns.indices), calls: [],
            stateTimeToLiveMilliseconds: options.stateTimeToLiveMilliseconds)
        return Relation(
            node: graph.add(.aggregate(aggregate), [relation.node], names: relation.columns.map(\.name)),
            columns: relation.columns.map { RelationColumn(name: $0.name, type: $0.type) })
    }

    // MARK: Tables by name

    /// The columns of a relation under other names.
    func renamed(
        _ relation: Relation, _ names: [Identifier], of name: String, at range: SourceRange
    ) throws(SQLError) -> Relation {
        guard !names.isEmpty else { return relation }
        guard names.count == relation.columns.count else {
            throw SQLError(
                .semantics, "'\(name)' has \(relation.columns.count) columns and gets \(names.count) names",
                at: names.first?.range ?? range)
        }
        var result = relation
        for (position, name) in names.enumerated() { result.columns[position].name = name.text }
        return result
    }

    /// What a name in FROM means, and the path its columns are qualified with.
    func table(
        _ name: ObjectName, hints: [HintSyntax], at range: SourceRange, isLookup: Bool = false
    ) throws(SQLError) -> (relation: Relation, path: [String]) {
        if name.parts.count == 1 {
            for scope in commonTables.reversed() {
                if let relation = scope[name.last] { return (relation, [name.last]) }
            }
        }
        let path = try catalog.resolve(name).path
        switch try catalog.object(name) {
        case .table(let definition):
            let hinted = try applyHints(hints, to: definition)
            if hinted.table.connector == nil, !readsEmbeddedTables, !isLookup {
                if filledTables.contains(hinted.table.name) {
                    readsFilledTables = true
                    return (TableScan(graph: graph, options: options).relation(hinted, at: name.range), path)
                }
                if let written = try written(hinted, at: name.range) {
                    readWrittenTables.insert(name.last)
                    return (written, path)
                }
            }
            guard hinted.table.connector != nil || readsEmbeddedTables || isLookup else {
                throw SQLError(
                    .unsupported, "the result table '\(name.text)' is written by no INSERT before in this job",
                    at: name.range,
                    hint: "JOIN it FOR SYSTEM_TIME AS OF a column of processing time; SELECT and dashboards can read it"
                )
            }
            if hinted.table.connector == nil {
                if isLookup { lookedUpTables.insert(name.last) } else { hasReadEmbeddedTable = true }
            }
            if !readTables.contains(hinted.table.name) { readTables.append(hinted.table.name) }
            return (TableScan(graph: graph, options: options).relation(hinted, at: name.range), path)
        case .view(let view): return (try expand(view, at: name.range), path)
        }
    }

    private func expand(_ view: ViewDefinition, at range: SourceRange) throws(SQLError) -> Relation {
        viewUses += 1
        guard viewUses <= Self.maximumViewUses else {
            throw SQLError(.limit, "the statement uses views more than \(Self.maximumViewUses) times", at: range)
        }
        let outer = commonTables
        commonTables = []
        defer { commonTables = outer }
        do throws(SQLError) {
            return try renamed(try bind(view.query), view.columns, of: view.name, at: range)
        } catch {
            if error.code == .limit { throw SQLError(.limit, error.message, at: range, hint: error.hint) }
            // The view was right when it was made: what it reads has changed since.
            throw SQLError(error.code, "in view '\(view.name)': \(error.message)", at: range, hint: error.hint)
        }
    }

    /// A table with the options of an OPTIONS hint.
    func applyHints(_ hints: [HintSyntax], to definition: TableDefinition) throws(SQLError) -> TableDefinition {
        var result = definition
        for hint in hints where Lexer.uppercased(hint.name.text.utf8) == "OPTIONS" {
            guard case .options(let options) = hint.arguments else {
                throw SQLError(.semantics, "OPTIONS takes 'key' = 'value' pairs", at: hint.range)
            }
            let name = ObjectName(Identifier(definition.table.name, range: hint.range))
            let checked = checker.check(options, base: definition.table.options, table: name)
            if let error = checked.errors.first { throw error }
            result.table.options = checked.options
            result.table.note(options)
            result.table.isBounded = checker.isBounded(checked.options)
            result.table.changelog = checker.changelog(checked.options)
        }
        return result
    }
}

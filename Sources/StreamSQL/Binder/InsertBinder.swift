import Columnar

/// Binds INSERT: the query's columns go to the table's by position, converted to its types.
struct InsertBinder {
    let binder: QueryBinder
    let catalog: Catalog
    let checker: OptionChecker

    func bind(_ insert: Insert, at range: SourceRange) throws(SQLError) -> LogicalPlan.Root {
        guard case .table(let definition) = try catalog.object(insert.table) else {
            throw SQLError(
                .semantics, "'\(insert.table.text)' is a view: rows can't be inserted", at: insert.table.range)
        }
        var table = definition.table
        if insert.isOverwrite { try overwrite(&table, insert, at: range) }
        if let connector = table.connector, checker.connectors[connector]?.canWrite == false {
            throw SQLError(
                .semantics, "the connector '\(connector)' of '\(insert.table.text)' can only be read",
                at: insert.table.range, hint: "a table without WITH keeps its rows in Millrace")
        }
        let target = try InsertTarget(
            definition, table.connector.flatMap { checker.connectors[$0] }, at: insert.table)
        table.writtenMetadata = target.metadataKeys
        let fixed = try fixedValues(insert, table)
        let targets = try targetColumns(insert, target, fixed: Set(fixed.keys))
        binder.defersErrors = true
        let relation = try binder.bind(insert.query)
        guard relation.columns.count == targets.count else {
            throw SQLError(
                .semantics,
                "the query has \(relation.columns.count) columns and '\(insert.table.text)' takes "
                    + "\(targets.count): \(targets.map { target.fields[$0].name }.joined(separator: ", "))",
                at: insert.query.range)
        }
        let columns = binder.graph.columns(of: relation.node)
        var projections = target.written.map { PlanExpression.literal(.null, $0.type.nullable(true)) }
        var found: [SQLError] = []
        for (source, position) in targets.enumerated() {
            do throws(SQLError) {
                let value = try assign(
                    columns[source], relation.columns[source], to: target.fields[position], insert,
                    written: Self.text(of: source, among: targets.count, in: insert.query),
                    at: Self.place(of: source, among: targets.count, in: insert.query))
                projections[position] = CastRules.coerce(value, to: target.written[position].type.logical)
            } catch {
                found.append(error)
            }
        }
        try binder.report(found)
        if let last = binder.errors.popLast() { throw last }
        for (position, value) in fixed { projections[position] = value }
        let node = binder.graph.calculate(
            relation.node, projections: projections, names: target.written.map(\.name))
        return LogicalPlan.Root(
            node: node, target: .table(table), fields: target.written, range: insert.query.range)
    }

    /// Marks the table as one whose rows are replaced, as Flink allows it: for files, in batch mode.
    private func overwrite(_ table: inout CatalogTable, _ insert: Insert, at range: SourceRange) throws(SQLError) {
        guard table.connector == "filesystem" else {
            throw SQLError(
                .unsupported, "INSERT OVERWRITE of '\(insert.table.text)' is not supported", at: range,
                hint: "it works for the connector 'filesystem'")
        }
        guard binder.options.isBatchMode else {
            throw SQLError(
                .semantics, "a stream can't replace what is there: INSERT OVERWRITE needs batch mode", at: range,
                hint: "SET 'execution.runtime-mode' = 'batch'")
        }
        table.replacesRows = true
    }

    /// The values that PARTITION (column = value) gives, by the position of the column. A column named without a value gets
    /// its values from the query, as all others do.
    private func fixedValues(_ insert: Insert, _ table: CatalogTable) throws(SQLError) -> [Int: PlanExpression] {
        var values: [Int: PlanExpression] = [:]
        var named: Set<String> = []
        for part in insert.partitions {
            let name = part.column.text
            guard let position = table.partitionKeys.first(where: { table.physicalFields[$0].name == name }) else {
                let names = table.partitionKeys.map { table.physicalFields[$0].name }
                throw SQLError(
                    .name, "'\(insert.table.text)' is not partitioned by '\(name)'", at: part.column.range,
                    hint: nearestName(to: name, in: names).map { "did you mean \($0)?" }
                        ?? (names.isEmpty
                            ? "declare it with PARTITIONED BY" : "it is by " + names.joined(separator: ", ")))
            }
            guard named.insert(name).inserted else {
                throw SQLError(.name, "the partition column '\(name)' is given twice", at: part.column.range)
            }
            guard let written = part.value else { continue }
            let field = table.physicalFields[position]
            let value = try ExpressionBinder(scope: nil, clause: "PARTITION").bind(written)
            let from = value.type.logical
            let isText = from.isText && CastRules.canCast(from, to: field.type.logical)
            guard isText || CastRules.canAssign(from, to: field.type.logical) else {
                throw SQLError(
                    .type, "the partition column '\(name)' is \(field.type.logical), and the value is \(from)",
                    at: written.range)
            }
            values[position] =
                from == .null
                ? .literal(.null, field.type.nullable(true)) : CastRules.coerce(value, to: field.type.logical)
        }
        return values
    }

    /// Positions of the table's columns that the query's columns go to; `fixed` are those that PARTITION gives.
    private func targetColumns(
        _ insert: Insert, _ target: InsertTarget, fixed: Set<Int>
    ) throws(SQLError) -> [Int] {
        guard !insert.columns.isEmpty else { return target.declared.filter { !fixed.contains($0) } }
        var targets: [Int] = []
        for column in insert.columns {
            guard let position = target.fields.firstIndex(where: { $0.name == column.text }) else {
                let near = nearestName(to: column.text, in: target.fields.map(\.name))
                throw SQLError(
                    .name, "'\(insert.table.text)' has no column '\(column.text)'", at: column.range,
                    hint: near.map { "did you mean \($0)?" })
            }
            guard !targets.contains(position), !fixed.contains(position) else {
                throw SQLError(.name, "the column '\(column.text)' is given twice", at: column.range)
            }
            targets.append(position)
        }
        for (position, field) in target.fields.enumerated()
        where !field.type.isNullable && !targets.contains(position) && !fixed.contains(position) {
            throw SQLError(
                .semantics, "the column '\(field.name)' of '\(insert.table.text)' is NOT NULL and gets no value",
                at: insert.columns.first?.range ?? insert.table.range)
        }
        return targets
    }

    /// Where a column of a query is written; the whole query where a `*` stands for columns.
    private static func place(of column: Int, among count: Int, in query: Query) -> SourceRange {
        guard case .select(let select) = query.body, select.items.count == count, select.items.indices.contains(column)
        else { return query.range }
        return select.items[column].range
    }

    /// How the query writes a column; nil where a `*` stands for it, or where there are rows of VALUES.
    private static func text(of column: Int, among count: Int, in query: Query) -> String? {
        guard case .select(let select) = query.body, select.items.count == count, select.items.indices.contains(column),
            case .expression(let expression, _) = select.items[column].kind
        else { return nil }
        return sqlText(of: expression)
    }

    private func assign(
        _ value: PlanExpression, _ column: RelationColumn, to field: Field, _ insert: Insert, written: String?,
        at range: SourceRange
    ) throws(SQLError) -> PlanExpression {
        let from = value.type.logical
        if from == .null { return .literal(.null, field.type.nullable(true)) }
        guard CastRules.canAssign(from, to: field.type.logical) else {
            throw SQLError(
                .type,
                "the column '\(column.name)' is \(from) and '\(insert.table.text).\(field.name)' is "
                    + "\(field.type.logical)", at: range,
                hint: CastRules.canCast(from, to: field.type.logical)
                    ? "write CAST(\(written ?? column.name) AS \(field.type.logical))"
                    : CastRules.hint(from, to: field.type.logical))
        }
        return CastRules.coerce(value, to: field.type.logical)
    }
}

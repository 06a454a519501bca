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
        if let partition = insert.partitions.first {
            throw SQLError(.unsupported, "PARTITION of INSERT is not supported yet", at: partition.column.range)
        }
        var table = definition.table
        if table.connector == "filesystem", !definition.partitionedBy.isEmpty {
            throw SQLError(
                .unsupported, "writing tables with PARTITIONED BY is not supported yet", at: insert.table.range)
        }
        if insert.isOverwrite { try overwrite(&table, insert, at: range) }
        if let connector = table.connector, checker.connectors[connector]?.canWrite == false {
            throw SQLError(
                .semantics, "the connector '\(connector)' of '\(insert.table.text)' can only be read",
                at: insert.table.range)
        }
        let targets = try targetColumns(insert, table)
        binder.defersErrors = true
        let relation = try binder.bind(insert.query)
        guard relation.columns.count == targets.count else {
            throw SQLError(
                .semantics,
                "the query has \(relation.columns.count) columns and '\(insert.table.text)' takes "
                    + "\(targets.count): \(targets.map { table.physicalFields[$0].name }.joined(separator: ", "))",
                at: insert.query.range)
        }
        let columns = binder.graph.columns(of: relation.node)
        var projections = table.physicalFields.map { PlanExpression.literal(.null, $0.type.nullable(true)) }
        var found: [SQLError] = []
        for (source, target) in targets.enumerated() {
            do throws(SQLError) {
                projections[target] = try assign(
                    columns[source], relation.columns[source], to: table.physicalFields[target], insert,
                    at: Self.place(of: source, among: targets.count, in: insert.query))
            } catch {
                found.append(error)
            }
        }
        try binder.report(found)
        if let last = binder.errors.popLast() { throw last }
        let node = binder.graph.calculate(
            relation.node, projections: projections, names: table.physicalFields.map(\.name))
        return LogicalPlan.Root(
            node: node, target: .table(table), fields: table.physicalFields, range: insert.query.range)
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

    /// Positions of the table's columns that the query's columns go to.
    private func targetColumns(_ insert: Insert, _ table: CatalogTable) throws(SQLError) -> [Int] {
        guard !insert.columns.isEmpty else { return Array(table.physicalFields.indices) }
        var targets: [Int] = []
        for column in insert.columns {
            guard let position = table.physicalFields.firstIndex(where: { $0.name == column.text }) else {
                let near = nearestName(to: column.text, in: table.physicalFields.map(\.name))
                throw SQLError(
                    .name, "'\(insert.table.text)' has no column '\(column.text)'", at: column.range,
                    hint: near.map { "did you mean \($0)?" })
            }
            guard !targets.contains(position) else {
                throw SQLError(.name, "the column '\(column.text)' is listed twice", at: column.range)
            }
            targets.append(position)
        }
        for (position, field) in table.physicalFields.enumerated()
        where !field.type.isNullable && !targets.contains(position) {
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

    private func assign(
        _ value: PlanExpression, _ column: RelationColumn, to field: Field, _ insert: Insert, at range: SourceRange
    ) throws(SQLError) -> PlanExpression {
        let from = value.type.logical
        if from == .null { return .literal(.null, field.type.nullable(true)) }
        guard CastRules.canAssign(from, to: field.type.logical) else {
            throw SQLError(
                .type,
                "the column '\(column.name)' is \(from) and '\(insert.table.text).\(field.name)' is "
                    + "\(field.type.logical)", at: range,
                hint: CastRules.canCast(from, to: field.type.logical)
                    ? "write CAST(\(column.name) AS \(field.type.logical))"
                    : CastRules.hint(from, to: field.type.logical))
        }
        return CastRules.coerce(value, to: field.type.logical)
    }
}

import Columnar

/// Builds what stands for a table in a plan: scan, watermark, computed columns.
struct TableScan {
    let graph: LogicalGraph
    let options: SessionOptions

    func relation(_ definition: TableDefinition, at range: SourceRange) -> Relation {
        let base = definition.baseFields
        let scan = LogicalScan(
            table: definition.table, identity: definition.identity,
            columns: definition.table.physicalFields.indices.map { .physical($0) }
                + definition.metadata.map { .metadata(key: $0.key, $0.field.type) },
            fields: base, range: range)
        var node = graph.add(.scan(scan))
        var rowTimeColumn: Int?
        if let watermark = definition.watermark {
            (node, rowTimeColumn) = self.watermark(watermark, definition, above: node)
        }
        var projections: [PlanExpression] = []
        var columns: [RelationColumn] = []
        for (position, column) in definition.columns.enumerated() {
            var relationColumn = RelationColumn(name: column.name, type: column.type)
            if let watermark = definition.watermark, watermark.column == position, let rowTimeColumn {
                relationColumn.time = .rowTime
                projections.append(.column(rowTimeColumn, column.type))
            } else {
                if column.isProcessingTime { relationColumn.time = .processingTime }
                projections.append(expression(of: column, definition))
            }
            columns.append(relationColumn)
        }
        node = graph.calculate(node, projections: projections, names: columns.map(\.name))
        return Relation(node: node, columns: columns)
    }

    /// A declared column over the columns of the scan.
    private func expression(of column: TableDefinition.Column, _ definition: TableDefinition) -> PlanExpression {
        switch column.kind {
        case .physical(let position): .column(position, column.type)
        case .metadata(let position): .column(definition.table.physicalFields.count + position, column.type)
        case .computed(let expression): expression
        }
    }

    /// The watermark stands right above the scan; a computed time attribute is computed before it, the other
    /// computed columns after it.
    private func watermark(
        _ watermark: TableDefinition.Watermark, _ definition: TableDefinition, above scan: Int
    ) -> (node: Int, timeColumn: Int) {
        let declared = definition.columns[watermark.column]
        var node = scan
        let timeColumn: Int
        switch expression(of: declared, definition) {
        case .column(let position, _): timeColumn = position
        case let computed:
            timeColumn = definition.baseFields.count
            node = graph.calculate(
                node, projections: graph.columns(of: node) + [computed],
                names: definition.baseFields.map(\.name) + [declared.name])
        }
        let expression = watermark.expression.replacingColumns { position, type in
            if position == watermark.column { return .column(timeColumn, type) }
            return position < definition.columns.count
                ? self.expression(of: definition.columns[position], definition) : .column(position, type)
        }
        let operation = LogicalWatermark(
            timeColumn: timeColumn, expression: expression,
            intervalMilliseconds: options.watermarkIntervalMilliseconds)
        return (graph.add(.watermark(operation), [node]), timeColumn)
    }
}

import Columnar

/// Builds what stands for a table in a plan: scan, watermark, computed columns.
struct TableScan {
    let graph: LogicalGraph
    let options: SessionOptions

    func relation(_ definition: TableDefinition, at range: SourceRange) -> Relation {
        let columns = ScanColumns(definition)
        let scan = LogicalScan(
            table: definition.table, identity: definition.identity, columns: columns.delivered,
            fields: columns.fields, range: range)
        var node = graph.add(.scan(scan))
        var rowTimeColumn: Int?
        if let watermark = definition.watermark {
            (node, rowTimeColumn) = self.watermark(watermark, definition, columns, above: node)
        }
        var projections: [PlanExpression] = []
        var relationColumns: [RelationColumn] = []
        for (position, column) in definition.columns.enumerated() {
            var relationColumn = RelationColumn(name: column.name, type: column.type)
            if let watermark = definition.watermark, watermark.column == position, let rowTimeColumn {
                relationColumn.time = .rowTime
                projections.append(.column(rowTimeColumn, column.type))
            } else {
                if column.isProcessingTime { relationColumn.time = .processingTime }
                projections.append(expression(of: column, definition, columns))
            }
            relationColumns.append(relationColumn)
        }
        node = graph.calculate(node, projections: projections, names: relationColumns.map(\.name))
        return Relation(node: node, columns: relationColumns)
    }

    /// A declared column over the columns of the scan.
    private func expression(
        of column: TableDefinition.Column, _ definition: TableDefinition, _ columns: ScanColumns
    ) -> PlanExpression {
        switch column.kind {
        case .physical(let position): columns.base[position]
        case .metadata(let position): columns.base[definition.table.physicalFields.count + position]
        case .computed(let expression): expression.inlined(columns.base)
        }
    }

    /// The watermark stands right above the scan; a computed time attribute is computed before it, the other
    /// computed columns after it.
    private func watermark(
        _ watermark: TableDefinition.Watermark, _ definition: TableDefinition, _ columns: ScanColumns, above scan: Int
    ) -> (node: Int, timeColumn: Int) {
        let declared = definition.columns[watermark.column]
        var node = scan
        let timeColumn: Int
        switch expression(of: declared, definition, columns) {
        case .column(let position, _): timeColumn = position
        case let computed:
            timeColumn = columns.fields.count
            node = graph.calculate(
                node, projections: graph.columns(of: node) + [computed],
                names: columns.fields.map(\.name) + [declared.name])
        }
        var values = definition.columns.map { self.expression(of: $0, definition, columns) }
        values[watermark.column] = .column(timeColumn, declared.type)
        let operation = LogicalWatermark(
            timeColumn: timeColumn, expression: watermark.expression.inlined(values),
            intervalMilliseconds: options.watermarkIntervalMilliseconds)
        return (graph.add(.watermark(operation), [node]), timeColumn)
    }
}

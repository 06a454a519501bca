package import Columnar
package import ConnectorContract
package import Diagnostics

/// Tables declared without a connector: read as they are when the scan begins, written row by row.
package struct EmbeddedTableConnector: Connector {
    private let catalog: TableCatalog

    package init(_ catalog: TableCatalog) { self.catalog = catalog }

    package var identifier: String { "table" }
    package var options: [OptionDescription] {
        [OptionDescription("max-rows", "rows the table may hold; \(TableLimits.defaultRows) unless told otherwise")]
    }
    package var metadata: [Field] { [] }
    package var canRead: Bool { true }
    package var canWrite: Bool { true }

    package func isBounded(_ table: TableDescription) -> Bool { true }

    package func makeSource(_ request: ScanRequest, environment: Environment) throws -> any Source {
        let table = try catalog.declare(request.table)
        let positions = try request.columns.map { column throws -> Int in
            guard case .physical(let position) = column, table.fields.indices.contains(position) else {
                throw MillraceError(
                    .user, code: "unknown_metadata", "table \(table.name) has no metadata columns",
                    hint: "read its own columns: " + table.fields.map(\.name).joined(separator: ", "))
            }
            return position
        }
        return TableSource(table: table, positions: positions)
    }

    package func makeSink(_ table: TableDescription, environment: Environment) throws -> any Sink {
        try catalog.declare(table).makeSink()
    }
}

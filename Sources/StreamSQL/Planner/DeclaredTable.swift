/// A table as its CREATE TABLE wrote it, for those who compare it with the data.
package struct DeclaredTable: Sendable {
    package var name: String
    package var options: [String: String]
    /// The columns that hold data, with their places in the script.
    package var columns: [(name: String, place: SourceRange)]
}

extension PlanningSession {
    /// The tables with a connector, in the order of their names.
    package var declaredTables: [DeclaredTable] {
        catalog.names(views: false).compactMap { name in
            guard case .table(let definition)? = try? catalog.find(ObjectName(Identifier(name))),
                definition.table.connector != nil
            else { return nil }
            let columns = definition.schema.columns.compactMap { column -> (name: String, place: SourceRange)? in
                guard case .physical = column.kind else { return nil }
                return (column.name.text, column.name.range)
            }
            return DeclaredTable(name: name, options: definition.table.options, columns: columns)
        }
    }
}

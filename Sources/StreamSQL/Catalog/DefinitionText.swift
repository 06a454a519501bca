import Columnar

/// The statements that would make what the catalog holds, for SHOW CREATE.
enum DefinitionText {
    static func text(of definition: TableDefinition, path: [String]) -> String {
        let schema = definition.schema
        var elements = schema.columns.map { column in
            let physical = definition.columns.first { $0.name == column.name.text }
            var text = quoted(column.name.text) + " "
            switch column.kind {
            case .physical(let type):
                text += sqlText(of: type)
                // The columns of a key are NOT NULL whether they say so or not.
                if physical?.type.isNullable == false, type.isNullable { text += " NOT NULL" }
            case .metadata(let type, let key, let isVirtual):
                text += sqlText(of: type) + " METADATA" + (key.map { " FROM \(string($0.text))" } ?? "")
                text += isVirtual ? " VIRTUAL" : ""
            case .computed(let expression): text += "AS " + sqlText(of: expression)
            }
            return text + (column.comment.map { " COMMENT \(string($0.text))" } ?? "")
        }
        for watermark in schema.watermarks {
            let column = watermark.column.map { quoted($0.text) }.joined(separator: ".")
            elements.append("WATERMARK FOR \(column) AS \(sqlText(of: watermark.expression))")
        }
        let key = definition.table.primaryKey.map { definition.table.physicalFields[$0].name }
        if !key.isEmpty {
            let name = schema.constraints.first { $0.isPrimaryKey }?.name?.text
            elements.append(
                (name.map { "CONSTRAINT \(quoted($0)) " } ?? "")
                    + "PRIMARY KEY (\(key.map(quoted).joined(separator: ", "))) NOT ENFORCED")
        }
        var text = "CREATE \(definition.isTemporary ? "TEMPORARY " : "")TABLE \(self.path(path)) (\n"
        text += elements.map { "  " + $0 }.joined(separator: ",\n") + "\n)"
        if let comment = definition.comment { text += "\nCOMMENT \(string(comment))" }
        if let distribution = definition.distribution { text += "\n" + self.text(of: distribution) }
        if !definition.partitionedBy.isEmpty {
            text += "\nPARTITIONED BY (\(definition.partitionedBy.map { quoted($0.text) }.joined(separator: ", ")))"
        }
        return text + options(definition.table.options)
    }

    static func text(of view: ViewDefinition, path: [String]) -> String {
        let columns =
            view.columns.isEmpty ? "" : " (\(view.columns.map { quoted($0.text) }.joined(separator: ", ")))"
        let comment = view.comment.map { " COMMENT \(string($0))" } ?? ""
        return "CREATE \(view.isTemporary ? "TEMPORARY " : "")VIEW \(self.path(path))\(columns)\(comment)\nAS "
            + sqlText(of: view.query)
    }

    static func text(of database: Catalog.Database, path: [String]) -> String {
        let comment = database.comment.map { "\nCOMMENT \(string($0))" } ?? ""
        return "CREATE DATABASE \(self.path(path))\(comment)\(options(database.options))"
    }

    static func text(of entry: Catalog.Entry, name: String) -> String {
        let comment = entry.comment.map { "\nCOMMENT \(string($0))" } ?? ""
        return "CREATE CATALOG \(quoted(name))\(comment)\(options(entry.options))"
    }

    private static func text(of distribution: DistributionSyntax) -> String {
        var text = "DISTRIBUTED"
        if !distribution.columns.isEmpty {
            text += " BY " + (distribution.kind.map(\.text) ?? "")
            text += "(\(distribution.columns.map { quoted($0.text) }.joined(separator: ", ")))"
        }
        return text + (distribution.buckets.map { " INTO \($0) BUCKETS" } ?? "")
    }

    private static func options(_ options: [String: String]) -> String {
        guard !options.isEmpty else { return "" }
        let lines = options.sorted { $0.key < $1.key }.map { "  \(string($0.key)) = \(string($0.value))" }
        return "\nWITH (\n" + lines.joined(separator: ",\n") + "\n)"
    }

    private static func path(_ path: [String]) -> String { path.map(quoted).joined(separator: ".") }
    private static func quoted(_ name: String) -> String { "`" + doubled(name, "`") + "`" }
    private static func string(_ text: String) -> String { "'" + doubled(text, "'") + "'" }

    private static func doubled(_ text: String, _ mark: Character) -> String {
        text.split(separator: mark, omittingEmptySubsequences: false).joined(separator: "\(mark)\(mark)")
    }
}

import Columnar

// DESCRIBE.
extension PlanningSession {
    func describe(_ describe: Describe, at range: SourceRange) throws(SQLError) -> StatementResult {
        let columns = ["info name", "info value"]
        switch describe.subject {
        case .table: return try self.describe(describe.name, isExtended: describe.isExtended)
        case .catalog:
            guard let entry = catalog.catalogs[describe.name.text] else {
                throw SQLError(.name, "there is no catalog '\(describe.name.text)'", at: describe.name.range)
            }
            var rows = [
                ["name", describe.name.text], ["type", entry.options["type"] ?? ""], ["comment", entry.comment ?? ""],
            ]
            if describe.isExtended { rows += Self.rows(entry.options.filter { $0.key != "type" }) }
            return StatementResult(columns: columns, rows: rows)
        case .database:
            let place = try catalog.database(describe.name.parts, at: describe.name.range)
            let database = catalog.database(place)
            var rows = [["name", place.name], ["comment", database?.comment ?? ""]]
            if describe.isExtended { rows += Self.rows(database?.options ?? [:]) }
            return StatementResult(columns: columns, rows: rows)
        case .function:
            let name = Lexer.uppercased(describe.name.last.utf8)
            guard FunctionCatalog.builtin.names.contains(name) else {
                throw SQLError(
                    .name, "there is no function '\(describe.name.text)'", at: describe.name.range,
                    hint: nearestName(to: name, in: FunctionCatalog.builtin.names).map { "did you mean \($0)?" })
            }
            return StatementResult(
                columns: columns,
                rows: [["name", name.lowercasedASCII], ["is system function", "TRUE"], ["is temporary", "FALSE"]])
        case .job:
            throw SQLError(
                .unsupported, "DESCRIBE JOB asks a server, and a script has none", at: range,
                hint: "millrace sql --server ADDRESS describes the jobs of one, and so does the page /jobs")
        case .model:
            throw SQLError(.unsupported, "DESCRIBE MODEL is not supported: there are no providers of models", at: range)
        }
    }

    private static func rows(_ options: [String: String]) -> [[String]] {
        options.sorted { $0.key < $1.key }.map { ["option:\($0.key)", $0.value] }
    }

    /// The columns of a table or view; comments are shown where there are some.
    func describe(_ name: ObjectName, isExtended: Bool) throws(SQLError) -> StatementResult {
        var columns = ["name", "type", "null", "key", "extras", "watermark"]
        switch try catalog.object(name) {
        case .table(let definition):
            var rows = rows(definition)
            let comments = definition.columns.map { column in
                definition.schema.columns.first { $0.name.text == column.name }?.comment?.text
            }
            if comments.contains(where: { $0 != nil }) {
                columns.append("comment")
                for (index, comment) in comments.enumerated() { rows[index].append(comment ?? "") }
            }
            if isExtended {
                let width = columns.count
                let facts =
                    [["# boundedness", definition.table.isBounded ? "bounded" : "unbounded"]]
                    + definition.table.options.sorted { $0.key < $1.key }.map { ["# option \($0.key)", $0.value] }
                rows += facts.map { $0 + Array(repeating: "", count: width - $0.count) }
            }
            return StatementResult(columns: columns, rows: rows)
        case .view:
            let binder = QueryBinder(
                catalog: catalog, options: options, graph: LogicalGraph(), checker: checker, readsEmbeddedTables: true)
            let relation = try binder.table(name, hints: [], at: name.range).relation
            let rows = relation.columns.map { column in
                let isNull = column.type.isNullable ? "TRUE" : "FALSE"
                return [column.name, Self.type(column.type, column.time), isNull, "", "", ""]
            }
            return StatementResult(columns: columns, rows: rows)
        }
    }

    private static func type(_ type: DataType, _ time: TimeAttribute) -> String {
        let suffix = time == .rowTime ? " *ROWTIME*" : time == .processingTime ? " *PROCTIME*" : ""
        return type.logical.description + suffix
    }

    private func rows(_ definition: TableDefinition) -> [[String]] {
        let key = definition.table.primaryKey.map { definition.table.physicalFields[$0].name }
        return definition.columns.enumerated().map { position, column in
            var time = TimeAttribute.none
            var watermark = ""
            if let declared = definition.watermark, declared.column == position {
                time = .rowTime
                watermark = definition.schema.watermarks.first.map { sqlText(of: $0.expression) } ?? ""
            } else if column.isProcessingTime {
                time = .processingTime
            }
            let extras: String
            switch column.kind {
            case .physical: extras = ""
            case .metadata(let index):
                let metadata = definition.metadata[index]
                extras = "METADATA FROM '\(metadata.key)'" + (metadata.isVirtual ? " VIRTUAL" : "")
            case .computed:
                // As it was written, not as it is computed: DESCRIBE is read by who writes SQL.
                let written = definition.schema.columns.first { $0.name.text == column.name }
                if case .computed(let expression)? = written?.kind {
                    extras = "AS " + sqlText(of: expression)
                } else {
                    extras = ""
                }
            }
            return [
                column.name, Self.type(column.type, time), column.type.isNullable ? "TRUE" : "FALSE",
                key.contains(column.name) ? "PRI(\(key.joined(separator: ", ")))" : "", extras, watermark,
            ]
        }
    }
}

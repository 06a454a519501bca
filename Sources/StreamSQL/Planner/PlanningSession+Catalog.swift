import Columnar

// DROP, USE, SHOW and DESCRIBE.
extension PlanningSession {
    mutating func drop(_ drop: DropStatement) throws(SQLError) {
        switch drop.object {
        case .table, .view:
            guard let object = try catalog.find(drop.name) else {
                if drop.ifExists { return }
                _ = try catalog.object(drop.name)
                return
            }
            let isView = if case .view = object { true } else { false }
            guard isView == (drop.object == .view) else {
                throw SQLError(
                    .semantics, "'\(drop.name.text)' is a \(isView ? "view" : "table")", at: drop.name.range,
                    hint: "write DROP \(isView ? "VIEW" : "TABLE")")
            }
            try catalog.remove(drop.name)
        case .database:
            guard catalog.databases.contains(drop.name.last) else {
                if drop.ifExists { return }
                throw SQLError(.name, "there is no database '\(drop.name.last)'", at: drop.name.range)
            }
            guard drop.name.last != Catalog.defaultDatabase else {
                throw SQLError(.semantics, "the database '\(drop.name.last)' can't be dropped", at: drop.name.range)
            }
            if !drop.isCascade, catalog.objects[drop.name.last]?.isEmpty == false {
                throw SQLError(
                    .semantics, "the database '\(drop.name.last)' is not empty", at: drop.name.range,
                    hint: "add CASCADE")
            }
            catalog.dropDatabase(drop.name.last)
        case .catalog, .materializedTable, .function, .model:
            if drop.ifExists { return }
            throw SQLError(.unsupported, "DROP \(drop.object.rawValue) is not supported yet", at: drop.name.range)
        }
    }

    mutating func use(_ use: Use) throws(SQLError) {
        switch use {
        case .catalog(let name):
            guard name.text == Catalog.catalogName else {
                throw SQLError(
                    .name, "there is no catalog '\(name.text)'", at: name.range,
                    hint: "the catalog is \(Catalog.catalogName)")
            }
        case .database(let name):
            guard catalog.databases.contains(name.last) else {
                throw SQLError(
                    .name, "there is no database '\(name.last)'", at: name.range,
                    hint: nearestName(to: name.last, in: catalog.databases).map { "did you mean \($0)?" })
            }
            catalog.currentDatabase = name.last
        case .modules: break
        }
    }

    func show(_ show: Show, at range: SourceRange) throws(SQLError) -> StatementResult {
        let (column, names): (String, [String])
        switch show.subject {
        case .catalogs: (column, names) = ("catalog name", [Catalog.catalogName])
        case .currentCatalog: (column, names) = ("current catalog name", [Catalog.catalogName])
        case .databases: (column, names) = ("database name", catalog.databases)
        case .currentDatabase: (column, names) = ("current database name", [catalog.currentDatabase])
        case .tables:
            (column, names) = ("table name", (catalog.names(views: false) + catalog.names(views: true)).sorted())
        case .views: (column, names) = ("view name", catalog.names(views: true))
        case .functions: (column, names) = ("function name", FunctionCatalog.builtin.names.map { $0.lowercasedASCII })
        case .userFunctions, .procedures, .jars, .materializedTables, .models: (column, names) = ("name", [])
        case .modules, .fullModules: (column, names) = ("module name", ["core"])
        case .columns:
            guard let name = show.name else { throw SQLError(.semantics, "SHOW COLUMNS needs a table", at: range) }
            return StatementResult(columns: Self.describeColumns, rows: try describe(name))
        default:
            throw SQLError(.unsupported, "SHOW \(show.subject.rawValue) is not supported yet", at: range)
        }
        let shown = names.filter { name in
            guard let pattern = show.pattern else { return true }
            let isMatch =
                show.isCaseInsensitive
                ? LikePattern.matches(name.lowercasedASCII, pattern.text.lowercasedASCII)
                : LikePattern.matches(name, pattern.text)
            return isMatch != show.isNegated
        }
        return StatementResult(columns: [column], rows: shown.map { [$0] })
    }

    func describe(_ describe: Describe, at range: SourceRange) throws(SQLError) -> StatementResult {
        guard describe.subject == .table else {
            throw SQLError(.unsupported, "DESCRIBE \(describe.subject.rawValue) is not supported yet", at: range)
        }
        return StatementResult(columns: Self.describeColumns, rows: try self.describe(describe.name))
    }

    private static let describeColumns = ["name", "type", "null", "key", "extras", "watermark"]

    private func describe(_ name: ObjectName) throws(SQLError) -> [[String]] {
        switch try catalog.object(name) {
        case .table(let definition): return rows(definition)
        case .view:
            let binder = QueryBinder(
                catalog: catalog, options: options, graph: LogicalGraph(), checker: checker, readsEmbeddedTables: true)
            let relation = try binder.table(name, hints: [], at: name.range).relation
            return relation.columns.map { column in
                [
                    column.name, Self.type(column.type, column.time), column.type.isNullable ? "TRUE" : "FALSE", "", "",
                    "",
                ]
            }
        }
    }

    private static func type(_ type: DataType, _ time: TimeAttribute) -> String {
        let suffix = time == .rowTime ? " *ROWTIME*" : time == .processingTime ? " *PROCTIME*" : ""
        return type.logical.description + suffix
    }

    private func rows(_ definition: TableDefinition) -> [[String]] {
        let key = definition.table.primaryKey.map { definition.table.physicalFields[$0].name }
        let base = definition.baseFields.map(\.name)
        return definition.columns.enumerated().map { position, column in
            var time = TimeAttribute.none
            var watermark = ""
            if let declared = definition.watermark, declared.column == position {
                time = .rowTime
                watermark = ExpressionText.text(declared.expression) { definition.columns[$0].name }
            } else if column.isProcessingTime {
                time = .processingTime
            }
            let extras: String
            switch column.kind {
            case .physical: extras = ""
            case .metadata(let index):
                let metadata = definition.metadata[index]
                extras = "METADATA FROM '\(metadata.key)'" + (metadata.isVirtual ? " VIRTUAL" : "")
            case .computed(let expression):
                extras = "AS " + ExpressionText.text(expression) { $0 < base.count ? base[$0] : "?" }
            }
            return [
                column.name, Self.type(column.type, time), column.type.isNullable ? "TRUE" : "FALSE",
                key.contains(column.name) ? "PRI(\(key.joined(separator: ", ")))" : "", extras, watermark,
            ]
        }
    }
}

extension String {
    /// With the letters A to Z in lower case.
    fileprivate var lowercasedASCII: String {
        String(decoding: utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }, as: UTF8.self)
    }
}

/// LIKE over names, for SHOW.
enum LikePattern {
    /// `%` stands for any characters, `_` for one.
    static func matches(_ text: String, _ pattern: String) -> Bool {
        let text = Array(text.unicodeScalars)
        let pattern = Array(pattern.unicodeScalars)
        var (position, wanted) = (0, 0)
        var (star, resume) = (-1, 0)
        while position < text.count {
            if wanted < pattern.count, pattern[wanted] == "%" {
                star = wanted
                resume = position
                wanted += 1
            } else if wanted < pattern.count, pattern[wanted] == "_" || pattern[wanted] == text[position] {
                position += 1
                wanted += 1
            } else if star >= 0 {
                wanted = star + 1
                resume += 1
                position = resume
            } else {
                return false
            }
        }
        return pattern[wanted...].allSatisfy { $0 == "%" }
    }
}

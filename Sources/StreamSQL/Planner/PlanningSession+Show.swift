import Columnar

// SHOW.
extension PlanningSession {
    func show(_ show: Show, at range: SourceRange) throws(SQLError) -> StatementResult {
        let (column, names): (String, [String])
        switch show.subject {
        case .catalogs: (column, names) = ("catalog name", catalog.catalogNames)
        case .currentCatalog: (column, names) = ("current catalog name", [catalog.currentCatalog])
        case .databases: (column, names) = ("database name", try databases(show))
        case .currentDatabase: (column, names) = ("current database name", [catalog.currentDatabase])
        case .tables:
            let place = try database(show)
            (column, names) = (
                "table name", (catalog.names(views: false, in: place) + catalog.names(views: true, in: place)).sorted()
            )
        case .views: (column, names) = ("view name", catalog.names(views: true, in: try database(show)))
        case .functions: (column, names) = ("function name", FunctionCatalog.builtin.names.map { $0.lowercasedASCII })
        case .userFunctions: (column, names) = ("function name", userFunctions.values.sorted())
        case .procedures: (column, names) = ("procedure name", [])
        case .materializedTables: (column, names) = ("materialized table name", [])
        case .models: (column, names) = ("model name", [])
        case .jars: (column, names) = ("jars", [])
        case .modules: (column, names) = ("module name", ["core"])
        case .fullModules: return StatementResult(columns: ["module name", "used"], rows: [["core", "TRUE"]])
        case .jobs: return StatementResult(columns: ["job id", "job name", "status", "start time"], rows: [])
        case .columns:
            guard let name = show.name else { throw SQLError(.semantics, "SHOW COLUMNS needs a table", at: range) }
            var result = try describe(name, isExtended: false)
            result.rows.removeAll { !isShown($0[0], show) }
            return result
        case .createTable, .createView, .createDatabase, .createCatalog:
            return StatementResult(columns: ["result"], rows: [[try definition(show, at: range)]])
        case .createFunction:
            throw SQLError(
                .unsupported, "functions are built in and have no statement that makes them", at: range,
                hint: "DESCRIBE FUNCTION tells about one")
        case .createModel, .createMaterializedTable:
            throw SQLError(.unsupported, "there are no models and no materialized tables", at: range)
        case .partitions:
            throw SQLError(
                .unsupported, "SHOW PARTITIONS is not supported: no catalog keeps a list of them", at: range,
                hint: "the partitions of a table of files are the folders of its path")
        case .sinks:
            throw SQLError(
                .unsupported, "SHOW SINKS is not supported", at: range,
                hint: "EXPLAIN of an INSERT tells what its sink promises; the page /jobs shows those that run")
        }
        return StatementResult(columns: [column], rows: names.filter { isShown($0, show) }.map { [$0] })
    }

    private func databases(_ show: Show) throws(SQLError) -> [String] {
        guard let name = show.name else { return catalog.databases() }
        guard catalog.catalogs[name.text] != nil else {
            throw SQLError(
                .name, "there is no catalog '\(name.text)'", at: name.range,
                hint: "the catalogs are " + catalog.catalogNames.prefix(12).joined(separator: ", "))
        }
        return catalog.databases(of: name.text)
    }

    private func database(_ show: Show) throws(SQLError) -> (catalog: String, name: String)? {
        guard let name = show.name else { return nil }
        return try catalog.database(name.parts, at: name.range)
    }

    private func isShown(_ name: String, _ show: Show) -> Bool {
        guard let pattern = show.pattern else { return true }
        let isMatch =
            show.isCaseInsensitive
            ? LikePattern.matches(name.lowercasedASCII, pattern.text.lowercasedASCII)
            : LikePattern.matches(name, pattern.text)
        return isMatch != show.isNegated
    }

    /// The statement that would make an object.
    private func definition(_ show: Show, at range: SourceRange) throws(SQLError) -> String {
        guard let name = show.name else { throw SQLError(.semantics, "the name of an object is missing", at: range) }
        switch show.subject {
        case .createDatabase:
            let place = try catalog.database(name.parts, at: name.range)
            guard let database = catalog.database(place) else { return "" }
            return DefinitionText.text(of: database, path: [place.catalog, place.name])
        case .createCatalog:
            guard let entry = catalog.catalogs[name.text] else {
                throw SQLError(.name, "there is no catalog '\(name.text)'", at: name.range)
            }
            return DefinitionText.text(of: entry, name: name.text)
        default:
            let path = try catalog.resolve(name).path
            let wantsView = show.subject == .createView
            switch try catalog.object(name) {
            case .table(let definition) where !wantsView: return DefinitionText.text(of: definition, path: path)
            case .view(let view) where wantsView: return DefinitionText.text(of: view, path: path)
            case .table:
                throw SQLError(
                    .semantics, "'\(name.text)' is a table", at: name.range, hint: "write SHOW CREATE TABLE")
            case .view:
                throw SQLError(.semantics, "'\(name.text)' is a view", at: name.range, hint: "write SHOW CREATE VIEW")
            }
        }
    }
}

extension String {
    /// With the letters A to Z in lower case.
    var lowercasedASCII: String {
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

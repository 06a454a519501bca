import Columnar

// CREATE and ALTER of databases and catalogs, DROP and USE.
extension PlanningSession {
    mutating func createDatabase(_ create: CreateDatabase) throws(SQLError) {
        let catalog = create.name.parts.count > 1 ? create.name.parts[0].text : catalog.currentCatalog
        try requireCatalog(catalog, at: create.name.parts[0].range)
        guard self.catalog.database((catalog, create.name.last)) == nil else {
            if create.ifNotExists { return }
            throw SQLError(.name, "the database '\(create.name.last)' exists already", at: create.name.range)
        }
        guard self.catalog.databases(of: catalog).count < Catalog.maximumObjects else {
            throw SQLError(.limit, "a catalog can have \(Catalog.maximumObjects) databases", at: create.name.range)
        }
        var database = Catalog.Database(comment: create.comment?.text)
        for option in create.options { database.options[option.key.text] = option.value.text }
        self.catalog.put(database, (catalog, create.name.last))
    }

    private func requireCatalog(_ name: String, at range: SourceRange) throws(SQLError) {
        guard catalog.catalogs[name] == nil else { return }
        throw SQLError(
            .name, "there is no catalog '\(name)'", at: range,
            hint: nearestName(to: name, in: catalog.catalogNames).map { "did you mean \($0)?" }
                ?? "the catalogs are " + catalog.catalogNames.prefix(12).joined(separator: ", "))
    }

    mutating func createCatalog(_ create: CreateCatalog) throws(SQLError) {
        guard catalog.catalogs[create.name.text] == nil else {
            if create.ifNotExists { return }
            throw SQLError(.name, "the catalog '\(create.name.text)' exists already", at: create.name.range)
        }
        var options: [String: String] = [:]
        for option in create.options { options[option.key.text] = option.value.text }
        guard let type = options["type"] else {
            throw SQLError(
                .option, "a catalog needs the option 'type'", at: create.name.range,
                hint: "write WITH ('type' = 'generic_in_memory')")
        }
        guard type == "generic_in_memory" else {
            let place = create.options.first { $0.key.text == "type" }?.value.range ?? create.name.range
            throw SQLError(
                .unsupported, "catalogs of the type '\(type)' are not supported", at: place,
                hint: "the type 'generic_in_memory' is there; tables of other systems are declared with their connector"
            )
        }
        for option in create.options where !["type", "default-database"].contains(option.key.text) {
            throw SQLError(
                .option, "a catalog of the type '\(type)' has no option '\(option.key.text)'", at: option.key.range,
                hint: nearestName(to: option.key.text, in: ["type", "default-database"]).map { "did you mean '\($0)'?" }
            )
        }
        guard catalog.catalogs.count < Catalog.maximumObjects else {
            throw SQLError(.limit, "a session can have \(Catalog.maximumObjects) catalogs", at: create.name.range)
        }
        let database = options["default-database"] ?? "default"
        options["default-database"] = database
        catalog.put(
            Catalog.Entry(databases: [database: Catalog.Database()], comment: create.comment?.text, options: options),
            catalog: create.name.text)
    }

    mutating func alterOptions(_ alter: AlterOptions, at range: SourceRange) throws(SQLError) {
        switch alter.subject {
        case .database:
            let place: (catalog: String, name: String)
            do throws(SQLError) {
                place = try catalog.database(alter.name.parts, at: alter.name.range)
            } catch {
                if alter.ifExists { return }
                throw error
            }
            guard var database = catalog.database(place) else { return }
            try change(&database.options, &database.comment, alter, at: range)
            catalog.put(database, place)
        case .catalog:
            guard var entry = catalog.catalogs[alter.name.text] else {
                if alter.ifExists { return }
                return try requireCatalog(alter.name.text, at: alter.name.range)
            }
            if case .set(let options) = alter.action, let type = options.first(where: { $0.key.text == "type" }) {
                throw SQLError(.option, "the type of a catalog can't be changed", at: type.key.range)
            }
            if case .reset(let keys) = alter.action, let type = keys.first(where: { $0.text == "type" }) {
                throw SQLError(.option, "the type of a catalog can't be changed", at: type.range)
            }
            try change(&entry.options, &entry.comment, alter, at: range)
            catalog.put(entry, catalog: alter.name.text)
        default:
            throw SQLError(.unsupported, "ALTER \(alter.subject.rawValue) is not supported yet", at: range)
        }
    }

    private func change(
        _ options: inout [String: String], _ comment: inout String?, _ alter: AlterOptions, at range: SourceRange
    ) throws(SQLError) {
        switch alter.action {
        case .set(let changed): for option in changed { options[option.key.text] = option.value.text }
        case .reset(let keys): for key in keys { options[key.text] = nil }
        case .comment(let text): comment = text.text
        case .rename:
            throw SQLError(.unsupported, "a \(alter.subject.rawValue) can't be renamed", at: range)
        }
    }

    // MARK: DROP

    mutating func drop(_ drop: DropStatement) throws(SQLError) {
        switch drop.object {
        case .table, .view: try dropTable(drop)
        case .database: try dropDatabase(drop)
        case .catalog:
            guard catalog.catalogs[drop.name.text] != nil else {
                if drop.ifExists { return }
                return try requireCatalog(drop.name.text, at: drop.name.range)
            }
            guard drop.name.text != catalog.currentCatalog, drop.name.text != Catalog.catalogName else {
                throw SQLError(
                    .semantics, "the catalog '\(drop.name.text)' can't be dropped while it is in use",
                    at: drop.name.range, hint: "write USE CATALOG with another one first")
            }
            catalog.put(nil, catalog: drop.name.text)
        case .function:
            try dropFunction(drop)
        case .materializedTable, .model:
            if drop.ifExists { return }
            throw SQLError(
                .name, "there is no \(drop.object == .model ? "model" : "materialized table") '\(drop.name.text)'",
                at: drop.name.range)
        }
    }

    private mutating func dropTable(_ drop: DropStatement) throws(SQLError) {
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
    }

    private mutating func dropDatabase(_ drop: DropStatement) throws(SQLError) {
        let place: (catalog: String, name: String)
        do throws(SQLError) {
            place = try catalog.database(drop.name.parts, at: drop.name.range)
        } catch {
            if drop.ifExists { return }
            throw error
        }
        guard place != (Catalog.catalogName, Catalog.defaultDatabase) else {
            throw SQLError(.semantics, "the database '\(drop.name.last)' can't be dropped", at: drop.name.range)
        }
        if !drop.isCascade, catalog.database(place)?.objects.isEmpty == false {
            throw SQLError(
                .semantics, "the database '\(drop.name.last)' is not empty", at: drop.name.range, hint: "add CASCADE")
        }
        catalog.put(nil as Catalog.Database?, place)
    }

    // MARK: USE

    mutating func use(_ use: Use) throws(SQLError) {
        switch use {
        case .catalog(let name):
            try requireCatalog(name.text, at: name.range)
            catalog.use(catalog: name.text)
        case .database(let name): catalog.use(database: try catalog.database(name.parts, at: name.range))
        case .modules(let names):
            for name in names where name.text != "core" {
                throw SQLError(.name, "there is no module '\(name.text)'", at: name.range, hint: "the module is core")
            }
        }
    }
}

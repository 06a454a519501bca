import Columnar

// ALTER TABLE and ALTER VIEW: the definition as it was declared is changed, and the table made anew of it.
extension PlanningSession {
    /// Things to say about what was made, beside errors.
    mutating func alterTable(_ alter: AlterTable, at range: SourceRange) throws(SQLError) -> [SQLError] {
        guard let object = try catalog.find(alter.name) else {
            if alter.ifExists { return [] }
            _ = try catalog.object(alter.name)
            return []
        }
        guard case .table(let definition) = object else {
            throw SQLError(
                .semantics, "'\(alter.name.text)' is a view", at: alter.name.range, hint: "write ALTER VIEW")
        }
        if case .rename(let target) = alter.action {
            let name = try self.target(target, of: alter.name)
            var renamed = definition
            renamed.identity = catalog.nextIdentity()
            renamed.table.name = catalog.displayName(try catalog.resolve(name))
            try catalog.remove(alter.name)
            try catalog.put(.table(renamed), name)
            return []
        }
        var create = CreateTable(name: alter.name)
        create.isTemporary = definition.isTemporary
        create.schema = definition.schema
        create.comment = definition.comment.map { StringSyntax(text: $0, range: range) }
        create.distribution = definition.distribution
        create.partitionedBy = definition.partitionedBy
        var options = definition.table.options
        let key = definition.table.primaryKey.map { definition.table.physicalFields[$0].name }
        try Self.apply(alter, to: &create, &options, key: key, at: range)
        create.options = options.sorted { $0.key < $1.key }.map { key, value in
            let place = Self.place(of: key, in: alter) ?? (range, range)
            return OptionSyntax(
                key: StringSyntax(text: key, range: place.key), value: StringSyntax(text: value, range: place.value))
        }
        var builder = TableBuilder(catalog: catalog, checker: checker)
        let altered = builder.build(create)
        guard var altered, builder.errors.isEmpty else {
            throw Self.moved(builder.errors.first, into: range)
        }
        altered.identity = catalog.nextIdentity()
        try catalog.put(.table(altered), alter.name)
        return builder.warnings
    }

    /// An error about what was declared earlier stands in another text: it is told at the statement.
    private static func moved(_ error: SQLError?, into range: SourceRange) -> SQLError {
        guard var error else { return SQLError(.semantics, "the table can't be made", at: range) }
        if error.range.offset < range.offset || error.range.end > range.end { error.range = range }
        return error
    }

    private static func place(of key: String, in alter: AlterTable) -> (key: SourceRange, value: SourceRange)? {
        guard case .set(let options) = alter.action else { return nil }
        return options.last { $0.key.text == key }.map { ($0.key.range, $0.value.range) }
    }

    /// The full name of a rename; one part alone stays in the database of the old name.
    private func target(_ name: ObjectName, of old: ObjectName) throws(SQLError) -> ObjectName {
        let full = name.parts.count > 1 ? name : ObjectName(parts: old.parts.dropLast() + name.parts, range: name.range)
        guard try catalog.find(full) == nil else {
            throw SQLError(.name, "the table or view '\(full.text)' exists already", at: name.range)
        }
        return full
    }

    private static func apply(
        _ alter: AlterTable, to create: inout CreateTable, _ options: inout [String: String], key: [String],
        at range: SourceRange
    ) throws(SQLError) {
        switch alter.action {
        case .rename: break
        case .set(let changed): for option in changed { options[option.key.text] = option.value.text }
        case .reset(let keys):
            for key in keys {
                guard key.text != "connector" else {
                    throw SQLError(.option, "the connector of a table can't be taken away", at: key.range)
                }
                options[key.text] = nil
            }
        case .renameColumn(let column, let name): try rename(column, to: name, in: &create)
        case .add(let schema): try add(schema, to: &create)
        case .modify(let schema): try modify(schema, in: &create)
        case .dropColumns(let names):
            for name in names { create.schema.columns.remove(at: try position(of: name, in: create)) }
        case .dropPrimaryKey, .dropConstraint:
            guard hasKey(create) else {
                throw SQLError(.semantics, "'\(alter.name.text)' has no PRIMARY KEY", at: range)
            }
            if case .dropConstraint(let name) = alter.action,
                !create.schema.constraints.contains(where: { $0.name?.text == name.text })
            {
                throw SQLError(.name, "'\(alter.name.text)' has no constraint '\(name.text)'", at: name.range)
            }
            for name in key { keepNotNull(name, in: &create) }
            dropKey(&create)
        case .dropWatermark:
            guard !create.schema.watermarks.isEmpty else {
                throw SQLError(.semantics, "'\(alter.name.text)' has no WATERMARK", at: range)
            }
            create.schema.watermarks = []
        case .distribution(let distribution, _): create.distribution = distribution
        case .dropDistribution: create.distribution = nil
        case .addPartitions, .dropPartitions:
            throw SQLError(
                .unsupported, "partitions of '\(alter.name.text)' are not kept in a list, they are its folders",
                at: range, hint: "INSERT INTO writes the folders of partitions, and a SELECT reads those that are there"
            )
        }
    }

    // MARK: Parts of a schema

    private static func hasKey(_ create: CreateTable) -> Bool {
        !create.schema.constraints.isEmpty || create.schema.columns.contains { $0.constraint != nil }
    }

    /// The columns of a key are NOT NULL by it, and stay so without it.
    private static func keepNotNull(_ name: String, in create: inout CreateTable) {
        for index in create.schema.columns.indices where create.schema.columns[index].name.text == name {
            guard case .physical(var type) = create.schema.columns[index].kind else { continue }
            type.isNullable = false
            create.schema.columns[index].kind = .physical(type)
        }
    }

    private static func dropKey(_ create: inout CreateTable) {
        create.schema.constraints = []
        for index in create.schema.columns.indices { create.schema.columns[index].constraint = nil }
    }

    private static func position(of name: Identifier, in create: CreateTable) throws(SQLError) -> Int {
        let names = create.schema.columns.map(\.name.text)
        if let position = names.firstIndex(of: name.text) { return position }
        throw SQLError(
            .name, "'\(create.name.text)' has no column '\(name.text)'", at: name.range,
            hint: nearestName(to: name.text, in: names).map { "did you mean \($0)?" })
    }

    private static func rename(
        _ column: [Identifier], to name: Identifier, in create: inout CreateTable
    ) throws(SQLError) {
        guard let old = column.first, column.count == 1 else {
            throw SQLError(.unsupported, "fields inside a column can't be renamed", at: name.range)
        }
        let position = try position(of: old, in: create)
        create.schema.columns[position].name = name
        for index in create.schema.constraints.indices {
            for part in create.schema.constraints[index].columns.indices
            where create.schema.constraints[index].columns[part].text == old.text {
                create.schema.constraints[index].columns[part] = name
            }
        }
        for index in create.partitionedBy.indices where create.partitionedBy[index].text == old.text {
            create.partitionedBy[index] = name
        }
    }

    private static func add(_ schema: TableSchemaSyntax, to create: inout CreateTable) throws(SQLError) {
        for column in schema.columns { try insert(column, into: &create) }
        create.schema.constraints += schema.constraints
        create.schema.watermarks += schema.watermarks
    }

    private static func modify(_ schema: TableSchemaSyntax, in create: inout CreateTable) throws(SQLError) {
        for column in schema.columns {
            let old = try position(of: column.name, in: create)
            var column = column
            column.comment = column.comment ?? create.schema.columns[old].comment
            column.constraint = column.constraint ?? create.schema.columns[old].constraint
            create.schema.columns.remove(at: old)
            try insert(column, into: &create, at: old)
        }
        if let key = schema.constraints.first {
            guard hasKey(create) else {
                throw SQLError(
                    .semantics, "'\(create.name.text)' has no PRIMARY KEY", at: key.range, hint: "write ADD")
            }
            dropKey(&create)
            create.schema.constraints = schema.constraints
        }
        if let watermark = schema.watermarks.first {
            guard !create.schema.watermarks.isEmpty else {
                throw SQLError(
                    .semantics, "'\(create.name.text)' has no WATERMARK", at: watermark.range, hint: "write ADD")
            }
            create.schema.watermarks = schema.watermarks
        }
    }

    private static func insert(
        _ column: ColumnSyntax, into create: inout CreateTable, at old: Int? = nil
    ) throws(SQLError) {
        var column = column
        let place = column.position
        column.position = nil
        switch place {
        case .first: create.schema.columns.insert(column, at: 0)
        case .after(let name): create.schema.columns.insert(column, at: try position(of: name, in: create) + 1)
        case nil: create.schema.columns.insert(column, at: old ?? create.schema.columns.count)
        }
    }

    // MARK: Views

    mutating func alterView(_ alter: AlterView) throws(SQLError) {
        guard let object = try catalog.find(alter.name) else {
            if alter.ifExists { return }
            _ = try catalog.object(alter.name)
            return
        }
        guard case .view(var view) = object else {
            throw SQLError(
                .semantics, "'\(alter.name.text)' is a table", at: alter.name.range, hint: "write ALTER TABLE")
        }
        switch alter.action {
        case .rename(let target):
            let name = try self.target(target, of: alter.name)
            view.name = name.text
            try catalog.remove(alter.name)
            try catalog.put(.view(view), name)
        case .query(let query):
            view.query = query
            view.columns = []
            try catalog.put(.view(view), alter.name)
        }
    }
}

// ALTER.
extension Parser {
    mutating func alter() throws(SQLError) -> Statement.Kind {
        try expect("ALTER")
        let isTemporary = accept("TEMPORARY")
        let isSystem = isTemporary && accept("SYSTEM")
        guard let object = try objectKind() else {
            throw unexpected("TABLE, VIEW, FUNCTION, DATABASE, CATALOG or MODEL")
        }
        if object == .function {
            var function = try functionBody(ifWords: ("IF", "EXISTS", nil))
            function.isTemporary = isTemporary
            function.isSystem = isSystem
            return .alterFunction(function)
        }
        let ifExists = accept("IF", "EXISTS")
        let name = try objectName("the name of what to alter")
        switch object {
        case .table:
            return .alterTable(AlterTable(name: name, ifExists: ifExists, action: try tableAction()))
        case .view:
            if accept("AS") {
                return .alterView(AlterView(name: name, ifExists: ifExists, action: .query(try query())))
            }
            try expect("RENAME", "TO")
            let target = try objectName("the new name")
            return .alterView(AlterView(name: name, ifExists: ifExists, action: .rename(target)))
        case .materializedTable:
            return .alterMaterializedTable(AlterMaterializedTable(name: name, action: try materializedAction()))
        default:
            let action = try optionsAction()
            return .alterOptions(AlterOptions(subject: object, name: name, ifExists: ifExists, action: action))
        }
    }

    private mutating func optionsAction() throws(SQLError) -> AlterOptions.Action {
        if accept("SET") { return .set(try options()) }
        if accept("RESET") { return .reset(try keys()) }
        if accept("COMMENT") { return .comment(try string("a comment")) }
        if accept("RENAME", "TO") { return .rename(try objectName("the new name")) }
        throw unexpected("SET, RESET, COMMENT or RENAME TO")
    }

    private mutating func tableAction() throws(SQLError) -> AlterTable.Action {
        if accept("RENAME") {
            if accept("TO") { return .rename(try objectName("the new name")) }
            let column = try objectName("a column").parts
            try expect("TO")
            return .renameColumn(column, to: try identifier("the new name"))
        }
        if accept("SET") { return .set(try options()) }
        if accept("RESET") { return .reset(try keys()) }
        let start = place
        if at("ADD") || at("MODIFY") {
            let isModify = !accept("ADD")
            if isModify { advance() }
            if accept("DISTRIBUTION") {
                return .distribution(try distributionBody(from: start), isModify: isModify)
            }
            if !isModify, at("PARTITION") || at("IF") { return try addPartitions() }
            let schema = try alteredSchema()
            return isModify ? .modify(schema) : .add(schema)
        }
        if accept("DROP") { return try dropAction() }
        throw unexpected("RENAME, SET, RESET, ADD, MODIFY or DROP")
    }

    /// One element or several in brackets.
    private mutating func alteredSchema() throws(SQLError) -> TableSchemaSyntax {
        if kind == .leftBracket { return try tableSchema() }
        var schema = TableSchemaSyntax()
        try schemaElement(&schema)
        return schema
    }

    private mutating func addPartitions() throws(SQLError) -> AlterTable.Action {
        let ifNotExists = accept("IF", "NOT", "EXISTS")
        var specifications: [[Insert.Partition]] = []
        while at("PARTITION") {
            specifications.append(try partition())
            // Nothing is kept of a partition, so neither are its options.
            if accept("WITH") { _ = try options() }
        }
        if specifications.isEmpty { throw unexpected("PARTITION") }
        return .addPartitions(specifications, ifNotExists: ifNotExists)
    }

    private mutating func dropAction() throws(SQLError) -> AlterTable.Action {
        if accept("PRIMARY", "KEY") { return .dropPrimaryKey }
        if accept("CONSTRAINT") { return .dropConstraint(try identifier("a constraint")) }
        if accept("WATERMARK") { return .dropWatermark }
        if accept("DISTRIBUTION") { return .dropDistribution }
        if kind == .leftBracket { return .dropColumns(try identifiers("a column")) }
        let ifExists = accept("IF", "EXISTS")
        guard at("PARTITION") else { return .dropColumns([try identifier("a column")]) }
        var specifications = [try partition()]
        while accept(.comma) { specifications.append(try partition()) }
        return .dropPartitions(specifications, ifExists: ifExists)
    }

    private mutating func materializedAction() throws(SQLError) -> AlterMaterializedTable.Action {
        if accept("SUSPEND") { return .suspend }
        if accept("RESUME") { return .resume(accept("WITH") ? try options() : []) }
        if accept("REFRESH") { return .refresh(at("PARTITION") ? try partition() : []) }
        if accept("AS") { return .query(try query()) }
        if accept("RESET") { return .reset(try keys()) }
        if accept("SET") {
            if accept("FRESHNESS") { return .freshness(try freshnessValue()) }
            if accept("REFRESH_MODE") { return .refreshMode(try refreshModeValue()) }
            return .set(try options())
        }
        throw unexpected("SUSPEND, RESUME, REFRESH, SET, RESET or AS")
    }
}

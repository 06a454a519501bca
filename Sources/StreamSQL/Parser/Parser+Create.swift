// CREATE of everything but tables, and DROP.
extension Parser {
    mutating func create() throws(SQLError) -> Statement.Kind {
        try expect("CREATE")
        var orReplace = false
        var orAlter = false
        if accept("OR") {
            orReplace = accept("REPLACE")
            if !orReplace {
                try expect("ALTER")
                orAlter = true
            }
        }
        let isTemporary = accept("TEMPORARY")
        let isSystem = isTemporary && accept("SYSTEM")
        if !isSystem {
            if accept("TABLE") {
                return .createTable(try createTable(isTemporary: isTemporary, orReplace: orReplace))
            }
            if accept("VIEW") {
                return .createView(try createView(isTemporary: isTemporary, orReplace: orReplace || orAlter))
            }
            if accept("MODEL") { return .createModel(try createModel(isTemporary: isTemporary)) }
        }
        if accept("FUNCTION") {
            var function = try functionBody(ifWords: ("IF", "NOT", "EXISTS"))
            function.isTemporary = isTemporary
            function.isSystem = isSystem
            return .createFunction(function)
        }
        if !isTemporary {
            if accept("DATABASE") { return .createDatabase(try createDatabase()) }
            if accept("CATALOG") { return .createCatalog(try createCatalog()) }
            if accept("MATERIALIZED", "TABLE") {
                return .createMaterializedTable(try createMaterializedTable(orAlter: orAlter))
            }
        }
        throw unexpected(isSystem ? "FUNCTION" : "TABLE, VIEW, FUNCTION, DATABASE, CATALOG or MODEL")
    }

    /// `REPLACE TABLE`, which is `CREATE OR REPLACE TABLE`.
    mutating func replaceTable() throws(SQLError) -> Statement.Kind {
        try expect("REPLACE")
        try expect("TABLE")
        return .createTable(try createTable(isTemporary: false, orReplace: true))
    }

    private mutating func createView(isTemporary: Bool, orReplace: Bool) throws(SQLError) -> CreateView {
        let ifNotExists = accept("IF", "NOT", "EXISTS")
        let name = try objectName("the name of a view")
        let columns = kind == .leftBracket ? try identifiers("a column's name") : []
        let comment = try comment()
        try expect("AS")
        return CreateView(
            name: name, isTemporary: isTemporary, ifNotExists: ifNotExists, orReplace: orReplace, columns: columns,
            comment: comment, query: try query())
    }

    /// CREATE FUNCTION and ALTER FUNCTION from the name's IF on.
    mutating func functionBody(ifWords: (String, String, String?)) throws(SQLError) -> CreateFunction {
        let condition = accept(ifWords.0, ifWords.1, ifWords.2)
        let name = try objectName("the name of a function")
        try expect("AS")
        var function = CreateFunction(name: name, ifCondition: condition, className: try string("a class"))
        if accept("LANGUAGE") {
            guard kind == .word else { throw unexpected("JAVA, SCALA or PYTHON") }
            function.language = Identifier(token.keyword, range: place)
            advance()
        }
        if accept("USING") {
            repeat {
                try expect("JAR")
                function.jars.append(try string("a path"))
            } while accept(.comma)
        }
        if accept("WITH") { function.options = try options() }
        return function
    }

    private mutating func createDatabase() throws(SQLError) -> CreateDatabase {
        let ifNotExists = accept("IF", "NOT", "EXISTS")
        var database = CreateDatabase(name: try objectName("the name of a database"), ifNotExists: ifNotExists)
        database.comment = try comment()
        if accept("WITH") { database.options = try options() }
        return database
    }

    private mutating func createCatalog() throws(SQLError) -> CreateCatalog {
        let ifNotExists = accept("IF", "NOT", "EXISTS")
        var catalog = CreateCatalog(name: try identifier("the name of a catalog"), ifNotExists: ifNotExists)
        catalog.comment = try comment()
        if accept("WITH") { catalog.options = try options() }
        return catalog
    }

    private mutating func createModel(isTemporary: Bool) throws(SQLError) -> CreateModel {
        let ifNotExists = accept("IF", "NOT", "EXISTS")
        var model = CreateModel(name: try objectName("the name of a model"), isTemporary: isTemporary)
        model.ifNotExists = ifNotExists
        if accept("INPUT") {
            model.input = try bracketed { (parser) throws(SQLError) in try parser.column() }
        }
        if accept("OUTPUT") {
            model.output = try bracketed { (parser) throws(SQLError) in try parser.column() }
        }
        model.comment = try comment()
        if accept("WITH") { model.options = try options() }
        return model
    }

    private mutating func createMaterializedTable(orAlter: Bool) throws(SQLError) -> CreateMaterializedTable {
        let ifNotExists = accept("IF", "NOT", "EXISTS")
        let name = try objectName("the name of a table")
        let schema = kind == .leftBracket ? try tableSchema() : TableSchemaSyntax()
        let comment = try comment()
        let distribution = try distribution()
        let partitionedBy = accept("PARTITIONED", "BY") ? try identifiers("a column") : []
        let options = accept("WITH") ? try options() : []
        let freshness = accept("FRESHNESS") ? try freshnessValue() : nil
        let mode = accept("REFRESH_MODE") ? try refreshModeValue() : nil
        try expect("AS")
        return CreateMaterializedTable(
            name: name, ifNotExists: ifNotExists, orAlter: orAlter, schema: schema, comment: comment,
            distribution: distribution, partitionedBy: partitionedBy, options: options, freshness: freshness,
            refreshMode: mode, query: try query())
    }

    /// `= INTERVAL '3' MINUTE`.
    mutating func freshnessValue() throws(SQLError) -> Expression {
        try expect(.equal, "=")
        guard at("INTERVAL") else { throw unexpected("INTERVAL") }
        return try primary()
    }

    /// `= FULL` or `= CONTINUOUS`.
    mutating func refreshModeValue() throws(SQLError) -> CreateMaterializedTable.RefreshMode {
        try expect(.equal, "=")
        guard let mode = acceptWord(of: CreateMaterializedTable.RefreshMode.self) else {
            throw unexpected("FULL or CONTINUOUS")
        }
        return mode
    }

    // MARK: DROP

    mutating func drop() throws(SQLError) -> Statement.Kind {
        try expect("DROP")
        let isTemporary = accept("TEMPORARY")
        let isSystem = isTemporary && accept("SYSTEM")
        guard let object = try objectKind() else {
            throw unexpected("TABLE, VIEW, FUNCTION, DATABASE, CATALOG or MODEL")
        }
        let ifExists = accept("IF", "EXISTS")
        var statement = DropStatement(object: object, name: try objectName("the name of what to drop"))
        statement.isTemporary = isTemporary
        statement.isSystem = isSystem
        statement.ifExists = ifExists
        if object == .database {
            statement.isCascade = accept("CASCADE")
            if !statement.isCascade { _ = accept("RESTRICT") }
        }
        return .drop(statement)
    }

    /// The kind of object whose words stand here.
    mutating func objectKind() throws(SQLError) -> ObjectKind? {
        if accept("MATERIALIZED") {
            try expect("TABLE")
            return .materializedTable
        }
        return acceptWord(of: ObjectKind.self)
    }
}

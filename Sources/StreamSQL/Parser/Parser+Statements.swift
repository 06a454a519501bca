// Statements, from the first keyword on.
extension Parser {
    mutating func statement() throws(SQLError) -> Statement {
        let outer = try enter()
        let start = place
        let kind = try statementKind()
        try leave(outer)
        return Statement(kind: kind, range: range(from: start))
    }

    private mutating func statementKind() throws(SQLError) -> Statement.Kind {
        if kind == .leftBracket { return .query(try query()) }
        switch token.keyword {
        case "SELECT", "WITH", "VALUES", "TABLE": return .query(try query())
        case "CREATE": return try create()
        case "REPLACE": return try replaceTable()
        case "DROP": return try drop()
        case "ALTER": return try alter()
        case "INSERT": return .insert(try insert())
        case "EXECUTE", "BEGIN": return try execute()
        case "COMPILE": return try compile()
        case "EXPLAIN": return .explain(try explain())
        case "SHOW": return .show(try show())
        case "DESCRIBE", "DESC": return .describe(try describe())
        case "SET": return try set()
        case "RESET":
            advance()
            return .reset(key: kind == .semicolon || isAtEnd ? nil : try string("a setting's key"))
        case "USE": return .use(try use())
        default: return try rareStatement()
        }
    }

    /// Statements that few scripts have.
    private mutating func rareStatement() throws(SQLError) -> Statement.Kind {
        if accept("LOAD", "MODULE") {
            let name = try identifier("a module")
            return .loadModule(name: name, options: accept("WITH") ? try options() : [])
        }
        if accept("UNLOAD", "MODULE") { return .unloadModule(name: try identifier("a module")) }
        if accept("ADD", "JAR") { return .jar(.add, path: try string("a path")) }
        if accept("REMOVE", "JAR") { return .jar(.remove, path: try string("a path")) }
        if accept("CALL") { return .call(try callBody(try objectName("a procedure"))) }
        if accept("TRUNCATE", "TABLE") { return .truncateTable(name: try objectName("a table")) }
        if accept("ANALYZE", "TABLE") { return try analyze() }
        if accept("DELETE", "FROM") {
            let table = try objectName("a table")
            let alias = try alias("an alias")
            return .delete(table: table, alias: alias, filter: accept("WHERE") ? try expression() : nil)
        }
        if accept("UPDATE") { return .update(try update()) }
        if accept("STOP", "JOB") {
            let job = try string("a job's id")
            let withSavepoint = accept("WITH", "SAVEPOINT")
            return .stopJob(StopJob(job: job, withSavepoint: withSavepoint, withDrain: accept("WITH", "DRAIN")))
        }
        for word in Keywords.statementStarts { _ = at(word) }
        throw unexpected("a statement")
    }

    /// `ANALYZE TABLE t [PARTITION (...)] COMPUTE STATISTICS [FOR ...]`, of which the table is all that is kept.
    private mutating func analyze() throws(SQLError) -> Statement.Kind {
        let name = try objectName("a table")
        if at("PARTITION") { _ = try partition() }
        try expect("COMPUTE", "STATISTICS")
        if accept("FOR") {
            if accept("ALL") {
                try expect("COLUMNS")
            } else {
                try expect("COLUMNS")
                _ = try list { (parser) throws(SQLError) in try parser.identifier("a column") }
            }
        }
        return .analyzeTable(name: name)
    }

    // MARK: Changing rows

    private mutating func insert() throws(SQLError) -> Insert {
        try expect("INSERT")
        let isOverwrite = accept("OVERWRITE")
        if !isOverwrite { try expect("INTO") }
        _ = at("TABLE") && accept("TABLE")
        let table = try objectName("a table")
        let hints = try hints()
        let partitions = at("PARTITION") ? try partition() : []
        var columns: [Identifier] = []
        if kind == .leftBracket, !isQueryStart(ahead: 1), kind(ahead: 1) != .leftBracket {
            columns = try identifiers("a column")
        }
        return Insert(
            table: table, hints: hints, isOverwrite: isOverwrite, partitions: partitions, columns: columns,
            query: try query())
    }

    /// `PARTITION (a = 'x', b)`.
    mutating func partition() throws(SQLError) -> [Insert.Partition] {
        try expect("PARTITION")
        return try bracketed { (parser) throws(SQLError) in
            let column = try parser.identifier("a column")
            let value = parser.accept(.equal) ? try parser.expression() : nil
            return Insert.Partition(column: column, value: value)
        }
    }

    private mutating func update() throws(SQLError) -> Update {
        let table = try objectName("a table")
        let alias = try alias("an alias")
        try expect("SET")
        let assignments = try list { (parser) throws(SQLError) in
            let column = try parser.identifier("a column")
            try parser.expect(.equal, "=")
            return Update.Assignment(column: column, value: try parser.expression())
        }
        let filter = accept("WHERE") ? try expression() : nil
        return Update(table: table, alias: alias, assignments: assignments, filter: filter)
    }

    // MARK: Running and explaining

    private mutating func execute() throws(SQLError) -> Statement.Kind {
        if accept("BEGIN") {
            try expect("STATEMENT", "SET")
            try expect(.semicolon, ";")
            return .statementSet(try statementSet())
        }
        try expect("EXECUTE")
        if accept("STATEMENT", "SET") {
            try expect("BEGIN")
            return .statementSet(try statementSet())
        }
        if accept("PLAN") { return .executePlan(path: try string("a path")) }
        let inner = try statement()
        switch inner.kind {
        case .insert, .query: return inner.kind
        default: throw SQLError(.syntax, "EXECUTE takes an INSERT, a query or a STATEMENT SET", at: inner.range)
        }
    }

    /// The statements up to END; mistakes inside are noted one by one.
    private mutating func statementSet() throws(SQLError) -> [Statement] {
        var statements: [Statement] = []
        while !accept("END") {
            if isAtEnd { throw unexpected("END") }
            if accept(.semicolon) { continue }
            let level = level
            do throws(SQLError) {
                guard at("INSERT") || at("EXECUTE") || at("CREATE") else { throw unexpected("INSERT or END") }
                statements.append(try statement())
                if kind != .semicolon, !at("END") { throw unexpected("';'") }
                _ = accept(.semicolon)
            } catch {
                if error.code == .limit || hasTooManyErrors { throw error }
                recover(from: error, to: level)
            }
        }
        return statements
    }

    private mutating func compile() throws(SQLError) -> Statement.Kind {
        try expect("COMPILE")
        if accept("AND", "EXECUTE") {}
        try expect("PLAN")
        let path = try string("a path")
        let ifNotExists = accept("IF", "NOT", "EXISTS")
        try expect("FOR")
        return .compilePlan(path: path, ifNotExists: ifNotExists, try statement())
    }

    private mutating func explain() throws(SQLError) -> Explain {
        try expect("EXPLAIN")
        var details: [Explain.Detail] = []
        var isAnalyzed = false
        if at("ANALYZE"), !at("ANALYZE", "TABLE") {
            advance()
            isAnalyzed = true
            if at("JOB") {
                throw SQLError(
                    .unsupported, "EXPLAIN ANALYZE JOB asks a server, and there is none here", at: place,
                    hint: "millrace sql --server http://host:port")
            }
        } else if accept("PLAN") {
            try expect("FOR")
        } else if let first = acceptWord(of: Explain.Detail.self) {
            details.append(first)
            while accept(.comma) {
                guard let next = acceptWord(of: Explain.Detail.self) else { throw unexpected("a detail of EXPLAIN") }
                details.append(next)
            }
        }
        if at("STATEMENT", "SET") {
            let start = place
            advance()
            advance()
            try expect("BEGIN")
            let set = Statement.Kind.statementSet(try statementSet())
            return Explain(
                details: details, statement: Statement(kind: set, range: range(from: start)), isAnalyzed: isAnalyzed)
        }
        return Explain(details: details, statement: try statement(), isAnalyzed: isAnalyzed)
    }
}

// SET, USE, SHOW and DESCRIBE.
extension Parser {
    mutating func set() throws(SQLError) -> Statement.Kind {
        try expect("SET")
        if kind == .semicolon || isAtEnd { return .set(key: nil, value: nil) }
        if kind == .word {
            throw SQLError(
                .syntax, "unexpected '\(token.text)', expected a setting's key in quotes", at: place,
                hint: "write SET 'key' = 'value'")
        }
        let key = try string("a setting's key")
        try expect(.equal, "=")
        return .set(key: key, value: try string("a setting's value"))
    }

    mutating func use() throws(SQLError) -> Use {
        try expect("USE")
        if accept("CATALOG") { return .catalog(try identifier("a catalog")) }
        if accept("MODULES") {
            return .modules(try list { (parser) throws(SQLError) in try parser.identifier("a module") })
        }
        return .database(try objectName("a database"))
    }

    mutating func describe() throws(SQLError) -> Describe {
        if !accept("DESCRIBE") { try expect("DESC") }
        if at("JOB"), kind(ahead: 1) == .string {
            advance()
            let job = try string("a job's id")
            let name = ObjectName(Identifier(job.text, range: job.range))
            return Describe(subject: .job, name: name, isExtended: false)
        }
        var subject = Describe.Subject.table
        let isNamed = kind(ahead: 1) == .word || kind(ahead: 1) == .quotedWord
        if isNamed {
            if accept("CATALOG") {
                subject = .catalog
            } else if accept("DATABASE") {
                subject = .database
            } else if accept("FUNCTION") {
                subject = .function
            } else if accept("MODEL") {
                subject = .model
            }
        }
        let isExtended = accept("EXTENDED")
        // Many functions have names that are reserved elsewhere, such as UPPER.
        if subject == .function, kind == .word, token.isReserved {
            let name = ObjectName(Identifier(token.text, range: place))
            advance()
            return Describe(subject: subject, name: name, isExtended: isExtended)
        }
        return Describe(subject: subject, name: try objectName("a table"), isExtended: isExtended)
    }

    mutating func show() throws(SQLError) -> Show {
        try expect("SHOW")
        guard let subject = showSubject() else { throw unexpected("TABLES, VIEWS, FUNCTIONS or another list") }
        var show = Show(subject: subject)
        switch subject {
        case .createTable, .createView, .createMaterializedTable, .createCatalog, .createDatabase, .createFunction,
            .createModel:
            show.name = try objectName("the name of an object")
            return show
        case .partitions:
            show.name = try objectName("a table")
            if at("PARTITION") { show.partitions = try partition() }
            return show
        case .currentCatalog, .currentDatabase, .modules, .fullModules, .jars, .jobs:
            return show
        default:
            break
        }
        if accept("FROM") || accept("IN") { show.name = try objectName("a catalog, database or table") }
        show.isNegated = accept("NOT")
        if accept("ILIKE") {
            show.isCaseInsensitive = true
        } else {
            guard accept("LIKE") else {
                if show.isNegated { throw unexpected("LIKE or ILIKE") }
                return show
            }
        }
        show.pattern = try string("a pattern")
        return show
    }

    /// The subject whose words stand here, which are then passed.
    private mutating func showSubject() -> Show.Subject? {
        for subject in Show.Subject.allCases {
            let words = subject.rawValue.split(separator: " ").map(String.init)
            guard at(words[0]) else { continue }
            let matches = words.indices.allSatisfy { words[$0] == word(ahead: $0) }
            guard matches else { continue }
            for _ in words { advance() }
            return subject
        }
        return nil
    }
}

// CREATE TABLE: schema, constraints, LIKE and AS.
extension Parser {
    mutating func createTable(isTemporary: Bool, orReplace: Bool) throws(SQLError) -> CreateTable {
        let ifNotExists = accept("IF", "NOT", "EXISTS")
        var table = CreateTable(name: try objectName("the name of a table"))
        table.isTemporary = isTemporary
        table.ifNotExists = ifNotExists
        table.orReplace = orReplace
        if kind == .leftBracket { table.schema = try tableSchema() }
        table.comment = try comment()
        table.distribution = try distribution()
        if accept("PARTITIONED", "BY") { table.partitionedBy = try identifiers("a column") }
        if accept("WITH") { table.options = try options() }
        if accept("LIKE") { table.like = try likeClause() }
        if accept("AS") { table.query = try query() }
        return table
    }

    /// The brackets with columns, watermark and constraints.
    mutating func tableSchema() throws(SQLError) -> TableSchemaSyntax {
        var schema = TableSchemaSyntax()
        try expect(.leftBracket, "(")
        if accept(.rightBracket) { return schema }
        repeat { try schemaElement(&schema) } while accept(.comma)
        if kind != .rightBracket { throw unexpected("',' or ')'") }
        advance()
        return schema
    }

    /// One column, watermark or constraint.
    mutating func schemaElement(_ schema: inout TableSchemaSyntax) throws(SQLError) {
        let start = place
        if token.keyword == "FOREIGN", word(ahead: 1) == "KEY" { throw unexpected() }
        if accept("WATERMARK") {
            try expect("FOR")
            var column = [try identifier("a column")]
            while accept(.dot) { column.append(try identifier("a field")) }
            try expect("AS")
            let value = try expression()
            schema.watermarks.append(
                WatermarkSyntax(column: column, expression: value, range: range(from: start)))
        } else if at("PRIMARY") || at("UNIQUE") || at("CONSTRAINT") {
            schema.constraints.append(try constraint(withColumns: true))
        } else if isAtIdentifier, kind(ahead: 1) == .comma || kind(ahead: 1) == .rightBracket {
            schema.columnNames.append(try identifier("a column's name"))
        } else {
            schema.columns.append(try column())
        }
    }

    mutating func column() throws(SQLError) -> ColumnSyntax {
        let start = place
        let name = try identifier("a column's name")
        let kind: ColumnSyntax.Kind
        if accept("AS") {
            kind = .computed(try expression())
        } else {
            let type = try type()
            if accept("METADATA") {
                let key = accept("FROM") ? try string("a metadata key") : nil
                kind = .metadata(type, key: key, isVirtual: accept("VIRTUAL"))
            } else {
                kind = .physical(type)
            }
        }
        var column = ColumnSyntax(name: name, kind: kind, range: start)
        if at("PRIMARY") || at("UNIQUE") || at("CONSTRAINT") {
            column.constraint = try constraint(withColumns: false)
        }
        column.comment = try comment()
        if accept("FIRST") {
            column.position = .first
        } else if accept("AFTER") {
            column.position = .after(try identifier("a column"))
        }
        column.range = range(from: start)
        return column
    }

    private mutating func constraint(withColumns: Bool) throws(SQLError) -> ConstraintSyntax {
        let start = place
        let name = accept("CONSTRAINT") ? try identifier("a constraint") : nil
        let isPrimaryKey = !accept("UNIQUE")
        if isPrimaryKey { try expect("PRIMARY", "KEY") }
        let columns = withColumns ? try identifiers("a column") : []
        var isEnforced: Bool?
        if accept("NOT", "ENFORCED") { isEnforced = false } else if accept("ENFORCED") { isEnforced = true }
        return ConstraintSyntax(
            name: name, isPrimaryKey: isPrimaryKey, columns: columns, isEnforced: isEnforced, range: range(from: start))
    }

    /// `DISTRIBUTED BY HASH (columns) INTO n BUCKETS`, if it stands here.
    mutating func distribution() throws(SQLError) -> DistributionSyntax? {
        let start = place
        guard accept("DISTRIBUTED") else { return nil }
        return try distributionBody(from: start)
    }

    mutating func distributionBody(from start: SourceRange) throws(SQLError) -> DistributionSyntax {
        var distribution = DistributionSyntax(kind: nil, columns: [], buckets: nil, range: start)
        if accept("BY") {
            if at("HASH") || at("RANGE") {
                distribution.kind = Identifier(token.keyword, range: place)
                advance()
            }
            distribution.columns = try identifiers("a column")
        }
        if accept("INTO") {
            distribution.buckets = try number("a number of buckets")
            try expect("BUCKETS")
        }
        distribution.range = range(from: start)
        return distribution
    }

    private mutating func likeClause() throws(SQLError) -> LikeClause {
        var clause = LikeClause(source: try objectName("a table"), options: [])
        guard accept(.leftBracket) else { return clause }
        while kind != .rightBracket {
            let start = place
            guard let strategy = acceptWord(of: LikeClause.Strategy.self) else {
                throw unexpected("INCLUDING, EXCLUDING or OVERWRITING")
            }
            guard let feature = acceptWord(of: LikeClause.Feature.self) else {
                throw unexpected("a feature such as OPTIONS or ALL")
            }
            clause.options.append(
                LikeClause.Option(strategy: strategy, feature: feature, range: range(from: start)))
        }
        advance()
        return clause
    }

    /// The case whose keyword stands here, which is then passed.
    mutating func acceptWord<Word: RawRepresentable & CaseIterable>(
        of _: Word.Type
    ) -> Word? where Word.RawValue == String {
        for word in Word.allCases where accept(word.rawValue) { return word }
        return nil
    }
}

// What stands in FROM.
extension Parser {
    /// The whole of FROM: references with commas between them, which are cross joins.
    mutating func tableReferences() throws(SQLError) -> TableReference {
        var left = try tableReference()
        while accept(.comma) {
            let right = try tableReference()
            left = joined(left, right, .cross, .none)
            try link()
        }
        return left
    }

    /// One reference with the joins after it.
    private mutating func tableReference() throws(SQLError) -> TableReference {
        let outer = try enter()
        let reference = try joins(after: try tablePrimary())
        try leave(outer)
        return reference
    }

    private func joined(
        _ left: TableReference, _ right: TableReference, _ kind: Join.Kind, _ condition: Join.Condition
    ) -> TableReference {
        let join = Join(kind: kind, left: left, right: right, condition: condition)
        return TableReference(kind: .join(join), alias: nil, range: range(from: left.range))
    }

    private mutating func joins(after first: TableReference) throws(SQLError) -> TableReference {
        var left = first
        while true {
            if let kind = try asOfKind() {
                left = try asOfJoin(left, kind)
                try link()
                continue
            }
            let isNatural = accept("NATURAL")
            guard let kind = try joinKind() else {
                if isNatural { throw unexpected("JOIN") }
                return left
            }
            let right = try tablePrimary()
            var condition = isNatural ? Join.Condition.natural : .none
            if kind != .cross, !isNatural {
                if accept("ON") {
                    condition = .on(try expression())
                } else if accept("USING") {
                    condition = .using(try identifiers("a column"))
                }
            }
            left = joined(left, right, kind, condition)
            try link()
        }
    }

    private var isAtAsOf: Bool {
        token.keyword == "ASOF" && ["JOIN", "LEFT", "INNER"].contains(word(ahead: 1))
    }

    private var isAtMatchCondition: Bool { token.keyword == "MATCH_CONDITION" && kind(ahead: 1) == .leftBracket }

    /// `ASOF [INNER | LEFT] JOIN` or `LEFT ASOF JOIN`; nil at something else.
    private mutating func asOfKind() throws(SQLError) -> Join.Kind? {
        var kind = Join.Kind.inner
        if ["LEFT", "INNER"].contains(token.keyword), word(ahead: 1) == "ASOF" {
            kind = token.keyword == "LEFT" ? .left : .inner
            advance()
            advance()
        } else {
            guard isAtAsOf else { return nil }
            advance()
            if accept("LEFT") {
                kind = .left
                _ = accept("OUTER")
            } else {
                _ = accept("INNER")
            }
        }
        try expect("JOIN")
        return kind
    }

    private mutating func asOfJoin(_ left: TableReference, _ kind: Join.Kind) throws(SQLError) -> TableReference {
        var join = Join(kind: kind, left: left, right: try tablePrimary(), condition: .none, isAsOf: true)
        if isAtMatchCondition {
            advance()
            try expect(.leftBracket, "(")
            join.matchCondition = try expression()
            try expect(.rightBracket, ")")
        }
        if accept("USING") {
            join.condition = .using(try identifiers("a column"))
        } else {
            try expect("ON")
            join.condition = .on(try expression())
        }
        return TableReference(kind: .join(join), alias: nil, range: range(from: left.range))
    }

    private mutating func joinKind() throws(SQLError) -> Join.Kind? {
        if accept("JOIN") { return .inner }
        let kinds: [(String, Join.Kind)] = [
            ("INNER", .inner), ("LEFT", .left), ("RIGHT", .right), ("FULL", .full), ("CROSS", .cross),
        ]
        for (word, kind) in kinds where accept(word) {
            if kind != .inner, kind != .cross { _ = accept("OUTER") }
            try expect("JOIN")
            return kind
        }
        return nil
    }

    // MARK: One table

    private mutating func tablePrimary() throws(SQLError) -> TableReference {
        let start = place
        let isLateral = accept("LATERAL")
        var reference = TableReference(
            kind: try tableKind(isLateral: isLateral), alias: nil, range: range(from: start))
        if at("MATCH_RECOGNIZE") {
            reference.kind = .match(reference, try matchRecognize())
            try link()
        }
        reference.alias = try tableAlias()
        if reference.alias != nil, at("FOR"), word(ahead: 1) == "SYSTEM_TIME" { try lateSnapshot(of: &reference) }
        reference.range = range(from: start)
        return reference
    }

    /// Reads a FOR SYSTEM_TIME that stands behind the alias: a mistake, after which the statement can be understood.
    private mutating func lateSnapshot(of reference: inout TableReference) throws(SQLError) {
        let start = place
        guard case .table(var table) = reference.kind, accept("FOR", "SYSTEM_TIME") else { return }
        try expect("AS", "OF")
        table.asOf = try expression()
        reference.kind = .table(table)
        let alias = reference.alias.map { " AS \($0.name.text)" } ?? ""
        errors.append(
            SQLError(
                .syntax, "FOR SYSTEM_TIME AS OF stands before the alias", at: start,
                hint: "write \(table.name.text) FOR SYSTEM_TIME AS OF …\(alias)"))
    }

    private mutating func tableKind(isLateral: Bool) throws(SQLError) -> TableReference.Kind {
        if at("TABLE"), kind(ahead: 1) == .leftBracket {
            advance()
            advance()
            let call = try callBody(try functionName())
            try expect(.rightBracket, ")")
            return .function(call, isLateral: isLateral)
        }
        if accept("UNNEST") {
            let values = try bracketed { (parser) throws(SQLError) in try parser.expression() }
            return .unnest(values, withOrdinality: accept("WITH", "ORDINALITY"))
        }
        if kind == .leftBracket { return try bracketedTable(isLateral: isLateral) }
        let name = try objectName("a table")
        if kind == .leftBracket { return .function(try callBody(name), isLateral: isLateral) }
        if isLateral { throw unexpected("'(' after the function '\(name.text)'") }
        var table = NamedTable(name: name, hints: try hints())
        if accept("FOR", "SYSTEM_TIME") {
            try expect("AS", "OF")
            table.asOf = try expression()
        }
        return .table(table)
    }

    private mutating func functionName() throws(SQLError) -> ObjectName {
        if kind == .word, Keywords.functionNames.contains(token.keyword) {
            let name = ObjectName(Identifier(token.text, range: place))
            advance()
            return name
        }
        return try objectName("a table function")
    }

    /// `(query)` or a join in brackets, which only the end of a bracketed query tells apart.
    private mutating func bracketedTable(isLateral: Bool) throws(SQLError) -> TableReference.Kind {
        let outer = try enter()
        let result: TableReference.Kind
        if isQueryStart(ahead: 1) {
            result = .derived(try bracketedQuery(), isLateral: isLateral)
        } else {
            try expect(.leftBracket, "(")
            let start = place
            var first = try tablePrimary()
            if case .derived(let inner, false) = first.kind, first.alias == nil, isAtQueryTail || kind == .rightBracket
            {
                let query = try queryTail(after: .query(inner), with: [], from: start)
                result = .derived(query, isLateral: isLateral)
            } else {
                first = try joins(after: first)
                while accept(.comma) {
                    first = joined(first, try tableReference(), .cross, .none)
                    try link()
                }
                result = .nested(first)
            }
            try expect(.rightBracket, ")")
        }
        try leave(outer)
        return result
    }

    mutating func tableAlias() throws(SQLError) -> TableAlias? {
        if ["PIVOT", "UNPIVOT"].contains(token.keyword), kind(ahead: 1) == .leftBracket { throw unexpected() }
        guard !isAtAsOf, !isAtMatchCondition, let name = try alias("an alias") else { return nil }
        let columns = kind == .leftBracket ? try identifiers("a column") : []
        return TableAlias(name: name, columns: columns)
    }
}

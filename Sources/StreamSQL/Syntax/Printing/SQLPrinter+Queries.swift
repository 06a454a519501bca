extension SQLPrinter {
    mutating func query(_ query: Query) {
        if !query.with.isEmpty {
            write("WITH ")
            list(query.with) { printer, table in
                printer.name(table.name)
                if !table.columns.isEmpty {
                    printer.write(" ")
                    printer.bracketed(table.columns)
                }
                printer.write(" AS ")
                printer.bracketed(table.query)
            }
            write(" ")
        }
        body(query.body)
        orderBy(query.orderBy)
        if let limit = query.limit {
            write(" LIMIT ")
            expression(limit)
        }
        if let offset = query.offset {
            write(" OFFSET ")
            expression(offset)
        }
    }

    private mutating func body(_ body: QueryBody) {
        switch body {
        case .select(let select): self.select(select)
        case .values(let values):
            write("VALUES ")
            list(values.rows) { $0.valuesRow($1) }
        case .setOperation(let operation):
            self.body(operation.left)
            write(" \(operation.kind.rawValue) ")
            if operation.isAll { write("ALL ") }
            self.body(operation.right)
        case .table(let name):
            write("TABLE ")
            self.name(name)
        case .query(let query): bracketed(query)
        }
    }

    private mutating func valuesRow(_ row: ValuesSyntax.Row) {
        var needsWord = row.values.isEmpty
        if row.values.count == 1, case .row = row.values[0].kind { needsWord = true }
        if needsWord { write("ROW") }
        bracketed(row.values)
    }

    private mutating func select(_ select: Select) {
        write("SELECT ")
        hints(select.hints)
        if select.isDistinct { write("DISTINCT ") }
        list(select.items) { $0.item($1) }
        if let from = select.from {
            write(" FROM ")
            table(from)
        }
        clause(" WHERE ", select.filter)
        if let groupBy = select.groupBy {
            write(groupBy.isDistinct ? " GROUP BY DISTINCT " : " GROUP BY ")
            list(groupBy.elements) { $0.element($1) }
        }
        clause(" HAVING ", select.having)
        if !select.windows.isEmpty {
            write(" WINDOW ")
            list(select.windows) { printer, window in
                printer.name(window.name)
                printer.write(" AS ")
                printer.window(window.specification)
            }
        }
        clause(" QUALIFY ", select.qualify)
    }

    private mutating func clause(_ word: String, _ condition: Expression?) {
        guard let condition else { return }
        write(word)
        expression(condition)
    }

    private mutating func item(_ item: SelectItem) {
        switch item.kind {
        case .star(let qualifier):
            for part in qualifier {
                name(part)
                write(".")
            }
            write("*")
        case .expression(let value, let alias):
            expression(value)
            guard let alias else { return }
            write(" AS ")
            name(alias)
        }
    }

    private mutating func element(_ element: GroupBy.Element) {
        switch element {
        case .expression(let value): expression(value)
        case .empty: write("()")
        case .list(let values): bracketed(values)
        case .groupingSets(let elements): grouping("GROUPING SETS ", elements)
        case .cube(let elements): grouping("CUBE ", elements)
        case .rollup(let elements): grouping("ROLLUP ", elements)
        }
    }

    private mutating func grouping(_ word: String, _ elements: [GroupBy.Element]) {
        write("\(word)(")
        list(elements) { $0.element($1) }
        write(")")
    }

    // MARK: Tables

    mutating func table(_ table: TableReference) {
        switch table.kind {
        case .table(let named):
            name(named.name)
            if !named.hints.isEmpty {
                write(" ")
                hints(named.hints)
            }
            clause(" FOR SYSTEM_TIME AS OF ", named.asOf)
        case .derived(let query, let isLateral):
            if isLateral { write("LATERAL ") }
            bracketed(query)
        case .function(let call, let isLateral):
            write(isLateral ? "LATERAL TABLE(" : "TABLE(")
            self.call(call)
            write(")")
        case .unnest(let values, let withOrdinality):
            write("UNNEST")
            bracketed(values)
            if withOrdinality { write(" WITH ORDINALITY") }
        case .join(let join): self.join(join)
        case .match(let input, let match):
            self.table(input)
            write(" ")
            matchRecognize(match)
        case .nested(let inner):
            write("(")
            self.table(inner)
            write(")")
        }
        alias(table.alias)
    }

    mutating func alias(_ alias: TableAlias?) {
        guard let alias else { return }
        write(" AS ")
        name(alias.name)
        if !alias.columns.isEmpty {
            write(" ")
            bracketed(alias.columns)
        }
    }

    /// Whether a cross join was a comma, which binds less tightly than JOIN: it shows only where a side is a join itself.
    private func needsComma(_ join: Join) -> Bool {
        if case .join = join.right.kind, join.right.alias == nil { return true }
        guard join.kind == .cross, case .join(let left) = join.left.kind else { return false }
        return needsComma(left)
    }

    private mutating func join(_ join: Join) {
        table(join.left)
        if needsComma(join) {
            write(", ")
        } else {
            if join.condition == .natural { write(" NATURAL") }
            write(join.isAsOf ? " ASOF \(join.kind.rawValue) JOIN " : " \(join.kind.rawValue) JOIN ")
        }
        table(join.right)
        if let condition = join.matchCondition {
            write(" MATCH_CONDITION (")
            expression(condition)
            write(")")
        }
        switch join.condition {
        case .none, .natural: break
        case .on(let condition):
            write(" ON ")
            expression(condition)
        case .using(let columns):
            write(" USING ")
            bracketed(columns)
        }
    }
}

import Columnar

/// What makes a column an attribute of time.
enum TimeAttribute: Hashable, Sendable { case none, rowTime, processingTime }

/// A column of a relation as names see it.
struct RelationColumn: Hashable, Sendable {
    var name: String
    var type: DataType
    var time: TimeAttribute = .none
    /// Set on the columns a window table function appended, as long as the rows are still those of the window.
    var window: WindowAggregatePlan.WindowColumn?
}

/// A bound query or table: a node and the names of its columns.
struct Relation {
    var node: Int
    var columns: [RelationColumn]

    var fields: [Field] { columns.map { Field($0.name, $0.type) } }
}

/// The columns of the scope around a subquery that were read by way of their copies.
final class ReadCopies {
    var columns: Set<Int> = []
}

/// The columns that names in an expression can mean.
struct Scope {
    /// One table of FROM.
    struct Table {
        /// The parts a qualifier may have: an alias, or the path of the table.
        var path: [String]
        var columns: Range<Int>
    }

    var node: Int
    var columns: [RelationColumn]
    var tables: [Table]
    /// Right-hand columns of USING: reachable with their qualifier only.
    var hidden: Set<Int> = []
    /// Left-hand columns of USING, which come first in `*`.
    var merged: [Int] = []

    /// Set on a table that is looked at as it was at a time of the left side.
    var version: QueryBinder.Version?
    /// Set on a table that is looked at as it is when a row of the left side comes.
    var lookup: LookupSettings?
    /// What the subqueries of the SELECT stand for, once they are joined.
    var subqueries: [Expression: PlanExpression] = [:]
    /// Columns of subqueries after WHERE, which do not change from row to row of a group.
    var constantColumns: [Int] = []
    /// The scope around a subquery, whose columns WHERE may read; none or one.
    var outer: [Scope] = []
    /// Where copies of columns of the scope around stand here, by their places there.
    var copies: [Int: Int] = [:]
    /// Notes which of the copies are read; nil where there are none.
    var readCopies: ReadCopies?
    /// The other side of a join, whose columns the same names may mean; none or one.
    var beside: [Scope] = []
    /// A node of one row, whose columns are the last of this scope and are joined behind its aggregation.
    var rowOfConstants: Int?
    /// Columns of this scope that subqueries were tied by.
    var reads: Set<Int> = []
    /// Those of them that the subqueries behind WHERE read.
    var constantReads: Set<Int> = []
    /// Columns of the scope around are numbered from here.
    static let outerBase = 1 << 24

    /// What `*` stands for.
    var starColumns: [Int] {
        merged + columns.indices.filter { !hidden.contains($0) && !merged.contains($0) }
    }

    init(_ relation: Relation, path: [String]) {
        node = relation.node
        columns = relation.columns
        tables = path.isEmpty ? [] : [Table(path: path, columns: 0..<relation.columns.count)]
    }

    /// The columns of two scopes side by side.
    init(_ left: Scope, _ right: Scope, node: Int) {
        self.node = node
        columns = left.columns + right.columns
        let offset = left.columns.count
        tables = left.tables
        tables += right.tables.map {
            Table(path: $0.path, columns: ($0.columns.lowerBound + offset)..<($0.columns.upperBound + offset))
        }
        hidden = left.hidden.union(right.hidden.map { $0 + offset })
        merged = left.merged + right.merged.map { $0 + offset }
    }

    /// Notes the columns of this scope, from ``outerBase`` on, that conditions of a subquery read.
    mutating func noteReads(of conditions: [PlanExpression]) {
        for condition in conditions {
            reads.formUnion(condition.columnSet.filter { $0 >= Self.outerBase }.map { $0 - Self.outerBase })
        }
        guard let readCopies else { return }
        for (column, copy) in copies where reads.contains(copy) { readCopies.columns.insert(column) }
    }

    /// The table a qualifier means.
    func table(_ qualifier: [Identifier]) throws(SQLError) -> Table? {
        let parts = qualifier.map(\.text)
        let found = tables.filter { $0.path.count >= parts.count && Array($0.path.suffix(parts.count)) == parts }
        if found.count > 1, let first = qualifier.first {
            throw SQLError(
                .name, "the table name '\(parts.joined(separator: "."))' is ambiguous", at: first.range,
                hint: "give the tables different aliases")
        }
        return found.first
    }

    /// The column a name means, where no fields of it may follow.
    func resolve(_ parts: [Identifier], at range: SourceRange) throws(SQLError) -> Int {
        let (position, fields) = try resolvePath(parts, at: range)
        guard let field = fields.first else { return position }
        throw SQLError(
            .unsupported, "a column is wanted here, not the field '\(field.text)' of one", at: range,
            hint: "name the field in a subquery")
    }

    /// The column a name means, and the names of fields of ROWs that follow: `column`, `table.column`, `column.field`,
    /// `table.column.field`. A table is looked for before a column, the longest qualifier first.
    func resolvePath(
        _ parts: [Identifier], at range: SourceRange
    ) throws(SQLError) -> (column: Int, fields: [Identifier]) {
        guard let found = try find(parts) else { throw unknown(parts, at: range) }
        return found
    }

    /// The same; nil where the name means nothing here, and may mean something outside. An ambiguous one is an error.
    func find(_ parts: [Identifier]) throws(SQLError) -> (column: Int, fields: [Identifier])? {
        guard let found = try findHere(parts) else { return nil }
        if let other = beside.first, let name = parts.last, !other.isUnknown(parts) {
            throw SQLError(
                .name, "the column '\(name.text)' is ambiguous", at: name.range, hint: "qualify it with a table")
        }
        return found
    }

    private func findHere(_ parts: [Identifier]) throws(SQLError) -> (column: Int, fields: [Identifier])? {
        guard let first = parts.first else { return nil }
        for count in stride(from: parts.count - 1, to: 0, by: -1) {
            guard let table = try table(Array(parts[..<count])) else { continue }
            let name = parts[count]
            let found = table.columns.filter { columns[$0].name == name.text }
            if found.count > 1 {
                throw SQLError(.name, "the column '\(name.text)' is ambiguous", at: name.range)
            }
            if let position = found.first { return (position, Array(parts[(count + 1)...])) }
            if hasRow(named: first) { break }
            return nil
        }
        guard let position = try unqualified(first) else { return nil }
        return (position, Array(parts.dropFirst()))
    }

    /// Whether the name means nothing here; an ambiguous one means something.
    func isUnknown(_ parts: [Identifier]) -> Bool {
        do throws(SQLError) {
            return try find(parts) == nil
        } catch _ {
            return false
        }
    }

    /// What the name means here, or else the copy of what it means in the scope around; nil where neither is.
    func findAnywhere(_ parts: [Identifier]) throws(SQLError) -> (column: Int, fields: [Identifier])? {
        if let found = try find(parts) { return found }
        guard !copies.isEmpty, let path = try outer.first?.findAnywhere(parts), let copy = copies[path.column] else {
            return nil
        }
        return (copy, path.fields)
    }

    /// The error for a name that means nothing here.
    func unknown(_ parts: [Identifier], at range: SourceRange) -> SQLError {
        guard let first = parts.first else { return SQLError(.name, "a name is missing", at: range) }
        if parts.count == 1 { return unknown(first, among: columns.map(\.name), of: nil) }
        for count in stride(from: parts.count - 1, to: 0, by: -1) {
            guard let table = try? table(Array(parts[..<count])) else { continue }
            if hasRow(named: first) { break }
            return unknown(parts[count], among: table.columns.map { columns[$0].name }, of: table.path.last)
        }
        if columns.contains(where: { $0.name == first.text }) {
            return unknown(first, among: columns.map(\.name), of: nil)
        }
        let near = nearestName(to: first.text, in: tables.compactMap(\.path.last))
        return SQLError(
            .name, "there is no table '\(first.text)' here", at: first.range,
            hint: near.map { "did you mean \($0)?" })
    }

    private func hasRow(named name: Identifier) -> Bool {
        columns.contains { column in
            guard case .row = column.type.logical else { return false }
            return column.name == name.text
        }
    }

    private func unqualified(_ name: Identifier) throws(SQLError) -> Int? {
        let found = columns.indices.filter { columns[$0].name == name.text && !hidden.contains($0) }
        if found.count > 1 {
            let owners = found.compactMap { position in tables.first { $0.columns.contains(position) }?.path.last }
            throw SQLError(
                .name, "the column '\(name.text)' is ambiguous", at: name.range,
                hint: owners.isEmpty
                    ? "qualify it with a table"
                    : "write " + owners.map { "\($0).\(name.text)" }.joined(separator: " or "))
        }
        return found.first
    }

    private func unknown(_ name: Identifier, among columns: [String], of table: String?) -> SQLError {
        let candidates = columns.filter { !$0.isEmpty }
        let place = table.map { " in \($0)" } ?? ""
        let near = nearestName(to: name.text, in: candidates)
        let listed = candidates.prefix(12).joined(separator: ", ")
        let others = table == nil ? "" : "; one that the data has besides is declared in the table first"
        let hint = near.map { "did you mean \($0)?" } ?? (listed.isEmpty ? nil : "the columns are \(listed)\(others)")
        return SQLError(.name, "there is no column '\(name.text)'\(place)", at: name.range, hint: hint)
    }
}

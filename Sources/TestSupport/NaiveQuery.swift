/// A query over tables of BIGINT columns that can be written as SQL and computed the plain way: all rows at once,
/// nothing kept, nothing taken back. What an engine makes of the same text must come to the same rows.
package indirect enum NaiveQuery: Sendable {
    package typealias Row = [BatchBuilder.Value]

    package enum Test: String, Sendable, CaseIterable {
        case less = "<"
        case greater = ">"
        case equal = "="
    }
    package enum Call: String, Sendable, CaseIterable {
        case countRows = "COUNT(*)"
        case count = "COUNT"
        case sum = "SUM"
        case minimum = "MIN"
        case maximum = "MAX"
        case countDistinct = "COUNT(DISTINCT"
        case sumDistinct = "SUM(DISTINCT"
        /// COUNT and SUM of the rows whose column is greater than 2.
        case countFiltered = "COUNT FILTER"
        case sumFiltered = "SUM FILTER"
    }
    package enum Sets: String, Sendable, CaseIterable {
        case unionAll = "UNION ALL"
        case union = "UNION"
        case intersect = "INTERSECT"
        case intersectAll = "INTERSECT ALL"
        case except = "EXCEPT"
        case exceptAll = "EXCEPT ALL"
    }

    /// A table by number, with so many columns.
    case table(Int, columns: Int)
    /// Something by event time over the tables behind those.
    case timed(NaiveTimed)
    case project(NaiveQuery, [Int])
    case filter(NaiveQuery, column: Int, Test, Int64)
    /// Group columns, then calls over columns.
    case aggregate(NaiveQuery, by: [Int], [(Call, Int)])
    /// Numbers by partition in an order; all other columns follow as sort keys, so that ties are equal rows.
    case rank(NaiveQuery, by: [Int], order: [(column: Int, isDescending: Bool)], ClosedRange<Int>, number: Bool)
    /// A running call over each partition, from its first row in the order on; all other columns follow as sort keys.
    case over(NaiveQuery, by: [Int], order: [(column: Int, isDescending: Bool)], Call, Int)
    case distinct(NaiveQuery)
    case sets(Sets, NaiveQuery, NaiveQuery)
    case join(NaiveJoin, NaiveQuery, NaiveQuery)

    package var width: Int {
        switch self {
        case .table(_, let columns): columns
        case .timed(let timed): timed.width
        case .project(_, let columns): columns.count
        case .filter(let query, _, _, _), .distinct(let query): query.width
        case .over(let query, _, _, _, _): query.width + 1
        case .aggregate(_, let keys, let calls): keys.count + calls.count
        case .rank(let query, _, _, _, let number): query.width + (number ? 1 : 0)
        case .sets(_, let left, _): left.width
        case .join(let join, let left, let right): join.width(left.width, right.width)
        }
    }

    // MARK: As SQL

    private static func list(_ columns: [Int], _ separator: String = ", ") -> String {
        columns.map { "c\($0)" }.joined(separator: separator)
    }

    package var sql: String {
        switch self {
        case .table(let number, let columns): return "SELECT \(Self.list(Array(0..<columns))) FROM t\(number)"
        case .timed(let timed): return timed.sql
        case .project(let query, let columns):
            let items = columns.enumerated().map { "c\($0.element) AS c\($0.offset)" }.joined(separator: ", ")
            return "SELECT \(items) FROM (\(query.sql))"
        case .filter(let query, let column, let test, let value):
            return "SELECT * FROM (\(query.sql)) WHERE c\(column) \(test.rawValue) \(value)"
        case .aggregate(let query, let keys, let calls):
            var items = keys.enumerated().map { "c\($0.element) AS c\($0.offset)" }
            for (position, (call, column)) in calls.enumerated() {
                items.append("\(call.text(column)) AS c\(keys.count + position)")
            }
            return "SELECT \(items.joined(separator: ", ")) FROM (\(query.sql)) GROUP BY \(Self.list(keys))"
        case .rank(let query, let keys, let order, let range, let number):
            let sorted = Self.complete(order, query.width)
            let sortText = sorted.map { "c\($0.column)\($0.isDescending ? " DESC" : "")" }.joined(separator: ", ")
            let partition = keys.isEmpty ? "" : "PARTITION BY \(Self.list(keys)) "
            let columns = Self.list(Array(0..<query.width)) + (number ? ", c\(query.width)" : "")
            return "SELECT \(columns) FROM (SELECT *, ROW_NUMBER() OVER (\(partition)ORDER BY \(sortText)) AS "
                + "c\(query.width) FROM (\(query.sql))) WHERE c\(query.width) >= \(range.lowerBound) "
                + "AND c\(query.width) <= \(range.upperBound)"
        case .over(let query, let keys, let order, let call, let column):
            let sorted = Self.complete(order, query.width)
            let sortText = sorted.map { "c\($0.column)\($0.isDescending ? " DESC" : "")" }.joined(separator: ", ")
            let partition = keys.isEmpty ? "" : "PARTITION BY \(Self.list(keys)) "
            return "SELECT *, \(call.text(column)) OVER (\(partition)ORDER BY \(sortText) "
                + "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS c\(query.width) FROM (\(query.sql))"
        case .distinct(let query): return "SELECT DISTINCT * FROM (\(query.sql))"
        case .join(let join, let left, let right): return join.sql(left, right)
        case .sets(let kind, let left, let right): return "(\(left.sql)) \(kind.rawValue) (\(right.sql))"
        }
    }

    static func complete(
        _ order: [(column: Int, isDescending: Bool)], _ width: Int
    ) -> [(column: Int, isDescending: Bool)] {
        order + (0..<width).filter { column in !order.contains { $0.column == column } }.map { ($0, false) }
    }

    // MARK: As rows

    /// The rows over tables by number.
    package func rows(_ tables: [[Row]], timed timedTables: [[Row]] = []) -> [Row] {
        switch self {
        case .table(let number, _): return tables[number]
        case .timed(let timed): return timed.rows(timedTables)
        case .project(let query, let columns):
            return query.rows(tables, timed: timedTables).map { row in columns.map { row[$0] } }
        case .filter(let query, let column, let test, let value):
            return query.rows(tables, timed: timedTables).filter { row in
                guard case .integer(let own) = row[column] else { return false }
                return test == .less ? own < value : test == .greater ? own > value : own == value
            }
        case .aggregate(let query, let keys, let calls):
            return Dictionary(grouping: query.rows(tables, timed: timedTables)) { row in keys.map { row[$0] } }.map {
                key, rows in
                key + calls.map { Self.value($0.0, rows.map { [column = $0.1] row in row[column] }) }
            }
        case .rank(let query, let keys, let order, let range, let number):
            let sorted = Self.complete(order, query.width)
            var result: [Row] = []
            for (_, rows) in Dictionary(
                grouping: query.rows(tables, timed: timedTables), by: { row in keys.map { row[$0] } })
            {
                let ranked = rows.sorted { Self.isBefore($0, $1, sorted) }
                for (position, row) in ranked.enumerated() where range.contains(position + 1) {
                    result.append(number ? row + [.integer(Int64(position + 1))] : row)
                }
            }
            return result
        case .over(let query, let keys, let order, let call, let column):
            let sorted = Self.complete(order, query.width)
            return Dictionary(grouping: query.rows(tables, timed: timedTables), by: { row in keys.map { row[$0] } })
                .flatMap { _, rows in
                    let ranked = rows.sorted { Self.isBefore($0, $1, sorted) }
                    return ranked.indices.map { ranked[$0] + [Self.value(call, ranked[0...$0].map { $0[column] })] }
                }
        case .distinct(let query): return Array(Set(query.rows(tables, timed: timedTables)))
        case .join(let join, let left, let right):
            return join.rows(
                left.rows(tables, timed: timedTables), right.rows(tables, timed: timedTables), leftWidth: left.width,
                rightWidth: right.width)
        case .sets(let kind, let left, let right):
            return Self.combined(kind, left.rows(tables, timed: timedTables), right.rows(tables, timed: timedTables))
        }
    }

    private static func number(_ value: BatchBuilder.Value) -> Int64? {
        if case .integer(let number) = value { return number }
        return nil
    }

    static func value(_ call: Call, _ values: [BatchBuilder.Value]) -> BatchBuilder.Value {
        let numbers = values.compactMap(number)
        switch call {
        case .countRows: return .integer(Int64(values.count))
        case .count: return .integer(Int64(numbers.count))
        case .countDistinct: return .integer(Int64(Set(numbers).count))
        case .sumDistinct: return numbers.isEmpty ? .null : .integer(Set(numbers).reduce(0, +))
        case .countFiltered: return .integer(Int64(numbers.count { $0 > 2 }))
        case .sumFiltered:
            let kept = numbers.filter { $0 > 2 }
            return kept.isEmpty ? .null : .integer(kept.reduce(0, +))
        case .sum: return numbers.isEmpty ? .null : .integer(numbers.reduce(0, +))
        case .minimum: return numbers.min().map { .integer($0) } ?? .null
        case .maximum: return numbers.max().map { .integer($0) } ?? .null
        }
    }

    /// NULL is the smallest value.
    static func isBefore(_ a: Row, _ b: Row, _ order: [(column: Int, isDescending: Bool)]) -> Bool {
        for key in order {
            let first = number(a[key.column])
            let second = number(b[key.column])
            guard first != second else { continue }
            let isLess = first == nil || (second != nil && (first ?? 0) < (second ?? 0))
            return isLess != key.isDescending
        }
        return false
    }

    private static func combined(_ kind: Sets, _ left: [Row], _ right: [Row]) -> [Row] {
        var first: [Row: Int] = [:]
        var second: [Row: Int] = [:]
        for row in left { first[row, default: 0] += 1 }
        for row in right { second[row, default: 0] += 1 }
        return Set(left + right).flatMap { row -> [Row] in
            let (own, other) = (first[row] ?? 0, second[row] ?? 0)
            let count =
                switch kind {
                case .unionAll: own + other
                case .union: 1
                case .intersect: min(own, other, 1)
                case .intersectAll: min(own, other)
                case .except: other == 0 ? min(own, 1) : 0
                case .exceptAll: max(0, own - other)
                }
            return Array(repeating: row, count: count)
        }
    }
}

extension NaiveQuery.Call {
    /// Those that OVER knows.
    static let running: [NaiveQuery.Call] = [.countRows, .count, .sum, .minimum, .maximum]

    func text(_ column: Int) -> String {
        switch self {
        case .countRows: "COUNT(*)"
        case .countDistinct: "COUNT(DISTINCT c\(column))"
        case .sumDistinct: "SUM(DISTINCT c\(column))"
        case .countFiltered: "COUNT(c\(column)) FILTER (WHERE c\(column) > 2)"
        case .sumFiltered: "SUM(c\(column)) FILTER (WHERE c\(column) > 2)"
        default: "\(rawValue)(c\(column))"
        }
    }
}

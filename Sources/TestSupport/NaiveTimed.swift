/// What SQL does by event time over tables `sN` of three BIGINT columns and a time `ts`, which no two rows share: as SQL
/// and the plain way, over all rows at once.
package enum NaiveTimed: Sendable {
    package typealias Row = NaiveQuery.Row
    package enum Frame: Sendable {
        case rows(Int)
        case seconds(Int64)
        case unbounded
    }
    package enum Form: String, Sendable, CaseIterable {
        case inner = "JOIN"
        case left = "LEFT JOIN"
        case right = "RIGHT JOIN"
        case full = "FULL JOIN"
    }

    /// Group columns, calls, and start and end of the window in seconds.
    case windows(Timeline, NaiveWindow, by: [Int], [(NaiveQuery.Call, Int)])
    /// The first rows of each window and key in an order, with the start of the window.
    case windowRank(Int, NaiveWindow, by: [Int], order: [(column: Int, isDescending: Bool)], count: Int)
    /// The row of least or greatest time of each key.
    case edge(Int, by: [Int], isLast: Bool)
    case over(Int, by: [Int], Frame, NaiveQuery.Call, Int)
    /// Rows of equal key whose times are so many seconds apart at most.
    case interval(Form, Int, Int, before: Int64, after: Int64)
    /// Each row with the version of its key at its time.
    case versions(Int, Int, isLeft: Bool)
    case windowJoin(Form, Int, Int, NaiveWindow)

    package var width: Int {
        switch self {
        case .windows(_, _, let keys, let calls): keys.count + calls.count + 2
        case .edge: 3
        case .windowRank, .over, .interval, .versions, .windowJoin: 4
        }
    }

    // MARK: As SQL

    private static func seconds(_ column: String) -> String {
        "CAST(TIMESTAMPDIFF(SECOND, TIMESTAMP '1970-01-01 00:00:00', \(column)) AS BIGINT)"
    }

    private static func partition(_ keys: [Int], with other: String = "") -> String {
        let all = (other.isEmpty ? [] : [other]) + keys.map { "c\($0)" }
        return all.isEmpty ? "" : "PARTITION BY \(all.joined(separator: ", ")) "
    }

    package var sql: String {
        switch self {
        case .windows(let timeline, let window, let keys, let calls):
            var items = keys.enumerated().map { "c\($0.element) AS c\($0.offset)" }
            items += calls.enumerated().map { "\($0.element.0.text($0.element.1)) AS c\(keys.count + $0.offset)" }
            items.append("\(Self.seconds("window_start")) AS c\(items.count)")
            items.append("\(Self.seconds("window_end")) AS c\(items.count)")
            let groups = keys.map { "c\($0)" } + ["window_start", "window_end"]
            return "\(timeline.definition)SELECT \(items.joined(separator: ", ")) "
                + "FROM \(window.sql(timeline.name, keys: keys)) GROUP BY \(groups.joined(separator: ", "))"
        case .windowRank(let table, let window, let keys, let order, let count):
            let sorted = NaiveQuery.complete(order, 3)
            let sortText = sorted.map { "c\($0.column)\($0.isDescending ? " DESC" : "")" }.joined(separator: ", ")
            return "SELECT c0, c1, c2, \(Self.seconds("window_start")) AS c3 FROM (SELECT *, ROW_NUMBER() OVER ("
                + Self.partition(keys, with: "window_start, window_end")
                + "ORDER BY \(sortText)) AS n FROM \(window.sql("s\(table)", keys: []))) WHERE n <= \(count)"
        case .edge(let table, let keys, let isLast):
            return "SELECT c0, c1, c2 FROM (SELECT *, ROW_NUMBER() OVER (\(Self.partition(keys))ORDER BY ts"
                + "\(isLast ? " DESC" : "")) AS n FROM s\(table)) WHERE n = 1"
        case .over(let table, let keys, let frame, let call, let column):
            let bound =
                switch frame {
                case .rows(let count): "ROWS BETWEEN \(count) PRECEDING"
                case .seconds(let count): "RANGE BETWEEN INTERVAL '\(count)' SECOND PRECEDING"
                case .unbounded: "RANGE BETWEEN UNBOUNDED PRECEDING"
                }
            return "SELECT c0, c1, c2, \(call.text(column)) OVER (\(Self.partition(keys))ORDER BY ts \(bound) "
                + "AND CURRENT ROW) AS c3 FROM s\(table)"
        case .interval(let form, let left, let right, let before, let after):
            return "\(Self.pairItems) \(Self.intervalJoin(form, left, right, before, after))"
        case .versions(let left, let right, let isLeft):
            return "\(Self.pairItems) s\(left) AS a \(isLeft ? "LEFT " : "")JOIN versions_s\(right) "
                + "FOR SYSTEM_TIME AS OF a.ts AS b ON a.c0 = b.c0"
        case .windowJoin(let form, let left, let right, let window):
            return "\(Self.pairItems) \(window.sql("s\(left)", keys: [])) AS a \(form.rawValue) "
                + "\(window.sql("s\(right)", keys: [])) AS b "
                + "ON a.c0 = b.c0 AND a.window_start = b.window_start AND a.window_end = b.window_end"
        }
    }

    fileprivate static func intervalJoin(
        _ form: Form, _ left: Int, _ right: Int, _ before: Int64, _ after: Int64
    ) -> String {
        "s\(left) AS a \(form.rawValue) s\(right) AS b ON a.c0 = b.c0 AND b.ts BETWEEN "
            + "a.ts - INTERVAL '\(before)' SECOND AND a.ts + INTERVAL '\(after)' SECOND"
    }

    private static let pairItems = "SELECT a.c0 AS c0, a.c1 AS c1, b.c1 AS c2, b.c2 AS c3 FROM"

    // MARK: As rows

    private static func time(_ row: Row) -> Int64 {
        if case .integer(let time) = row[3] { return time }
        return 0
    }

    private static func pair(_ left: Row?, _ right: Row?) -> Row {
        [left?[0] ?? .null, left?[1] ?? .null, right?[1] ?? .null, right?[2] ?? .null]
    }

    private static func grouped(_ rows: [Row], _ keys: [Int]) -> [Row: [Row]] {
        Dictionary(grouping: rows) { row in keys.map { row[$0] } }
    }

    /// The rows over tables by number.
    func rows(_ tables: [[Row]]) -> [Row] {
        switch self {
        case .windows(let timeline, let window, let keys, let calls):
            return Self.grouped(timeline.rows(tables), keys).flatMap { key, rows in
                Self.windowed(rows, window).map { bounds, rows in
                    key + calls.map { call, column in NaiveQuery.value(call, rows.map { $0[column] }) } + bounds
                }
            }
        case .windowRank(let table, let window, let keys, let order, let count):
            let sorted = NaiveQuery.complete(order, 3)
            return Self.grouped(tables[table], keys).flatMap { _, rows -> [Row] in
                Self.windowed(rows, window).flatMap { bounds, rows in
                    rows.sorted { NaiveQuery.isBefore($0, $1, sorted) }.prefix(count).map {
                        Array($0.prefix(3)) + [bounds[0]]
                    }
                }
            }
        case .edge(let table, let keys, let isLast):
            return Self.grouped(tables[table], keys).compactMap { _, rows in
                let row =
                    isLast ? rows.max { Self.time($0) < Self.time($1) } : rows.min { Self.time($0) < Self.time($1) }
                return row.map { Array($0.prefix(3)) }
            }
        case .over(let table, let keys, let frame, let call, let column):
            return Self.grouped(tables[table], keys).flatMap { _, rows -> [Row] in
                let rows = rows.sorted { Self.time($0) < Self.time($1) }
                return rows.indices.map { last -> Row in
                    let seen = rows[Self.first(frame, rows, last)...last]
                    return Array(rows[last].prefix(3)) + [NaiveQuery.value(call, seen.map { $0[column] })]
                }
            }
        case .interval(let form, let left, let right, let before, let after):
            return Self.joined(form, tables[left], tables[right]) { Self.isWithin(before, after, $0, $1) }
        case .versions(let left, let right, let isLeft):
            return tables[left].compactMap { row in
                let held = tables[right].filter {
                    row[0] != .null && $0[0] == row[0] && Self.time($0) <= Self.time(row)
                }
                let version = held.max { Self.time($0) < Self.time($1) }
                return isLeft || version != nil ? Self.pair(row, version) : nil
            }
        case .windowJoin(let form, let left, let right, let window):
            let sides = [left, right].map { Dictionary(Self.windowed(tables[$0], window)) { $0 + $1 } }
            return Set(sides[0].keys).union(sides[1].keys).flatMap { bounds in
                Self.joined(form, sides[0][bounds] ?? [], sides[1][bounds] ?? []) { _, _ in true }
            }
        }
    }

    /// The rows of each window, with its start and end in seconds.
    private static func windowed(_ rows: [Row], _ window: NaiveWindow) -> [(bounds: Row, rows: [Row])] {
        let assigned = window.assigned(rows.map { (time: time($0), row: $0) })
        return Dictionary(grouping: assigned) { [$0.start, $0.end] }.map { bounds, members in
            (bounds.map { .integer($0 / NaiveWindow.second) }, members.map(\.row))
        }
    }

    private static func first(_ frame: Frame, _ rows: [Row], _ last: Int) -> Int {
        switch frame {
        case .rows(let count): return max(0, last - count)
        case .unbounded: return 0
        case .seconds(let seconds):
            let least = time(rows[last]) - seconds * NaiveWindow.second
            return rows.firstIndex { time($0) >= least } ?? last
        }
    }

    fileprivate static func isWithin(_ before: Int64, _ after: Int64, _ left: Row, _ right: Row) -> Bool {
        let distance = time(right) - time(left)
        return -before * NaiveWindow.second <= distance && distance <= after * NaiveWindow.second
    }

    fileprivate static func joined(
        _ form: Form, _ left: [Row], _ right: [Row], pair: (Row?, Row?) -> Row = Self.pair,
        _ isPair: (Row, Row) -> Bool
    ) -> [Row] {
        var result: [Row] = []
        var found: Set<Int> = []
        for row in left {
            let partners = right.indices.filter { row[0] != .null && row[0] == right[$0][0] && isPair(row, right[$0]) }
            found.formUnion(partners)
            result += partners.map { pair(row, right[$0]) }
            if partners.isEmpty, form == .left || form == .full { result.append(pair(row, nil)) }
        }
        guard form == .right || form == .full else { return result }
        return result + right.indices.filter { !found.contains($0) }.map { pair(nil, right[$0]) }
    }
}

extension NaiveTimed {
    package static func random(using random: inout some RandomNumberGenerator, tables: Int) -> NaiveTimed {
        let table = Int.random(in: 0..<tables, using: &random)
        let other = Int.random(in: 0..<tables, using: &random)
        let keys = Array((0..<3).shuffled(using: &random).prefix(Int.random(in: 0...2, using: &random)))
        let column = Int.random(in: 0..<3, using: &random)
        let form = Form.allCases.randomElement(using: &random) ?? .inner
        switch Int.random(in: 0..<10, using: &random) {
        case 0...3:
            let calls = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                (
                    NaiveQuery.Call.allCases.randomElement(using: &random) ?? .count,
                    Int.random(in: 0..<3, using: &random)
                )
            }
            let timeline = Timeline.random(using: &random, table, other)
            return .windows(timeline, .random(using: &random, withSessions: true), by: keys, calls)
        case 4:
            let order = [(column: column, isDescending: Bool.random(using: &random))]
            return .windowRank(
                table, .random(using: &random, withSessions: false), by: keys, order: order,
                count: .random(in: 1...3, using: &random))
        case 5: return .edge(table, by: keys, isLast: Bool.random(using: &random))
        case 6:
            let frames = [
                Frame.rows(Int.random(in: 0...4, using: &random)), .seconds(.random(in: 1...20, using: &random)),
                .unbounded,
            ]
            return .over(
                table, by: keys, frames.randomElement(using: &random) ?? .unbounded,
                NaiveQuery.Call.running.randomElement(using: &random) ?? .count, column)
        case 7:
            return .interval(
                form, table, other, before: .random(in: 0...9, using: &random),
                after: .random(in: 0...9, using: &random))
        case 8: return .versions(table, other, isLeft: Bool.random(using: &random))
        default: return .windowJoin(form, table, other, .random(using: &random, withSessions: false))
        }
    }
}

extension NaiveTimed {
    /// Rows of three columns and a time that windows stand on: those of a table, or pairs of an interval join with the
    /// time of one of them.
    package enum Timeline: Sendable {
        case table(Int)
        /// Of a right join the time is that of the right row, else of the left one; `form` is not full.
        case pairs(Form, Int, Int, before: Int64, after: Int64)

        /// In two of five cases pairs.
        static func random(using random: inout some RandomNumberGenerator, _ table: Int, _ other: Int) -> Timeline {
            guard Int.random(in: 0..<5, using: &random) < 2 else { return .table(table) }
            let forms = [Form.inner, .left, .right]
            return .pairs(
                forms.randomElement(using: &random) ?? .inner, table, other,
                before: .random(in: 0...30, using: &random),
                after: .random(in: 0...30, using: &random))
        }

        var name: String {
            switch self {
            case .table(let table): "s\(table)"
            case .pairs: "pairs"
            }
        }

        /// What has to stand in front of a query that reads it.
        var definition: String {
            guard case .pairs(let form, let left, let right, let before, let after) = self else { return "" }
            return
                "WITH pairs AS (SELECT a.c0 AS c0, a.c1 AS c1, b.c1 AS c2, \(form == .right ? "b" : "a").ts AS ts FROM "
                + NaiveTimed.intervalJoin(form, left, right, before, after) + ") "
        }

        func rows(_ tables: [[Row]]) -> [Row] {
            switch self {
            case .table(let table): return tables[table]
            case .pairs(let form, let left, let right, let before, let after):
                return NaiveTimed.joined(form, tables[left], tables[right]) { a, b in
                    [a?[0] ?? .null, a?[1] ?? .null, b?[1] ?? .null, (form == .right ? b : a)?[3] ?? .null]
                } _: {
                    NaiveTimed.isWithin(before, after, $0, $1)
                }
            }
        }
    }
}

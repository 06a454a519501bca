/// How two queries are joined, as SQL and the plain way.
package struct NaiveJoin: Sendable {
    package enum Form: String, Sendable, CaseIterable {
        case inner = "JOIN"
        case left = "LEFT JOIN"
        case right = "RIGHT JOIN"
        case full = "FULL JOIN"
        case exists = "EXISTS"
        case notExists = "NOT EXISTS"
        case isIn = "IN"
        case notIn = "NOT IN"
        case inOr = "IN inside OR"
        case notInOr = "NOT IN inside OR"
        case highest = "scalar"
    }

    package var form: Form
    /// Columns of the left and the right that are equal; for IN the first is the value.
    package var keys: [(left: Int, right: Int)]
    /// A further condition; joins and EXISTS only.
    package var residual: (left: Int, test: NaiveQuery.Test, right: Int)?

    package init(
        form: Form, keys: [(left: Int, right: Int)], residual: (left: Int, test: NaiveQuery.Test, right: Int)?
    ) {
        self.form = form
        self.keys = keys
        self.residual = residual
    }

    package static func random(
        using random: inout some RandomNumberGenerator, left: Int, right: Int
    ) -> NaiveJoin {
        let form = Form.allCases.randomElement(using: &random) ?? .inner
        let count = Int.random(in: 0..<8, using: &random) == 0 ? 2 : 1
        let keys = (0..<count).map { _ in
            (left: Int.random(in: 0..<left, using: &random), right: Int.random(in: 0..<right, using: &random))
        }
        let test = NaiveQuery.Test.allCases.randomElement(using: &random) ?? .less
        let further = (
            left: Int.random(in: 0..<left, using: &random), test: test, right: Int.random(in: 0..<right, using: &random)
        )
        return NaiveJoin(form: form, keys: keys, residual: Bool.random(using: &random) ? further : nil)
    }

    package func width(_ left: Int, _ right: Int) -> Int {
        switch form {
        case .inner, .left, .right, .full: left + right
        case .highest: left + 1
        default: left
        }
    }

    package func sql(_ left: NaiveQuery, _ right: NaiveQuery) -> String {
        var conditions = keys.map { "a.c\($0.left) = b.c\($0.right)" }
        if let residual { conditions.append("a.c\(residual.left) \(residual.test.rawValue) b.c\(residual.right)") }
        let all = conditions.joined(separator: " AND ")
        let from = "FROM (\(left.sql)) AS a"
        let own = (0..<left.width).map { "a.c\($0) AS c\($0)" }
        let inner = "(\(right.sql)) AS b"
        let lookUp =
            "a.c\(keys[0].left) \(form == .notIn || form == .notInOr ? "NOT IN" : "IN") "
            + "(SELECT b.c\(keys[0].right) FROM \(inner))"
        switch form {
        case .inner, .left, .right, .full:
            let items = own + (0..<right.width).map { "b.c\($0) AS c\(left.width + $0)" }
            return "SELECT \(items.joined(separator: ", ")) \(from) \(form.rawValue) \(inner) ON \(all)"
        case .exists, .notExists:
            return "SELECT \(own.joined(separator: ", ")) \(from) WHERE \(form.rawValue) "
                + "(SELECT 1 FROM \(inner) WHERE \(all))"
        case .isIn, .notIn: return "SELECT \(own.joined(separator: ", ")) \(from) WHERE \(lookUp)"
        case .inOr, .notInOr: return "SELECT \(own.joined(separator: ", ")) \(from) WHERE a.c0 > 3 OR \(lookUp)"
        case .highest:
            let value = "(SELECT MAX(b.c\(keys[0].right)) FROM \(inner) WHERE a.c\(keys[0].left) = b.c\(keys[0].right))"
            return "SELECT \((own + ["\(value) AS c\(left.width)"]).joined(separator: ", ")) \(from)"
        }
    }

    package func rows(
        _ left: [NaiveQuery.Row], _ right: [NaiveQuery.Row], leftWidth: Int, rightWidth: Int
    ) -> [NaiveQuery.Row] {
        switch form {
        case .inner, .left, .right, .full: return pairs(left, right, leftWidth, rightWidth)
        case .exists: return left.filter { row in right.contains { isMatch(row, $0) } }
        case .notExists: return left.filter { row in !right.contains { isMatch(row, $0) } }
        case .isIn: return left.filter { isIn($0, right) == true }
        case .notIn: return left.filter { isIn($0, right) == false }
        case .inOr: return left.filter { isIn($0, right) == true || Self.passes($0[0], .greater, .integer(3)) }
        case .notInOr: return left.filter { isIn($0, right) == false || Self.passes($0[0], .greater, .integer(3)) }
        case .highest:
            return left.map { row in
                let value = row[keys[0].left]
                let isFound = value != .null && right.contains { $0[keys[0].right] == value }
                return row + [isFound ? value : .null]
            }
        }
    }

    private func pairs(
        _ left: [NaiveQuery.Row], _ right: [NaiveQuery.Row], _ leftWidth: Int, _ rightWidth: Int
    ) -> [NaiveQuery.Row] {
        var result: [NaiveQuery.Row] = []
        var found: Set<Int> = []
        for row in left {
            let partners = right.indices.filter { isMatch(row, right[$0]) }
            found.formUnion(partners)
            result += partners.map { row + right[$0] }
            if partners.isEmpty, form == .left || form == .full {
                result.append(row + Array(repeating: .null, count: rightWidth))
            }
        }
        guard form == .right || form == .full else { return result }
        for index in right.indices where !found.contains(index) {
            result.append(Array(repeating: .null, count: leftWidth) + right[index])
        }
        return result
    }

    private func isMatch(_ left: NaiveQuery.Row, _ right: NaiveQuery.Row) -> Bool {
        guard keys.allSatisfy({ Self.passes(left[$0.left], .equal, right[$0.right]) }) else { return false }
        return residual.map { Self.passes(left[$0.left], $0.test, right[$0.right]) } ?? true
    }

    /// Nil is UNKNOWN.
    private func isIn(_ row: NaiveQuery.Row, _ right: [NaiveQuery.Row]) -> Bool? {
        let values = right.map { $0[keys[0].right] }
        let value = row[keys[0].left]
        if values.isEmpty { return false }
        if value == .null { return nil }
        if values.contains(value) { return true }
        return values.contains(.null) ? nil : false
    }

    private static func passes(_ a: BatchBuilder.Value, _ test: NaiveQuery.Test, _ b: BatchBuilder.Value) -> Bool {
        guard case .integer(let first) = a, case .integer(let second) = b else { return false }
        return test == .less ? first < second : test == .greater ? first > second : first == second
    }
}

import Columnar

/// The keys of GROUP BY and the sets of them that are grouped by: one set for an ordinary GROUP BY, several for
/// GROUPING SETS, CUBE and ROLLUP.
struct GroupingSets {
    /// The functions that tell the sets apart.
    static let functions: Set<String> = ["GROUPING", "GROUPING_ID", "GROUP_ID"]
    /// Sets of one GROUP BY at most.
    private static let maximumSets = 1_024
    /// Elements of one ROLLUP, and of one CUBE.
    private static let maximumElements = (rollup: 64, cube: 10)
    private static let idType = DataType(.bigint, isNullable: false)

    private(set) var keys: [PlanExpression] = []
    /// Positions in `keys`, in order.
    private(set) var sets: [[Int]] = [[]]

    /// Whether there is more than grouping by all the keys.
    var isExpanded: Bool { sets.count != 1 || sets[0].count != keys.count }

    init(
        _ groupBy: GroupBy?, bind: (Expression) throws(SQLError) -> PlanExpression?
    ) throws(SQLError) {
        for element in groupBy?.elements ?? [] {
            let added = try expanded(element, bind)
            guard sets.count * added.count <= Self.maximumSets else { throw Self.tooMany(groupBy?.range) }
            // Elements side by side: each set of the one with each set of the other.
            sets = sets.flatMap { first in added.map { Self.union(first, $0) } }
        }
        if groupBy?.isDistinct == true {
            var seen: Set<[Int]> = []
            sets = sets.filter { seen.insert($0).inserted }
        }
    }

    /// Adds a key that every set is grouped by.
    mutating func add(_ key: PlanExpression) {
        guard !keys.contains(key) else { return }
        for index in sets.indices { sets[index].append(keys.count) }
        keys.append(key)
    }

    private static func tooMany(_ range: SourceRange?) -> SQLError {
        SQLError(.limit, "GROUP BY has more than \(maximumSets) grouping sets", at: range ?? .none)
    }

    private static func union(_ first: [Int], _ second: [Int]) -> [Int] { Array(Set(first).union(second)).sorted() }

    /// The sets that one element of GROUP BY stands for.
    private mutating func expanded(
        _ element: GroupBy.Element, _ bind: (Expression) throws(SQLError) -> PlanExpression?
    ) throws(SQLError) -> [[Int]] {
        switch element {
        case .empty: return [[]]
        case .expression(let expression): return [try positions([expression], bind)]
        case .list(let list): return [try positions(list, bind)]
        case .groupingSets(let elements):
            var result: [[Int]] = []
            for element in elements { result += try expanded(element, bind) }
            return result
        case .rollup(let elements):
            let parts = try self.parts(elements, bind)
            guard parts.count <= Self.maximumElements.rollup else { throw Self.tooMany(Self.range(of: elements)) }
            return (0...parts.count).reversed().map { length in
                parts.prefix(length).reduce([]) { Self.union($0, $1) }
            }
        case .cube(let elements):
            let parts = try self.parts(elements, bind)
            guard parts.count <= Self.maximumElements.cube else { throw Self.tooMany(Self.range(of: elements)) }
            return (0..<(1 << parts.count)).reversed().map { mask in
                parts.indices.filter { mask >> (parts.count - 1 - $0) & 1 == 1 }
                    .reduce([]) { Self.union($0, parts[$1]) }
            }
        }
    }

    private static func range(of elements: [GroupBy.Element]) -> SourceRange? {
        if case .expression(let expression)? = elements.first { return expression.range }
        return nil
    }

    /// The keys of each element inside CUBE and ROLLUP, where brackets make several keys one.
    private mutating func parts(
        _ elements: [GroupBy.Element], _ bind: (Expression) throws(SQLError) -> PlanExpression?
    ) throws(SQLError) -> [[Int]] {
        var parts: [[Int]] = []
        for element in elements { parts.append(Array(Set(try expanded(element, bind).flatMap { $0 })).sorted()) }
        return parts
    }

    private mutating func positions(
        _ expressions: [Expression], _ bind: (Expression) throws(SQLError) -> PlanExpression?
    ) throws(SQLError) -> [Int] {
        var result: Set<Int> = []
        for expression in expressions {
            guard let key = try bind(expression) else { continue }
            if let known = keys.firstIndex(of: key) {
                result.insert(known)
            } else {
                result.insert(keys.count)
                keys.append(key)
            }
        }
        return result.sorted()
    }

    // MARK: telling sets apart

    /// A bit for each of the keys, the first the highest: 1 where the set is not grouped by the key.
    func grouping(_ keys: [Int], column: Int) -> PlanExpression {
        chosen(column) { set in
            keys.reduce(Int64(0)) { $0 << 1 | (set.contains($1) ? 0 : 1) }
        }
    }

    /// How often the same set was there before.
    func groupId(column: Int) -> PlanExpression {
        var seen: [[Int]: Int64] = [:]
        let numbers = sets.map { set -> Int64 in
            defer { seen[set, default: 0] += 1 }
            return seen[set, default: 0]
        }
        return chosen(column, numbers)
    }

    private func chosen(_ column: Int, _ value: ([Int]) -> Int64) -> PlanExpression { chosen(column, sets.map(value)) }

    private func chosen(_ column: Int, _ values: [Int64]) -> PlanExpression {
        let literal = { (value: Int64) in PlanExpression.literal(.int64(value), Self.idType) }
        guard let first = values.first, values.contains(where: { $0 != first }) else {
            return literal(values.first ?? 0)
        }
        let branches = values.indices.dropLast().map { index in
            ConditionalBranch(
                condition: .call(
                    .equal, [.column(column, Self.idType), literal(Int64(index))],
                    DataType(.boolean, isNullable: false)),
                value: literal(values[index]))
        }
        return .conditional(branches, otherwise: literal(values[values.count - 1]), Self.idType)
    }

    // MARK: rows for each set

    /// Rows of a node once for each set: the columns `keyColumns` (nil for keys that stand for no column) are NULL where
    /// the set leaves their key out, and a last column gives the number of the set.
    func expand(_ node: Int, keyColumns: [Int?], in graph: LogicalGraph) -> Int {
        let columns = graph.columns(of: node)
        let names = graph.fields[node].map(\.name) + ["grouping_set"]
        let isNullable = keys.indices.map { key in !sets.allSatisfy { $0.contains(key) } }
        let inputs = sets.enumerated().map { number, set in
            var projections = columns
            for (key, position) in keyColumns.enumerated() where isNullable[key] {
                guard let position else { continue }
                let type = columns[position].type.nullable(true)
                projections[position] = set.contains(key) ? .column(position, type) : .literal(.null, type)
            }
            projections.append(.literal(.int64(Int64(number)), Self.idType))
            return graph.add(.calculate(condition: nil, projections: projections), [node], names: names)
        }
        return inputs.count == 1 ? inputs[0] : graph.add(.union, inputs, names: names)
    }
}

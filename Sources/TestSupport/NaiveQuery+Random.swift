extension NaiveQuery {
    /// A query of at most so many operations one above the other; the same numbers give the same query. With `timed`
    /// tables by event time most of what is below is computed by it.
    package static func random(
        using random: inout some RandomNumberGenerator, depth: Int, tables: Int, columns: Int, timed: Int = 0
    ) -> NaiveQuery {
        if depth <= 0, timed > 0, Int.random(in: 0..<5, using: &random) > 0 {
            return .timed(.random(using: &random, tables: timed))
        }
        guard depth > 0 else { return .table(Int.random(in: 0..<tables, using: &random), columns: columns) }
        let below = Self.random(using: &random, depth: depth - 1, tables: tables, columns: columns, timed: timed)
        let width = below.width
        switch Int.random(in: 0..<12, using: &random) {
        case 0:
            let test = Test.allCases.randomElement(using: &random) ?? .less
            return .filter(
                below, column: Int.random(in: 0..<width, using: &random), test, .random(in: 0...12, using: &random))
        case 1...3:
            let keys = subset(width, using: &random, atLeast: 1)
            let calls = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                (Call.allCases.randomElement(using: &random) ?? .count, Int.random(in: 0..<width, using: &random))
            }
            return .aggregate(below, by: keys, calls)
        case 4...7:
            let keys = subset(width, using: &random, atLeast: 0)
            let order = subset(width, using: &random, atLeast: 1).map { ($0, Bool.random(using: &random)) }
            let from = Bool.random(using: &random) ? 1 : Int.random(in: 1...4, using: &random)
            let to = from + Int.random(in: 0...5, using: &random)
            return .rank(below, by: keys, order: order, from...to, number: Bool.random(using: &random))
        case 8: return .distinct(.project(below, subset(width, using: &random, atLeast: 1)))
        case 9:
            let keys = subset(width, using: &random, atLeast: 0)
            let order = subset(width, using: &random, atLeast: 1).map { ($0, Bool.random(using: &random)) }
            return .over(
                below, by: keys, order: order, Call.running.randomElement(using: &random) ?? .count,
                Int.random(in: 0..<width, using: &random))
        default:
            let other = Self.random(
                using: &random, depth: depth - 1, tables: tables, columns: columns, timed: timed)
            let common = min(width, other.width, 3)
            return .sets(
                Sets.allCases.randomElement(using: &random) ?? .union, .project(below, Array(0..<common)),
                .project(other, Array(0..<common)))
        }
    }

    /// A join of random queries, perhaps with another operation above it.
    package static func randomJoin(
        using random: inout some RandomNumberGenerator, depth: Int, tables: Int, columns: Int, timed: Int = 0
    ) -> NaiveQuery {
        let left = Self.random(
            using: &random, depth: .random(in: 0..<depth, using: &random), tables: tables, columns: columns,
            timed: timed)
        let right = Self.random(
            using: &random, depth: .random(in: 0..<depth, using: &random), tables: tables, columns: columns,
            timed: timed)
        let join = NaiveQuery.join(.random(using: &random, left: left.width, right: right.width), left, right)
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            return .aggregate(join, by: subset(join.width, using: &random, atLeast: 1), [(.countRows, 0), (.sum, 0)])
        case 1:
            let other = NaiveQuery.table(0, columns: columns)
            return .join(.random(using: &random, left: join.width, right: other.width), join, other)
        default: return join
        }
    }

    private static func subset(
        _ width: Int, using random: inout some RandomNumberGenerator, atLeast least: Int
    ) -> [Int] {
        let count = Int.random(in: least...max(least, min(2, width)), using: &random)
        return Array((0..<width).shuffled(using: &random).prefix(count))
    }
}

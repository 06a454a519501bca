// Chains of one associative operator, such as || and UNION ALL: flat lists for who writes them, however long.
extension Parser {
    /// Operands of a chain that lean to the left as they are written. Trees of longer ones have leaves of half as many, so that
    /// their text, which shows the left side without brackets, is read as the same tree.
    private static let longestLeaning = 32
    private static let longestLeaf = 16

    /// No chain gives a taller tree: a leaf, and halves of halves of all the parts that a script may have.
    static let tallestTree = 48

    /// The operands as one: leaning to the left where there are few, else halves of halves, which is of little height.
    static func joined<Node>(_ operands: [Node], _ join: (Node, Node) -> Node) -> Node {
        tree(operands[...], longestLeaf: operands.count > longestLeaning ? longestLeaf : longestLeaning, join)
    }

    private static func tree<Node>(
        _ operands: ArraySlice<Node>, longestLeaf: Int, _ join: (Node, Node) -> Node
    ) -> Node {
        guard operands.count > longestLeaf else {
            return operands.dropFirst().reduce(operands[operands.startIndex], join)
        }
        let middle = operands.startIndex + operands.count / 2
        return join(
            tree(operands[..<middle], longestLeaf: longestLeaf, join),
            tree(operands[middle...], longestLeaf: longestLeaf, join))
    }

    /// `first UNION ALL b UNION ALL c …` behind the first UNION ALL.
    mutating func unionAll(_ first: QueryBody) throws(SQLError) -> QueryBody {
        var operands = [first]
        repeat {
            operands.append(try intersection(after: nil))
            if operands.count <= Self.tallestTree { try link() } else { try countNode() }
        } while accept("UNION", "ALL")
        return Self.joined(operands) { left, right in
            .setOperation(
                SetOperation(
                    kind: .union, isAll: true, left: left, right: right, range: left.range.through(right.range)))
        }
    }
}

/// What a script may be at most; beyond it the parser gives an error of code `limit`.
package struct SyntaxLimits: Sendable {
    /// Size of the text.
    package var bytes = 1 << 20
    /// How deep expressions, queries and types may nest, counted both while reading and in the finished tree.
    package var depth = 200
    /// How many operators of a chain such as `a + b - c`, which leans to one side of the tree, count as one level. What walks over
    /// plans takes up to 3 KB of the stack for each of them, and threads have 2 MB where the system's limit is `unlimited`.
    package var chainOperators = 2
    /// Nodes of all trees of a script.
    package var nodes = 300_000
    /// Errors after which the parser gives up on a script.
    package var errors = 50

    package init() {}
}

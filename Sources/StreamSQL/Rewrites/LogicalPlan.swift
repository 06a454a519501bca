import Columnar

/// A graph with the nodes whose rows leave it.
struct LogicalPlan {
    /// Where the rows of a root go.
    struct Root {
        enum Target {
            case table(CatalogTable)
            case collect
        }
        var node: Int
        var target: Target
        var fields: [Field]
        var range: SourceRange
    }

    var graph: LogicalGraph
    var roots: [Root]

    /// The plan as it is run: filters and projections as low as they go, only the columns that are read, and equal
    /// parts once.
    func rewritten() -> LogicalPlan {
        var plan = CalculateRewrite(DistinctSplit(self).run()).run()
        plan = ColumnPruning(plan).run()
        plan = CalculateRewrite(plan).run()
        plan = WatermarkRemoval(plan).run()
        // Pruning shows which projections became trivial, and removal leaves projections one above the other.
        plan = CalculateRewrite(plan).run()
        return ColumnPruning(plan).run()
    }
}

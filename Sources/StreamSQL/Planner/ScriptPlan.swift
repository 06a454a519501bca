package import Columnar

/// What a script asks for, in order.
package struct ScriptPlan: Sendable {
    package var steps: [PlanStep]
    /// Things that are accepted and probably not meant, such as a misspelt key of SET.
    package var warnings: [SQLError]
    /// The result tables without a connector that exist after the script.
    package var tables: [CatalogTable]
    /// The session time zone at the end of the script, in which results are shown.
    package var timeZone: String
}

/// One thing to do.
package enum PlanStep: Sendable {
    /// INSERTs that run as one job, with a text for people.
    case job(PhysicalPlan, description: String)
    /// A top-level SELECT, whose rows go to the one sink of kind `collect`.
    case query(PhysicalPlan, fields: [Field])
    case explain(String)
    /// EXPLAIN ANALYZE: runs to its end and shows what each operator did; rows of a SELECT go nowhere.
    case analyze(PhysicalPlan)
    /// What SHOW, DESCRIBE and the like answer.
    case message(StatementResult)
}

/// A small table of texts.
package struct StatementResult: Sendable, Hashable {
    package var columns: [String]
    package var rows: [[String]]

    package init(columns: [String], rows: [[String]]) {
        self.columns = columns
        self.rows = rows
    }
}

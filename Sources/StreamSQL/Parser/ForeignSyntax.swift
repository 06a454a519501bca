/// Words that stop the parser because they belong to other dialects, or to what Flink refuses as well: a person who writes
/// them wants to know what is written instead, not that a word is unexpected.
enum ForeignSyntax {
    struct Entry {
        var message: String
        var hint: String
        /// Words one of which must stand before; empty for any.
        var after: Set<String> = []
        /// Words one of which must follow, where "" is what is no word; empty for any.
        var next: Set<String> = []
    }

    /// What there is to say of a word that can't stand where it does; nil for words that are not foreign there.
    static func entry(_ word: String, after previous: String, before next: String) -> Entry? {
        (entries[word] ?? []).first {
            ($0.after.isEmpty || $0.after.contains(previous)) && ($0.next.isEmpty || $0.next.contains(next))
        }
    }

    private static let statementsOfRows = "a table with a PRIMARY KEY takes newer rows in the place of older ones"
    private static let oneJob = "EXECUTE STATEMENT SET BEGIN … END runs several INSERTs as one job"

    private static let entries: [String: [Entry]] = queries.merging(statements) { $0 + $1 }

    private static let queries: [String: [Entry]] = [
        "TABLESAMPLE": [
            Entry(
                message: "TABLESAMPLE is not supported, as in Flink",
                hint: "WHERE RAND() < 0.1 keeps about a tenth of the rows")
        ],
        "PIVOT": [pivot], "UNPIVOT": [pivot],
        "GROUPS": [
            Entry(
                message: "frames of GROUPS are not supported, as in Flink",
                hint: "ROWS counts rows, RANGE goes by the value of ORDER BY",
                next: ["", "UNBOUNDED", "CURRENT", "BETWEEN"])
        ],
        "EXCLUDE": [
            Entry(
                message: "frames with EXCLUDE are not supported, as in Flink",
                hint: "take the value of the row itself off the result",
                after: ["ROW", "PRECEDING", "FOLLOWING"])
        ],
        "ILIKE": [Entry(message: "ILIKE is not part of the dialect", hint: "write UPPER(a) LIKE UPPER(b)")],
        "RLIKE": [Entry(message: "RLIKE is not part of the dialect", hint: "write REGEXP(a, b)")],
        "MEMBER": [
            Entry(
                message: "MEMBER OF is not supported, as in Flink",
                hint: "ARRAY_CONTAINS(array, x) tells it of an array",
                next: ["OF"])
        ],
        "ON": [
            Entry(
                message: "DISTINCT ON is not part of the dialect",
                hint: "ROW_NUMBER() OVER (PARTITION BY k ORDER BY t) = 1 keeps one row for each k", after: ["DISTINCT"]),
            Entry(message: "ON CONFLICT is not supported", hint: statementsOfRows, next: ["CONFLICT"]),
        ],
        "FOR": [
            Entry(
                message: "FOR UPDATE is not part of the dialect",
                hint: "nothing is locked: rows are never changed in place",
                next: ["UPDATE"])
        ],
        "CHANGES": [
            Entry(
                message: "EMIT CHANGES is not part of the dialect",
                hint: "a SELECT in streaming mode gives its changes without it", after: ["EMIT"])
        ],
    ]

    private static let pivot = Entry(
        message: "PIVOT and UNPIVOT are not supported, as in Flink",
        hint: "aggregates with FILTER (WHERE …) make columns of rows; UNNEST makes rows of an ARRAY of columns")

    private static let statements: [String: [Entry]] = [
        "MERGE": [Entry(message: "MERGE is not part of the dialect", hint: statementsOfRows)],
        "COMMIT": [transactions], "ROLLBACK": [transactions], "SAVEPOINT": [transactions],
        "START": [Entry(message: transactions.message, hint: oneJob, next: ["TRANSACTION"])],
        "INDEX": [index],
        "UNIQUE": [Entry(message: index.message, hint: index.hint, after: ["CREATE"], next: ["INDEX"])],
        "MATERIALIZED": [
            Entry(
                message: "materialized views are not part of the dialect",
                hint: "a table without a connector and an INSERT INTO it hold a result that is always up to date",
                next: ["VIEW"])
        ],
        "SCHEMA": [
            Entry(
                message: "what other systems call a schema is a database here", hint: "write DATABASE",
                after: ["CREATE", "DROP", "ALTER", "USE"])
        ],
        "DEFAULT": [
            Entry(
                message: "columns have no DEFAULT", hint: "a computed column, or COALESCE in the INSERT, gives a value")
        ],
        "CHECK": [
            Entry(
                message: "CHECK constraints are not supported",
                hint: "WHERE in the INSERT keeps rows out; NOT NULL is checked")
        ],
        "REFERENCES": [Entry(message: "foreign keys are not supported", hint: "joins go without them")],
        "FOREIGN": [
            Entry(message: "foreign keys are not supported", hint: "joins go without them", next: ["KEY"])
        ],
    ]

    private static let transactions = Entry(message: "there are no transactions in the dialect", hint: oneJob)
    private static let index = Entry(
        message: "indexes are not supported", hint: "rows of a table without a connector are found by its PRIMARY KEY",
        after: ["CREATE", "DROP", "UNIQUE"])
}

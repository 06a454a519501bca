import Columnar
import ConnectorContract
import Diagnostics
import Serving
import Synchronization
import Tables

/// Runs "SELECT" as: the text is the name of a table, its rows are the answer; counts what it runs.
final class CountingRunner: QueryRunner {
    let catalog: TableCatalog
    private let runCount = Atomic<Int>(0)
    /// Called before each run, on the thread of the run.
    private let beforeRun: @Sendable () throws -> Void

    init(_ catalog: TableCatalog, beforeRun: @escaping @Sendable () throws -> Void = {}) {
        self.catalog = catalog
        self.beforeRun = beforeRun
    }

    var runs: Int { runCount.load(ordering: .relaxed) }

    func prepare(_ sql: String) throws -> any PreparedQuery {
        guard let table = catalog.table(named: sql) else {
            throw MillraceError(
                .user, code: "unknown_table", "there is no table \(sql)", hint: "create it", line: 1, column: 15)
        }
        return Query(runner: self, table: table)
    }

    private struct Query: PreparedQuery {
        let runner: CountingRunner
        let table: ResultTable
        var fields: [Field] { table.fields }
        var tables: [String] { [table.name] }
        func run() throws -> [Batch] {
            runner.runCount.add(1, ordering: .relaxed)
            try runner.beforeRun()
            return table.batches()
        }
    }
}

/// Jobs that a test sets.
final class SettableJobs: JobDirectory {
    private let reports = Mutex<[JobReport]>([])

    func jobs() -> [JobReport] { reports.withLock { $0 } }
    func set(_ jobs: [JobReport]) { reports.withLock { $0 = jobs } }
}

let figureFields = [Field("name", DataType(.string, isNullable: false)), Field("value", DataType(.bigint))]

/// A table of named figures.
func figures(_ name: String) -> TableDescription {
    TableDescription(name: name, physicalFields: figureFields, primaryKey: [0], options: [:])
}

/// A batch of named figures.
func figureBatch(_ rows: [(String, Int64)], kind: RowKind = .updateAfter) -> Batch {
    let heap = ByteHeap()
    let names = Column(figureFields[0].type, capacity: max(rows.count, 1))
    names.owners = [heap]
    let values = Column(figureFields[1].type, capacity: max(rows.count, 1))
    for (index, row) in rows.enumerated() {
        names.text[index] = heap.add(row.0)
        values.int64[index] = row.1
    }
    return Batch(columns: [names, values], rowCount: rows.count, kinds: rows.map { _ in kind.rawValue })
}

/// A dashboard with one panel per table, named like it.
func dashboard(_ id: String, tables: [String]) throws -> Dashboard {
    var text = "id: \(id)\ntitle: {zh: 屏, en: Screen}\nlayout: {columns: 24, rows: 16}\npanels:\n"
    for (index, table) in tables.enumerated() {
        text += "  - {id: \(table), title: \(table), type: table, at: {column: \(index), row: 0, width: 1, height: 1}, "
        text += "key: [name], query: \(table), options: {limit: 5}}\n"
    }
    return try Dashboard(parsing: Array(text.utf8), file: id + ".yaml")
}

package import ConnectorContract
package import Diagnostics
import Synchronization

/// The embedded tables of a server by name.
package final class TableCatalog: Sendable {
    private let tables = Mutex<[String: ResultTable]>([:])
    private let random: any RandomSource

    package init(random: any RandomSource = SystemRandomSource()) { self.random = random }

    /// The table of that description: a new one, or the one that is there if it has the same columns and key.
    @discardableResult
    package func declare(_ description: TableDescription) throws -> ResultTable {
        try tables.withLock { tables throws in
            if let known = tables[description.name] {
                guard known.fields == description.physicalFields, known.primaryKey == description.primaryKey else {
                    throw MillraceError(
                        .user, code: "table_differs",
                        "table \(description.name) exists with other columns or another key",
                        hint: "drop it first, or give the new one another name")
                }
                return known
            }
            let table = try ResultTable(description, random: random)
            tables[description.name] = table
            return table
        }
    }

    package func table(named name: String) -> ResultTable? { tables.withLock { $0[name] } }

    /// All names, sorted.
    package var names: [String] { tables.withLock { $0.keys.sorted() } }

    /// Forgets a table; those who hold it keep it.
    package func remove(_ name: String) { tables.withLock { _ = $0.removeValue(forKey: name) } }
}

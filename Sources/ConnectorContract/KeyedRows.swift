package import Columnar

/// The rows of a table by its key, as they are at the moment of asking. Asked from any thread.
package protocol KeyedRows: Sendable {
    /// The rows that have one of these keys, at most one for each, in the columns of the scan. No key is NULL or asked
    /// for twice. Costs time for each key, not for each row of the table.
    func rows(withKeys keys: [Column], count: Int) throws -> Batch
}

extension Source {
    package func stamp() throws -> UInt64? { nil }
    package func rows(byKey columns: [Int]) -> (any KeyedRows)? { nil }
}

import Columnar
import ConnectorContract

/// The rows of one batch as an aggregate sees them: which count, to which group they belong, and with which sign.
struct AggregateInput {
    /// Group number of each row of the batch.
    var groups: UnsafePointer<Int32>
    /// The rows that count: all `rowCount` when nil, else the listed ones.
    var rows: UnsafePointer<Int32>?
    /// Rows of the batch, or entries of `rows`.
    var rowCount: Int
    /// +1 or -1 for each row of the batch; nil when all add.
    var signs: UnsafePointer<Int8>?

    /// Calls `body` with (row, group, sign) for each row that counts.
    @inline(__always)
    func forEach(_ body: (_ row: Int, _ group: Int, _ sign: Int64) -> Void) {
        if let rows {
            for index in 0..<rowCount {
                let row = Int(rows[index])
                body(row, Int(groups[row]), signs.map { Int64($0[row]) } ?? 1)
            }
        } else if let signs {
            for row in 0..<rowCount { body(row, Int(groups[row]), Int64(signs[row])) }
        } else {
            for row in 0..<rowCount { body(row, Int(groups[row]), 1) }
        }
    }
}

/// The values of one aggregate call for all groups, as arrays by group number.
protocol AggregateState: AnyObject {
    /// Room for so many groups.
    func reserve(groups: Int)
    /// Takes rows in; the argument's NULLs are not among them.
    func update(_ input: AggregateInput, argument: Column?)
    /// Takes in what another instance's ``partial(_:)`` gave.
    func merge(_ columns: [Column], groups: UnsafePointer<Int32>, rowCount: Int)
    /// The results of the listed groups.
    func result(_ groups: [Int32]) -> Column
    /// The columns of ``AggregateCall/partialFields`` for the listed groups.
    func partial(_ groups: [Int32]) -> [Column]
    /// Forgets all groups.
    func reset()
    func write(_ group: Int, to writer: inout ByteWriter)
    func read(_ group: Int, from reader: inout ByteReader) throws(DamagedBytesError)
    var byteSize: Int { get }
}

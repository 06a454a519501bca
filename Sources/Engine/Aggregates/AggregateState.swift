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
///
/// What a group holds is a fixed piece (`write`, `read`) and, for functions that must know each value, any number of
/// parts with keys of their own, so that an epoch stores the parts that changed and not the whole group.
protocol AggregateState: AnyObject {
    /// Room for so many groups.
    func reserve(groups: Int)
    /// Takes rows in; NULLs of the first argument are among them only where the call keeps them.
    func update(_ input: AggregateInput, arguments: [Column])
    /// Takes in what another instance's ``partial(_:)`` gave.
    func merge(_ columns: [Column], groups: UnsafePointer<Int32>, rowCount: Int)
    /// Takes in the groups of another state of the same call: its group g goes to `groups[g]`, to none when negative.
    func absorb(_ other: any AggregateState, groups: [Int32])
    /// Appends the result of a group, which may be NULL.
    func append(_ group: Int, to column: GrowableColumn)
    /// The results of the listed groups.
    func result(_ groups: [Int32]) -> Column
    /// The columns of ``AggregateCall/partialFields`` for the listed groups.
    func partial(_ groups: [Int32]) -> [Column]
    /// Empties a group.
    func clear(_ group: Int)
    func write(_ group: Int, to writer: inout ByteWriter)
    func read(_ group: Int, from reader: inout ByteReader) throws(DamagedBytesError)
    /// True where ``writeColumns(_:to:)`` is there.
    var hasColumns: Bool { get }
    /// Writes what ``write(_:to:)`` does for many groups at once, value by value in place of group by group.
    func writeColumns(_ rows: StateRows, to writer: StateWriter)
    /// Takes it back; the values of the group -1 are passed over.
    func readColumns(_ groups: [Int32], from reader: inout ByteReader) throws(DamagedBytesError)
    /// Calls `body` with each part of a group.
    func forEachPart(_ group: Int, _ body: (_ key: [UInt8], _ value: [UInt8]) -> Void)
    /// Calls `body` with each part that changed since the last call; its value is nil when it is gone.
    func drainParts(_ body: (_ group: Int, _ key: [UInt8], _ value: [UInt8]?) -> Void)
    /// Takes back a part; parts come in any order.
    func readPart(_ group: Int, key: inout ByteReader, value: inout ByteReader) throws(DamagedBytesError)
    /// Called after the last part of a restore: what is there now is what is stored.
    func finishRestore()
    var hasParts: Bool { get }
    var byteSize: Int { get }
}

// States without parts, and those that are never in two phases.
extension AggregateState {
    var hasParts: Bool { false }
    var hasColumns: Bool { false }
    func writeColumns(_ rows: StateRows, to writer: StateWriter) {}
    func readColumns(_ groups: [Int32], from reader: inout ByteReader) throws(DamagedBytesError) {}
    func finishRestore() {}
    func merge(_ columns: [Column], groups: UnsafePointer<Int32>, rowCount: Int) {}
    func partial(_ groups: [Int32]) -> [Column] { [] }
    func write(_ group: Int, to writer: inout ByteWriter) {}
    func read(_ group: Int, from reader: inout ByteReader) throws(DamagedBytesError) {}
    func forEachPart(_ group: Int, _ body: (_ key: [UInt8], _ value: [UInt8]) -> Void) {}
    func drainParts(_ body: (_ group: Int, _ key: [UInt8], _ value: [UInt8]?) -> Void) {}
    func readPart(_ group: Int, key: inout ByteReader, value: inout ByteReader) throws(DamagedBytesError) {}
}

/// Where one row of a table lies, and who wrote it.
struct RowSlot {
    /// The record: key bytes, then row bytes.
    var record: UnsafeMutableRawPointer
    /// Grows with each row that is inserted; rows are read in this order.
    var sequence: UInt64
    var keyBytes: UInt32
    var rowBytes: UInt32
    /// The next slot with an equal row, in tables without a key; -1 for none.
    var next: Int32 = -1
    /// Index of the writer whose row it is.
    var writer: UInt16
    /// Index of the writer that has to put it into its next epoch, plus one; 0 for nobody.
    var dirtyFor: UInt16 = 0
    var isLive = true
    /// A `-U` has been seen and its `+U` not yet.
    var awaitsUpdate = false

    var key: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: record, count: Int(keyBytes)) }
    var row: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: record + Int(keyBytes), count: Int(rowBytes)) }
    var byteCount: Int { Int(keyBytes) + Int(rowBytes) }
}

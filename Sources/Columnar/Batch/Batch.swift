/// Up to ``Limits/batchRows`` rows as columns; all rows are inserts unless `kinds` says otherwise.
///
/// A batch belongs to one thread at a time. Columns may be shared between batches and are not written after that.
package final class Batch: @unchecked Sendable {
    package var columns: [Column]
    package var rowCount: Int
    /// One ``RowKind`` raw value per row; nil means every row is an insert.
    package var kinds: [UInt8]?
    /// Bytes of input this batch keeps in memory beside its columns; for the bounds of queues.
    package var retainedBytes: Int
    /// 128 bits for each row that stand for its key, where the exchange in front computed them for the operator that the
    /// batch came to; that operator takes them off.
    package var keyPrints: Column?

    package init(columns: [Column], rowCount: Int, kinds: [UInt8]? = nil, retainedBytes: Int = 0) {
        self.columns = columns
        self.rowCount = rowCount
        self.kinds = kinds
        self.retainedBytes = retainedBytes
    }

    /// Memory this batch stands for, roughly, in bytes.
    package var byteSize: Int {
        retainedBytes + columns.reduce(0) { $0 + rowCount * max(1, $1.kind.byteWidth) }
    }

    package func kind(_ row: Int) -> RowKind { kinds.flatMap { RowKind(rawValue: $0[row]) } ?? .insert }
}

import Columnar

/// Rows of an answer with their bounds.
extension JSONWriter {
    /// Writes `rows` and `truncated` of an object.
    mutating func rows(_ batches: [Batch], limit: Int, bytes limitBytes: Int) {
        key("rows")
        beginArray()
        let start = bytes.count
        var left = limit
        var isTruncated = false
        reading: for batch in batches {
            for row in 0..<batch.rowCount {
                if left == 0 || bytes.count - start > limitBytes {
                    isTruncated = true
                    break reading
                }
                self.row(batch.columns, row)
                left -= 1
            }
        }
        endArray()
        key("truncated")
        bool(isTruncated)
    }
}

package import Columnar

/// A line that gave no row, and why.
package struct RejectedLine: Sendable, Equatable {
    /// `malformed_json`, `malformed_csv`, `invalid_utf8`, `not_an_object`, `bad_value`, `missing_field`,
    /// `line_too_long` or `too_many_rows`.
    package var reason: String
    /// What exactly is wrong: the column, the type it wants, the offending text.
    package var detail: String
    /// Where the record begins in the block.
    package var offset: Int
    package var length: Int

    package init(reason: String, detail: String, offset: Int, length: Int) {
        self.reason = reason
        self.detail = detail
        self.offset = offset
        self.length = length
    }
}

/// What a call of a decoder brought.
package struct DecodedLines {
    /// The rows, nil when there were none.
    package var batch: Batch?
    /// End of the last record used, counted from the start of the block. Short of what was asked when the batch
    /// is full, or when the text ends inside a record that more bytes could complete.
    package var consumed: Int
    package var rejected: [RejectedLine]
    /// Records seen: rows, and those rejected or skipped.
    package var lines: Int

    package init(batch: Batch?, consumed: Int, rejected: [RejectedLine], lines: Int) {
        self.batch = batch
        self.consumed = consumed
        self.rejected = rejected
        self.lines = lines
    }
}

/// Turns lines of bytes into columns. Total: whatever the bytes, it gives rows or rejects. Used by one thread.
package protocol LineDecoder: AnyObject {
    /// Decodes whole lines of `block` in `from..<to`, at most ``Limits/batchRows`` rows a call. `to` is the end of the
    /// last finished line; or, when `isFinal`, the end of the input, where the last line may lack its end.
    func decode(_ block: InputBlock, from: Int, to: Int, isFinal: Bool) throws -> DecodedLines

    /// Called before the first bytes of each file.
    func beginFile()

    /// False when the bytes are no lines: the decoder then gets all there are, and tells by what it used where it stands.
    /// Its batches are the same each time the file is read.
    var cutsAtLineEnds: Bool { get }

    /// True when any line end is a record end, so that a file may be cut there.
    var isSplittable: Bool { get }

    /// False when the values may hold the byte of a line end without meaning one: they come as records only.
    var fitsLines: Bool { get }

    /// True when rows change others that came before, so that all files must be read in order by one reader.
    var keepsOrder: Bool { get }
}

extension LineDecoder {
    package func beginFile() {}
    package var cutsAtLineEnds: Bool { true }
    package var fitsLines: Bool { true }
    package var keepsOrder: Bool { false }

    /// Decodes a range that holds whole records only.
    package func decode(_ block: InputBlock, from: Int, to: Int) throws -> DecodedLines {
        try decode(block, from: from, to: to, isFinal: true)
    }
}

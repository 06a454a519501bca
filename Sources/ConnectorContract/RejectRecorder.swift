/// A record that could not become a row.
package struct RejectedRecord: Sendable {
    /// Stable reason, such as `malformed_json`, `line_too_long`, `invalid_utf8`, `bad_value`.
    package var reason: String
    /// What exactly is wrong, with the column where one is known.
    package var detail: String
    /// File or topic it came from.
    package var origin: String
    /// Byte offset or record offset there.
    package var offset: Int64
    /// The record's bytes, cut to a bound.
    package var bytes: [UInt8]

    package init(reason: String, detail: String, origin: String, offset: Int64, bytes: [UInt8]) {
        self.reason = reason
        self.detail = detail
        self.origin = origin
        self.offset = offset
        self.bytes = bytes
    }
}

/// Takes rejected records: counts them, keeps samples for people and the bytes for replay. Safe from any thread.
package protocol RejectRecorder: Sendable {
    func reject(_ record: RejectedRecord, table: String)
}

/// Bytes that do not mean what they should; the connection or the batch they came in is refused.
package struct WireError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was wrong, in words.
    package var what: String
    /// Bytes read before it was noticed.
    package var offset: Int

    package init(_ what: String, at offset: Int) {
        self.what = what
        self.offset = offset
    }

    package var description: String { "\(what) at byte \(offset)" }
}

/// Where a piece of syntax stands in its script.
///
/// Places take no part in equality or hashing: two trees are equal when they mean the same, wherever they were
/// written. The binder relies on it to match a selected expression with a grouping key.
package struct SourceRange: Sendable, Hashable, CustomStringConvertible {
    /// Offset of the first byte in the UTF-8 text.
    package var offset: Int32
    /// Length in bytes.
    package var length: Int32
    /// Line of the first character, from 1.
    package var line: Int32
    /// Column of the first character in its line, from 1, counted in characters (Unicode scalars).
    package var column: Int32

    package init(offset: Int32, length: Int32, line: Int32, column: Int32) {
        self.offset = offset
        self.length = length
        self.line = line
        self.column = column
    }

    /// The place of something that no text stands for, such as a default.
    package static let none = SourceRange(offset: 0, length: 0, line: 1, column: 1)

    /// Offset of the first byte after the range.
    package var end: Int32 { offset &+ length }

    /// The range from the start of this one to the end of `last`.
    package func through(_ last: SourceRange) -> SourceRange {
        SourceRange(offset: offset, length: max(length, last.end &- offset), line: line, column: column)
    }

    package static func == (_: SourceRange, _: SourceRange) -> Bool { true }

    package func hash(into _: inout Hasher) {}

    package var description: String { "\(line):\(column)" }
}

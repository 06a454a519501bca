import Diagnostics

/// The options of the `csv` format.
package struct CSVSettings: Sendable {
    package var delimiter: UInt8 = UInt8(ascii: ",")
    /// Nil when quotes are ordinary characters.
    package var quote: UInt8? = UInt8(ascii: "\"")
    package var escape: UInt8?
    package var allowsComments = false
    /// A field that cannot be read becomes NULL, a line that cannot be read is left out.
    package var ignoresErrors = false
    package var nullLiteral: [UInt8]?
    /// Between the elements of an array.
    package var elementDelimiter = Array(";".utf8)

    package init() {}

    init(_ options: FormatOptionReader) throws(MillraceError) {
        delimiter = try options.character("field-delimiter") ?? delimiter
        quote = try options.character("quote-character") ?? quote
        if try options.flag("disable-quote-character") { quote = nil }
        escape = try options.character("escape-character")
        allowsComments = try options.flag("allow-comments")
        ignoresErrors = try options.flag("ignore-parse-errors")
        if let text = options.text("array-element-delimiter"), !text.isEmpty { elementDelimiter = Array(text.utf8) }
        nullLiteral = options.text("null-literal").map { Array($0.utf8) }
        if let quote, quote == delimiter {
            throw options.invalid(
                "quote-character", options.text("quote-character") ?? "", "another character than the delimiter")
        }
    }
}

/// The one error shape that reaches people: what failed, where, and what to do about it.
package struct MillraceError: Error, Sendable, CustomStringConvertible {
    /// Whose fault it is; decides the exit code and the HTTP status.
    package enum Kind: Sendable {
        /// The statement, file, option or input is wrong (exit 1, HTTP 400).
        case user
        /// The machine failed: disk, memory, network (exit 2, HTTP 500).
        case system
        /// Millrace contradicts itself (exit 2, HTTP 500).
        case internalError
    }

    package var kind: Kind
    /// Stable and machine-readable, such as `unknown_column`.
    package var code: String
    package var message: String
    package var hint: String?
    package var file: String?
    package var line: Int?
    package var column: Int?

    package init(
        _ kind: Kind, code: String, _ message: String, hint: String? = nil, file: String? = nil, line: Int? = nil,
        column: Int? = nil
    ) {
        self.kind = kind
        self.code = code
        self.message = message
        self.hint = hint
        self.file = file
        self.line = line
        self.column = column
    }

    package var description: String {
        var text = ""
        if let file { text += file + ":" }
        if let line { text += "\(line):\(column ?? 1):" }
        text += (text.isEmpty ? "error: " : " error: ") + message
        if let hint { text += "\nhint: " + hint }
        return text
    }
}

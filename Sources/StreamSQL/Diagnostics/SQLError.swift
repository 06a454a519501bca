/// What kind of mistake a script has; stable, and part of the HTTP error body.
package enum SQLErrorCode: String, Sendable, Hashable {
    /// The text does not follow the grammar.
    case syntax = "sql-syntax"
    /// The text is larger or deeper than the limits allow.
    case limit = "sql-limit"
    /// A table, column, function or type does not exist, or a name is ambiguous.
    case name = "sql-name"
    /// Types do not fit.
    case type = "sql-type"
    /// A rule of the language is broken, such as an aggregate in WHERE.
    case semantics = "sql-semantics"
    /// A connector option is missing, unknown or has a bad value.
    case option = "sql-option"
    /// The dialect has it and Millrace does not yet.
    case unsupported = "sql-unsupported"
    /// The script can run, and a row of its input has no value or may not be written.
    case row = "sql-row"
}

/// One mistake in a script, with its place and, where one is known, what to do about it.
package struct SQLError: Error, Sendable, Hashable {
    package var code: SQLErrorCode
    /// A sentence without a full stop that names the offending text.
    package var message: String
    package var range: SourceRange
    package var hint: String?

    package init(_ code: SQLErrorCode, _ message: String, at range: SourceRange, hint: String? = nil) {
        self.code = code
        self.message = message
        self.range = range
        self.hint = hint
    }
}

/// All the mistakes that were found in one script, in the order of their places; never empty.
package struct SQLScriptError: Error, Sendable, Hashable {
    package var errors: [SQLError]

    package init(errors: [SQLError]) {
        self.errors = errors
    }

    package init(_ error: SQLError) {
        self.errors = [error]
    }
}

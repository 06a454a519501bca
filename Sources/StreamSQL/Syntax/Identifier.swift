/// One name as written, without its quotes; names are case-sensitive.
package struct Identifier: Sendable, Hashable {
    package var text: String
    package var range: SourceRange

    package init(_ text: String, range: SourceRange = .none) {
        self.text = text
        self.range = range
    }
}

/// The name of a table, view, function or other object: up to three parts, such as `catalog.database.table`.
package struct ObjectName: Sendable, Hashable {
    /// The parts in the order written; never empty.
    package var parts: [Identifier]
    package var range: SourceRange

    package init(parts: [Identifier], range: SourceRange) {
        self.parts = parts
        self.range = range
    }

    package init(_ name: Identifier) {
        self.init(parts: [name], range: name.range)
    }

    /// The parts with dots between them, unquoted, as shown in messages.
    package var text: String { parts.map(\.text).joined(separator: ".") }

    /// The last part: the name proper.
    package var last: String { parts.last?.text ?? "" }
}

/// A string constant that is not a value of a query, such as an option's key or a comment.
package struct StringSyntax: Sendable, Hashable {
    package var text: String
    package var range: SourceRange
}

/// One `'key' = 'value'` of WITH, SET (...) or OPTIONS.
package struct OptionSyntax: Sendable, Hashable {
    package var key: StringSyntax
    package var value: StringSyntax
}

/// A hint of `/*+ NAME(...) */`; which hints exist is the binder's matter.
package struct HintSyntax: Sendable, Hashable {
    /// What stands in the brackets of a hint.
    package enum Arguments: Sendable, Hashable {
        /// `OPTIONS('k' = 'v', ...)`.
        case options([OptionSyntax])
        /// `BROADCAST(a, b)` or a list of constants.
        case list([StringSyntax])
        case none
    }

    package var name: Identifier
    package var arguments: Arguments
    package var range: SourceRange
}

/// A JSON document that came from outside, read strictly.
package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// A number as it was written.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// Reads a whole document; throws ``JSONSyntaxError``.
    package init(parsing bytes: [UInt8], maximumDepth: Int = 64) throws(JSONSyntaxError) {
        var parser = JSONParser(bytes: bytes, maximumDepth: maximumDepth)
        self = try parser.document()
    }

    package subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    package var stringValue: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }
}

/// What is wrong with a document, and at which byte.
package struct JSONSyntaxError: Error, Sendable, Equatable {
    package var message: String
    package var offset: Int

    package init(message: String, offset: Int) {
        self.message = message
        self.offset = offset
    }
}

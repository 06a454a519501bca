import Diagnostics

/// An option of a format, named without the format's prefix.
package struct FormatOption: Sendable, Equatable {
    package var name: String
    /// One line for people.
    package var summary: String
    /// The allowed values, where they are a closed set; empty otherwise.
    package var values: [String]

    package init(_ name: String, values: [String] = [], _ summary: String) {
        self.name = name
        self.summary = summary
        self.values = values
    }

    static func flag(_ name: String, _ summary: String) -> FormatOption {
        FormatOption(name, values: ["true", "false"], summary)
    }
}

/// Reads the options of one format out of a WITH clause.
struct FormatOptionReader {
    let format: String
    let options: [String: String]

    func text(_ name: String) -> String? { options["\(format).\(name)"] }

    func flag(_ name: String) throws(MillraceError) -> Bool {
        guard let value = text(name) else { return false }
        switch value.lowercased() {
        case "true": return true
        case "false": return false
        default: throw invalid(name, value, "true or false")
        }
    }

    /// The one byte of an option that names a character.
    func character(_ name: String) throws(MillraceError) -> UInt8? {
        guard let value = text(name) else { return nil }
        let bytes: [UInt8] = value == "\\t" ? [9] : Array(value.utf8)
        guard bytes.count == 1, bytes[0] != 10, bytes[0] != 13 else {
            throw invalid(name, value, "one ASCII character")
        }
        return bytes[0]
    }

    func choice(_ name: String, _ values: [String]) throws(MillraceError) -> String? {
        guard let value = text(name) else { return nil }
        guard let found = values.first(where: { $0.lowercased() == value.lowercased() }) else {
            throw invalid(name, value, values.joined(separator: ", "))
        }
        return found
    }

    func invalid(_ name: String, _ value: String, _ expected: String) -> MillraceError {
        MillraceError(
            .user, code: "bad_option", "option '\(format).\(name)' is '\(value)'", hint: "it takes \(expected)")
    }
}

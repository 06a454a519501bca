package import Diagnostics
import StreamSQL
package import Yams

/// A YAML file being read strictly: every error has its file, line and column.
package struct YAMLDocument {
    package let file: String
    package let root: Node

    package init(_ bytes: [UInt8], file: String) throws {
        self.file = file
        guard bytes.count <= DashboardLimits.fileBytes else {
            throw MillraceError(
                .user, code: "file_too_large",
                "the file has \(bytes.count) bytes, \(DashboardLimits.fileBytes) are allowed",
                file: file)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw MillraceError(.user, code: "invalid_utf8", "the file is not UTF-8", file: file)
        }
        do {
            guard let node = try compose(yaml: text) else {
                throw MillraceError(.user, code: "empty_file", "the file is empty", file: file, line: 1, column: 1)
            }
            root = node
        } catch let error as YamlError {
            throw Self.translate(error, file: file)
        }
    }

    package func error(_ node: Node, _ code: String, _ message: String, hint: String? = nil) -> MillraceError {
        MillraceError(
            .user, code: code, message, hint: hint, file: file, line: node.mark?.line, column: node.mark?.column)
    }

    /// The members of a mapping by name; names that are not `known` are refused.
    package func members(_ node: Node, of what: String, known: [String]) throws -> [String: Node] {
        guard case .mapping(let mapping) = node else { throw error(node, "wrong_type", "\(what) must be a mapping") }
        var members: [String: Node] = [:]
        for (key, value) in mapping {
            guard let name = key.scalar?.string else {
                throw error(key, "wrong_type", "names in \(what) must be plain text")
            }
            guard known.contains(name) else {
                let near = nearestName(to: name, in: known)
                throw error(
                    key, "unknown_key", "unknown key `\(name)` in \(what)",
                    hint: near.map { "did you mean `\($0)`?" } ?? "known keys: " + known.joined(separator: ", "))
            }
            members[name] = value
        }
        return members
    }

    package func required(_ name: String, in members: [String: Node], of node: Node, _ what: String) throws -> Node {
        guard let member = members[name] else { throw error(node, "missing_key", "\(what) has no `\(name)`") }
        return member
    }

    package func text(_ node: Node, _ what: String) throws -> String {
        guard let scalar = node.scalar, !scalar.string.isEmpty else {
            throw error(node, "wrong_type", "\(what) must be a text")
        }
        return scalar.string
    }

    package func integer(_ node: Node, _ what: String, in range: ClosedRange<Int>) throws -> Int {
        guard let text = node.scalar?.string, let value = Int(text), range.contains(value) else {
            throw error(
                node, "bad_value", "\(what) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    package func list(_ node: Node, _ what: String, limit: Int) throws -> [Node] {
        guard case .sequence(let sequence) = node else { throw error(node, "wrong_type", "\(what) must be a list") }
        guard sequence.count <= limit else {
            throw error(node, "too_many", "\(what) has \(sequence.count) entries, \(limit) are allowed")
        }
        return Array(sequence)
    }

    private static func translate(_ error: YamlError, file: String) -> MillraceError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return MillraceError(
                .user, code: "yaml_syntax", "not valid YAML: \(problem)", file: file, line: mark.line,
                column: mark.column)
        case .duplicatedKeysInMapping(let duplicates, let context):
            return MillraceError(
                .user, code: "duplicate_key", "the key `\(duplicates.first ?? "")` occurs twice", file: file,
                line: context.mark.line, column: context.mark.column)
        case .reader(let problem, _, _, _):
            return MillraceError(.user, code: "yaml_syntax", "not valid YAML: \(problem)", file: file)
        default:
            return MillraceError(.user, code: "yaml_syntax", "not valid YAML", file: file)
        }
    }
}

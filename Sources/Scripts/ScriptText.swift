package import Diagnostics

/// The text of a SQL file with its variables put in.
///
/// `${NAME}` and `${NAME:-default}` are replaced before parsing; positions in messages count in the replaced text.
package struct ScriptText: Sendable {
    /// A script longer than this is refused, bytes.
    private static let bytesMax = 1 << 20

    package var file: String
    package var text: String

    package init(file: String, variables: [String: String], files: any FileSystem) throws {
        self.file = file
        let bytes: [UInt8]
        do {
            bytes = try Self.read(file, files: files)
        } catch let error as FileSystemError {
            throw MillraceError(.user, code: "unreadable_file", "cannot read \(file): \(error.reason)", file: nil)
        }
        guard let raw = String(validating: bytes, as: UTF8.self) else {
            throw MillraceError(.user, code: "invalid_utf8", "the file is not UTF-8", file: file)
        }
        text = try Self.replaceVariables(in: raw, variables: variables, file: file)
    }

    package init(file: String, text: String) {
        self.file = file
        self.text = text
    }

    private static func read(_ path: String, files: any FileSystem) throws -> [UInt8] {
        let file = try files.open(path, .read)
        let size = Int(try file.status().sizeBytes)
        guard size <= bytesMax else {
            throw MillraceError(
                .user, code: "file_too_long", "the script has \(size) bytes; at most \(bytesMax) are allowed",
                file: path)
        }
        var bytes = [UInt8](repeating: 0, count: size)
        let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
        return Array(bytes.prefix(count))
    }

    static func replaceVariables(in text: String, variables: [String: String], file: String) throws -> String {
        var result = ""
        var rest = Substring(text)
        while let start = rest.firstRange(of: "${") {
            result += rest[..<start.lowerBound]
            rest = rest[start.upperBound...]
            guard let end = rest.firstIndex(of: "}") else {
                throw MillraceError(.user, code: "open_variable", "a ${ without its }", file: file)
            }
            let body = rest[..<end]
            rest = rest[rest.index(after: end)...]
            let parts = body.firstRange(of: ":-").map { (body[..<$0.lowerBound], Optional(body[$0.upperBound...])) }
            let (name, fallback) = parts ?? (body, nil)
            guard let value = variables[String(name)] ?? fallback.map(String.init) else {
                throw MillraceError(
                    .user, code: "unknown_variable", "the variable \(name) is not set",
                    hint: "set it in the environment, or write ${\(name):-default}", file: file)
            }
            result += value
        }
        return result + rest
    }
}

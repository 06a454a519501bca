package import Diagnostics
import Serving
import Yams

/// An application folder's `millrace.yaml`.
package struct ApplicationManifest: Sendable, Equatable {
    /// How `millrace demo` feeds the application.
    package struct Demo: Sendable, Equatable {
        package var workload: String
        /// The variable that tells the SQL where the generated files are.
        package var variable: String
        /// Lines a second.
        package var rate: Int
    }

    /// Files of SQL in one application.
    private static let sqlFilesMax = 256

    /// The application's folder.
    package var directory: String
    package var name: String
    package var demo: Demo?
    /// Paths of `sql/*.sql`, sorted by name.
    package var sqlFiles: [String]

    /// Reads and checks the manifest of a folder.
    package init(directory: String, files: any FileSystem) throws {
        let path = directory + "/millrace.yaml"
        guard try files.status(path) != nil else {
            throw MillraceError(
                .user, code: "no_application", "\(directory) is not an application folder: it has no millrace.yaml",
                hint: "see Apps/recharge-monitor for the shape of one")
        }
        let document = try YAMLDocument(try Self.read(path, files: files), file: path)
        let members = try document.members(document.root, of: "the application", known: ["name", "title", "demo"])
        self.directory = directory
        name = try document.text(
            try document.required("name", in: members, of: document.root, "the application"), "`name`")
        guard name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) }) else {
            throw MillraceError(
                .user, code: "bad_name", "`name` may have letters, digits, - and _ only", file: path)
        }
        demo = try members["demo"].map { try Self.readDemo($0, document) }
        sqlFiles = try Self.sqlFiles(in: directory, files: files)
    }

    private static func readDemo(_ node: Node, _ document: YAMLDocument) throws -> Demo {
        let members = try document.members(node, of: "`demo`", known: ["workload", "variable", "rate"])
        func member(_ name: String) throws -> Node { try document.required(name, in: members, of: node, "`demo`") }
        return Demo(
            workload: try document.text(try member("workload"), "`workload`"),
            variable: try document.text(try member("variable"), "`variable`"),
            rate: try document.integer(try member("rate"), "`rate`", in: 1...1_000_000))
    }

    private static func sqlFiles(in directory: String, files: any FileSystem) throws -> [String] {
        let folder = directory + "/sql"
        guard try files.status(folder)?.kind == .directory else { return [] }
        let names = try files.list(folder).filter { $0.hasSuffix(".sql") }
        guard names.count <= sqlFilesMax else {
            throw MillraceError(.user, code: "too_many", "more than \(sqlFilesMax) SQL files", file: folder)
        }
        return names.map { folder + "/" + $0 }
    }

    private static func read(_ path: String, files: any FileSystem) throws -> [UInt8] {
        let file = try files.open(path, .read)
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
        return Array(bytes.prefix(count))
    }
}

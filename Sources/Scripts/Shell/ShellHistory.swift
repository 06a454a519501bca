package import Diagnostics

/// What was entered before, kept in a file: one entry on each line, line ends inside written as `\n`.
package struct ShellHistory: Sendable {
    package private(set) var entries: [String] = []
    private let path: String?
    private let files: any FileSystem

    /// Entries kept, and bytes of the file, at most.
    private static let entryLimit = 1_000
    private static let byteLimit = 4 << 20

    /// `path` nil keeps nothing beyond the session. What cannot be read is as if it were not there.
    package init(path: String?, files: any FileSystem) {
        self.path = path
        self.files = files
        guard let path, let bytes = try? Self.read(path, files) else { return }
        entries = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(Self.unescaped)
        entries = Array(entries.suffix(Self.entryLimit))
    }

    /// The file under the state folder of the person who is logged in; nil where that is not known.
    package static func path(environment: [String: String]) -> String? {
        if let folder = environment["XDG_STATE_HOME"], folder.hasPrefix("/") { return folder + "/millrace/sql-history" }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        return home + "/.local/state/millrace/sql-history"
    }

    private static func read(_ path: String, _ files: any FileSystem) throws -> [UInt8] {
        let file = try files.open(path, .read)
        let size = Int(clamping: try file.status().sizeBytes)
        var bytes = [UInt8](repeating: 0, count: min(size, byteLimit))
        let count = try bytes.withUnsafeMutableBytes { buffer in
            try file.read(into: buffer, at: Int64(max(0, size - byteLimit)))
        }
        return Array(bytes.prefix(count))
    }

    /// Takes an entry in and writes the file. That it can't be written is no reason to stop.
    package mutating func add(_ entry: String) {
        let entry = entry.trimmed
        guard !entry.isEmpty, entries.last != entry else { return }
        entries.append(entry)
        if entries.count > Self.entryLimit { entries.removeFirst(entries.count - Self.entryLimit) }
        guard let path, let slash = path.lastIndex(of: "/") else { return }
        do {
            try files.createDirectory(String(path[..<slash]))
            let bytes = Array(entries.map { Self.escaped($0) + "\n" }.joined().utf8)
            let fresh = path + ".new"
            let file = try files.open(fresh, .create)
            try bytes.withUnsafeBytes { buffer in try file.write(buffer, at: 0) }
            try files.rename(fresh, to: path)
        } catch {
            return
        }
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\\": result += "\\\\"
            case "\n", "\r\n": result += "\\n"
            default: result.append(character)
            }
        }
        return result
    }

    private static func unescaped(_ text: Substring) -> String {
        var result = ""
        var isEscape = false
        for character in text {
            if isEscape {
                result.append(character == "n" ? "\n" : character)
                isEscape = false
            } else if character == "\\" {
                isEscape = true
            } else {
                result.append(character)
            }
        }
        return result
    }
}

extension String {
    /// Without blanks and line ends around it.
    var trimmed: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}

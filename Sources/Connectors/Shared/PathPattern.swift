import Diagnostics

/// A path with `*`, `?` and `[…]` in its parts, and the files it names.
struct PathPattern: Sendable {
    /// The path, made absolute or relative to the base directory.
    let path: String
    private let parts: [[UInt8]]
    private let isRooted: Bool

    /// Directories looked into for one pattern, at most.
    private static let directoryLimit = 10_000

    init(_ text: String, baseDirectory: String) {
        var path = text
        if path.hasPrefix("file://") {
            path = String(path.dropFirst("file://".count))
        } else if path.hasPrefix("file:/") {
            path = String(path.dropFirst("file:".count))
        }
        if !path.hasPrefix("/"), baseDirectory != ".", !baseDirectory.isEmpty { path = baseDirectory + "/" + path }
        self.path = path
        isRooted = path.hasPrefix("/")
        parts = path.split(separator: "/").filter { $0 != "." }.map { Array($0.utf8) }
    }

    var hasWildcards: Bool { parts.contains(where: Self.isWild) }

    /// What looking for files gives.
    struct Listing {
        var files: [(path: String, status: FileStatus)] = []
        /// Paths that could not be looked at; what is below them is unknown, not gone.
        var failures: [FileSystemError] = []

        /// Whether a path may exist although it was not found.
        func hides(_ path: String) -> Bool {
            failures.contains { path == $0.path || path.hasPrefix($0.path + "/") || $0.path == "." }
        }
    }

    /// Files and directories of that name, sorted bytewise within each directory.
    private func matches(in files: any FileSystem, _ listing: inout Listing) -> [String] {
        var found = [isRooted ? "/" : "."]
        for part in parts {
            var next: [String] = []
            for directory in found {
                if !Self.isWild(part) {
                    next.append(Self.join(directory, String(decoding: part, as: UTF8.self)))
                } else {
                    next += Self.names(in: directory, files, &listing).filter { Self.matches(Array($0.utf8), part) }
                        .map { Self.join(directory, $0) }
                }
                if next.count > Self.directoryLimit { break }
            }
            found = next
        }
        return found
    }

    /// Visible names of a directory; none where there is no directory, or it can't be read.
    private static func names(in directory: String, _ files: any FileSystem, _ listing: inout Listing) -> [String] {
        do throws(FileSystemError) {
            guard let status = try files.status(directory), status.kind == .directory else { return [] }
            return try files.list(directory).filter(isVisible)
        } catch {
            listing.note(error, at: directory)
            return []
        }
    }

    /// The regular files the pattern names; those of a directory too, at any depth. Hidden ones are left out.
    /// What cannot be looked at is told, and the rest is found all the same.
    func search(in files: any FileSystem) -> Listing {
        var listing = Listing()
        var open = matches(in: files, &listing).reversed() as [String]
        var visited = 0
        while let path = open.popLast() {
            do throws(FileSystemError) {
                guard let status = try files.status(path) else { continue }
                switch status.kind {
                case .regular: listing.files.append((path, status))
                case .directory:
                    visited += 1
                    if visited > Self.directoryLimit { return listing }
                    open += try files.list(path).filter(Self.isVisible).map { Self.join(path, $0) }.reversed()
                case .other: break
                }
            } catch {
                listing.note(error, at: path)
            }
        }
        return listing
    }

    /// As ``search(in:)``, where every file must be found.
    func regularFiles(in files: any FileSystem) throws(FileSystemError) -> [(path: String, status: FileStatus)] {
        let listing = search(in: files)
        if let failure = listing.failures.first { throw failure }
        return listing.files
    }

    static func isVisible(_ name: String) -> Bool { !name.hasPrefix(".") && !name.hasPrefix("_") }

    /// True for names that tell of compressed content.
    static func isCompressed(_ path: String) -> Bool {
        [".gz", ".gzip", ".bz2", ".xz", ".zst", ".lz4", ".deflate", ".zip"].contains { path.hasSuffix($0) }
    }

    static func join(_ directory: String, _ name: String) -> String {
        if directory == "." { return name }
        return directory == "/" ? "/" + name : directory + "/" + name
    }

    /// The directory of a path, `.` when it has none.
    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func name(of path: String) -> String {
        String(path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...])
    }

    private static func isWild(_ part: [UInt8]) -> Bool {
        part.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "[") }
    }

    /// True when `name` fits the pattern; steps back to the last `*` only, so the work is bounded by the product of lengths.
    static func matches(_ name: [UInt8], _ pattern: [UInt8]) -> Bool {
        var n = 0
        var p = 0
        var star: (pattern: Int, name: Int)?
        while n < name.count {
            if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
                star = (p + 1, n)
                p += 1
            } else if let next = one(name[n], pattern, p) {
                n += 1
                p = next
            } else if let last = star {
                star = (last.pattern, last.name + 1)
                n = last.name + 1
                p = last.pattern
            } else {
                return false
            }
        }
        while p < pattern.count, pattern[p] == UInt8(ascii: "*") { p += 1 }
        return p == pattern.count
    }

    /// The place behind the pattern's element at `p` when it fits the byte.
    private static func one(_ byte: UInt8, _ pattern: [UInt8], _ p: Int) -> Int? {
        guard p < pattern.count else { return nil }
        guard pattern[p] == UInt8(ascii: "["),
            let close = pattern[(p + 1)...].dropFirst().firstIndex(of: UInt8(ascii: "]"))
        else {
            return pattern[p] == byte || pattern[p] == UInt8(ascii: "?") ? p + 1 : nil
        }
        var set = pattern[(p + 1)..<close]
        let negated = set.first == UInt8(ascii: "!") || set.first == UInt8(ascii: "^")
        if negated { set = set.dropFirst() }
        var isIn = false
        var index = set.startIndex
        while index < set.endIndex {
            if index + 2 < set.endIndex, set[index + 1] == UInt8(ascii: "-") {
                isIn = isIn || (set[index] <= byte && byte <= set[index + 2])
                index += 3
            } else {
                isIn = isIn || set[index] == byte
                index += 1
            }
        }
        return isIn != negated ? close + 1 : nil
    }
}

extension PathPattern.Listing {
    /// Failures kept of one look; a pattern over a broken disk fails everywhere.
    private static let failureLimit = 1_000

    /// Keeps a failure under the path that was asked for, whatever the call named.
    fileprivate mutating func note(_ error: FileSystemError, at path: String) {
        guard failures.count < Self.failureLimit else { return }
        var error = error
        error.path = path
        failures.append(error)
    }
}

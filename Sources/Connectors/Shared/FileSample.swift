package import Diagnostics

/// A look at the beginning of the files that a table of the connectors `tail` and `filesystem` reads.
package enum FileSample {
    private static let bytesMax = 64 << 10

    /// Whole lines from the beginning of the first file that has any; none where there is no such file yet.
    package static func lines(of path: String, baseDirectory: String, files: any FileSystem) -> [[UInt8]] {
        let found = PathPattern(path, baseDirectory: baseDirectory).search(in: files).files
        guard let first = found.first(where: { $0.status.sizeBytes > 0 && !PathPattern.isCompressed($0.path) }),
            let file = try? files.open(first.path, .read)
        else { return [] }
        var bytes = [UInt8](repeating: 0, count: bytesMax)
        guard let count = try? bytes.withUnsafeMutableBytes({ try file.read(into: $0, at: 0) }) else { return [] }
        let newline = UInt8(ascii: "\n")
        guard let last = bytes.prefix(count).lastIndex(of: newline) else { return [] }
        return bytes.prefix(last).split(separator: newline).map(Array.init)
    }
}

import Diagnostics

/// One folder that a sink writes into: the part that is open there and the bytes that wait for it.
///
/// The folder of a table itself has the empty name; those of partitions are named relative to it.
final class PartFolder {
    /// The hidden file that grows.
    struct OpenPart {
        var file: any File
        var number: UInt64
        var openedAt: UInt64
        var length: Int64
        /// Bytes were written since the file was made durable.
        var isDirty = true
    }

    let name: String
    var part: OpenPart?
    var buffer: [UInt8] = []
    /// Rows in the buffer.
    var rows = 0
    /// When rows came last, counted in batches; the folder that rests longest is closed first.
    var lastUse: UInt64 = 0

    init(name: String) { self.name = name }
}

/// A part that is closed and waits for its epoch.
struct ClosedPart: Equatable {
    var folder: String
    var number: UInt64
    /// The epoch that tells of it; nil before that is cut.
    var epoch: UInt64?
}

/// The names of part files in the folders of a table.
struct PartNames {
    let root: String
    let suffix: String
    /// Tells the parts of this run from those of others.
    var run: String

    func path(ofFolder folder: String) -> String { folder.isEmpty ? root : "\(root)/\(folder)" }

    func hidden(_ folder: String, _ number: UInt64) -> String {
        "\(path(ofFolder: folder))/.part-\(run)-\(number)\(suffix).inprogress"
    }

    func visible(_ folder: String, _ number: UInt64) -> String {
        "\(path(ofFolder: folder))/part-\(run)-\(number)\(suffix)"
    }

    /// The number of a hidden part of this run, by its file name.
    func number(ofHidden name: String) -> UInt64? {
        let prefix = ".part-\(run)-"
        guard name.hasPrefix(prefix), name.hasSuffix(".inprogress") else { return nil }
        return UInt64(name.dropFirst(prefix.count).prefix { $0.isASCII && $0.isNumber })
    }

    /// The number of a visible part of this run, by its file name, whatever follows it there.
    func number(ofVisible name: String) -> UInt64? {
        guard isOfThisRun(name) else { return nil }
        return UInt64(name.dropFirst("part-\(run)-".count).prefix { $0.isASCII && $0.isNumber })
    }

    /// Sixteen bytes that are the same all through a part, also after a restart.
    func mark(_ number: UInt64) -> [UInt8] {
        let text = Array(run.utf8.prefix(8))
        return text + [UInt8](repeating: 0x5F, count: 8 - text.count)
            + withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    func isOfThisRun(_ name: String) -> Bool { name.hasPrefix("part-\(run)-") }

    /// The folder and those above it up to the table's, innermost first.
    func chain(_ folder: String) -> [String] {
        var result = [path(ofFolder: folder)]
        var rest = folder
        while let slash = rest.lastIndex(of: "/") {
            rest = String(rest[..<slash])
            result.append(path(ofFolder: rest))
        }
        if !folder.isEmpty { result.append(root) }
        return result
    }
}

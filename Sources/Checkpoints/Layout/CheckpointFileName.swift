/// The names of the files in a directory of epochs; anything else in it is left alone.
enum CheckpointFileName: Equatable {
    case manifest(UInt64)
    case unfinishedManifest(UInt64)
    case brokenManifest(UInt64)
    case blob(UInt64)

    static let lock = "LOCK"

    private static let manifestPrefix = "MANIFEST-"
    private static let blobPrefix = "blob-"
    private static let digits = 20

    /// Nil for a file that is not ours.
    init?(_ name: String) {
        if let number = Self.number(in: name, after: Self.blobPrefix, before: "") {
            self = .blob(number)
        } else if let number = Self.number(in: name, after: Self.manifestPrefix, before: "") {
            self = .manifest(number)
        } else if let number = Self.number(in: name, after: Self.manifestPrefix, before: ".tmp") {
            self = .unfinishedManifest(number)
        } else if let number = Self.number(in: name, after: Self.manifestPrefix, before: ".broken") {
            self = .brokenManifest(number)
        } else {
            return nil
        }
    }

    var text: String {
        switch self {
        case .manifest(let epoch): Self.manifestPrefix + Self.padded(epoch)
        case .unfinishedManifest(let epoch): Self.manifestPrefix + Self.padded(epoch) + ".tmp"
        case .brokenManifest(let epoch): Self.manifestPrefix + Self.padded(epoch) + ".broken"
        case .blob(let number): Self.blobPrefix + Self.padded(number)
        }
    }

    private static func padded(_ number: UInt64) -> String {
        let text = String(number)
        return String(repeating: "0", count: digits - text.count) + text
    }

    private static func number(in name: String, after prefix: String, before suffix: String) -> UInt64? {
        guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
        let middle = name.dropFirst(prefix.count).dropLast(suffix.count)
        guard middle.utf8.count == digits, middle.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return UInt64(middle)
    }
}

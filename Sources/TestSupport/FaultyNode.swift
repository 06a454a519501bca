import Diagnostics

/// A file or directory of a ``FaultyDisk``: what readers see, what is durable, and the changes between.
struct FaultyNode: Sendable {
    /// A change of a file's bytes.
    enum ContentChange: Sendable {
        case write(Int, [UInt8])
        case truncate(Int)
    }

    /// A change of a directory's names.
    enum EntryChange: Sendable {
        case link(String, UInt64)
        case unlink(String)
        case rename(String, String, UInt64)
    }

    /// What a disk writes whole or not at all.
    private static let sectorBytes = 512

    let isDirectory: Bool
    var modified: Int64 = 0
    private(set) var content: [UInt8] = []
    private var durableContent: [UInt8] = []
    private var contentChanges: [ContentChange] = []
    /// Changes that a failed sync gave up: readers see them, later syncs pass over them.
    private var abandonedContent: [ContentChange] = []
    private(set) var entries: [String: UInt64] = [:]
    private(set) var durableEntries: [String: UInt64] = [:]
    private var entryChanges: [EntryChange] = []
    private var abandonedEntries: [EntryChange] = []

    init(isDirectory: Bool) { self.isDirectory = isDirectory }

    mutating func change(_ change: ContentChange) {
        Self.apply(change, to: &content)
        contentChanges.append(change)
    }

    mutating func change(_ change: EntryChange) {
        Self.apply(change, to: &entries)
        entryChanges.append(change)
    }

    mutating func settleContent() {
        for change in contentChanges {
            Self.apply(change, to: &durableContent)
            abandonedContent = abandonedContent.flatMap { Self.leftOf($0, after: change) }
        }
        contentChanges = []
    }

    /// What a change that was given up may still do once a later one is durable: the bytes written over since can
    /// no longer come back, for memory holds one content of a page, not two.
    private static func leftOf(_ abandoned: ContentChange, after change: ContentChange) -> [ContentChange] {
        guard case .write(let offset, let bytes) = abandoned else {
            // A cut that was given up may still take what lies behind the bytes written since, but not these.
            guard case .truncate(let size) = abandoned, case .write(let start, let written) = change else { return [] }
            return [.truncate(max(size, start + written.count))]
        }
        let kept: [Range<Int>]
        switch change {
        case .write(let start, let written):
            kept = [
                offset..<max(offset, min(start, offset + bytes.count)),
                min(max(start + written.count, offset), offset + bytes.count)..<(offset + bytes.count),
            ]
        case .truncate(let size): kept = [offset..<max(offset, min(size, offset + bytes.count))]
        }
        return kept.filter { !$0.isEmpty }
            .map { .write($0.lowerBound, Array(bytes[($0.lowerBound - offset)..<($0.upperBound - offset)])) }
    }

    mutating func settleEntries() {
        for change in entryChanges { Self.apply(change, to: &durableEntries) }
        entryChanges = []
    }

    mutating func abandonPending() {
        abandonedContent += contentChanges
        contentChanges = []
        abandonedEntries += entryChanges
        entryChanges = []
    }

    mutating func flip(_ bit: Int) -> Bool {
        guard bit >= 0, bit / 8 < content.count else { return false }
        content[bit / 8] ^= 1 << (bit % 8)
        if bit / 8 < durableContent.count { durableContent[bit / 8] ^= 1 << (bit % 8) }
        return true
    }

    /// Keeps what was durable, and a random part of the rest.
    mutating func crash(_ random: inout SplitMix64) {
        for change in Self.surviving(abandonedContent + contentChanges, &random) {
            Self.applyTorn(change, to: &durableContent, &random)
        }
        for change in Self.surviving(abandonedEntries + entryChanges, &random) {
            Self.apply(change, to: &durableEntries)
        }
        content = durableContent
        entries = durableEntries
        contentChanges = []
        entryChanges = []
        abandonedContent = []
        abandonedEntries = []
    }

    /// None, all, the first ones, or any of the changes.
    private static func surviving<Change>(_ changes: [Change], _ random: inout SplitMix64) -> [Change] {
        guard !changes.isEmpty else { return [] }
        switch random.next() % 4 {
        case 0: return []
        case 1: return changes
        case 2: return Array(changes.prefix(Int(random.next() % UInt64(changes.count + 1))))
        default: return changes.filter { _ in random.next() % 2 == 0 }
        }
    }

    /// Brings a change to the disk as the loss of power left it. One write in three is torn: there is only its beginning,
    /// or any of its sectors. Where it is missing stands what stood there before, or zeros where the file had grown: bytes
    /// written over themselves stay what they are, as on every disk that keeps whole sectors.
    private static func applyTorn(_ change: ContentChange, to content: inout [UInt8], _ random: inout SplitMix64) {
        guard case .write(let offset, let bytes) = change, random.next() % 3 == 0 else {
            apply(change, to: &content)
            return
        }
        let end = offset + bytes.count
        let shape = random.next() % 3
        if shape > 0 && content.count < end { apply(.truncate(end), to: &content) }
        if shape < 2 {
            let kept = Int(random.next() % UInt64(bytes.count + 1))
            apply(.write(offset, Array(bytes.prefix(kept))), to: &content)
            return
        }
        var start = offset
        while start < end {
            let next = min(end, (start / sectorBytes + 1) * sectorBytes)
            if random.next() % 2 == 0 {
                apply(.write(start, Array(bytes[(start - offset)..<(next - offset)])), to: &content)
            }
            start = next
        }
    }

    private static func apply(_ change: ContentChange, to content: inout [UInt8]) {
        switch change {
        case .write(let offset, let bytes):
            let end = offset + bytes.count
            if content.count < end { content += [UInt8](repeating: 0, count: end - content.count) }
            content.withUnsafeMutableBytes { target in
                bytes.withUnsafeBytes {
                    UnsafeMutableRawBufferPointer(rebasing: target[offset..<end]).copyMemory(from: $0)
                }
            }
        case .truncate(let size):
            if content.count > size {
                content.removeLast(content.count - size)
            } else {
                content += [UInt8](repeating: 0, count: size - content.count)
            }
        }
    }

    private static func apply(_ change: EntryChange, to entries: inout [String: UInt64]) {
        switch change {
        case .link(let name, let node): entries[name] = node
        case .unlink(let name): entries[name] = nil
        case .rename(let from, let to, let node):
            // A rename that reaches the disk alone still takes the old name away only if it meant the same file.
            if entries[from] == node { entries[from] = nil }
            entries[to] = node
        }
    }
}

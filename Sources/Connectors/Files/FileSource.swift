import ConnectorContract
import Diagnostics

/// The bounded scan of the files a pattern names.
final class FileSource: Source {
    private let layout: ScanLayout
    private let pattern: PathPattern
    private let isSplittable: Bool
    private let keepsOrder: Bool
    private let fails: Bool
    private let partitions: PartitionLayout
    private let environment: Environment

    init(
        layout: ScanLayout, pattern: PathPattern, isSplittable: Bool, keepsOrder: Bool, fails: Bool,
        partitions: PartitionLayout, environment: Environment
    ) {
        self.layout = layout
        self.pattern = pattern
        self.isSplittable = isSplittable
        self.keepsOrder = keepsOrder
        self.fails = fails
        self.partitions = partitions
        self.environment = environment
    }

    var isBounded: Bool { true }

    func open(parallelism: Int, positions: [[UInt8]], rejects: any RejectRecorder) throws -> [any SourceReader] {
        let plan = try FilePlan.restore(positions) ?? makePlan(parallelism: parallelism)
        // What one reader reads in order is nothing to the others.
        let nothing = FilePlan(ranges: [], isShared: true)
        return try (0..<max(1, parallelism)).map { index in
            FileReader(
                plan: plan.isShared || index == 0 ? plan : nothing, layout: layout, decoder: try layout.makeDecoder(),
                reporter: RejectReporter(recorder: rejects, table: layout.table, fails: fails), environment: environment
            )
        }
    }

    /// What tells one state of the files from another: their names, sizes, and times of change.
    func stamp() throws -> UInt64? {
        var hasher = StampHash()
        for (path, status) in try pattern.regularFiles(in: environment.files) {
            for byte in path.utf8 { hasher.add(UInt64(byte)) }
            hasher.add(UInt64(bitPattern: status.sizeBytes))
            hasher.add(UInt64(bitPattern: status.modifiedNanoseconds))
            hasher.add(status.inode)
        }
        return hasher.value
    }

    /// FNV-1a over words: alike in every process, unlike the standard library's hash.
    private struct StampHash {
        private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325
        mutating func add(_ word: UInt64) { value = (value ^ word) &* 0x0000_0100_0000_01B3 }
    }

    private func makePlan(parallelism: Int) throws -> FilePlan {
        var files = try pattern.regularFiles(in: environment.files)
        // Of a partitioned table only what lies in folders of partitions is read.
        if !partitions.isEmpty { files.removeAll { partitions.values(ofFile: $0.path) == nil } }
        if files.isEmpty, !pattern.hasWildcards, try environment.files.status(pattern.path) == nil {
            throw MillraceError(
                .user, code: "no_such_file",
                "table '\(layout.table.name)' reads '\(pattern.path)', which does not exist")
        }
        if let packed = files.first(where: { PathPattern.isCompressed($0.path) }) {
            throw MillraceError(
                .user, code: "compressed_file",
                "table '\(layout.table.name)' finds the compressed file '\(packed.path)'",
                hint: "unpack it, or write a pattern that leaves it out")
        }
        let total = files.reduce(Int64(0)) { $0 &+ $1.status.sizeBytes }
        // Also one reader has several large files read by turns, as their rows' times have it.
        let isShared = total >= FileRange.smallInputBytes && (parallelism > 1 || files.count > 1) && !keepsOrder
        return FilePlan(
            ranges: FileRange.plan(files, parallelism: isShared ? parallelism : 1, isSplittable: isSplittable),
            isShared: isShared)
    }
}

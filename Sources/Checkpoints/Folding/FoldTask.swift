import Diagnostics

/// A fold that is too large for one commit: each commit does a step, into a blob of its own.
struct FoldTask {
    private var merge: SectionMerge
    private var writer: BlobWriter

    init(_ merge: SectionMerge, into writer: BlobWriter) {
        self.merge = merge
        self.writer = writer
        self.writer.begin(
            name: merge.plan.name, fold: merge.plan.fold, level: merge.plan.level,
            isComplete: merge.plan.isComplete)
    }

    var plan: FoldPlan { merge.plan }
    var blob: UInt64 { writer.number }
    var path: String { writer.path }
    var bytesWritten: UInt64 { writer.length }

    /// Works on about `budget` bytes; gives the section once it is whole and its bytes are durable.
    mutating func step(budget: Int) throws -> (section: Section, blob: BlobSummary)? {
        var spent = 0
        var piece: [UInt8] = []
        while spent < budget {
            piece.removeAll(keepingCapacity: true)
            guard let read = try merge.advance(into: &piece) else {
                let section = writer.end()
                return (section, try writer.finish())
            }
            try writer.append(piece)
            // Empty sections are read too; they must not make the step endless.
            spent += max(read, 1)
        }
        try writer.flushAndSync()
        return nil
    }
}

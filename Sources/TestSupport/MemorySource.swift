package import Columnar
package import ConnectorContract

/// A source over rows in memory, in splits, whose positions can be restored by any number of readers.
package final class MemorySource: Source {
    /// A batch with the split it belongs to.
    package struct Split: Sendable {
        package var rows: [[BatchBuilder.Value]]
        package init(rows: [[BatchBuilder.Value]]) { self.rows = rows }
    }

    private let types: [DataType]
    private let splits: [Split]
    private let batchRows: Int
    package var isBounded: Bool { !staysOpen }
    private let staysOpen: Bool

    /// `staysOpen`: behind the last row it waits for more, as a live source does.
    package init(types: [DataType], splits: [Split], batchRows: Int, staysOpen: Bool = false) {
        self.staysOpen = staysOpen
        self.types = types
        self.splits = splits
        self.batchRows = batchRows
    }

    package func open(
        parallelism: Int, positions: [[UInt8]], rejects: any RejectRecorder
    ) throws -> [any SourceReader] {
        var offsets = Array(repeating: 0, count: splits.count)
        for position in positions {
            try position.withUnsafeBytes { bytes in
                var reader = ByteReader(bytes)
                while reader.remaining > 0 {
                    let split = Int(try reader.read(UInt32.self))
                    offsets[split] = Int(try reader.read(UInt32.self))
                }
            }
        }
        return (0..<parallelism).map { index in
            let own = splits.indices.filter { $0 % parallelism == index }
            return Reader(source: self, splits: own.map { ($0, offsets[$0]) })
        }
    }

    private final class Reader: SourceReader {
        private let source: MemorySource
        private var splits: [(id: Int, offset: Int)]
        private var turn = 0
        var progress = SourceProgress()

        init(source: MemorySource, splits: [(id: Int, offset: Int)]) {
            self.source = source
            self.splits = splits
        }

        private var open: [Int] {
            splits.indices.filter { splits[$0].offset < source.splits[splits[$0].id].rows.count }
        }

        func poll(waitMilliseconds: Int) throws -> SourcePoll {
            let open = self.open
            guard !open.isEmpty else { return source.staysOpen ? .idle : .finished }
            turn += 1
            let index = open[turn % open.count]
            let rows = source.splits[splits[index].id].rows
            let end = min(rows.count, splits[index].offset + source.batchRows)
            let batch = BatchBuilder.batch(source.types, Array(rows[splits[index].offset..<end]))
            progress.rowsRead += UInt64(batch.rowCount)
            splits[index].offset = end
            return .batch(batch, split: splits[index].id)
        }

        var openSplits: [SplitStatus] { open.map { SplitStatus(id: splits[$0].id, isIdle: false) } }

        func position() throws -> [UInt8] {
            var writer = ByteWriter()
            for split in splits {
                writer.write(UInt32(split.id))
                writer.write(UInt32(split.offset))
            }
            return writer.bytes
        }
    }
}

import Columnar
import ConnectorContract
import StreamSQL

/// The reader at the head of a pipeline instance, and the node its rows enter by.
final class SourceDriver {
    let reader: any SourceReader
    let root: NodeRuntime
    /// Rows of a static source are read anew at each start and take no part in epochs.
    let isStatic: Bool
    private(set) var isFinished = false
    /// The split of the batch being processed; watermarks are kept for each split.
    private(set) var currentSplit = 0

    init(reader: any SourceReader, root: NodeRuntime, isStatic: Bool) {
        self.reader = reader
        self.root = root
        self.isStatic = isStatic
    }

    /// Reads and processes one batch; false when there was none.
    func poll() throws -> Bool {
        switch try root.measured({ try reader.poll(waitMilliseconds: 0) }) {
        case .batch(let batch, let split):
            currentSplit = split
            try root.receive(batch, input: 0)
            return true
        case .idle:
            return false
        case .finished:
            isFinished = true
            try root.receiveWatermark(Watermark.final, input: 0)
            try root.receiveEnd(input: 0)
            return true
        }
    }
}

import Synchronization

/// What readers may see of a partition; replaced as a whole after each round.
struct PartitionView: Sendable {
    var segments: [Segment]
    /// The first offset that may be read.
    var logStart: Int64
    /// The offset behind the last durable record.
    var highWatermark: Int64
    /// The first offset that an open transaction may still take back; the high watermark when none is open.
    var lastStable: Int64
    var aborted = AbortedTransactions()
    var epochs = LeaderEpochs()
    var isDeleted = false

    /// The segment in which to look for an offset.
    func segmentIndex(of offset: Int64) -> Int? {
        var low = 0
        var high = segments.count
        while low < high {
            let middle = (low + high) / 2
            if segments[middle].baseOffset <= offset { low = middle + 1 } else { high = middle }
        }
        return segments.isEmpty ? nil : max(0, low - 1)
    }
}

/// A partition as its readers hold it; lives on, empty, after the partition was deleted.
package final class PartitionReader: Sendable {
    package let key: PartitionKey
    let view: Mutex<PartitionView>

    init(key: PartitionKey, view: PartitionView) {
        self.key = key
        self.view = Mutex(view)
    }

    var current: PartitionView { view.withLock { $0 } }
}

import KafkaProtocol

/// What one round appends: batches of each partition, grouped by the segment they go to.
struct RoundPlan {
    /// A batch with its offsets assigned.
    struct Piece {
        var bytes: [UInt8]
        var header: RecordBatchHeader
        /// Set where the log stamps the batch.
        var appendMilliseconds: Int64?
        var marker: TransactionMarker?
    }

    /// Batches that follow one another in one segment.
    struct Run {
        var segment: Segment
        var position: Int
        var leaderEpoch: Int32
        var pieces: [Piece] = []
        var byteCount = 0
        /// Where in the payload they are, once it is laid out.
        var payload = 0..<0
    }

    private(set) var runs: [PartitionKey: [Run]] = [:]
    /// The partitions that take part, in the order they came up: the same in every repetition.
    private(set) var order: [PartitionKey] = []
    private(set) var payloadBytes = 0

    var isEmpty: Bool { order.isEmpty }

    mutating func add(_ piece: Piece, to segment: Segment, position: Int, leaderEpoch: Int32, of key: PartitionKey) {
        if runs[key] == nil { order.append(key) }
        let lastIndex = (runs[key]?.count ?? 0) - 1
        if lastIndex < 0 || runs[key]?[lastIndex].segment !== segment {
            runs[key, default: []].append(Run(segment: segment, position: position, leaderEpoch: leaderEpoch))
        }
        let index = (runs[key]?.count ?? 1) - 1
        runs[key]?[index].pieces.append(piece)
        runs[key]?[index].byteCount += piece.bytes.count
        payloadBytes += piece.bytes.count
    }

    /// Gives each run its part of the payload, and the entries that describe them.
    mutating func layOut() -> [JournalEntry] {
        var entries: [JournalEntry] = []
        var offset = 0
        for key in order {
            for index in (runs[key] ?? []).indices {
                guard var run = runs[key]?[index], let first = run.pieces.first, let last = run.pieces.last else {
                    continue
                }
                run.payload = offset..<(offset + run.byteCount)
                offset = run.payload.upperBound
                runs[key]?[index].payload = run.payload
                entries.append(
                    .append(
                        .init(
                            key: key, segmentBase: run.segment.baseOffset, position: run.position,
                            baseOffset: first.header.baseOffset, nextOffset: last.header.lastOffset + 1,
                            leaderEpoch: run.leaderEpoch, payload: run.payload)))
            }
        }
        return entries
    }
}

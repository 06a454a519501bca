import Diagnostics
import KafkaProtocol

extension PartitionReader {
    /// The first offset that may be read.
    package var logStart: Int64 { current.logStart }
    /// The offset behind the last durable record.
    package var highWatermark: Int64 { current.highWatermark }
    package var lastStableOffset: Int64 { current.lastStable }
    package var leaderEpoch: Int32 { current.epochs.current }
    /// Bytes of its segments.
    package var storedBytes: Int { current.segments.reduce(0) { $0 + $1.committedBytes } }

    /// The largest leader epoch up to `epoch` and the offset behind its last record; nil for one still to come.
    package func endOfEpoch(_ epoch: Int32) -> (epoch: Int32, endOffset: Int64)? {
        let view = current
        return view.epochs.end(of: epoch, logEnd: view.highWatermark)
    }

    /// Batches from the one that holds `offset` on: at most `maxBytes` of them, but at least one.
    ///
    /// Every batch is checked before it is handed out. With `leavesInFile`, more than a few batches are checked and not
    /// copied: they are told as a run of their file. Thread-safe; blocks for the disk.
    package func fetch(
        from offset: Int64, maxBytes: Int, isolation: Isolation = .readUncommitted, leavesInFile: Bool = false
    ) throws(LogError) -> FetchedBatches {
        // A segment may be removed between looking and reading: then the log start has moved, and one more look tells.
        for attempt in 0..<3 {
            let view = current
            let result: Result<FetchedBatches, LogError>
            do throws(FileSystemError) {
                result = try fetch(from: offset, maxBytes: maxBytes, isolation: isolation, leavesInFile, view)
            } catch {
                guard error.isMissingFile, attempt < 2 else {
                    throw .damaged(file: error.path, position: 0, offset: offset)
                }
                continue
            }
            return try result.get()
        }
        throw .damaged(file: "", position: 0, offset: offset)
    }

    private func fetch(
        from offset: Int64, maxBytes: Int, isolation: Isolation, _ leavesInFile: Bool, _ view: PartitionView
    ) throws(FileSystemError) -> Result<FetchedBatches, LogError> {
        guard !view.isDeleted else { return .failure(.unknownPartition(topic: "", partition: key.partition)) }
        guard offset >= view.logStart, offset <= view.highWatermark else {
            return .failure(.offsetOutOfRange(offset: offset, start: view.logStart, end: view.highWatermark))
        }
        var fetched = FetchedBatches(
            nextOffset: offset, highWatermark: view.highWatermark, lastStableOffset: view.lastStable,
            logStart: view.logStart)
        let limit = isolation == .readCommitted ? view.lastStable : view.highWatermark
        guard offset < limit, var index = view.segmentIndex(of: offset) else { return .success(fetched) }
        while index < view.segments.count {
            let segment = view.segments[index]
            let place = try segment.place(ofOffset: offset)
            switch place {
            case .failure(let error): return .failure(error)
            case .success(nil): index += 1
            case .success(let place?):
                guard place.header.baseOffset < limit else { return .success(fetched) }
                if leavesInFile,
                    let found = try segment.run(from: place, maxBytes: maxBytes, before: limit, epochs: view.epochs)
                {
                    fetched.run = found.run
                    fetched.nextOffset = found.nextOffset
                } else {
                    let check = try segment.batches(
                        from: place, maxBytes: maxBytes, before: limit, epochs: view.epochs)
                    guard case .success(let run) = check else { return .failure(check.failure ?? .diskFull) }
                    fetched.bytes = run.bytes
                    fetched.nextOffset = run.nextOffset
                }
                if isolation == .readCommitted {
                    fetched.abortedTransactions = view.aborted.overlapping(offset..<fetched.nextOffset)
                }
                return .success(fetched)
            }
        }
        // Only compaction leaves nothing between an offset and the end.
        fetched.nextOffset = limit
        return .success(fetched)
    }
}

extension Result {
    fileprivate var failure: Failure? {
        guard case .failure(let error) = self else { return nil }
        return error
    }
}

extension Segment {
    /// A batch and where it begins.
    struct Place {
        var position: Int
        var header: RecordBatchHeader
    }

    /// The first batch that ends at `offset` or behind it; nil when there is none in this segment.
    func place(ofOffset offset: Int64) throws(FileSystemError) -> Result<Place?, LogError> {
        try firstBatch(from: try start(ofOffset: offset)) { $0.lastOffset >= offset }
    }

    /// The first batch from `start` on that `matches`.
    func firstBatch(
        from start: BatchScanner.Start, where matches: (RecordBatchHeader) -> Bool
    ) throws(FileSystemError) -> Result<Place?, LogError> {
        var scanner = BatchScanner(self, from: start)
        while let (position, header) = try scanner.next() {
            if matches(header) { return .success(Place(position: position, header: header)) }
        }
        guard let damage = scanner.damagedAt else { return .success(nil) }
        return .failure(.damaged(file: path, position: damage, offset: baseOffset))
    }

    /// Whole, checked batches from a place on, up to `maxBytes` or one batch, none beginning at `limit` or behind.
    func batches(
        from place: Place, maxBytes: Int, before limit: Int64, epochs: LeaderEpochs?
    ) throws(FileSystemError) -> Result<(bytes: [UInt8], nextOffset: Int64), LogError> {
        let wanted = min(max(maxBytes, place.header.byteCount), committedBytes - place.position)
        var failure: FileSystemError?
        var run = (bytes: 0, nextOffset: place.header.baseOffset)
        let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
            do throws(FileSystemError) {
                let filled = try read(into: UnsafeMutableRawBufferPointer(buffer), at: place.position)
                run = check(
                    UnsafeRawBufferPointer(start: buffer.baseAddress, count: filled), at: place.position,
                    after: place.header.baseOffset, before: limit, epochs)
                count = run.bytes
            } catch {
                failure = error
                count = 0
            }
        }
        if let failure { throw failure }
        guard !bytes.isEmpty else {
            return .failure(.damaged(file: path, position: place.position, offset: place.header.baseOffset))
        }
        return .success((bytes, run.nextOffset))
    }

    /// How many bytes of whole, right batches there are in what stands at `start`, and the offset behind them.
    func check(
        _ bytes: UnsafeRawBufferPointer, at start: Int, after offset: Int64, before limit: Int64,
        _ epochs: LeaderEpochs?
    ) -> (bytes: Int, nextOffset: Int64) {
        var position = 0
        var next = offset
        while position < bytes.count,
            let batch = RecordBatchView(UnsafeRawBufferPointer(rebasing: bytes[position...])),
            accepts(batch.header, at: start + position, after: next, epochs), batch.header.baseOffset < limit
        {
            next = batch.header.lastOffset + 1
            position += batch.header.byteCount
        }
        return (position, next)
    }
}

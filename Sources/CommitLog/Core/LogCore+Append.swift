import Diagnostics
import KafkaProtocol

extension LogCore {
    /// Appends what several callers want in one round, under one sync, and gives each its outcomes.
    ///
    /// When this returns a success, it is durable and visible. When the round cannot be written at all, every write
    /// in it fails with the same reason, and nothing of it is there.
    func append(_ requests: [AppendRequest]) -> [[Result<AppendOutcome, LogError>]] {
        let now = environment.clock.wallMilliseconds()
        var plan = RoundPlan()
        var outcomes: [[Result<AppendOutcome, LogError>]] = []
        do throws(LogError) {
            try checkRunning()
            for request in requests { outcomes.append(stage(request, now: now, in: &plan)) }
            guard !plan.isEmpty else { return outcomes }
            try write(&plan, now: now)
        } catch {
            for key in plan.order { partitions[key]?.discardStaged() }
            return requests.map { request in request.writes.map { _ in .failure(error) } }
        }
        commit(plan, now: now)
        return outcomes
    }

    // MARK: staging

    private func stage(
        _ request: AppendRequest, now: Int64, in plan: inout RoundPlan
    ) -> [Result<AppendOutcome, LogError>] {
        if request.isAtomic {
            // Everything is asked first, so that nothing has to be taken back.
            for write in request.writes {
                if case .refuse(let error) = decide(write, now: now) {
                    return request.writes.map { _ in .failure(error) }
                }
            }
        }
        return request.writes.map { write in
            switch decide(write, now: now) {
            case .refuse(let error): .failure(error)
            case .repeated(let baseOffset, let timestamp):
                .success(repeated(write, baseOffset: baseOffset, timestamp: timestamp))
            case .accept: stage(write, now: now, in: &plan)
            }
        }
    }

    private func repeated(_ write: AppendWrite, baseOffset: Int64, timestamp: Int64) -> AppendOutcome {
        var lastOffset = baseOffset
        if case .batch(let batch) = write.content { lastOffset += Int64(batch.header.lastOffsetDelta) }
        let stamps = topics[write.partition.topic]?.configuration.usesAppendTime ?? false
        return AppendOutcome(
            baseOffset: baseOffset, lastOffset: lastOffset, appendMilliseconds: stamps ? timestamp : -1,
            logStart: partitions[write.partition]?.logStart ?? 0, isRepeat: true)
    }

    private func decide(_ write: AppendWrite, now: Int64) -> ProducerTable.Decision {
        guard let partition = partitions[write.partition], let topic = topics[write.partition.topic] else {
            return .refuse(unknown(write.partition))
        }
        switch write.content {
        case .batch(let batch):
            guard Int64(batch.bytes.count) <= topic.configuration.maxMessageBytes else {
                return .refuse(
                    .messageTooLarge(bytes: batch.bytes.count, limit: Int(topic.configuration.maxMessageBytes)))
            }
            if batch.header.attributes.usesAppendTime && !topic.configuration.usesAppendTime {
                return .refuse(.invalidTimestamp)
            }
            return partition.producers.decide(
                batch.header, nowMilliseconds: now,
                expirationMilliseconds: configuration.producerExpirationMilliseconds)
        case .marker(let marker, let producerId, let producerEpoch):
            return partition.producers.decideMarker(
                producerId: producerId, producerEpoch: producerEpoch, coordinatorEpoch: marker.coordinatorEpoch)
        }
    }

    func unknown(_ key: PartitionKey) -> LogError {
        guard let topic = topics[key.topic] else { return .unknownTopic("#\(key.topic)") }
        return .unknownPartition(topic: topic.name, partition: key.partition)
    }

    private func stage(
        _ write: AppendWrite, now: Int64, in plan: inout RoundPlan
    ) -> Result<AppendOutcome, LogError> {
        guard let partition = partitions[write.partition], let topic = topics[write.partition.topic] else {
            return .failure(unknown(write.partition))
        }
        let batch: ProducedBatch
        var marker: TransactionMarker?
        switch write.content {
        case .batch(let produced): batch = produced
        case .marker(let end, let producerId, let producerEpoch):
            marker = end
            guard let built = try? end.batch(producerId: producerId, producerEpoch: producerEpoch, timestamp: now)
            else { return .failure(.invalidRecord("a marker that cannot be written")) }
            batch = built
        }
        let segment = partition.stageSegment(
            forBytes: batch.bytes.count, nowMilliseconds: now, configuration: topic.configuration)
        var header = batch.header
        header.baseOffset = partition.staged.nextOffset
        header.partitionLeaderEpoch = partition.epochs.current
        let stamps = topic.configuration.usesAppendTime && marker == nil
        if stamps { header.maxTimestamp = now }
        let piece = RoundPlan.Piece(
            bytes: batch.bytes, header: header, appendMilliseconds: stamps ? now : nil, marker: marker)
        plan.add(
            piece, to: segment, position: partition.staged.position, leaderEpoch: header.partitionLeaderEpoch,
            of: write.partition)
        partition.stage(header)
        if let marker {
            partition.producers.stageMarker(marker, header: header, appendedMilliseconds: now)
        } else {
            partition.producers.stage(header, appendedMilliseconds: now)
        }
        return .success(
            AppendOutcome(
                baseOffset: header.baseOffset, lastOffset: header.lastOffset, appendMilliseconds: stamps ? now : -1,
                logStart: partition.logStart, isRepeat: false))
    }

    // MARK: writing

    /// Segments first: if they don't fit, nothing was promised yet. Then the journal, whose space is there already.
    private func write(_ plan: inout RoundPlan, now: Int64) throws(LogError) {
        let entries = plan.layOut()
        let table = JournalEntry.encode(entries)
        let payloadBytes = plan.payloadBytes
        try reserve(RoundHeader.totalBytes(table: table.count, payload: payloadBytes), isData: true)
        let laidOut = plan
        let header = header(table: table, payloadBytes: payloadBytes, now: now)
        try withRound { (round) throws(LogError) in
            round.begin(header, table: table)
            for key in laidOut.order {
                for run in laidOut.runs[key] ?? [] {
                    for piece in run.pieces { Self.place(piece, in: round) }
                }
            }
            do throws(FileSystemError) {
                for key in laidOut.order {
                    for run in laidOut.runs[key] ?? [] {
                        try run.segment.write(round.payload(run.payload), at: run.position)
                    }
                }
            } catch {
                throw refusal(error)
            }
        }
        try writeRound()
    }

    private static func place(_ piece: RoundPlan.Piece, in round: RoundBuffer) {
        let place = round.appendBatch(piece.bytes)
        RecordBatchHeader.assign(
            baseOffset: piece.header.baseOffset, leaderEpoch: piece.header.partitionLeaderEpoch, to: place)
        if let time = piece.appendMilliseconds { RecordBatchHeader.assignAppendTime(time, to: place) }
    }

    private func commit(_ plan: RoundPlan, now: Int64) {
        for key in plan.order {
            guard let partition = partitions[key] else { continue }
            for run in plan.runs[key] ?? [] {
                var position = run.position
                for piece in run.pieces {
                    partition.commit(
                        piece.header, in: run.segment.baseOffset, position: position, nowMilliseconds: now)
                    position += piece.bytes.count
                }
            }
            partition.finishRound(producerLimit: configuration.producersPerPartition)
        }
    }
}

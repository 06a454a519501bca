import Diagnostics

extension LogCore {
    /// Removes what retention no longer keeps. Costs one sync where something goes, whatever goes.
    func applyRetention() throws(LogError) -> Int {
        try checkRunning()
        let now = environment.clock.wallMilliseconds()
        var entries: [JournalEntry] = []
        for partition in partitions.values.sorted(by: { $0.directory < $1.directory }) {
            guard let topic = topics[partition.key.topic] else { continue }
            partition.producers.expire(before: now &- configuration.producerExpirationMilliseconds)
            let plan = RetentionPlan(
                partition.segments.map(\.summary), configuration: topic.configuration,
                openTransaction: partition.producers.firstOpenOffset, nowMilliseconds: now)
            guard let start = plan.logStart, start > partition.logStart else { continue }
            if plan.rollsActive { entries.append(.rolled(partition.key)) }
            entries.append(.logStart(partition.key, start))
        }
        guard !entries.isEmpty else { return 0 }
        try record(entries)
        var removed = 0
        for entry in entries {
            switch entry {
            case .rolled(let key): partitions[key]?.roll()
            case .logStart(let key, let offset): removed += raiseLogStart(key, to: offset)
            default: break
            }
        }
        return removed
    }

    /// Deletes the records below an offset, as a client asked; gives the new log start.
    func deleteRecords(_ key: PartitionKey, before offset: Int64) throws(LogError) -> Int64 {
        try checkRunning()
        guard let partition = partitions[key] else { throw unknown(key) }
        guard offset <= partition.nextOffset, offset >= 0 else {
            throw .offsetOutOfRange(offset: offset, start: partition.logStart, end: partition.nextOffset)
        }
        guard offset > partition.logStart else { return partition.logStart }
        try record([.logStart(key, offset)])
        _ = raiseLogStart(key, to: offset)
        return partition.logStart
    }

    /// The journal already says that they are gone; a file that stays is removed when the log is opened again.
    private func raiseLogStart(_ key: PartitionKey, to offset: Int64) -> Int {
        let removed = partitions[key]?.raiseLogStart(to: offset) ?? []
        for segment in removed { try? segment.remove() }
        return removed.count
    }

    func releaseUnusedFiles() {
        for partition in partitions.values { for segment in partition.segments { segment.releaseUnused() } }
    }

    // MARK: compaction

    /// A compaction that is worth its while now; nil when there is none.
    func planCompaction() throws(LogError) -> (PartitionKey, Compaction)? {
        try checkRunning()
        let now = environment.clock.wallMilliseconds()
        for partition in partitions.values.sorted(by: { $0.directory < $1.directory }) {
            guard let topic = topics[partition.key.topic], topic.configuration.isCompacted else { continue }
            let lastStable = partition.producers.firstOpenOffset ?? partition.nextOffset
            guard
                let plan = CompactionPlan(
                    partition.segments.map(\.summary), configuration: topic.configuration,
                    settled: settledSegments[partition.key] ?? [], cleanedUpTo: partition.cleanedUpTo,
                    lastStable: lastStable, nowMilliseconds: now)
            else { continue }
            let kept = partition.producers.entries.values.compactMap { $0.batches.last?.baseOffset }
            return (
                partition.key,
                Compaction(
                    directory: partition.directory, files: files,
                    segments: Dictionary(uniqueKeysWithValues: partition.segments.map { ($0.baseOffset, $0) }),
                    aborted: partition.producers.aborted, plan: plan, nowMilliseconds: now,
                    deleteRetentionMilliseconds: topic.configuration.deleteRetentionMilliseconds,
                    keptBatches: Set(kept))
            )
        }
        return nil
    }

    /// Puts the rewritten segments in the place of the old ones, unless these are gone by now.
    func adopt(_ products: [Compaction.Product], of key: PartitionKey) throws(LogError) {
        guard let partition = partitions[key] else { return }
        let present = Set(partition.segments.map(\.baseOffset))
        let usable = products.filter { product in product.bases.allSatisfy { present.contains($0) } }
        for product in products where !product.bases.allSatisfy({ present.contains($0) }) {
            try? files.remove("\(partition.directory)/\(product.summary.name).log")
        }
        guard !usable.isEmpty else { return }
        try record(usable.map { .segmentsReplaced(key, bases: $0.bases, by: $0.summary) })
        for product in usable {
            for segment in partition.replace(bases: product.bases, with: product.summary) { try? segment.remove() }
            partition.cleanedUpTo = max(partition.cleanedUpTo, product.summary.nextOffset)
        }
    }
}

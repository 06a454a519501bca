import Diagnostics

/// What a checkpoint has to make durable, taken while the log stood still; synced while it goes on.
struct CheckpointDraft {
    struct Part {
        var key: PartitionKey
        var segments: [(segment: Segment, summary: SegmentSummary, isActive: Bool)]
        var directory: String?
    }

    var manifest: Manifest
    var parts: [Part]
    var topicsDirectory: String
}

extension LogCore {
    var isCheckpointDue: Bool { failure == nil && journal.bytesSinceCheckpoint >= configuration.checkpointBytes }

    /// Whether a checkpoint would say anything new. Two in a row do after segments have ended: what both know as ended
    /// may be compacted.
    var needsCheckpoint: Bool {
        failure == nil && (journal.bytesSinceCheckpoint > 0 || settledSegments != lastSettledSegments)
    }

    /// Takes down the state of now. Costs memory for the state, and no input or output.
    func draftCheckpoint() throws(LogError) -> CheckpointDraft {
        try checkRunning()
        var manifest = Manifest(number: manifestNumber + 1, journal: journal.position)
        manifest.nextTopicNumber = nextTopicNumber
        manifest.nextProducerId = nextProducerId
        manifest.wallMilliseconds = environment.clock.wallMilliseconds()
        var parts: [CheckpointDraft.Part] = []
        for topic in topics.values.sorted(by: { $0.number < $1.number }) {
            var states: [PartitionCheckpoint] = []
            for index in 0..<topic.partitionCount {
                let key = PartitionKey(topic: topic.number, partition: index)
                guard let partition = partitions[key] else { continue }
                let state = partition.checkpoint
                states.append(state)
                let active = partition.active
                let dirty = zip(partition.segments, state.segments).filter { $0.0.isDirty(isActive: $0.0 === active) }
                if !dirty.isEmpty || partition.isDirectoryDirty {
                    parts.append(
                        .init(
                            key: key, segments: dirty.map { (segment: $0.0, summary: $0.1, isActive: $0.0 === active) },
                            directory: partition.isDirectoryDirty ? partition.directory : nil))
                    partition.isDirectoryDirty = false
                }
            }
            manifest.topics.append(.init(description: topic, partitions: states))
        }
        journal.bytesSinceCheckpoint = 0
        return CheckpointDraft(manifest: manifest, parts: parts, topicsDirectory: "\(directory)/topics")
    }

    /// Syncs what the draft names and writes its manifest. Runs beside the log; only the journal's files it frees
    /// wait for ``finishCheckpoint(_:)``.
    static func store(
        _ draft: inout CheckpointDraft, directory: String, environment: Environment, configuration: LogConfiguration
    ) throws(FileSystemError) {
        let files = environment.files
        var summaries: [PartitionKey: [Int64: SegmentSummary]] = [:]
        for part in draft.parts {
            for (segment, summary, isActive) in part.segments {
                summaries[part.key, default: [:]][summary.baseOffset] = try segment.storeIndex(
                    summary, isActive: isActive)
            }
        }
        let changed = draft.parts.reduce(0) { $0 + $1.segments.count + ($1.directory == nil ? 0 : 1) }
        if changed >= configuration.wholeDiskSyncFiles {
            try files.syncDisk(holding: directory)
            for part in draft.parts { for (segment, summary, _) in part.segments { segment.didSynchronize(summary) } }
        } else {
            try syncOneByOne(draft, files)
        }
        draft.adopt(summaries)
        try store(draft.manifest, in: directory, files)
    }

    /// Gives a manifest its name only once it is durable. Written in place, one whose sync failed would still be read
    /// as whole by the next start, which then took it for durable and let the next checkpoint overwrite the other one.
    static func store(
        _ manifest: Manifest, in directory: String, _ files: any FileSystem
    ) throws(FileSystemError) {
        let path = "\(directory)/\(Manifest.fileName(manifest.number))"
        let unfinished = "\(directory)/\(Manifest.unfinishedFileName)"
        do throws(FileSystemError) {
            let file = try files.open(unfinished, .create)
            try file.write(manifest.encoded(), at: 0)
            try file.sync()
            try files.rename(unfinished, to: path)
        } catch {
            // On a full disk even a part is too much.
            try? files.remove(unfinished)
            throw error
        }
        try files.syncDirectory(directory)
    }

    private static func syncOneByOne(_ draft: CheckpointDraft, _ files: any FileSystem) throws(FileSystemError) {
        var parents: Set<String> = []
        for part in draft.parts {
            for (segment, summary, _) in part.segments {
                do throws(FileSystemError) {
                    try segment.synchronize(summary)
                } catch {
                    // It was removed since the draft was made; the journal knows.
                    guard error.isMissingFile else { throw error }
                }
            }
            if let path = part.directory, try files.status(path) != nil {
                try files.syncDirectory(path)
                parents.insert(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
            }
        }
        for parent in parents.sorted() where try files.status(parent) != nil { try files.syncDirectory(parent) }
        if !parents.isEmpty { try files.syncDirectory(draft.topicsDirectory) }
    }

    /// Takes over that the draft's manifest is durable.
    func finishCheckpoint(_ draft: CheckpointDraft) {
        manifestNumber = draft.manifest.number
        journal.recycle(before: lastManifestGeneration)
        lastManifestGeneration = draft.manifest.journal.generation
        settledSegments = lastSettledSegments
        lastSettledSegments = [:]
        for topic in draft.manifest.topics {
            for partition in topic.partitions {
                let key = PartitionKey(topic: topic.description.number, partition: partition.partition)
                lastSettledSegments[key] = Set(partition.segments.dropLast().map(\.baseOffset))
            }
        }
    }

    /// Draft, store and finish in one go, for callers that hold the log anyway. A full disk is no reason to stop:
    /// the older checkpoint and the journal still say everything.
    func checkpoint() throws(LogError) {
        var draft = try draftCheckpoint()
        do throws(FileSystemError) {
            try Self.store(&draft, directory: directory, environment: environment, configuration: configuration)
        } catch {
            giveUp(draft)
            throw refusal(error)
        }
        finishCheckpoint(draft)
    }

    /// Takes back what drafting took for done.
    func giveUp(_ draft: CheckpointDraft) {
        journal.bytesSinceCheckpoint += 1
        for part in draft.parts where part.directory != nil { partitions[part.key]?.isDirectoryDirty = true }
    }
}

extension CheckpointDraft {
    mutating func adopt(_ summaries: [PartitionKey: [Int64: SegmentSummary]]) {
        for topic in manifest.topics.indices {
            let number = manifest.topics[topic].description.number
            for partition in manifest.topics[topic].partitions.indices {
                let key = PartitionKey(topic: number, partition: manifest.topics[topic].partitions[partition].partition)
                guard let known = summaries[key] else { continue }
                for index in manifest.topics[topic].partitions[partition].segments.indices {
                    let base = manifest.topics[topic].partitions[partition].segments[index].baseOffset
                    if let summary = known[base] {
                        manifest.topics[topic].partitions[partition].segments[index].indexBytes = summary.indexBytes
                    }
                }
            }
        }
    }
}

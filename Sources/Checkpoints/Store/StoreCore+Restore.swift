import ConnectorContract
import Diagnostics

extension StoreCore {
    mutating func restore() throws -> RestoredEpoch? {
        guard durable == nil else { throw CheckpointErrors.misuse("epochs were restored twice") }
        let found = try list()
        let next = (found.blobs.max() ?? 0) &+ 1
        guard next > 0, next < .max / 2 else { throw CheckpointErrors.misuse("blob numbers are used up") }
        numbers.begin(at: next)
        for epoch in found.manifests.sorted(by: >) {
            guard let (manifest, restored) = try loadIfWhole(epoch) else { continue }
            noteEarlierDamage(found, behind: epoch)
            // The epoch of nothing is no older state to go on from: sinks may have what it would repeat.
            if epoch == 0, broken.contains(where: { wasDurable($0, blobs: found.blobs) }) { break }
            durable = manifest
            states = manifest.states
            blobs = manifest.blobs
            lastAttempted = epoch
            present = found.blobs
            try clean(found)
            if epoch == 0, !broken.isEmpty {
                warn("no older epoch is whole: the job begins anew, from the start of its sources")
            }
            return epoch == 0 ? nil : RestoredEpoch(epoch: epoch, states: restored)
        }
        guard found.blobs.isEmpty, found.manifests.isEmpty, found.broken.isEmpty else {
            try files.syncDirectory(directory)
            throw CheckpointErrors.withoutManifest(directory)
        }
        try setUp()
        return nil
    }

    /// Nil for an epoch that is damaged; its manifest is put aside.
    private mutating func loadIfWhole(_ epoch: UInt64) throws -> (Manifest, [String: [StateChange]])? {
        do {
            return try load(epoch)
        } catch {
            let what = try damage(in: error, of: path(.manifest(epoch)))
            try files.rename(path(.manifest(epoch)), to: path(.brokenManifest(epoch)))
            broken.insert(epoch)
            warn("epoch \(epoch) is damaged (\(what)); an older one is used, the sources are read again from there")
            return nil
        }
    }

    /// A start may end before its first epoch, as when a sink refuses the older one: what an earlier start found holds
    /// until a newer epoch is durable.
    private mutating func noteEarlierDamage(_ found: Listing, behind epoch: UInt64) {
        for earlier in found.broken.sorted(by: >) where earlier > epoch && broken.insert(earlier).inserted {
            warn(
                "epoch \(earlier) is damaged, as an earlier start found; an older one is used, the sources are read again "
                    + "from there")
        }
    }

    /// Whether a damaged epoch was durable once. Where one of its blobs is missing that is not known: the power may have
    /// gone when its manifest had its name on the disk and the blob had not, before anything outside saw the epoch.
    private func wasDurable(_ epoch: UInt64, blobs: Set<UInt64>) -> Bool {
        guard let manifest = try? reading.brokenManifest(epoch) else { return true }
        return manifest.blobs.keys.allSatisfy(blobs.contains)
    }

    /// The files of ours in the directory.
    private struct Listing {
        var manifests: Set<UInt64> = []
        var broken: Set<UInt64> = []
        var unfinished: Set<UInt64> = []
        var blobs: Set<UInt64> = []
    }

    private func list() throws(FileSystemError) -> Listing {
        var found = Listing()
        for name in try files.list(directory) {
            switch CheckpointFileName(name) {
            case .manifest(let epoch): found.manifests.insert(epoch)
            case .brokenManifest(let epoch): found.broken.insert(epoch)
            case .unfinishedManifest(let epoch): found.unfinished.insert(epoch)
            case .blob(let number): found.blobs.insert(number)
            case nil: continue
            }
        }
        return found
    }

    /// An epoch of nothing marks the directory as ours, so that blobs without a manifest are known to be a loss.
    private mutating func setUp() throws {
        var attempt = EpochAttempt(
            directory: directory, files: files, epoch: 0, blobNumber: 0, states: [:], blobs: [:])
        let manifest = try attempt.publish(identity: identity, parent: 0)
        durable = manifest
        retained = [RetainedManifest(epoch: 0, blobs: [])]
    }

    /// Says how an epoch is damaged; throws the error on when it tells something else.
    private func damage(in error: any Error, of path: String) throws -> String {
        switch error {
        case let refusal as Manifest.Refusal:
            switch refusal {
            case .damaged(let what): return what
            case .newerVersion(let version):
                throw CheckpointErrors.newerFormat(path, version: version, known: Manifest.version)
            }
        case let blob as DamagedBlobError: return "\(blob.what), in \(blob.path)"
        case let failure as FileSystemError where CheckpointErrors.isMediumError(failure): return "\(failure)"
        default: throw error
        }
    }

    private var reading: EpochReading { EpochReading(directory: directory, files: files) }

    /// Reads an epoch with all its state; every byte is checked before any is used.
    private func load(_ epoch: UInt64) throws -> (Manifest, [String: [StateChange]]) {
        let manifest = try reading.manifest(epoch)
        let stored = manifest.identity
        let path = path(.manifest(epoch))
        guard stored.name == identity.name || identity.formerNames.contains(stored.name) else {
            throw CheckpointErrors.otherJob(path, stored: stored.name, asked: identity.name)
        }
        guard stored.formatVersion <= identity.formatVersion else {
            throw CheckpointErrors.newerFormat(path, version: stored.formatVersion, known: identity.formatVersion)
        }
        guard stored.planHash == identity.planHash else { throw CheckpointErrors.otherPlan(path, job: identity.name) }
        return (manifest, try reading.states(of: manifest))
    }

    /// Keeps two older epochs that look whole, and removes what belongs to none that is kept.
    private mutating func clean(_ found: Listing) throws {
        guard let newest = durable else { return }
        retained = [RetainedManifest(epoch: newest.epoch, blobs: Set(newest.blobs.keys))]
        for epoch in found.manifests.filter({ $0 < newest.epoch }).sorted(by: >) {
            if retained.count < CheckpointLimits.retainedManifests, let older = try? reading.manifest(epoch),
                older.blobs.keys.allSatisfy(found.blobs.contains)
            {
                retained.insert(RetainedManifest(epoch: epoch, blobs: Set(older.blobs.keys)), at: 0)
            } else {
                removeQuietly(path(.manifest(epoch)))
            }
        }
        for epoch in found.unfinished { removeQuietly(path(.unfinishedManifest(epoch))) }
        // What a damaged epoch refers to may still be wanted for repair; it goes with the first start behind a newer one.
        if !broken.isEmpty { present.formIntersection(retained.reduce(into: Set()) { $0.formUnion($1.blobs) }) }
        removeDeadBlobs()
        try files.syncDirectory(directory)
    }
}

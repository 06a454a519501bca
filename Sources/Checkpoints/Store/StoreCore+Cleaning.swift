import ConnectorContract
import Diagnostics

extension StoreCore {
    /// Removes manifests past the retained ones, then the blobs that none of the remaining ones needs.
    mutating func removeOutdated() {
        for path in doomed { removeQuietly(path) }
        doomed = []
        limbo = []
        while retained.count > CheckpointLimits.retainedManifests {
            removeQuietly(path(.manifest(retained.removeFirst().epoch)))
        }
        removeDeadBlobs()
    }

    /// Removes blobs that neither a retained manifest nor the next epoch refers to.
    mutating func removeDeadBlobs() {
        var live = limbo.union(blobs.keys)
        for manifest in retained { live.formUnion(manifest.blobs) }
        if let task { live.insert(task.blob) }
        for case let staged as StagedSection in pending.lazy.map(\.staged) { live.insert(staged.number) }
        for number in present.subtracting(live).sorted() {
            if removeQuietly(path(.blob(number))) { present.remove(number) }
        }
    }

    /// Left-over files cost space, never correctness: the epoch stands whether they go or not.
    @discardableResult
    mutating func removeQuietly(_ path: String) -> Bool {
        do {
            try files.remove(path)
            return true
        } catch {
            warn("a file that is no longer needed could not be removed: \(error)")
            return false
        }
    }
}

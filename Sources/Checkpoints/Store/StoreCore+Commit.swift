import ConnectorContract
import Diagnostics

extension StoreCore {
    mutating func commit(epoch: UInt64, changes: [StateChange]) throws -> EpochReceipt {
        if let stopped { throw stopped }
        guard let durable else { throw CheckpointErrors.misuse("an epoch was committed before restoring") }
        guard epoch > lastAttempted else {
            throw CheckpointErrors.misuse("epoch \(epoch) was committed after epoch \(lastAttempted)")
        }
        try check(changes)
        lastAttempted = epoch
        add(changes)
        let folds = foldInline()
        if let stopped { throw stopped }
        var attempt = EpochAttempt(
            directory: directory, files: files, epoch: epoch, blobNumber: numbers.take(), states: states, blobs: blobs)
        do {
            for (plan, bytes) in folds { try attempt.add(bytes, of: plan) }
            for group in grouped() { try attempt.add(group) }
            let manifest = try attempt.publish(identity: identity, parent: durable.epoch)
            if attempt.hasBlob { present.insert(attempt.blobNumber) }
            accept(manifest)
        } catch {
            if attempt.hasBlob { present.insert(attempt.blobNumber) }
            discard(attempt)
            throw failure(of: epoch, error)
        }
        let folded = foldStep(budget: max(policy.stepBytes, 2 * attempt.bytesWritten))
        return EpochReceipt(bytesWritten: attempt.bytesWritten + folded)
    }

    /// Refuses what could never be restored, before anything is kept.
    private func check(_ changes: [StateChange]) throws {
        var folds: [String: StateChange.Fold] = [:]
        for change in pending { folds[change.name] = change.fold }
        for change in changes {
            guard change.name.utf8.count <= CheckpointLimits.nameBytes else {
                throw CheckpointErrors.misuse("a state has a name of \(change.name.utf8.count) bytes")
            }
            if let staged = change.staged, !(staged is StagedSection) || change.fold == .replace {
                throw CheckpointErrors.misuse("state '\(change.name)' has bytes that this store has not taken")
            }
            let known = folds[change.name] ?? states[change.name]?.fold ?? change.fold
            guard known == change.fold else {
                throw CheckpointErrors.misuse("state '\(change.name)' folds by \(change.fold), but did by \(known)")
            }
            folds[change.name] = change.fold
        }
        guard states.count + folds.count <= CheckpointLimits.states else {
            throw CheckpointErrors.misuse("more than \(CheckpointLimits.states) states")
        }
        for (name, chain) in states where chain.sections.count >= CheckpointLimits.sectionsOfState {
            throw CheckpointErrors.stopped("state '\(name)' has not been folded for too long")
        }
    }

    private mutating func add(_ changes: [StateChange]) {
        let replaced = Set(changes.lazy.filter { $0.fold == .replace || $0.isWhole }.map(\.name))
        pending.removeAll { replaced.contains($0.name) }
        pending += changes
        for case let staged as StagedSection in changes.lazy.map(\.staged) { present.insert(staged.number) }
        for change in changes where change.upkeep != .byStore { keptByOwner.insert(change.name) }
    }

    /// The pending changes of each state, states in the order they first came.
    private func grouped() -> [EpochAttempt.Changes] {
        var groups: [EpochAttempt.Changes] = []
        var places: [String: Int] = [:]
        for change in pending {
            let part = (change.staged as? StagedSection).map { EpochAttempt.Part.staged($0) } ?? .bytes(change.bytes)
            if let place = places[change.name] {
                groups[place].parts.append(part)
                if change.isWhole { groups[place].isWhole = true }
            } else {
                places[change.name] = groups.count
                groups.append(
                    EpochAttempt.Changes(
                        name: change.name, fold: change.fold, parts: [part], isWhole: change.isWhole))
            }
        }
        return groups
    }

    /// The epoch is durable.
    private mutating func accept(_ manifest: Manifest) {
        durable = manifest
        states = manifest.states
        blobs = manifest.blobs
        pending = []
        failedAttempts = 0
        retained.append(RetainedManifest(epoch: manifest.epoch, blobs: Set(manifest.blobs.keys)))
        // An owner that wrote its whole state leaves nothing of what a large fold was about.
        if let plan = task?.plan, !plan.inputs.allSatisfy({ states[plan.name]?.sections.contains($0) ?? false }) {
            dropTask()
        }
        letGoOfDamage(before: manifest.epoch)
        removeOutdated()
    }

    /// Damaged epochs are behind the newest one now, by number too: the next start must not take them for newer.
    private mutating func letGoOfDamage(before epoch: UInt64) {
        for damaged in broken.sorted() where damaged > epoch { removeQuietly(path(.brokenManifest(damaged))) }
        broken = []
    }

    /// Forgets every file that is not durable: after a failed sync nobody knows what they hold.
    private mutating func discard(_ attempt: EpochAttempt) {
        dropTask()
        states = durable?.states ?? [:]
        blobs = durable?.blobs ?? [:]
        if attempt.mayBeVisible {
            numbers.directoryFailed()
            // Whether its name reached the disk is unknown, so its blob stays until a newer epoch is durable.
            limbo.formUnion(attempt.blobs.keys)
            doomed += [path(.manifest(attempt.epoch)), path(.unfinishedManifest(attempt.epoch))]
        } else {
            removeQuietly(path(.unfinishedManifest(attempt.epoch)))
            if !attempt.hasBlob { removeQuietly(path(.blob(attempt.blobNumber))) }
            removeDeadBlobs()
        }
    }

    private mutating func failure(of epoch: UInt64, _ error: any Error) -> any Error {
        guard let error = error as? FileSystemError else {
            let cause = (error as? MillraceError) ?? CheckpointErrors.stopped("\(error)")
            stopped = cause
            return cause
        }
        failedAttempts += 1
        if failedAttempts >= CheckpointLimits.failedAttempts {
            let cause = CheckpointErrors.stopped("\(failedAttempts) epochs in a row failed, the last with \(error)")
            stopped = cause
            return cause
        }
        return CheckpointErrors.isDiskFull(error)
            ? CheckpointErrors.diskFull(epoch: epoch, error) : CheckpointErrors.writeFailed(epoch: epoch, error)
    }
}

import Diagnostics

extension StoreCore {
    private var planner: FoldPlanner { FoldPlanner(policy: policy) }

    /// What could be folded now, at most one plan for each state, the deepest state first.
    private func plans() -> [FoldPlan] {
        var plans: [FoldPlan] = []
        for (name, chain) in states where name != task?.plan.name {
            let isKeptByOwner = keptByOwner.contains(name)
            if let plan = planner.plan(name: name, chain: chain, isKeptByOwner: isKeptByOwner) { plans.append(plan) }
        }
        plans.sort { ($1.inputs.count, $0.name) < ($0.inputs.count, $1.name) }
        var taken = Set(plans.map(\.name))
        if let task { taken.insert(task.plan.name) }
        for plan in planner.relocations(states: states, blobs: blobs) where taken.insert(plan.name).inserted {
            plans.append(plan)
        }
        return plans
    }

    /// Folds small states in memory; the results go into the blob of the epoch and cost no sync of their own.
    mutating func foldInline() -> [(FoldPlan, [UInt8])] {
        guard foldPause == 0 else { return [] }
        var results: [(FoldPlan, [UInt8])] = []
        var budget = policy.inlineBudgetBytes
        for plan in plans() where plan.bytes <= min(policy.inlineFoldBytes, budget) {
            do {
                var merge = merge(plan)
                var bytes: [UInt8] = []
                bytes.reserveCapacity(plan.bytes)
                while try merge.advance(into: &bytes) != nil {}
                results.append((plan, bytes))
                budget -= plan.bytes
            } catch {
                foldFailed(error)
                break
            }
        }
        return results
    }

    /// Goes on with the large fold, or begins one; gives the bytes written. The epoch is durable already, so
    /// nothing here may make its commit fail.
    mutating func foldStep(budget: Int) -> Int {
        guard foldPause == 0 else {
            foldPause -= 1
            return 0
        }
        do {
            if task == nil { try beginTask() }
            guard var current = task else { return 0 }
            // One owner, so that the fold's buffers are not copied.
            task = nil
            let before = current.bytesWritten
            let result = try current.step(budget: budget)
            if let result {
                finish(current.plan, result)
            } else {
                task = current
            }
            return Int(truncatingIfNeeded: current.bytesWritten - before)
        } catch {
            task = nil
            removeDeadBlobs()
            foldFailed(error)
            return 0
        }
    }

    private mutating func beginTask() throws {
        guard let plan = plans().first(where: { $0.bytes > policy.inlineFoldBytes }) else { return }
        let number = numbers.take()
        present.insert(number)
        let writer = try BlobWriter(
            number: number, epoch: durable?.epoch ?? 0, path: path(.blob(number)), files: files)
        task = FoldTask(merge(plan), into: writer)
    }

    private mutating func finish(_ plan: FoldPlan, _ result: (section: Section, blob: BlobSummary)) {
        guard var chain = states[plan.name], chain.replace(plan.inputs, with: result.section) else { return }
        states[plan.name] = chain
        blobs[result.blob.number] = result.blob
        failedFolds = 0
    }

    /// Gives up the large fold; it is planned anew later, into another file.
    mutating func dropTask() {
        guard let dropped = task else { return }
        task = nil
        removeQuietly(dropped.path)
    }

    private func merge(_ plan: FoldPlan) -> SectionMerge {
        let files = files
        let directory = directory
        return SectionMerge(plan, pieceBytes: policy.pieceBytes) { (section) throws(FileSystemError) in
            try files.open(directory + "/" + CheckpointFileName.blob(section.blob).text, .read)
        }
    }

    private mutating func foldFailed(_ error: any Error) {
        if let damage = error as? DamagedBlobError {
            // Every later epoch would refer to bytes that are gone.
            stopped = CheckpointErrors.damaged(damage.path, what: damage.what)
            return
        }
        failedFolds += 1
        foldPause = CheckpointLimits.commitsBetweenFailedFolds
        warn("stored changes could not be folded, which is tried again later: \(error)")
        if failedFolds >= CheckpointLimits.failedFolds {
            stopped = CheckpointErrors.stopped("stored changes could not be folded \(failedFolds) times: \(error)")
        }
    }
}

import ConnectorContract

/// Decides which sections are worth folding.
///
/// Sections carry levels, never rising from the oldest to the newest. Sixteen of one level become one of the next, so
/// each byte is rewritten once for each level: the logarithm of the number of epochs. Keyed states are also folded
/// whole when the changes outweigh what they change.
struct FoldPlanner {
    var policy: FoldPolicy
    /// Sections that an owner may leave, before the store folds them after all.
    private static let ownersSections = 4_096

    func plan(name: String, chain: StateChain, isKeptByOwner: Bool = false) -> FoldPlan? {
        switch chain.fold {
        case .replace: nil
        case .append where isKeptByOwner, .keyed where isKeptByOwner:
            // An owner that cannot write its whole state any more must not let the sections run out.
            smallPlan(name: name, chain: chain)
                ?? (chain.sections.count > Self.ownersSections ? levelPlan(name: name, chain: chain) : nil)
        case .append: levelPlan(name: name, chain: chain)
        case .keyed: wholePlan(name: name, chain: chain) ?? levelPlan(name: name, chain: chain)
        }
    }

    private func wholePlan(name: String, chain: StateChain) -> FoldPlan? {
        guard chain.sections.count > 1, let base = chain.sections.first?.length else { return nil }
        let total = chain.bytes
        let changes = total &- base
        let isDeepAndSmall = chain.sections.count > policy.fanIn && total <= UInt64(policy.wholeFoldBytes)
        let isOutweighed = changes / UInt64(policy.baseRatio) > base && changes > UInt64(policy.ratioFloorBytes)
        guard isDeepAndSmall || isOutweighed else { return nil }
        let level = chain.sections.map(\.level).max() ?? 0
        return FoldPlan(
            name: name, fold: .keyed, inputs: chain.sections, level: max(level, 1), isComplete: true)
    }

    /// The oldest sixteen of the lowest level that has as many.
    private func levelPlan(name: String, chain: StateChain) -> FoldPlan? {
        let sections = chain.sections
        var end = sections.count
        while end > 0 {
            let level = sections[end - 1].level
            var start = end - 1
            while start > 0, sections[start - 1].level == level { start -= 1 }
            if end - start >= policy.fanIn, level < .max {
                let inputs = mergeable(sections[start..<end].prefix(policy.fanIn), fold: chain.fold)
                if inputs.count > 1 {
                    return FoldPlan(
                        name: name, fold: chain.fold, inputs: inputs, level: level + 1, isComplete: start == 0)
                }
            }
            end = start
        }
        return nil
    }

    /// The newest sixteen neighbours of one level that are small, so that there are never too many of them; what is large
    /// stays as it is until its owner writes it anew.
    private func smallPlan(name: String, chain: StateChain) -> FoldPlan? {
        let largest = UInt64(policy.ownerFoldBytes / policy.fanIn)
        var run: [Section] = []
        for (place, section) in chain.sections.enumerated().reversed() {
            if section.length > largest || section.level != run.last?.level ?? section.level { run = [] }
            guard section.length <= largest, section.level < .max else { continue }
            run.append(section)
            guard run.count == policy.fanIn else { continue }
            return FoldPlan(
                name: name, fold: chain.fold, inputs: run.reversed(), level: section.level + 1,
                isComplete: place == 0)
        }
        return nil
    }

    /// Appended sections stop growing at a size where merging gains nothing any more.
    private func mergeable(_ run: ArraySlice<Section>, fold: StateChange.Fold) -> [Section] {
        guard fold == .append else { return Array(run) }
        var total: UInt64 = 0
        return Array(
            run.prefix { section in
                total &+= section.length
                return total <= UInt64(policy.largestAppendedBytes)
            })
    }

    /// Copies that empty the blob with the most dead bytes, once dead bytes outweigh live ones.
    func relocations(states: [String: StateChain], blobs: [UInt64: BlobSummary]) -> [FoldPlan] {
        var live: [UInt64: UInt64] = [:]
        for chain in states.values {
            for section in chain.sections { live[section.blob, default: 0] &+= section.length }
        }
        var dead: UInt64 = 0
        var worst: (blob: UInt64, dead: UInt64)?
        for (number, bytes) in live {
            let unused = (blobs[number]?.length ?? bytes) &- bytes
            dead &+= unused
            if unused > worst?.dead ?? 0 || (unused == worst?.dead && number < worst?.blob ?? 0) {
                worst = (number, unused)
            }
        }
        let tolerated = live.values.reduce(UInt64(policy.toleratedDeadBytes)) { $0 &+ $1 }
        guard dead > tolerated, let worst else { return [] }
        var plans: [FoldPlan] = []
        for (name, chain) in states {
            for section in chain.sections where section.blob == worst.blob {
                plans.append(
                    FoldPlan(
                        name: name, fold: chain.fold, inputs: [section], level: section.level,
                        isComplete: section.isComplete))
            }
        }
        return plans.sorted { ($0.name, $0.inputs[0].offset) < ($1.name, $1.inputs[0].offset) }
    }
}

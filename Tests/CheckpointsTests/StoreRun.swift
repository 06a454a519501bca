import Checkpoints
import ConnectorContract
import Diagnostics
import TestSupport

let testIdentity = JobIdentity(name: "job", planHash: 42, formatVersion: 1)

extension FoldPolicy {
    /// Folds early and in small steps, so that a short run sees every kind of folding.
    static var eager: FoldPolicy {
        var policy = FoldPolicy()
        policy.fanIn = 3
        policy.ratioFloorBytes = 64
        policy.wholeFoldBytes = 128
        policy.inlineFoldBytes = 100
        policy.inlineBudgetBytes = 300
        policy.stepBytes = 64
        policy.largestAppendedBytes = 400
        policy.ownerFoldBytes = 300
        policy.toleratedDeadBytes = 200
        policy.pieceBytes = 32
        return policy
    }
}

func openStore(
    _ files: any FileSystem, directory: String = "/data/job", policy: FoldPolicy = .eager,
    identity: JobIdentity = testIdentity
) throws -> FileCheckpointStore {
    try FileCheckpointStore(directory: directory, files: files, identity: identity, policy: policy)
}

/// A history run against a store until the end, or until the disk has lost its power.
struct StoreRun {
    let history: EpochHistory
    /// Whether bytes go to the store ahead of their epoch, as far as it takes them.
    let stages: Bool
    /// The newest epoch whose commit returned.
    private(set) var acknowledged = 0
    /// The newest epoch whose commit was called.
    private(set) var attempted = 0
    /// Codes of the errors that commits threw.
    private(set) var errors: [String] = []

    init(_ history: EpochHistory, stages: Bool = false) {
        self.history = history
        self.stages = stages
    }

    /// The changes of an epoch, most of them staged: what is appended in two parts, what has keys in one.
    private func changes(of epoch: Int, _ store: FileCheckpointStore) -> [StateChange] {
        guard stages else { return history.epochs[epoch - 1] }
        return history.epochs[epoch - 1].flatMap { change -> [StateChange] in
            guard change.fold != .replace, (change.bytes.count + epoch) % 4 > 0, let staged = store.stage() else {
                return [change]
            }
            let half = change.fold == .append ? change.bytes.count / 2 : change.bytes.count
            var rest = change.bytes[...]
            do {
                for part in [change.bytes[..<half], change.bytes[half...]] where !part.isEmpty {
                    try part.withUnsafeBytes { try staged.append($0) }
                    rest = rest.dropFirst(part.count)
                }
            } catch {
                // As many as were taken count.
            }
            return [
                StateChange(name: change.name, fold: change.fold, bytes: [], staged: staged, upkeep: change.upkeep),
                StateChange(name: change.name, fold: change.fold, bytes: Array(rest), upkeep: change.upkeep),
            ]
        }
    }

    /// Opens and commits the epochs that are missing; goes on after errors as a job does.
    mutating func run(_ files: any FileSystem, from first: Int = 1, opens: Int = 1) {
        var store: FileCheckpointStore?
        for _ in 0..<opens where store == nil {
            do {
                let opened = try openStore(files)
                _ = try opened.restore()
                store = opened
            } catch {
                continue
            }
        }
        guard let store else { return }
        for epoch in first...history.epochs.count {
            attempted = epoch
            do {
                _ = try store.commit(epoch: UInt64(epoch), changes: changes(of: epoch, store))
                acknowledged = epoch
            } catch {
                errors.append((error as? MillraceError)?.code ?? "\(error)")
                if errors.last == "checkpoints_stopped" { return }
            }
        }
    }

    /// What is wrong with the epochs on the disk, in words; nil when a restart continues exactly where it may.
    func violation(after files: FaultyFileSystem) -> String? {
        do {
            let restored: RestoredEpoch?
            do {
                let store = try openStore(files)
                restored = try store.restore()
                let epoch = Int(restored?.epoch ?? 0)
                guard epoch >= acknowledged, epoch <= attempted else {
                    return "epoch \(epoch) instead of \(acknowledged)...\(attempted)"
                }
                guard try StateModel(restored) == history.models[epoch] else { return "another state at \(epoch)" }
                for next in (epoch + 1)..<(epoch + 4) where next <= history.epochs.count {
                    _ = try store.commit(epoch: UInt64(next), changes: history.epochs[next - 1])
                }
            }
            let last = min(Int(restored?.epoch ?? 0) + 3, history.epochs.count)
            files.crash(keeping: 4)
            let again = try openStore(files).restore()
            guard Int(again?.epoch ?? 0) == last, try StateModel(again) == history.models[last] else {
                return "another state after going on to \(last)"
            }
            return nil
        } catch {
            return "\(error)"
        }
    }
}

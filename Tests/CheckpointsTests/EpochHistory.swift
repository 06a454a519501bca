import ConnectorContract
import Diagnostics

/// What the state of a job is, independent of how it is stored.
struct StateModel: Equatable {
    var replaced: [String: [UInt8]] = [:]
    var appended: [String: [UInt8]] = [:]
    var keyed: [String: [[UInt8]: [UInt8]]] = [:]

    mutating func apply(_ change: StateChange) throws {
        switch change.fold {
        case .replace: replaced[change.name] = change.bytes
        case .append: appended[change.name, default: []] += change.bytes
        case .keyed:
            var entries = keyed[change.name] ?? [:]
            try change.bytes.withUnsafeBytes { buffer in
                try KeyedEntries.forEach(in: buffer) { key, value in entries[Array(key)] = value.map { Array($0) } }
            }
            keyed[change.name] = entries
        }
    }

    init() {}

    init(_ restored: RestoredEpoch?) throws {
        for (name, changes) in restored?.states ?? [:] {
            for change in changes {
                precondition(change.name == name)
                try apply(change)
            }
        }
        dropEmpty()
    }

    /// The changes of an epoch are all of a state.
    mutating func forget(_ name: String) {
        appended[name] = nil
        keyed[name] = nil
    }

    /// States that hold nothing may be stored or not.
    mutating func dropEmpty() {
        appended = appended.filter { !$0.value.isEmpty }
        keyed = keyed.filter { !$0.value.isEmpty }
    }
}

/// A run of epochs by seed, with the state after each.
struct EpochHistory {
    /// Changes of epoch 1, 2, ...
    private(set) var epochs: [[StateChange]] = []
    /// The state after epoch 0, 1, 2, ...
    private(set) var models: [StateModel] = [StateModel()]

    init(seed: UInt64, epochs count: Int) throws {
        var random = SplitMix64(seed: seed)
        for epoch in 1...count {
            let changes = Self.changes(epoch: epoch, &random)
            epochs.append(changes)
            var model = models[models.count - 1]
            for change in changes where change.isWhole { model.forget(change.name) }
            for change in changes { try model.apply(change) }
            model.dropEmpty()
            models.append(model)
        }
    }

    private static func changes(epoch: Int, _ random: inout SplitMix64) -> [StateChange] {
        if epoch % 9 == 5 { return [] }
        var changes = [
            StateChange(name: "source/positions", fold: .replace, bytes: bytes(8, &random)),
            StateChange(name: "static", fold: .replace, bytes: [1, 2, 3]),
        ]
        for instance in 0..<2 where random.next() % 4 != 0 {
            var entries = KeyedEntries()
            for _ in 0..<(random.next() % 6) {
                let key: [UInt8] = [UInt8(instance), UInt8(random.next() % 12)]
                if random.next() % 3 == 0 {
                    entries.remove(key: key)
                } else {
                    entries.put(key: key, value: bytes(Int(random.next() % 24), &random))
                }
            }
            changes.append(StateChange(name: "table/rows", fold: .keyed, bytes: entries.bytes))
        }
        if random.next() % 5 != 0 {
            changes.append(
                StateChange(name: "seen/keys", fold: .append, bytes: bytes(Int(random.next() % 40), &random)))
        }
        changes += ownedChanges(&random)
        if epoch == 2 {
            changes.append(StateChange(name: "once", fold: .append, bytes: bytes(30, &random)))
        }
        return changes
    }

    /// States that their owner writes anew now and then, two instances of it at once.
    private static func ownedChanges(_ random: inout SplitMix64) -> [StateChange] {
        let upkeep = StateChange.Upkeep.byOwner(isWhole: random.next() % 6 == 0, wantsWhole: false)
        var changes: [StateChange] = []
        for instance in 0..<2 as Range<UInt8> {
            changes.append(
                StateChange(
                    name: "own/blocks", fold: .append, bytes: bytes(Int(random.next() % 40), &random), upkeep: upkeep))
            var entries = KeyedEntries()
            entries.put(key: [instance, UInt8(random.next() % 5)], value: bytes(Int(random.next() % 24), &random))
            if random.next() % 4 == 0 { entries.remove(key: [instance, UInt8(random.next() % 5)]) }
            changes.append(StateChange(name: "own/rows", fold: .keyed, bytes: entries.bytes, upkeep: upkeep))
        }
        return changes
    }

    private static func bytes(_ count: Int, _ random: inout SplitMix64) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }
}

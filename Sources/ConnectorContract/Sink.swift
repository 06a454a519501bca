package import Columnar

/// Where the rows of one INSERT go. One instance per sink and job; all calls come from one thread at a time.
package protocol Sink: AnyObject, Sendable {
    /// Applies a batch with its row kinds, in order.
    func write(_ batch: Batch) throws

    /// Event time passed, in microseconds: rows before it are late. Most sinks have no use for it.
    func advance(to watermark: Int64) throws

    /// Cuts an epoch: everything written so far belongs to it. Returns what must be stored with the epoch.
    func snapshot(epoch: UInt64) throws -> [StateChange]

    /// The epoch is durable: what was held back for it may become visible outside.
    func committed(epoch: UInt64) throws

    /// Gives back what ``snapshot(epoch:)`` returned, oldest first, before the first write.
    func restore(_ changes: [StateChange]) throws

    /// All input ended and its last epoch is committed.
    func finish() throws

    /// Bytes of rows that are held back until their epoch is durable. While they are many, sources are not read on.
    var heldBytes: Int { get }

    /// What the sink promises, in words for people, such as "exactly once, with the epoch".
    var guarantee: String { get }
}

extension Sink {
    package func advance(to watermark: Int64) throws {}
    package var heldBytes: Int { 0 }
}

/// A change of one named state, as it goes into an epoch.
///
/// Bytes are opaque to whoever stores them; `fold` tells how changes of the same name may be merged.
package struct StateChange: Sendable, Equatable {
    /// How a sequence of changes becomes one.
    package enum Fold: UInt8, Sendable {
        /// The newest alone counts.
        case replace = 0
        /// All count, in order.
        case append = 1
        /// Entries of (key, value) or (key, removed): for each key the newest counts. See ``KeyedEntries``.
        case keyed = 2
    }

    /// Who keeps the stored changes of a state from outgrowing it.
    package enum Upkeep: Sendable, Equatable {
        /// The store folds them.
        case byStore
        /// The owner writes the state anew when its changes outweigh it: cheaper than reading them back to compare keys.
        /// With `isWhole` the changes of this epoch are all of the state, and older ones are not needed any more;
        /// `wantsWhole` asks for leave to do so with the next epoch, for all instances must do it in one.
        case byOwner(isWhole: Bool, wantsWhole: Bool)
    }

    package var name: String
    package var fold: Fold
    package var bytes: [UInt8]
    /// Where the store has the bytes already; ``bytes`` are empty then. Never of a fold of `replace`.
    package var staged: (any StagedState)?
    package var upkeep: Upkeep

    package init(
        name: String, fold: Fold, bytes: [UInt8], staged: (any StagedState)? = nil, upkeep: Upkeep = .byStore
    ) {
        self.name = name
        self.fold = fold
        self.bytes = bytes
        self.staged = staged
        self.upkeep = upkeep
    }

    /// Older changes of the state are not needed any more.
    package var isWhole: Bool { if case .byOwner(true, _) = upkeep { true } else { false } }
    package var wantsWhole: Bool { if case .byOwner(_, true) = upkeep { true } else { false } }
}

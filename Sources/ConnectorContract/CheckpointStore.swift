/// Where epochs become durable. All calls but ``stage()`` come from one thread at a time.
package protocol CheckpointStore: AnyObject, Sendable {
    /// The newest epoch that is whole; nil when there has been none. Called once, before the first commit.
    func restore() throws -> RestoredEpoch?

    /// Makes an epoch durable: on return it survives the loss of power. Epoch numbers grow by one.
    /// Several changes may have one name: they are kept in the order given.
    func commit(epoch: UInt64, changes: [StateChange]) throws -> EpochReceipt

    /// Makes an epoch durable of which these changes are all there is; what was stored before is no part of it.
    /// Called after ``restore()`` and before the first ``commit(epoch:changes:)``.
    func replace(epoch: UInt64, changes: [StateChange]) throws -> EpochReceipt

    /// A place for bytes of one state ahead of the next epoch; nil where the store has none. From any thread, also while
    /// an epoch is committed.
    func stage() -> (any StagedState)?

    /// What went wrong without stopping the store, in words for people, oldest first; bounded.
    var warnings: [String] { get }
}

extension CheckpointStore {
    package var warnings: [String] { [] }
}

/// What a restart begins with.
package struct RestoredEpoch: Sendable {
    package var epoch: UInt64
    /// For each state name its changes, oldest first; folded as far as the store saw fit.
    package var states: [String: [StateChange]]

    package init(epoch: UInt64, states: [String: [StateChange]]) {
        self.epoch = epoch
        self.states = states
    }
}

/// What a commit cost.
package struct EpochReceipt: Sendable, Equatable {
    package var bytesWritten: Int
    package init(bytesWritten: Int) { self.bytesWritten = bytesWritten }
}

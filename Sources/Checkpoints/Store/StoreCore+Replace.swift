import ConnectorContract

extension StoreCore {
    /// An epoch of these changes alone. The older ones stay for as long as they are retained.
    mutating func replace(epoch: UInt64, changes: [StateChange]) throws -> EpochReceipt {
        guard pending.isEmpty, task == nil else {
            throw CheckpointErrors.misuse("state was replaced after epochs had been committed")
        }
        let (oldStates, oldBlobs) = (states, blobs)
        (states, blobs) = ([:], [:])
        do {
            return try commit(epoch: epoch, changes: changes)
        } catch {
            // Nothing of it is to go with a later epoch: the caller begins again from what is durable.
            (states, blobs) = (oldStates, oldBlobs)
            pending = []
            throw error
        }
    }
}

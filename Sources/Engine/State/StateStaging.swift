import ConnectorContract

/// Where and when bytes of state go to the store ahead of their epoch.
struct StateStaging {
    let store: any CheckpointStore
    /// Fewer bytes of an epoch wait for it: a file of their own, and its sync, would cost more than they do.
    let leastBytes: Int
}

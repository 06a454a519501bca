package import ConnectorContract

/// The tables that a stored job wrote to: what tells whose state it is when its name has changed.
package enum StoredSinks {
    /// The state of an epoch that tells it.
    package static let stateName = StoredSchema.stateName

    /// Names of the sinks, out of that state; none where it has nothing to tell.
    package static func names(_ changes: [StateChange]) throws -> Set<String> {
        let epoch = RestoredEpoch(epoch: 1, states: [stateName: changes])
        guard let schema = try StoredSchema(epoch) else { return [] }
        return Set(schema.nodes.keys.filter { $0.hasPrefix("sink:") }.map { String($0.dropFirst(5)) })
    }
}

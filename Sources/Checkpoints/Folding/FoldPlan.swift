import ConnectorContract

/// Sections of one state that are to become one section.
struct FoldPlan: Equatable {
    var name: String
    var fold: StateChange.Fold
    /// Neighbours in their chain, oldest first.
    var inputs: [Section]
    /// Level of the section that results.
    var level: UInt8
    /// Nothing older remains: removed keys need no mention.
    var isComplete: Bool

    var bytes: Int { Int(truncatingIfNeeded: inputs.reduce(0) { $0 &+ $1.length }) }

    /// Whether keys must be compared; bytes are joined as they are otherwise.
    var mergesKeys: Bool { fold == .keyed && inputs.count > 1 }
}

extension PhysicalPlan {
    /// Whether any operator forgets state that nothing came for. Updates that change nothing then still say that a row
    /// is alive, and must not be left out.
    package var forgetsIdleState: Bool { nodes.contains { $0.operation.forgetsIdleState } }
}

extension PlanOperation {
    fileprivate var forgetsIdleState: Bool {
        switch self {
        case .aggregate(let aggregate): aggregate.stateTimeToLiveMilliseconds != nil
        case .over(let over): over.stateTimeToLiveMilliseconds != nil
        case .deduplicate(let deduplicate): deduplicate.stateTimeToLiveMilliseconds != nil
        case .rank(let rank): rank.stateTimeToLiveMilliseconds != nil
        case .setOperation(let operation): operation.stateTimeToLiveMilliseconds != nil
        case .streamJoin(let join):
            join.leftTimeToLiveMilliseconds != nil || join.rightTimeToLiveMilliseconds != nil
        default: false
        }
    }
}

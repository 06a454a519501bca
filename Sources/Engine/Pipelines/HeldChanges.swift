import StreamSQL

extension PhysicalPlan {
    /// The nodes that must send on what they hold back before a watermark passes them: those whose changes come to
    /// something that closes by the watermark, for which they would be late.
    func nodesThatFlushBeforeWatermarks() -> Set<Int> {
        var result: Set<Int> = []
        for node in nodes.reversed() where Self.closesOverChanges(node.operation) || result.contains(node.id) {
            result.formUnion(node.inputs)
        }
        return result.filter { Self.holdsBack(nodes[$0].operation) }
    }

    private static func closesOverChanges(_ operation: PlanOperation) -> Bool {
        switch operation {
        case .windowAggregate(let window): window.inputRetracts
        case .streamJoin(let join): join.timing != .unbounded && (join.leftRetracts || join.rightRetracts)
        default: false
        }
    }

    private static func holdsBack(_ operation: PlanOperation) -> Bool {
        switch operation {
        case .windowAggregate(let window): window.emission != nil
        case .aggregate, .rank, .over, .setOperation, .join, .streamJoin: true
        default: false
        }
    }
}

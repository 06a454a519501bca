import Columnar
import StreamSQL

/// How the entries of a stored state are made up, as far as a changed query must know to take over what it still has.
///
/// The other side of this table are the `snapshot` and `restore` of the operators: who changes bytes there changes them
/// here too, or leaves the state out, which then fits only unchanged queries.
enum StateForm: Equatable {
    /// After so many bytes of a value a row of the input; `isFlagged`: only where the first of those bytes is 1.
    /// States that append hold one row after another, without such bytes.
    case rows(input: Int, prefix: Int, isFlagged: Bool = false)
    /// The key of an entry is a row of the input.
    case keyRows(input: Int)
    /// A value is a row of what the calls gave.
    case results
    /// Batches of rows of the input: see ``WaitingRows``.
    case waitingRows
    /// After so many bytes of a value the pieces of ``AggregateSet``; `whole` with their parts.
    case calls(prefix: Int, whole: Bool)
    /// Blocks of groups with a column for each call: see `AggregateOperator+Blocks.swift`.
    case callBlocks
    /// ``StoredBlocks`` of rows of an input, with so many columns of the owner's in front.
    case rowBlocks(input: Int, ownColumns: Int)
    /// Parts of an aggregate's calls: in the key the group, then the number of the call.
    case callParts(groupTypes: [DataType])
    /// Values that calls share, after the numbers of those calls: see ``AggregateSet/drainDistinct(to:key:)``.
    case sharedValues
    /// Neither rows nor calls: watermarks and the like.
    case other

    /// The form of the state `name` of a node; nil where it cannot be taken over by another layout.
    static func of(_ name: String, _ node: PlanNode) -> StateForm? {
        switch (node.operation, name) {
        case (.sink, _):
            // Sinks tell the layout of their rows themselves.
            return .other
        case (_, "watermark"), (_, "ended"), (_, EndedInstances.stateName): return .other
        case (.aggregate(let plan), "groups"):
            return .calls(prefix: plan.stateTimeToLiveMilliseconds == nil ? 8 : 16, whole: false)
        case (.aggregate, "blocks"): return .callBlocks
        case (.aggregate(let plan), "parts"):
            return .callParts(groupTypes: node.fields.prefix(plan.groupColumns.count).map(\.type))
        case (.aggregate, "values"): return .sharedValues
        case (.windowAggregate, "given"): return .results
        case (.windowAggregate(let plan), "slices"):
            return .calls(prefix: plan.inputRetracts ? 8 : 0, whole: true)
        case (.windowAggregate, "sessions"): return .calls(prefix: 8, whole: false)
        case (.windowAggregate, "rows"), (.sessionWindow, "rows"): return .rows(input: 0, prefix: 0)
        case (.rank(let plan), "blocks") where plan.stateTimeToLiveMilliseconds == nil && TopRowOperator.fits(plan):
            return .rowBlocks(input: 0, ownColumns: 0)
        case (.rank, RankBuffer.blocksName): return .rowBlocks(input: 0, ownColumns: 1)
        case (.rank, "rows"), (.timeSort, "rows"): return .rows(input: 0, prefix: 8)
        case (.deduplicate, "rows"): return .rows(input: 0, prefix: 9, isFlagged: true)
        case (.streamJoin, "left" + JoinStorage.blocksSuffix): return .rowBlocks(input: 0, ownColumns: 0)
        case (.streamJoin, "right" + JoinStorage.blocksSuffix): return .rowBlocks(input: 1, ownColumns: 0)
        case (.over, RankBuffer.blocksName): return .rowBlocks(input: 0, ownColumns: 1)
        case (.over, "rows"): return .rows(input: 0, prefix: 8)
        case (.over, "partitions"): return .calls(prefix: 32, whole: false)
        case (.over(let plan), "parts"): return .callParts(groupTypes: plan.partition.map { node.fields[$0].type })
        case (.match, "rows"): return .rows(input: 0, prefix: 0)
        // By numbers of rows and variables.
        case (.match, "partitions"): return .other
        case (.setOperation, "rows"): return .keyRows(input: 0)
        case (.lookupJoin, "waiting"): return .waitingRows
        case (.versionJoin, "rows"): return .rows(input: 0, prefix: 1)
        case (.versionJoin, "versions"): return .rows(input: 1, prefix: 1)
        case (.streamJoin, "left"): return .rows(input: 0, prefix: 1)
        case (.streamJoin, "right"): return .rows(input: 1, prefix: 1)
        default: return nil
        }
    }
}

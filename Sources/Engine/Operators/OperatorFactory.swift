import Columnar
import ConnectorContract
import Diagnostics
import StreamSQL

/// The seeds of a job's hashes; kept with its state, for state is dealt by them.
struct JobSeeds: Sendable, Equatable {
    /// Deals rows to instances.
    var exchange: UInt64
    /// The second half of fingerprints.
    var fingerprint: UInt64
    /// Hash tables in memory.
    var table: UInt64
}

/// From nodes of a plan to running operators. The one place that knows all kinds.
struct OperatorFactory {
    let plan: PhysicalPlan
    let wiring: JobWiring
    let seeds: JobSeeds
    var upkeep = StateUpkeep()

    func make(_ node: PlanNode) throws -> any Operator {
        let context = EvaluationContext(clock: wiring.environment.clock, random: wiring.environment.random)
        let inputFields = node.inputs.first.map { plan.nodes[$0].fields } ?? []
        switch node.operation {
        case .scan, .values, .union: return ChangesScanOperator.make(node, plan)
        case .calculate(let calculate):
            return try CalculateOperator(
                calculate, timeZone: plan.timeZone, context: context, dropsNoOpUpdates: !plan.forgetsIdleState)
        case .watermark(let watermark):
            return try WatermarkOperator(watermark, timeZone: plan.timeZone, context: context)
        case .aggregate(let aggregate):
            if aggregate.phase == .local {
                return LocalAggregateOperator(aggregate, inputFields: inputFields, seed: seeds.table)
            }
            return AggregateOperator(
                aggregate, inputFields: inputFields, isBatchMode: plan.isBatchMode, seed: seeds.table,
                keepsChanges: wiring.store != nil, upkeep: upkeep, wallMilliseconds: wallMilliseconds)
        case .window(let window): return WindowOperator(window)
        case .sessionWindow(let session):
            return SessionWindowOperator(session, inputFields: inputFields, seed: seeds.table)
        case .windowAggregate(let window): return windowAggregate(window, inputFields)
        case .over(let over):
            if case .sorted = over.order {
                return OverSortedOperator(
                    over, inputFields: inputFields, isBatchMode: plan.isBatchMode, keepsChanges: wiring.store != nil,
                    seed: seeds.table, wallMilliseconds: wallMilliseconds)
            }
            return OverTimeOperator(
                over, inputFields: inputFields, seed: seeds.table, keepsChanges: wiring.store != nil,
                wallMilliseconds: wallMilliseconds)
        case .unnest(let unnest): return UnnestOperator(unnest)
        case .deduplicate(let deduplicate):
            if case .rowTime(let column) = deduplicate.order {
                return RowTimeDeduplicateOperator(
                    deduplicate, timeColumn: column, inputFields: inputFields, seed: seeds.table,
                    keepsChanges: wiring.store != nil, wallMilliseconds: wallMilliseconds)
            }
            return DeduplicateOperator(
                deduplicate, seeds: (seeds.exchange, seeds.fingerprint), keepsChanges: wiring.store != nil,
                ownNumber: wiring.environment.random.next(), wallMilliseconds: wallMilliseconds)
        case .join(let join):
            return try JoinOperator(
                join, leftFields: inputFields, rightFields: plan.nodes[node.inputs[1]].fields,
                timeZone: plan.timeZone, seed: seeds.table, context: context)
        case .rank(let rank): return self.rank(rank, inputFields)
        case .timeSort(let sort):
            return TimeSortOperator(
                sort, inputFields: inputFields, keepsChanges: wiring.store != nil, seed: seeds.table)
        case .setOperation(let operation):
            return SetOperationOperator(
                operation, inputFields: node.fields, isBatchMode: plan.isBatchMode, seed: seeds.table,
                keepsChanges: wiring.store != nil, wallMilliseconds: wallMilliseconds)
        case .versionJoin(let join): return try versionJoin(join, node, context)
        case .streamJoin(let join): return try streamJoin(join, node, context)
        case .lookupJoin(let join): return try lookupJoin(join, inputFields, context)
        case .leadingRows(let leading):
            return LeadingRowsOperator(leading, inputFields: inputFields, seed: seeds.table)
        case .clock(let timeColumn): return ClockOperator(timeColumn: timeColumn, wallMilliseconds: wallMilliseconds)
        case .match(let match):
            return try MatchOperator(
                match, inputFields: inputFields, timeZone: plan.timeZone, context: context, seed: seeds.table,
                wallMilliseconds: wallMilliseconds)
        case .process(let process): return self.process(process, node)
        case .sort(let sort):
            return SortOperator(sort, inputFields: inputFields, keepsChanges: wiring.store != nil, seed: seeds.table)
        case .sink(let sink): return try self.sink(sink, node, context)
        case .exchange:
            throw MillraceError(.internalError, code: "plan_exchange", "an exchange is not an operator")
        }
    }

    private var wallMilliseconds: () -> Int64 {
        let clock = wiring.environment.clock
        return { clock.wallMilliseconds() }
    }

    private func sink(_ sink: SinkPlan, _ node: PlanNode, _ context: EvaluationContext) throws -> any Operator {
        let constraints = try SinkConstraints(sink, node, timeZone: plan.timeZone, context: context)
        return SinkOperator(try wiring.makeSink(sink, plan.nodes[node.inputs[0]].fields), constraints)
    }

    private func windowAggregate(_ window: WindowAggregatePlan, _ inputFields: [Field]) -> any Operator {
        if window.phase == .local {
            return LocalWindowAggregateOperator(window, inputFields: inputFields, seed: seeds.table)
        }
        guard case .session(let gap) = window.shape else {
            let clock = wiring.environment.clock
            return WindowAggregateOperator(
                window, inputFields: inputFields, seed: seeds.table, wallMilliseconds: { clock.wallMilliseconds() })
        }
        if window.keepsRows {
            return SessionRowsAggregateOperator(
                window, gapMilliseconds: gap, inputFields: inputFields, seed: seeds.table)
        }
        return SessionAggregateOperator(window, gapMilliseconds: gap, inputFields: inputFields, seed: seeds.table)
    }

    private func process(_ process: TableFunctionPlan, _ node: PlanNode) -> any Operator {
        let clock = wiring.environment.clock
        let fields = node.inputs.map { plan.nodes[$0].fields }
        func made<Processor: TableFunctionProcessor>(_ processor: Processor) -> any Operator {
            ProcessOperator(process, processor: processor, inputFields: fields, seed: seeds.table) {
                clock.wallMilliseconds()
            }
        }
        return made(process.function.makeProcessor(for: process.call))
    }

    private func rank(_ rank: RankPlan, _ inputFields: [Field]) -> any Operator {
        let keepsChanges = wiring.store != nil
        if let window = rank.window {
            return WindowRankOperator(
                rank, window: window, inputFields: inputFields, keepsChanges: keepsChanges, seed: seeds.table)
        }
        // Only the general form forgets idle partitions.
        if rank.stateTimeToLiveMilliseconds == nil, TopRowOperator.fits(rank) {
            return TopRowOperator(
                rank, inputFields: inputFields, isBatchMode: plan.isBatchMode, keepsChanges: keepsChanges,
                upkeep: upkeep, seed: seeds.table)
        }
        return RankOperator(
            rank, inputFields: inputFields, isBatchMode: plan.isBatchMode, keepsChanges: keepsChanges, upkeep: upkeep,
            seed: seeds.table, wallMilliseconds: wallMilliseconds)
    }

    private func lookupJoin(
        _ join: LookupJoinPlan, _ leftFields: [Field], _ context: EvaluationContext
    ) throws -> any Operator {
        try LookupJoinOperator(
            join, leftFields: leftFields, plan: plan, wiring: wiring, seed: seeds.table, context: context)
    }

    private func versionJoin(
        _ join: VersionJoinPlan, _ node: PlanNode, _ context: EvaluationContext
    ) throws -> any Operator {
        let clock = wiring.environment.clock
        let storing = JoinStoring(
            keepsChanges: wiring.store != nil, ownNumber: wiring.environment.random.next(),
            wallMilliseconds: { clock.wallMilliseconds() })
        return try VersionJoinOperator(
            join, leftFields: plan.nodes[node.inputs[0]].fields, rightFields: plan.nodes[node.inputs[1]].fields,
            timeZone: plan.timeZone, seed: seeds.table, context: context, storing: storing)
    }

    private func streamJoin(
        _ join: StreamJoinPlan, _ node: PlanNode, _ context: EvaluationContext
    ) throws -> any Operator {
        let left = plan.nodes[node.inputs[0]].fields
        let right = plan.nodes[node.inputs[1]].fields
        let clock = wiring.environment.clock
        let storing = JoinStoring(
            keepsChanges: wiring.store != nil, ownNumber: wiring.environment.random.next(),
            wallMilliseconds: { clock.wallMilliseconds() })
        if join.timing != .unbounded {
            return try TimedJoinOperator(
                join, leftFields: left, rightFields: right, timeZone: plan.timeZone, seed: seeds.table,
                context: context, storing: storing)
        }
        return try RegularJoinOperator(
            join, leftFields: left, rightFields: right, timeZone: plan.timeZone, isBatchMode: plan.isBatchMode,
            seed: seeds.table, context: context, storing: storing)
    }
}

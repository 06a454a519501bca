import Columnar

/// Chooses operators, distributions and exchanges for a rewritten logical plan.
struct PhysicalPlanner {
    private let plan: LogicalPlan
    let graph: LogicalGraph
    let isBatchMode: Bool
    let signatures: NodeSignatures
    /// Nodes whose only consumer is an upsert sink with the same key.
    let upsertNodes: Set<Int>
    /// Whether sinks get their changes in the order of their key.
    var materialization = SinkMaterialization.automatic
    /// What sinks do with rows that their columns do not allow.
    var enforcement = SinkEnforcement()
    let isBounded: [Bool]
    /// What columns are in terms of time.
    let times: TimeTrace

    var result: PhysicalPlan
    /// A logical node in one of its roles: read as a stream, or read anew at each start for a join.
    private struct Role: Hashable {
        var node: Int
        var isStatic: Bool
    }
    private var planned: [Role: Int] = [:]
    private struct Crossing: Hashable {
        var input: Int
        var exchange: ExchangePlan
        var distribution: Distribution
    }
    private var exchanges: [Crossing: Int] = [:]
    private var names: [String: Int] = [:]

    init(_ plan: LogicalPlan, timeZone: String, isBatchMode: Bool) {
        self.plan = plan
        graph = plan.graph
        self.isBatchMode = isBatchMode
        signatures = NodeSignatures(plan.graph, timeZone: timeZone)
        isBounded = Self.bounded(plan.graph, isBatchMode)
        upsertNodes = UpsertTargets(plan).nodes
        times = TimeTrace(plan.graph)
        result = PhysicalPlan(timeZone: timeZone, isBatchMode: isBatchMode)
    }

    /// Whether the rows of each node end by themselves.
    private static func bounded(_ graph: LogicalGraph, _ isBatchMode: Bool) -> [Bool] {
        var result: [Bool] = []
        for node in graph.nodes {
            if case .scan(let scan) = node.operation {
                result.append(scan.table.isBounded || (isBatchMode && scan.table.connector == nil))
            } else if case .join(let join) = node.operation, join.lookup != nil, let left = node.inputs.first {
                // The table that rows are looked up in ends nothing.
                result.append(result[left])
            } else {
                result.append(node.inputs.allSatisfy { result[$0] })
            }
        }
        return result
    }

    mutating func run() throws(SQLError) -> PhysicalPlan {
        // INSERTs into one table go through one sink.
        var order: [String] = []
        var inputs: [String: [Int]] = [:]
        var first: [String: LogicalPlan.Root] = [:]
        for root in plan.roots {
            guard !isBatchMode || isBounded[root.node] else {
                throw SQLError(
                    .semantics, "an endless table can't be read in batch mode or together with result tables",
                    at: root.range)
            }
            var name = "collect"
            if case .table(let table) = root.target { name = table.name }
            var input = single(try node(root.node, isStatic: false, root))
            if case .table(let table) = root.target {
                input = materialized(input, table, root)
                try SinkRules.check(table, result.nodes[input].changelog, at: root.range)
            }
            if first[name] == nil {
                order.append(name)
                first[name] = root
            }
            inputs[name, default: []].append(input)
        }
        for name in order {
            guard let root = first[name], let all = inputs[name] else { continue }
            addSink(root, all, name: "sink:\(name)")
        }
        return result
    }

    private mutating func addSink(_ root: LogicalPlan.Root, _ inputs: [Int], name: String) {
        let modes = inputs.map { result.nodes[$0].changelog }
        let changelog: ChangelogMode =
            modes.allSatisfy { $0 == .append } ? .append : modes.contains(.upsert) ? .upsert : .retract
        var input = inputs[0]
        if inputs.count > 1 {
            input = add(.union, inputs, root.fields, changelog, .single, name: "union:\(name)")
        }
        let target: SinkPlan.Target
        switch root.target {
        case .collect: target = .collect
        case .table(let table): target = .table(table)
        }
        add(
            .sink(
                SinkPlan(target: target, enforcement: enforcement, place: inputs.count == 1 ? root.range : nil)),
            [input], root.fields, changelog, .single,
            name: name,
            state: sinkState(root, changelog))
    }

    // MARK: Adding nodes

    @discardableResult
    mutating func add(
        _ operation: PlanOperation, _ inputs: [Int], _ fields: [Field], _ changelog: ChangelogMode,
        _ distribution: Distribution, name: String, state: NodeState = NodeState()
    ) -> Int {
        let count = names[name, default: 0] + 1
        names[name] = count
        let id = result.nodes.count
        result.nodes.append(
            PlanNode(
                id: id, name: count == 1 ? name : "\(name)#\(count)", operation: operation, inputs: inputs,
                fields: fields, changelog: changelog, distribution: distribution, state: state))
        return id
    }

    mutating func exchange(_ input: Int, _ exchange: ExchangePlan, to distribution: Distribution) -> Int {
        let crossing = Crossing(input: input, exchange: exchange, distribution: distribution)
        if let known = exchanges[crossing] { return known }
        let node = result.nodes[input]
        let id = add(
            .exchange(exchange), [input], node.fields, node.changelog, distribution, name: "exchange:\(node.name)")
        exchanges[crossing] = id
        return id
    }

    mutating func single(_ input: Int) -> Int {
        result.nodes[input].distribution == .single ? input : exchange(input, .single, to: .single)
    }

    /// By hash of the keys, or all to one where there are none.
    mutating func keyed(_ input: Int, _ keys: [Int]) -> Int {
        keys.isEmpty ? single(input) : exchange(input, .hash(keys), to: .sharded)
    }

    func name(_ kind: String, _ logical: Int, stateLayout: String = "") -> String {
        var hash = StableHash()
        hash.combine(signatures.nodes[logical])
        hash.combine(kind)
        hash.combine(stateLayout)
        return "\(kind):\(hash.text)"
    }

    // MARK: Nodes

    mutating func node(
        _ id: Int, isStatic: Bool, _ root: LogicalPlan.Root
    ) throws(SQLError) -> Int {
        let role = Role(node: id, isStatic: isStatic)
        if let known = planned[role] { return known }
        let built = try build(id, isStatic: isStatic, root)
        planned[role] = built
        return built
    }

    private mutating func build(
        _ id: Int, isStatic: Bool, _ root: LogicalPlan.Root
    ) throws(SQLError) -> Int {
        let logical = graph.nodes[id]
        let fields = graph.fields[id]
        switch logical.operation {
        case .scan(let scan):
            let operation = ScanPlan(table: scan.table, columns: scan.columns, isStatic: isStatic)
            let node = add(
                .scan(operation), [], fields, scan.table.changelog, .sharded, name: "scan:\(scan.table.name)",
                state: NodeState(label: "reading of \(scan.table.name)", condition: scan.table.place))
            if scan.table.changelog == .upsert { return normalized(node, operation, id) }
            // Batch jobs go by final rows.
            return isBatchMode ? settled(node) : node
        case .values(let rows, _):
            let operation = ValuesPlan(rows: rows, isStatic: isStatic)
            return add(.values(operation), [], fields, .append, .single, name: name("values", id))
        case .union: return try union(logical, id, isStatic, root)
        case .join(let join): return try self.join(join, id, isStatic, root)
        case .setOperation(let operation):
            var inputs: [Int] = []
            for input in logical.inputs { inputs.append(try node(input, isStatic: isStatic, root)) }
            return setOperation(operation, id, inputs)
        case .process(let plan):
            var inputs: [Int] = []
            for input in logical.inputs { inputs.append(try node(input, isStatic: isStatic, root)) }
            return try process(plan, id, inputs, root)
        default: break
        }
        let input = try node(logical.inputs[0], isStatic: isStatic, root)
        let below = result.nodes[input]
        switch logical.operation {
        case .calculate(let condition, let projections):
            return add(
                .calculate(CalculatePlan(condition: condition, projections: projections)), [input], fields,
                below.changelog, below.distribution, name: name("calculate", id))
        case .watermark(let watermark):
            let operation = WatermarkPlan(
                timeColumn: watermark.timeColumn, expression: watermark.expression,
                intervalMilliseconds: watermark.intervalMilliseconds)
            return add(
                .watermark(operation), [input], fields, below.changelog, below.distribution, name: name("watermark", id)
            )
        case .window(let shape, let timeColumn):
            return add(
                .window(
                    WindowPlan(shape: shape, timeColumn: timeColumn, zone: windowZone(below.fields[timeColumn].type))),
                [input], fields, below.changelog, below.distribution, name: name("window", id))
        case .clock(let timeColumn):
            return add(
                .clock(timeColumn: timeColumn), [input], fields, below.changelog, below.distribution,
                name: name("clock", id))
        case .match(let match): return try self.match(match, id, input, root)
        case .sessionWindow(let session): return try sessionWindow(session, id, input, root)
        case .aggregate(let aggregate): return self.aggregate(aggregate, id, input)
        case .windowAggregate(let aggregate): return try windowAggregate(aggregate, id, input, root)
        case .unnest(let unnest):
            return add(.unnest(unnest), [input], fields, below.changelog, below.distribution, name: name("unnest", id))
        case .deduplicate(let deduplicate): return self.deduplicate(deduplicate, id, input)
        case .rank(let rank): return try self.rank(rank, id, input)
        case .over(let over): return try self.over(over, id, input)
        case .rowNumber(let numbered): return try self.numbered(numbered, id, input)
        case .sort(let sort): return try self.sort(sort, id, input, isBounded[logical.inputs[0]])
        default: return input
        }
    }

    private mutating func union(
        _ logical: LogicalNode, _ id: Int, _ isStatic: Bool, _ root: LogicalPlan.Root
    ) throws(SQLError) -> Int {
        var inputs: [Int] = []
        for input in logical.inputs { inputs.append(try node(input, isStatic: isStatic, root)) }
        let isSharded = inputs.allSatisfy { result.nodes[$0].distribution == .sharded }
        if !isSharded { for index in inputs.indices { inputs[index] = single(inputs[index]) } }
        let isAppend = inputs.allSatisfy { result.nodes[$0].changelog == .append }
        return add(
            .union, inputs, graph.fields[id], isAppend ? .append : .retract, isSharded ? .sharded : .single,
            name: name("union", id))
    }

    // MARK: Aggregates

    private mutating func aggregate(_ aggregate: LogicalAggregate, _ id: Int, _ input: Int) -> Int {
        let below = result.nodes[input]
        let retracts = below.changelog != .append
        if !isBatchMode, !retracts, let attached = attachedAggregate(aggregate, id, input) { return attached }
        let emitsUpdateBefore = !upsertNodes.contains(id)
        let changelog: ChangelogMode = isBatchMode ? .append : emitsUpdateBefore ? .retract : .upsert
        let groupCount = aggregate.groupColumns.count
        let partials = aggregate.calls.map { $0.partialFields(inputRetracts: retracts) }
        guard below.distribution == .sharded, partials.allSatisfy({ $0 != nil }) else {
            let dealt = keyed(input, aggregate.groupColumns)
            let operation = AggregatePlan(
                phase: .whole, groupColumns: aggregate.groupColumns, calls: aggregate.calls,
                emitsUpdateBefore: emitsUpdateBefore, inputRetracts: retracts,
                stateTimeToLiveMilliseconds: aggregate.stateTimeToLiveMilliseconds)
            return addAggregate(operation, aggregate, [dealt], id, changelog)
        }
        var partial = aggregate.groupColumns.map { below.fields[$0] } + partials.flatMap { $0 ?? [] }
        if retracts { partial.append(Field("rows", DataType(.bigint, isNullable: false))) }
        let local = add(
            .aggregate(
                AggregatePlan(
                    phase: .local, groupColumns: aggregate.groupColumns, calls: aggregate.calls,
                    inputRetracts: retracts)),
            [input], partial, .append, .sharded, name: name("local-aggregate", id))
        let dealt = keyed(local, Array(0..<groupCount))
        // In the second phase the arguments are partial results: each call reads its own from where they begin.
        var position = groupCount
        let calls = aggregate.calls.map { call in
            var call = call
            if call.argument != nil { call.argument = position }
            call.filter = nil
            position += call.partialFields.count
            return call
        }
        let operation = AggregatePlan(
            phase: .global, groupColumns: Array(0..<groupCount), calls: calls, emitsUpdateBefore: emitsUpdateBefore,
            inputRetracts: retracts, stateTimeToLiveMilliseconds: aggregate.stateTimeToLiveMilliseconds)
        return addAggregate(operation, aggregate, [dealt], id, changelog)
    }

    /// The zone whose clocks windows over a time of this type go by. Its name was checked when it was set.
    func windowZone(_ type: DataType) -> TimeZoneRules? {
        guard case .timestampLTZ = type.logical else { return nil }
        return try? TimeZoneRules.named(result.timeZone)
    }

    private mutating func windowAggregate(
        _ aggregate: LogicalWindowAggregate, _ id: Int, _ input: Int, _ root: LogicalPlan.Root
    ) throws(SQLError) -> Int {
        let retracts = result.nodes[input].changelog != .append
        // All rows of a session meet, whatever groups they are dealt to then.
        let keys = aggregate.isSession ? aggregate.partition : aggregate.groupColumns
        let operation = WindowAggregatePlan(
            shape: aggregate.shape, timeColumn: aggregate.timeColumn, groupColumns: aggregate.groupColumns,
            calls: aggregate.calls, windowColumns: aggregate.windowColumns, zone: windowZone(aggregate.timeType),
            partition: aggregate.partition, inputRetracts: retracts, emission: isBatchMode ? nil : aggregate.emission,
            rowFilter: aggregate.rowFilter)
        guard operation.emission == nil || !aggregate.isSession else {
            throw SQLError(
                .unsupported, "sessions give their result once: table.exec.emit settings are not for them",
                at: root.range,
                hint: "RESET 'table.exec.emit.early-fire.enabled'; and 'table.exec.emit.allow-lateness'")
        }
        if case .cumulate = aggregate.shape, let emission = operation.emission, emission.latenessMilliseconds > 0 {
            throw SQLError(
                .unsupported,
                "steps of CUMULATE are merged when they fire: late rows have no step of their own any more",
                at: root.range, hint: "RESET 'table.exec.emit.allow-lateness'; or let the watermark wait longer")
        }
        var layout = operation.keepsRows ? "rows" : retracts ? "counted" : ""
        if operation.emission != nil { layout += " early" }
        var state = NodeState(label: label("window aggregation", keys, id))
        if aggregate.isSession, retracts {
            layout += " changing"
            state.rows = [signedRows(id)]
        } else if operation.keepsRows {
            state.rows = [heldRows(id)]
        } else {
            state.calls = signatures.pieces(aggregate.calls, over: graph.nodes[id].inputs[0], fieldsBelow(id))
        }
        let (dealt, last) = twoPhases(operation, id, input) ?? (keyed(input, keys), operation)
        return add(
            .windowAggregate(last), [dealt], graph.fields[id], operation.emission == nil ? .append : .retract,
            result.nodes[dealt].distribution, name: name("window-aggregate", id, stateLayout: layout), state: state)
    }

    private mutating func sessionWindow(
        _ session: LogicalSessionWindow, _ id: Int, _ input: Int, _ root: LogicalPlan.Root
    ) throws(SQLError) -> Int {
        let retracts = result.nodes[input].changelog != .append
        let dealt = keyed(input, session.partition)
        let below = result.nodes[dealt]
        let operation = SessionWindowPlan(
            gapMilliseconds: session.gapMilliseconds, timeColumn: session.timeColumn, partition: session.partition,
            zone: windowZone(below.fields[session.timeColumn].type), inputRetracts: retracts)
        return add(
            .sessionWindow(operation), [dealt], graph.fields[id], .append, below.distribution,
            name: name("session-window", id, stateLayout: retracts ? "changing" : ""),
            state: NodeState(
                label: label("session windows", session.partition, id),
                rows: [retracts ? signedRows(id) : heldRows(id)]))
    }

    private mutating func match(
        _ match: MatchPlan, _ id: Int, _ input: Int, _ root: LogicalPlan.Root
    ) throws(SQLError) -> Int {
        guard result.nodes[input].changelog == .append else {
            throw SQLError(
                .unsupported, "MATCH_RECOGNIZE over changing rows is not supported", at: root.range,
                hint: "its input must only add rows")
        }
        let dealt = keyed(input, match.partition)
        let below = result.nodes[dealt]
        return add(
            .match(match), [dealt], graph.fields[id], .append, below.distribution,
            name: name("match", id),
            state: NodeState(
                label: label("MATCH_RECOGNIZE", match.partition, id), rows: [heldRows(id, with: "conditions it meets")])
        )
    }

    /// Rows that are kept are state: their columns belong to its name.
    func fieldLayout(_ fields: [Field]) -> String {
        fields.map { "\($0.name) \($0.type.logical)" }.joined(separator: ", ")
    }

    /// The columns of a node that are kept, and where their values come from.
    func rowLayout(_ id: Int) -> String {
        fieldLayout(graph.fields[id]) + " " + signatures.joined(Array(graph.fields[id].indices), id)
    }

    private mutating func deduplicate(_ deduplicate: LogicalDeduplicate, _ id: Int, _ input: Int) -> Int {
        guard result.nodes[input].changelog == .append else { return firstOfChanging(deduplicate, id, input) }
        let dealt = keyed(input, deduplicate.keys)
        let operation = DeduplicatePlan(
            keys: deduplicate.keys, order: deduplicate.order,
            stateTimeToLiveMilliseconds: deduplicate.stateTimeToLiveMilliseconds)
        return add(
            .deduplicate(operation), [dealt], graph.fields[id], .append, result.nodes[dealt].distribution,
            name: name("deduplicate", id, stateLayout: operation.stateTimeToLiveMilliseconds == nil ? "" : "forgets"),
            state: NodeState(
                label: label("deduplication", deduplicate.keys, id), rows: holdsRows(deduplicate) ? [heldRows(id)] : []
            ))
    }

    /// By time rows are held until the watermark passes; by arrival only their keys are.
    private func holdsRows(_ deduplicate: LogicalDeduplicate) -> Bool {
        if case .rowTime = deduplicate.order { true } else { false }
    }

    // MARK: Joins

    private mutating func join(
        _ join: LogicalJoin, _ id: Int, _ isStatic: Bool, _ root: LogicalPlan.Root
    ) throws(SQLError) -> Int {
        let inputs = graph.nodes[id].inputs
        if let settings = join.lookup, let built = try lookupJoin(join, settings, id, isStatic, root) { return built }
        guard readsOneSideFirst(join, id, isStatic: isStatic) else { return try streamJoin(join, id, isStatic, root) }
        let swaps = join.kind == .inner && !isBounded[inputs[1]]
        let probe = try node(inputs[swaps ? 1 : 0], isStatic: isStatic, root)
        let build = settled(try node(inputs[swaps ? 0 : 1], isStatic: true, root))
        var (probeKeys, buildKeys) = swaps ? (join.rightKeys, join.leftKeys) : (join.leftKeys, join.rightKeys)
        let leftCount = graph.fields[inputs[0]].count
        let rightCount = graph.fields[inputs[1]].count
        let probeCount = swaps ? rightCount : leftCount
        let buildCount = swaps ? leftCount : rightCount
        var probeInput = probe
        var buildInput = build
        if probeKeys.isEmpty {
            // Without an equality all rows meet under one key.
            probeInput = withConstant(probe)
            buildInput = withConstant(build)
            probeKeys = [probeCount]
            buildKeys = [buildCount]
        }
        let probeWidth = result.nodes[probeInput].fields.count
        let place = { (position: Int) in
            let isLeft = position < leftCount
            let own = isLeft ? position : position - leftCount
            return isLeft == swaps ? probeWidth + own : own
        }
        let broadcast = exchange(buildInput, .broadcast, to: result.nodes[probeInput].distribution)
        let operation = JoinPlan(
            kind: join.kind, leftKeys: probeKeys, rightKeys: buildKeys, nullSafe: join.nullSafe,
            residual: join.residual?.shifted(place))
        let isAppend = result.nodes[probeInput].changelog == .append && result.nodes[buildInput].changelog == .append
        let buildFields = result.nodes[buildInput].fields.map { field in
            join.kind == .left ? Field(field.name, field.type.nullable(true)) : field
        }
        let joined = add(
            .join(operation), [probeInput, broadcast], result.nodes[probeInput].fields + buildFields,
            isAppend || isBatchMode ? .append : .retract, result.nodes[probeInput].distribution, name: name("join", id))
        guard swaps || probeWidth != probeCount else { return joined }
        let fields = graph.fields[id]
        let projections = fields.indices.map { PlanExpression.column(place($0), fields[$0].type) }
        return add(
            .calculate(CalculatePlan(condition: nil, projections: projections)), [joined], fields,
            result.nodes[joined].changelog, result.nodes[joined].distribution, name: name("join-columns", id))
    }

    /// The final rows of bounded input that changes rows it gave before; a join reads its build side once.
    mutating func settled(_ input: Int) -> Int {
        let below = result.nodes[input]
        guard below.changelog != .append else { return input }
        return add(
            .sort(SortPlan(keys: [])), [single(input)], below.fields, .append, .single, name: "settle:\(below.name)",
            state: NodeState(label: "final rows", condition: fieldLayout(below.fields)))
    }

    /// The node with a constant column behind its own.
    private mutating func withConstant(_ input: Int) -> Int {
        let below = result.nodes[input]
        let type = DataType(.integer, isNullable: false)
        let projections =
            below.fields.enumerated().map { PlanExpression.column($0.offset, $0.element.type) }
            + [.literal(.int64(0), type)]
        return add(
            .calculate(CalculatePlan(condition: nil, projections: projections)), [input],
            below.fields + [Field("all", type)], below.changelog, below.distribution, name: "cross:\(below.name)")
    }
}

import Columnar

// Ranking, sorting of streams and set operations.
extension PhysicalPlanner {
    mutating func rank(
        _ rank: LogicalRank, _ id: Int, _ input: Int
    ) throws(SQLError) -> Int {
        let below = result.nodes[input]
        let retracts = below.changelog != .append
        if rank.keepsTable, retracts, UpsertKeys(result).keepOrder(of: rank.partition, at: input) { return input }
        guard rank.window == nil || !retracts else {
            throw SQLError(
                .unsupported, "ROW_NUMBER() in windows over changing rows is not supported yet", at: rank.range,
                hint: "without window_start and window_end in PARTITION BY it is an ordinary Top-N")
        }
        var operation = RankPlan(
            partition: rank.partition, order: rank.order, from: rank.from, to: rank.to,
            // Over rows that are taken back, the order of arrival is kept as it was.
            prefersLatest: rank.prefersLatest && (!retracts || rank.order.isEmpty),
            emitsNumber: rank.emitsNumber, emitsUpdateBefore: !upsertNodes.contains(id), inputRetracts: retracts)
        operation.window = rank.window.map {
            RankWindow(endColumn: $0.endColumn, zone: windowZone($0.timeType))
        }
        if !isBatchMode, rank.window == nil {
            operation.stateTimeToLiveMilliseconds = rank.stateTimeToLiveMilliseconds
        }
        let kind = rank.window == nil ? "rank" : "window-rank"
        return addRank(operation, id, input, kind: kind)
    }

    /// The first row of a key where rows are taken back: another may become the first.
    mutating func firstOfChanging(_ deduplicate: LogicalDeduplicate, _ id: Int, _ input: Int) -> Int {
        var order: [SortPlan.Key] = []
        if case .rowTime(let column) = deduplicate.order {
            order = [SortPlan.Key(column: column, isDescending: false, nullsFirst: true)]
        }
        var operation = RankPlan(
            partition: deduplicate.keys, order: order, to: 1, emitsUpdateBefore: !upsertNodes.contains(id),
            inputRetracts: true)
        if !isBatchMode { operation.stateTimeToLiveMilliseconds = deduplicate.stateTimeToLiveMilliseconds }
        return addRank(operation, id, input, kind: "rank")
    }

    /// The rows of a table whose records are the newest row of their key, as changes that say what was there before.
    mutating func normalized(_ input: Int, _ scan: ScanPlan, _ id: Int) -> Int {
        let key = scan.table.primaryKey.compactMap { scan.columns.firstIndex(of: .physical($0)) }
        let dealt = keyed(input, key)
        var operation = RankPlan(partition: key, order: [], to: 1, prefersLatest: true)
        operation.inputUpserts = true
        let below = result.nodes[dealt]
        return add(
            .rank(operation), [dealt], below.fields, isBatchMode ? .append : .retract, below.distribution,
            name: "normalize:\(scan.table.name)",
            state: NodeState(
                label: "newest rows of \(scan.table.name)",
                condition: key.map { below.fields[$0].name }.joined(separator: ", "),
                rows: [rows(of: id, areTakenBack: true)]))
    }

    /// Rows kept by a limit over endless rows.
    private mutating func limited(_ sort: LogicalSort, _ id: Int, _ input: Int) -> Int {
        let retracts = result.nodes[input].changelog != .append
        let (end, isOver) = sort.offset.addingReportingOverflow(sort.limit ?? .max)
        var operation = RankPlan(
            partition: [], order: sort.keys, from: min(sort.offset, .max - 1) + 1, to: isOver ? .max : end,
            emitsUpdateBefore: !upsertNodes.contains(id), inputRetracts: retracts)
        operation.stateTimeToLiveMilliseconds = sort.stateTimeToLiveMilliseconds
        return addRank(operation, id, input, kind: "limit")
    }

    private mutating func addRank(_ operation: RankPlan, _ id: Int, _ input: Int, kind: String) -> Int {
        // By arrival and without anything taken back, a row that is kept stays.
        let isFinal = operation.window != nil || isBatchMode
        let staysAppend = operation.order.isEmpty && !operation.prefersLatest && !operation.inputRetracts
        let changelog: ChangelogMode =
            isFinal || staysAppend ? .append : operation.emitsUpdateBefore ? .retract : .upsert
        let dealt = keyed(input, operation.partition)
        let order = operation.order.map {
            "\(signatures.joined([$0.column], graph.nodes[id].inputs[0])) \($0.isDescending) \($0.nullsFirst)"
        }
        let layout =
            "\(order) \(operation.from) \(operation.to) \(operation.inputRetracts)"
            + (operation.stateTimeToLiveMilliseconds == nil ? "" : " idle")
        return add(
            .rank(operation), [dealt], graph.fields[id], changelog, result.nodes[dealt].distribution,
            name: name(kind, id, stateLayout: layout),
            state: NodeState(
                label: label(kind == "limit" ? "LIMIT" : "Top-N", operation.partition, id),
                rows: [heldRows(id, areTakenBack: operation.inputRetracts)]))
    }

    mutating func setOperation(
        _ operation: LogicalSetOperation, _ id: Int, _ inputs: [Int]
    ) -> Int {
        let keys = Array(graph.fields[id].indices)
        let retracts = inputs.contains { result.nodes[$0].changelog != .append }
        let dealt = inputs.map { keyed($0, keys) }
        // More rows never take away from what is in both.
        let isAppend = isBatchMode || (operation.kind == .intersect && !retracts)
        let plan = SetOperationPlan(
            kind: operation.kind, isAll: operation.isAll, inputRetracts: retracts,
            stateTimeToLiveMilliseconds: isBatchMode ? nil : operation.stateTimeToLiveMilliseconds)
        return add(
            .setOperation(plan), dealt, graph.fields[id], isAppend ? .append : .retract,
            result.nodes[dealt[0]].distribution, name: name(operation.kind.rawValue, id),
            state: NodeState(
                label: operation.kind.rawValue.uppercased(), rows: [rows(of: id, areTakenBack: true)]))
    }

    // MARK: Sorting

    mutating func sort(
        _ sort: LogicalSort, _ id: Int, _ input: Int, _ isBounded: Bool
    ) throws(SQLError) -> Int {
        if !isBatchMode, sort.limit == nil {
            switch sort.leadingTime {
            case .rowTime: return try timeSort(sort, id, input)
            // Rows arrive in the order of processing time.
            case .processingTime where !isBounded && sort.offset == 0: return input
            case .processingTime: break
            case .none where sort.keys.isEmpty: break
            case .none:
                throw SQLError(
                    .semantics,
                    "ORDER BY of a stream must begin with a time attribute in ascending order, or have a LIMIT",
                    at: sort.range, hint: "SET 'execution.runtime-mode' = 'batch' sorts bounded input as a whole")
            }
        }
        guard isBounded else { return limited(sort, id, input) }
        let dealt = single(input)
        let operation = SortPlan(keys: sort.keys, offset: sort.offset, limit: sort.limit)
        return add(
            .sort(operation), [dealt], graph.fields[id], .append, .single, name: name("sort", id),
            state: NodeState(label: "ORDER BY", condition: fieldLayout(result.nodes[dealt].fields)))
    }

    private mutating func timeSort(_ sort: LogicalSort, _ id: Int, _ input: Int) throws(SQLError) -> Int {
        guard let key = sort.keys.first, sort.offset == 0 else {
            throw SQLError(.unsupported, "OFFSET without LIMIT over a stream is not supported", at: sort.range)
        }
        guard result.nodes[input].changelog == .append else {
            throw SQLError(
                .unsupported, "ORDER BY event time over changing rows is not supported", at: sort.range,
                hint: "with a LIMIT it is a Top-N, which follows changes")
        }
        let dealt = single(input)
        let operation = TimeSortPlan(timeColumn: key.column, keys: Array(sort.keys.dropFirst()))
        return add(
            .timeSort(operation), [dealt], graph.fields[id], .append, .single,
            name: name("time-sort", id, stateLayout: signatures.joined(sort.keys.map(\.column), id)),
            state: NodeState(label: label("ORDER BY", sort.keys.map(\.column), id), rows: [heldRows(id)]))
    }
}

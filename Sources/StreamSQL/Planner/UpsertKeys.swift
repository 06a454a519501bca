import Columnar

/// By which columns the rows of a node can be told apart while they change, and whose changes keep their order.
///
/// A key holds only where all changes of one of its values pass through one instance one after the other: what is
/// dealt anew by other columns loses it.
struct UpsertKeys {
    private let nodes: [PlanNode]
    /// More keys than this are not followed.
    private static let maximumKeys = 8

    init(_ plan: PhysicalPlan) { nodes = plan.nodes }

    /// The keys of a node; none where it is not known to have one.
    func keys(of id: Int) -> [Set<Int>] {
        var known: [Int: [Set<Int>]] = [:]
        // Inputs come before the nodes that read them.
        for node in nodes.prefix(id + 1) { known[node.id] = Array(keys(of: node, known).prefix(Self.maximumKeys)) }
        return known[id] ?? []
    }

    /// Whether all changes of a row of the table come in order.
    func keepOrder(of primaryKey: [Int], at id: Int) -> Bool {
        keys(of: id).contains { $0.isSubset(of: primaryKey) }
    }

    private func keys(of node: PlanNode, _ known: [Int: [Set<Int>]]) -> [Set<Int>] {
        let below = node.inputs.first.flatMap { known[$0] } ?? []
        switch node.operation {
        case .scan(let scan): return keys(of: scan)
        case .calculate(let calculate): return projected(below, calculate.projections)
        case .exchange, .watermark, .sort, .timeSort, .leadingRows: return below
        case .aggregate(let aggregate):
            return aggregate.phase == .local ? [] : [Set(aggregate.groupColumns.indices)]
        case .deduplicate(let deduplicate): return [Set(deduplicate.keys)]
        case .rank(let rank):
            let partition = Set(rank.partition)
            if rank.from == rank.to { return [partition] }
            if rank.emitsNumber { return [partition.union([node.fields.count - 1])] }
            return below.filter { partition.isSubset(of: $0) }
        case .setOperation(let operation): return operation.isAll ? [] : [Set(node.fields.indices)]
        case .join(let join):
            guard node.inputs.count == 2 else { return [] }
            let build = known[node.inputs[1]] ?? []
            if build.contains(where: { $0.isSubset(of: join.rightKeys) }) { return below }
            let width = nodes[node.inputs[0]].fields.count
            return below.flatMap { key in build.map { key.union($0.map { $0 + width }) } }
        case .streamJoin(let join): return joined(node, join.kind, join.leftKeys, join.rightKeys, known)
        case .lookupJoin(let join):
            // A row of the left meets one row of the table at most.
            return join.findsOneRow ? below : []
        case .versionJoin(let join):
            // A row of the left meets one version at most.
            return below.filter { Set(join.leftKeys).isSubset(of: $0) }
        default: return []
        }
    }

    /// Keys of a join whose inputs are both dealt by what they are joined by: a key of an input that does not hold all
    /// of those columns has its changes spread over the instances.
    private func joined(
        _ node: PlanNode, _ kind: JoinPlan.Kind, _ leftKeys: [Int], _ rightKeys: [Int], _ known: [Int: [Set<Int>]]
    ) -> [Set<Int>] {
        guard node.inputs.count == 2 else { return [] }
        let all = node.inputs.map { known[$0] ?? [] }
        let left = all[0].filter { Set(leftKeys).isSubset(of: $0) }
        if kind.emitsLeftOnly { return left }
        let width = nodes[node.inputs[0]].fields.count
        let right = all[1].filter { Set(rightKeys).isSubset(of: $0) }
        let rightPlaces = right.map { Set($0.map { $0 + width }) }
        var keys: [Set<Int>] = []
        // Where the other side has one row at most for what is joined by, a row is joined once at most.
        if !kind.keepsUnmatched(1), all[1].contains(where: { $0.isSubset(of: rightKeys) }) { keys += left }
        if !kind.keepsUnmatched(0), all[0].contains(where: { $0.isSubset(of: leftKeys) }) { keys += rightPlaces }
        return keys + left.flatMap { key in rightPlaces.map { key.union($0) } }
    }

    private func keys(of scan: ScanPlan) -> [Set<Int>] {
        guard !scan.table.primaryKey.isEmpty else { return [] }
        var key: Set<Int> = []
        for column in scan.table.primaryKey {
            guard let position = scan.columns.firstIndex(of: .physical(column)) else { return [] }
            key.insert(position)
        }
        return [key]
    }

    /// Keys of which every column is handed on as it is.
    private func projected(_ keys: [Set<Int>], _ projections: [PlanExpression]) -> [Set<Int>] {
        var places: [Int: Int] = [:]
        for (position, projection) in projections.enumerated() {
            if case .column(let column, _) = projection, places[column] == nil { places[column] = position }
        }
        return keys.compactMap { key in
            let moved = key.compactMap { places[$0] }
            return moved.count == key.count ? Set(moved) : nil
        }
    }
}

/// When changes are brought into the order of a sink's PRIMARY KEY (`table.exec.sink.upsert-materialize`).
enum SinkMaterialization: Sendable, Hashable {
    case automatic, never, always

    init(setting: String?) {
        switch setting.map({ Lexer.uppercased($0.utf8) }) {
        case "NONE": self = .never
        case "FORCE": self = .always
        default: self = .automatic
        }
    }
}

extension PhysicalPlanner {
    /// The node with its changes in the order of the table's PRIMARY KEY: where the query's key is another, of several
    /// rows with one value of it the one that came last and was not taken back stands.
    mutating func materialized(_ input: Int, _ table: CatalogTable, _ root: LogicalPlan.Root) -> Int {
        let below = result.nodes[input]
        guard !table.primaryKey.isEmpty, below.changelog != .append, materialization != .never else { return input }
        guard materialization == .always || !UpsertKeys(result).keepOrder(of: table.primaryKey, at: input) else {
            return input
        }
        let operation = RankPlan(
            partition: table.primaryKey, order: [], to: 1, prefersLatest: true, emitsUpdateBefore: false,
            inputRetracts: true)
        return add(
            .rank(operation), [input], below.fields, .upsert, .single,
            name: name("materialize", root.node, stateLayout: signatures.joined(table.primaryKey, root.node)),
            state: NodeState(
                label: "order of changes to \(table.name)", rows: [rows(of: root.node, areTakenBack: true)]))
    }
}

import ConnectorContract
import Diagnostics
import StreamSQL

/// Fits the state of an epoch to a plan that may differ from the one that stored it.
///
/// Operators are found by name, then by how much of their state is wanted. What fits is taken over, as it is or
/// rewritten; what does not is left out and told of, and without leave that is an error.
struct StateEvolution {
    /// State that a plan can begin with.
    struct Fitted {
        var states: [String: [StateChange]] = [:]
        /// The stored state is, byte for byte and name for name, that of the plan.
        var isSame = true
        var report = StateReport()
    }

    private let plan: PhysicalPlan
    private let stored: [String: NodeState]
    private let epoch: RestoredEpoch
    /// States of the epoch by the operator they belong to.
    private let owned: [String: [String]]

    init(_ plan: PhysicalPlan, _ epoch: RestoredEpoch) throws {
        self.plan = plan
        self.epoch = epoch
        guard let schema = try StoredSchema(epoch) else {
            throw MillraceError(
                .user, code: "state_without_schema", "the stored state does not tell what it is made of",
                hint: "it is of an older version: start that one, or move the state away to begin anew")
        }
        stored = schema.nodes
        owned = Self.owners(of: epoch, Set(schema.nodes.keys))
    }

    private static func owners(of epoch: RestoredEpoch, _ nodes: Set<String>) -> [String: [String]] {
        var owned: [String: [String]] = [:]
        for name in epoch.states.keys.sorted() where !name.hasPrefix("job/") {
            // Names of tables may have slashes in them, as names of states may.
            var prefix = Substring(name)
            while let slash = prefix.lastIndex(of: "/") {
                prefix = prefix[..<slash]
                if nodes.contains(String(prefix)) { break }
            }
            owned[String(prefix), default: []].append(name)
        }
        return owned
    }

    // MARK: matching

    /// The name without the number that tells operators of one meaning apart.
    private static func family(_ name: String) -> Substring {
        guard let mark = name.lastIndex(of: "#"), name[mark...].dropFirst().allSatisfy(\.isNumber) else {
            return Substring(name)
        }
        return name[..<mark]
    }

    /// For each node of the plan the stored operator whose state it takes over.
    private func matches() -> [Int: String] {
        var free: [Substring: [String]] = [:]
        for name in owned.keys.sorted() where stored[name] != nil { free[Self.family(name), default: []].append(name) }
        var found: [Int: String] = [:]
        // What is called the same and is the same stays, whatever others of its family are there.
        for node in plan.nodes where owned[node.name] != nil && stored[node.name] == node.state && !readsAnew(node) {
            found[node.id] = node.name
            free[Self.family(node.name)]?.removeAll { $0 == node.name }
        }
        func take(_ node: PlanNode, _ names: [String], _ fits: (NodeState) -> Bool) {
            let families = names.map(Self.family)
            let candidates = families.flatMap { free[$0, default: []] }.filter { stored[$0].map(fits) ?? false }
            guard found[node.id] == nil, !readsAnew(node),
                let best = candidates.max(by: { score(node, $0) < score(node, $1) })
            else { return }
            found[node.id] = best
            for family in families { free[family]?.removeAll { $0 == best } }
        }
        for node in plan.nodes { take(node, [node.name]) { $0 == node.state } }
        for node in plan.nodes { take(node, [node.name]) { _ in true } }
        for node in plan.nodes where !node.otherNames.isEmpty { take(node, node.otherNames) { _ in true } }
        return found
    }

    /// How much of what a node wants a stored operator has.
    private func score(_ node: PlanNode, _ name: String) -> Int {
        guard let state = stored[name] else { return 0 }
        let rows = zip(state.rows, node.state.rows).map { PieceMapping(stored: $0.columns, wanted: $1.columns) }
        let calls = PieceMapping(stored: state.calls, wanted: node.state.calls)
        return rows.reduce(calls.keptCount) { $0 + $1.keptCount } * 2 + (name == node.name ? 1 : 0)
    }

    // MARK: fitting

    func fitted() throws -> Fitted {
        let matches = matches()
        var result = Fitted()
        result.isSame = stored == StoredSchema(plan).nodes
        for node in plan.nodes {
            guard let name = matches[node.id], let state = stored[name] else { continue }
            try take(name, state, for: node, &result)
        }
        let claimed = Set(matches.values)
        for name in owned.keys.sorted() where !claimed.contains(name) {
            result.isSame = false
            drop(name, reason(name), &result)
        }
        for node in plan.nodes where matches[node.id] == nil && keepsState(node) && stored[node.name] == nil {
            result.report.begun.append("\(node.state.label) sees the rows from now on")
        }
        return result
    }

    /// A table that is read again at each start.
    private func readsAnew(_ node: PlanNode) -> Bool {
        switch node.operation {
        case .scan(let scan): scan.isStatic
        case .values(let values): values.isStatic
        default: false
        }
    }

    private func keepsState(_ node: PlanNode) -> Bool {
        if case .scan = node.operation { return false }
        return !node.state.rows.isEmpty || !node.state.calls.isEmpty
    }

    private func labelOf(_ name: String) -> String {
        guard let label = stored[name]?.label, !label.isEmpty else { return name }
        return label
    }

    /// Why nobody claims the state of an operator.
    private func reason(_ name: String) -> String {
        guard let state = stored[name] else { return "no operator of that name is known" }
        let kind = name.prefix { $0 != ":" }
        let others = plan.nodes.filter { $0.name.hasPrefix(kind + ":") && stored[$0.name] == nil }
        return DropReason.of(
            String(kind), isAlike: others.contains { $0.state.label == state.label }, isThere: !others.isEmpty)
    }

    private func drop(_ name: String, _ reason: String, _ result: inout Fitted) {
        result.isSame = false
        let size = DropReason.size(of: (owned[name] ?? []).flatMap { epoch.states[$0] ?? [] })
        result.report.dropped.append("\(labelOf(name)): \(reason) (\(size))")
    }

    private func take(_ name: String, _ state: NodeState, for node: PlanNode, _ result: inout Fitted) throws {
        if let reason = refusal(state, node.state) { return drop(name, reason, &result) }
        if node.name != name { result.isSame = false }
        guard let states = try states(of: name, state, for: node) else {
            return drop(name, "this kind of operator fits as a whole or not at all", &result)
        }
        result.states.merge(states) { $1 }
        let isOtherTime = !node.otherNames.isEmpty && node.otherNames.map(Self.family).contains(Self.family(name))
        note(state, node.state, isOtherTime: isOtherTime, &result)
    }

    /// The states of an operator under the names and in the layout of the plan; nil where that cannot be.
    private func states(
        of name: String, _ state: NodeState, for node: PlanNode
    ) throws -> [String: [StateChange]]? {
        let isPlain = Self.mappings(state, node.state).allSatisfy(\.isSame)
        let rewriter = isPlain ? nil : try StateRewriter(node, stored: state)
        var states: [String: [StateChange]] = [:]
        for old in owned[name] ?? [] {
            let own = String(decoding: old.utf8.dropFirst(name.utf8.count + 1), as: UTF8.self)
            // Entries by key, of an older version, tell not whether they have times.
            if own == AggregateOperator.groupsName, Self.family(name) != Self.family(node.name) { return nil }
            // One kind of ranking reads what another wrote only where the other wrote it by key.
            if own == TopRowOperator.blocksName, StateForm.of(own, node) == nil { return nil }
            for change in epoch.states[old] ?? [] {
                var change = StateChange(name: own, fold: change.fold, bytes: change.bytes)
                if let rewriter {
                    guard let rewritten = try rewriter.rewritten(change) else { return nil }
                    change = rewritten
                }
                change.name = node.name + "/" + own
                states[change.name, default: []].append(change)
            }
        }
        return states
    }

    private static func mappings(_ stored: NodeState, _ wanted: NodeState) -> [PieceMapping] {
        zip(stored.rows, wanted.rows).map { PieceMapping(stored: $0.columns, wanted: $1.columns) }
            + [PieceMapping(stored: stored.calls, wanted: wanted.calls)]
    }

    /// Why stored state cannot be taken over although its operator is still there.
    private func refusal(_ stored: NodeState, _ wanted: NodeState) -> String? {
        guard stored.condition == wanted.condition else {
            return "it was of \(stored.condition), it is of \(wanted.condition) now"
        }
        guard stored.rows.count == wanted.rows.count else { return "it holds other rows now" }
        for (old, new) in zip(stored.rows, wanted.rows) where new.areTakenBack {
            let unknown = PieceMapping(stored: old.columns, wanted: new.columns).added.filter {
                $0.beginning == .unknown
            }
            if let column = unknown.first {
                return "its rows are taken back by all their columns, and those it holds have no `\(column.label)`"
            }
        }
        return nil
    }

    private func note(_ stored: NodeState, _ wanted: NodeState, isOtherTime: Bool, _ result: inout Fitted) {
        var words: [String] = []
        if isOtherTime { words.append("its time to live was switched on or off") }
        for mapping in zip(stored.rows, wanted.rows).map({ PieceMapping(stored: $0.columns, wanted: $1.columns) }) {
            for piece in mapping.added {
                words.append("rows from before have \(piece.beginning == .zero ? "0" : "NULL") for `\(piece.label)`")
            }
            for piece in mapping.removed { words.append("`\(piece.label)` is gone") }
        }
        let calls = PieceMapping(stored: stored.calls, wanted: wanted.calls)
        for piece in calls.added { words.append("\(piece.label) is new and sees the rows from now on") }
        for piece in calls.removed { words.append("\(piece.label) is gone") }
        if stored.feeder != wanted.feeder {
            words.append("the query behind it changed; its rows stay until they change")
        }
        if !words.isEmpty { result.report.changed.append("\(wanted.label): \(words.joined(separator: ", "))") }
    }
}

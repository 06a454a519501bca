import Columnar
import ConnectorContract

/// What each logical node computes, as a hash that other parts of the script do not change.
///
/// State is stored under names made of these, so that a state is never read by a node of another meaning. A column is known by where its values come from, not by its position,
/// so that another statement that reads one more column of a shared source leaves the names as they are.
struct NodeSignatures {
    private(set) var nodes: [UInt64] = []
    private(set) var columns: [[UInt64]] = []
    /// What each column of a node begins with where a query is changed to have it.
    private var beginnings: [[NodeState.Beginning]] = []
    /// Windows over instants lie elsewhere in another zone.
    private let timeZone: String

    init(_ graph: LogicalGraph, timeZone: String) {
        self.timeZone = timeZone
        for id in graph.nodes.indices {
            let node = graph.nodes[id]
            let (own, outputs) = signature(node, graph.fields[id])
            nodes.append(own)
            columns.append(outputs)
            beginnings.append(beginnings(of: node, outputs.count))
        }
    }

    /// What stands in rows that a node takes back although it gave them before it had the column.
    private func beginnings(of node: LogicalNode, _ count: Int) -> [NodeState.Beginning] {
        let input = node.inputs.first.map { beginnings[$0] } ?? []
        var found: [NodeState.Beginning] = []
        switch node.operation {
        // Aggregates of rows to come begin with what they are over no rows.
        case .aggregate(let aggregate):
            found = aggregate.groupColumns.map { input[$0] } + aggregate.calls.map(\.beginning)
        case .windowAggregate(let aggregate):
            found = aggregate.groupColumns.map { input[$0] } + aggregate.calls.map(\.beginning)
        case .calculate(_, let projections):
            found = projections.map { projection in
                if case .column(let position, _) = projection, position < input.count { return input[position] }
                return .unknown
            }
        // It gives back the rows that it holds, which have NULL.
        case .rank(let rank) where !rank.keepsTable: found = input.map { $0 == .unknown ? .null : $0 }
        case .deduplicate: found = input.map { $0 == .unknown ? .null : $0 }
        case .watermark, .clock, .sort, .window, .over, .rank: found = input
        case .join(let join):
            // Rows that were padded have NULL where the others have what an aggregate begins with.
            func padded(_ side: [NodeState.Beginning], _ isPadded: Bool) -> [NodeState.Beginning] {
                side.map { isPadded && $0 != .null ? .unknown : $0 }
            }
            found = padded(input, join.kind.keepsUnmatched(1))
            if join.kind.emitsPairs, node.inputs.count > 1 {
                found += padded(beginnings[node.inputs[1]], join.kind.keepsUnmatched(0))
            }
        default: break
        }
        return Array(found.prefix(count)) + Array(repeating: .unknown, count: max(0, count - found.count))
    }

    // MARK: pieces of state

    /// The columns of a node's rows, as pieces of whoever holds them.
    func pieces(_ id: Int, _ fields: [Field]) -> [NodeState.Piece] {
        fields.indices.map { column in
            NodeState.Piece(
                origin: columns[id][column], label: fields[column].name, kind: fields[column].type.kind,
                beginning: beginnings[id][column])
        }
    }

    /// The calls of an aggregation of a node's rows.
    func pieces(_ calls: [AggregateCall], over id: Int, _ fields: [Field]) -> [NodeState.Piece] {
        calls.map { call in
            NodeState.Piece(
                origin: StableHash.of(text(call, id)), label: Self.label(call, fields), kind: call.resultType.kind,
                beginning: call.beginning)
        }
    }

    private static func label(_ call: AggregateCall, _ fields: [Field]) -> String {
        let argument = call.argument.flatMap { fields.indices.contains($0) ? fields[$0].name : nil } ?? "*"
        let function = call.function == .countRows ? "count" : call.function.rawValue
        return "\(function)(\(call.isDistinct ? "DISTINCT " : "")\(argument))"
    }

    /// Calls of an OVER clause for people, in an order of their own; with what tells those of one look apart.
    func labels(_ calls: [OverCall], over id: Int, _ fields: [Field]) -> String {
        let labels = calls.map { call -> String in
            let mark = String(StableHash.of(text(call, id)), radix: 16).suffix(4)
            switch call {
            case .aggregate(let aggregate): return Self.label(aggregate, fields) + " #" + mark
            case .shifted(let column, let rows, _, _):
                let name = fields.indices.contains(column) ? fields[column].name : ""
                return "\(rows < 0 ? "LEAD" : "LAG")(\(name)) #" + mark
            default: return "\(call)"
            }
        }
        return labels.sorted().joined(separator: ", ")
    }

    /// An expression over the columns of two inputs, by where they come from.
    func text(_ expression: PlanExpression, ofJoined left: Int, _ right: Int) -> String {
        let all =
            columns[left].map { "l" + String($0, radix: 16) } + columns[right].map { "r" + String($0, radix: 16) }
        return ExpressionText.text(expression) { $0 < all.count ? all[$0] : "?" }
    }

    private func text(_ expression: PlanExpression, _ input: Int) -> String {
        ExpressionText.text(expression) { position in
            position < columns[input].count ? String(columns[input][position], radix: 16) : "?"
        }
    }

    /// A column that is passed on stays what it was.
    private func origin(_ projection: PlanExpression, _ input: Int) -> UInt64 {
        if case .column(let position, _) = projection, position < columns[input].count {
            return columns[input][position]
        }
        return StableHash.of(text(projection, input))
    }

    private func zone(_ timeType: DataType) -> String {
        if case .timestampLTZ = timeType.logical { return " in \(timeZone)" }
        return ""
    }

    func joined(_ positions: [Int], _ input: Int) -> String {
        positions.map { String($0 < columns[input].count ? columns[input][$0] : 0, radix: 16) }.joined(separator: ",")
    }

    private func text(_ call: AggregateCall, _ input: Int) -> String {
        let argument = call.argument.map { joined([$0], input) } ?? "*"
        let filter = call.filter.map { joined([$0], input) } ?? ""
        var more = call.moreArguments.isEmpty ? "" : ",\(joined(call.moreArguments, input))"
        if call.parameter != .none { more += ",\(call.parameter)" }
        if !call.skipsNulls { more += ",nulls" }
        return "\(call.function.rawValue)(\(call.isDistinct)\(argument)\(more);\(filter)):\(call.resultType.logical)"
    }

    private func text(_ call: OverCall, _ input: Int) -> String {
        switch call {
        case .aggregate(let call): return text(call, input)
        case .shifted(let column, let rows, let otherwise, _):
            return "shifted \(joined([column], input)) \(rows) \(otherwise.map { joined([$0], input) } ?? "")"
        default: return "\(call)"
        }
    }

    private static func columns(of scan: LogicalScan) -> [UInt64] {
        zip(scan.columns, scan.fields).map { column, field in
            if case .metadata(let key, _) = column {
                return StableHash.of("\(scan.table.name) metadata \(key) \(field.type.logical)")
            }
            return StableHash.of("\(scan.table.name).\(field.name) \(field.type.logical)")
        }
    }

    private func elements(_ hash: inout StableHash, _ unnest: UnnestPlan, _ input: Int) -> (UInt64, [UInt64]) {
        hash.combine("unnest \(unnest.isLeft) \(unnest.withOrdinality) \(joined([unnest.column], input))")
        let made = unnest.elements.map { StableHash.of("element \($0) \(hash.value)") }
        return (hash.value, unnest.kept.map { columns[input][$0] } + made)
    }

    private func combine(_ rank: LogicalRank, _ input: Int, into hash: inout StableHash) {
        hash.combine("rank \(rank.from) to \(rank.to) by \(joined(rank.partition, input))")
        hash.combine("\(rank.prefersLatest) \(rank.window.map { joined([$0.endColumn], input) } ?? "")")
        for key in rank.order { hash.combine("\(joined([key.column], input)) \(key.isDescending) \(key.nullsFirst)") }
    }

    /// Columns of several inputs, one below the other. Rows that are compared are held by all their columns: which these
    /// are is part of what the state means.
    private func united(
        _ node: LogicalNode, _ fields: [Field], _ kind: String, comparesRows: Bool, _ hash: inout StableHash
    ) -> (UInt64, [UInt64]) {
        let origins = fields.indices.map { column in node.inputs.map { joined([column], $0) }.joined(separator: ";") }
        // In whatever order: rows that are stored are put into the order of the query.
        hash.combine(comparesRows ? "\(kind) \(origins.sorted().joined(separator: ","))" : kind)
        let value = hash.value
        return (value, origins.map { StableHash.of("\(kind) \(value) \($0)") })
    }

    private func signature(_ node: LogicalNode, _ fields: [Field]) -> (UInt64, [UInt64]) {
        var hash = StableHash()
        for input in node.inputs { hash.combine(nodes[input]) }
        let input = node.inputs.first ?? 0
        switch node.operation {
        case .scan(let scan):
            hash.combine("scan \(scan.table.name)")
            return (hash.value, Self.columns(of: scan))
        case .values(let rows, let types):
            hash.combine("values \(rows.map { $0.map { text($0, 0) }.joined(separator: ",") }.joined(separator: ";"))")
            return (hash.value, types.indices.map { StableHash.of("value \($0) \(hash.value)") })
        case .calculate(let condition, let projections):
            guard let condition else {
                return (nodes[input], projections.map { origin($0, input) })
            }
            // The order in which conditions were written or merged does not matter.
            hash.combine("filter " + condition.conjuncts.map { text($0, input) }.sorted().joined(separator: " AND "))
            return (hash.value, projections.map { origin($0, input) })
        case .watermark, .clock, .sort: return (nodes[input], columns[input])
        case .rank(let rank):
            combine(rank, input, into: &hash)
            return (hash.value, columns[input] + (rank.emitsNumber ? [hash.value] : []))
        case .setOperation(let operation):
            return united(node, fields, "\(operation.kind) \(operation.isAll)", comparesRows: true, &hash)
        case .union: return united(node, fields, "union", comparesRows: false, &hash)
        case .aggregate(let aggregate):
            return grouped(&hash, "aggregate", aggregate.groupColumns, aggregate.calls, input, [])
        case .windowAggregate(let aggregate):
            return grouped(
                &hash,
                "windowAggregate \(aggregate.shape) \(joined([aggregate.timeColumn], input))\(zone(aggregate.timeType))"
                    + (aggregate.partition.isEmpty ? "" : " of \(joined(aggregate.partition, input))")
                    + (aggregate.rowFilter.map { " where \(joined([$0], input))" } ?? "")
                    + (aggregate.emission == nil ? "" : " revised"),
                aggregate.groupColumns, aggregate.calls, input, aggregate.windowColumns.map { "\($0)" })
        case .window(let shape, let timeColumn):
            let appended = ["start", "end", "time"].map {
                StableHash.of("\($0) \(shape) \(joined([timeColumn], input))\(zone(fields[timeColumn].type))")
            }
            return (nodes[input], columns[input] + appended)
        case .sessionWindow(let session):
            hash.combine(
                "session \(session.gapMilliseconds) \(joined([session.timeColumn], input)) "
                    + "of \(joined(session.partition, input))\(zone(fields[session.timeColumn].type))")
            return (hash.value, columns[input] + (0..<3).map { StableHash.of("\(hash.value) \($0)") })
        case .over(let over): return signature(over, input, &hash)
        case .match(let match): return signature(match, input, &hash)
        case .process(let plan):
            let keys = zip(plan.call.tables, node.inputs).map { joined($0.partition, $1) }
            hash.combine("process \(plan.function.name) by \(keys) \(Self.constants(of: plan.call))")
            return (hash.value, fields.indices.map { StableHash.of("process \(hash.value) \($0)") })
        case .rowNumber(let numbered):
            hash.combine("rowNumber \(joined(numbered.partition + numbered.order.map(\.column), input))")
            return (hash.value, columns[input] + [hash.value])
        case .unnest(let unnest): return elements(&hash, unnest, input)
        case .deduplicate(let deduplicate):
            hash.combine("deduplicate \(joined(deduplicate.keys, input))")
            if case .rowTime(let column) = deduplicate.order { hash.combine("by \(joined([column], input))") }
            return (hash.value, columns[input])
        case .join(let join):
            let right = node.inputs.count > 1 ? node.inputs[1] : input
            hash.combine("join \(join.kind) \(joined(join.leftKeys, input)) \(joined(join.rightKeys, right))")
            return (hash.value, columns[input] + (join.kind.emitsPairs ? columns[right] : []))
        }
    }

    private func signature(_ over: LogicalOver, _ input: Int, _ hash: inout StableHash) -> (UInt64, [UInt64]) {
        let order = over.order.map { "\(joined([$0.column], input)) \($0.isDescending) \($0.nullsFirst)" }
        // Not the calls: they come and go over one frame.
        hash.combine("over \(joined(over.partition, input)) by \(order) \(over.frame)")
        return (hash.value, columns[input] + over.calls.map { StableHash.of("\(hash.value) \(text($0, input))") })
    }

    private func signature(
        _ match: MatchPlan, _ input: Int, _ hash: inout StableHash
    ) -> (UInt64, [UInt64]) {
        // Not the measures: they are computed of the rows of a match when it is found.
        hash.combine(MatchText.search(match) { joined([$0], input) })
        let measures = MatchText.measures(match) { joined([$0], input) }
        return (
            hash.value,
            match.partition.map { columns[input][$0] } + measures.map { StableHash.of("\(hash.value) \($0)") }
        )
    }

    private static func constants(of call: TableFunctionCall) -> String {
        let constants = call.constants.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        let columns = call.columns.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return (constants + columns).joined(separator: ", ")
    }

    private func grouped(
        _ hash: inout StableHash, _ name: String, _ groups: [Int], _ calls: [AggregateCall], _ input: Int,
        _ extra: [String]
    ) -> (UInt64, [UInt64]) {
        // Not the calls: an aggregation stays the same one when some are added.
        hash.combine("\(name) by \(joined(groups, input))")
        let outputs =
            groups.map { columns[input][$0] }
            + calls.map { StableHash.of("\(hash.value) \(text($0, input))") }
            + extra.map { StableHash.of("\(hash.value) \($0)") }
        return (hash.value, outputs)
    }
}

import Columnar

/// A node of a logical plan.
struct LogicalNode: Hashable {
    var operation: LogicalOperation
    /// Ids of the inputs, each smaller than the node's own.
    var inputs: [Int]
}

/// All logical nodes of one job, each kind of node once: adding an equal node gives the id of the first.
final class LogicalGraph {
    private(set) var nodes: [LogicalNode] = []
    private(set) var fields: [[Field]] = []
    /// Of each node: how many steps rows go through at most, its own counted.
    private(set) var depths: [Int] = []
    private var index: [LogicalNode: Int] = [:]

    /// Adds a node whose fields follow from its operation and inputs.
    func add(_ operation: LogicalOperation, _ inputs: [Int] = [], names: [String]? = nil) -> Int {
        let node = LogicalNode(operation: operation, inputs: inputs)
        if let known = index[node] { return known }
        let id = nodes.count
        nodes.append(node)
        depths.append(1 + (inputs.map { depths[$0] }.max() ?? 0))
        fields.append(outputFields(of: node, names: names))
        index[node] = id
        return id
    }

    /// A filter and projection above a node; nothing when it would change nothing.
    func calculate(
        _ input: Int, condition: PlanExpression? = nil, projections: [PlanExpression], names: [String]
    ) -> Int {
        if condition == nil, isIdentity(projections, over: input) { return input }
        return add(.calculate(condition: condition, projections: projections), [input], names: names)
    }

    /// A filter above a node that keeps all its columns.
    func filter(_ input: Int, _ condition: PlanExpression?) -> Int {
        guard let condition else { return input }
        return add(
            .calculate(condition: condition, projections: columns(of: input)), [input], names: fields[input].map(\.name)
        )
    }

    /// References to all columns of a node.
    func columns(of id: Int) -> [PlanExpression] {
        fields[id].enumerated().map { .column($0.offset, $0.element.type) }
    }

    func isIdentity(_ projections: [PlanExpression], over input: Int) -> Bool {
        guard projections.count == fields[input].count else { return false }
        for (position, projection) in projections.enumerated() {
            guard case .column(position, _) = projection else { return false }
        }
        return true
    }

    /// How many consumers each node has among those that the roots need.
    func uses(from roots: [Int]) -> [Int] {
        var uses = [Int](repeating: 0, count: nodes.count)
        for root in roots { uses[root] += 1 }
        for id in nodes.indices.reversed() where uses[id] > 0 {
            for input in nodes[id].inputs { uses[input] += 1 }
        }
        return uses
    }

    private func outputFields(of node: LogicalNode, names: [String]?) -> [Field] {
        let inputs = node.inputs.map { fields[$0] }
        let first = inputs.first ?? []
        var result: [Field]
        switch node.operation {
        case .scan(let scan): result = scan.fields
        case .values(_, let types): result = types.enumerated().map { Field("EXPR$\($0.offset)", $0.element) }
        case .calculate(_, let projections):
            result = projections.enumerated().map { Field("EXPR$\($0.offset)", $0.element.type) }
        case .union:
            result = first
            for other in inputs.dropFirst() {
                for (position, field) in other.enumerated() where field.type.isNullable && position < result.count {
                    result[position].type.isNullable = true
                }
            }
        case .watermark, .deduplicate, .sort: result = first
        case .unnest(let unnest): result = unnest.kept.map { first[$0] } + unnest.fields
        case .rank(let rank): result = rank.emitsNumber ? first + [Self.numberField] : first
        case .setOperation(let operation): result = Self.fields(operation, inputs)
        case .aggregate(let aggregate):
            result = aggregate.groupColumns.map { first[$0] } + Self.callFields(aggregate.calls)
        case .window(_, let timeColumn): result = first + Self.windowFields(timeType: first[timeColumn].type)
        case .clock: result = first
        case .match(let match): result = match.outputFields(first)
        case .process(let plan): result = plan.outputFields
        case .sessionWindow(let session):
            result = first + Self.windowFields(timeType: first[session.timeColumn].type)
        case .windowAggregate(let aggregate):
            let window = Self.windowFields(timeType: aggregate.timeType)
            result = aggregate.groupColumns.map { first[$0] } + Self.callFields(aggregate.calls)
            result += aggregate.windowColumns.map { $0 == .start ? window[0] : $0 == .end ? window[1] : window[2] }
        case .over(let over): result = first + over.fields
        case .rowNumber: result = first + [Self.numberField]
        case .join(let join):
            let right = inputs.count > 1 ? inputs[1] : []
            result = join.kind.keepsUnmatched(1) ? first.map { Field($0.name, $0.type.nullable(true)) } : first
            if join.kind.emitsPairs {
                let isPadded = join.kind.keepsUnmatched(0)
                result += right.map { isPadded ? Field($0.name, $0.type.nullable(true)) : $0 }
            }
        }
        if let names {
            for (position, name) in names.enumerated() where position < result.count { result[position].name = name }
        }
        return result
    }

    static let numberField = Field("rn", DataType(.bigint, isNullable: false))

    /// The columns of the left; a row of INTERSECT is in both inputs, so NULL where both can be.
    private static func fields(_ operation: LogicalSetOperation, _ inputs: [[Field]]) -> [Field] {
        guard operation.kind == .intersect, inputs.count == 2 else { return inputs.first ?? [] }
        return zip(inputs[0], inputs[1]).map { left, right in
            Field(left.name, left.type.nullable(left.type.isNullable && right.type.isNullable))
        }
    }

    private static func callFields(_ calls: [AggregateCall]) -> [Field] {
        calls.enumerated().map { Field("\($0.element.function.rawValue)\($0.offset)", $0.element.resultType) }
    }

    /// The three columns a window table function appends.
    static func windowFields(timeType: DataType) -> [Field] {
        let bound = DataType(.timestamp(precision: 3), isNullable: false)
        return [
            Field("window_start", bound), Field("window_end", bound), Field("window_time", timeType.nullable(false)),
        ]
    }
}

import Columnar

/// Physical plans as the JSON that EXPLAIN JSON_EXECUTION_PLAN prints: nodes with their predecessors.
enum PlanJSON {
    static func text(_ plan: PhysicalPlan) -> String {
        let nodes = plan.nodes.map { node in
            var fields = [
                "\"id\": \(node.id)", "\"type\": \(string(node.name))", "\"pact\": \(string(role(node)))",
                "\"contents\": \(string(NodeText.text(node, in: plan)))",
                "\"parallelism\": \(node.distribution == .single ? "1" : "null")",
            ]
            if !node.inputs.isEmpty {
                let inputs = node.inputs.map { "{ \"id\": \($0), \"ship_strategy\": \(string(shipping($0, plan))) }" }
                fields.append("\"predecessors\": [ \(inputs.joined(separator: ", ")) ]")
            }
            return "    { " + fields.joined(separator: ", ") + " }"
        }
        return "{\n  \"nodes\": [\n" + nodes.joined(separator: ",\n") + "\n  ]\n}"
    }

    private static func role(_ node: PlanNode) -> String {
        switch node.operation {
        case .scan, .values: "Data Source"
        case .sink: "Data Sink"
        default: "Operator"
        }
    }

    private static func shipping(_ id: Int, _ plan: PhysicalPlan) -> String {
        guard case .exchange(let exchange) = plan.nodes[id].operation else { return "FORWARD" }
        return switch exchange {
        case .hash: "HASH"
        case .single: "GLOBAL"
        case .broadcast: "BROADCAST"
        }
    }

    private static func string(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\u{0}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

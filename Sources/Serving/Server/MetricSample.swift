/// One figure for `/metrics`.
package struct MetricSample: Sendable {
    package enum Kind: String, Sendable {
        case counter, gauge
    }

    package var name: String
    package var kind: Kind
    package var help: String
    package var labels: [(name: String, value: String)]
    package var value: Double

    package init(
        _ name: String, _ kind: Kind, _ help: String, labels: [(name: String, value: String)] = [], value: Double
    ) {
        self.name = name
        self.kind = kind
        self.help = help
        self.labels = labels
        self.value = value
    }

    /// The text form that Prometheus reads; samples of one name are put together.
    static func text(_ samples: [MetricSample]) -> String {
        var names: [String] = []
        var groups: [String: [MetricSample]] = [:]
        for sample in samples {
            if groups[sample.name] == nil { names.append(sample.name) }
            groups[sample.name, default: []].append(sample)
        }
        var text = ""
        for name in names {
            guard let group = groups[name], let first = group.first else { continue }
            text += "# HELP \(name) \(first.help)\n# TYPE \(name) \(first.kind.rawValue)\n"
            for sample in group { text += sample.line }
        }
        return text
    }

    private var line: String {
        let list = labels.map { "\($0.name)=\"\(Self.escape($0.value))\"" }.joined(separator: ",")
        let number = value == value.rounded() && value.magnitude < 9e15 ? String(Int64(value)) : "\(value)"
        return name + (list.isEmpty ? "" : "{\(list)}") + " \(number)\n"
    }

    private static func escape(_ text: String) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}

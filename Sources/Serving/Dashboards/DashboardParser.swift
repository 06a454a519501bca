import Diagnostics
import StreamSQL
import Yams

extension Dashboard {
    /// Reads and checks a dashboard file; queries are checked when they are prepared.
    package init(parsing bytes: [UInt8], file: String) throws {
        self = try DashboardParser(document: YAMLDocument(bytes, file: file)).dashboard()
    }
}

/// Takes a dashboard file apart.
private struct DashboardParser {
    let document: YAMLDocument

    func dashboard() throws -> Dashboard {
        let root = document.root
        let members = try document.members(
            root, of: "the dashboard", known: ["id", "title", "layout", "staleAfter", "panels"])
        let layout = try layout(try document.required("layout", in: members, of: root, "the dashboard"))
        let list = try document.required("panels", in: members, of: root, "the dashboard")
        var panels: [DashboardPanel] = []
        for node in try document.list(list, "`panels`", limit: DashboardLimits.panels) {
            let panel = try panel(node, in: layout)
            if panels.contains(where: { $0.id == panel.id }) {
                throw document.error(node, "duplicate_panel", "two panels are called `\(panel.id)`")
            }
            panels.append(panel)
        }
        return Dashboard(
            id: try identifier(try document.required("id", in: members, of: root, "the dashboard"), "`id`"),
            title: try title(try document.required("title", in: members, of: root, "the dashboard")),
            layout: layout, panels: panels,
            staleAfterSeconds: try members["staleAfter"].map {
                try document.integer($0, "`staleAfter`", in: DashboardLimits.staleAfterSeconds)
            },
            file: document.file)
    }

    private func layout(_ node: Node) throws -> DashboardLayout {
        let members = try document.members(node, of: "`layout`", known: ["columns", "rows"])
        let bounds = 1...DashboardLimits.gridCells
        return DashboardLayout(
            columns: try document.integer(
                try document.required("columns", in: members, of: node, "`layout`"), "`columns`", in: bounds),
            rows: try document.integer(
                try document.required("rows", in: members, of: node, "`layout`"), "`rows`", in: bounds))
    }

    private func panel(_ node: Node, in layout: DashboardLayout) throws -> DashboardPanel {
        let known = ["id", "title", "type", "at", "query", "key", "options"]
        let members = try document.members(node, of: "a panel", known: known)
        func member(_ name: String) throws -> Node { try document.required(name, in: members, of: node, "the panel") }
        let query = try member("query")
        let sql = try document.text(query, "`query`")
        guard sql.utf8.count <= DashboardLimits.queryBytes else {
            throw document.error(query, "too_long", "the query is longer than \(DashboardLimits.queryBytes) bytes")
        }
        return DashboardPanel(
            id: try identifier(try member("id"), "`id`"), title: try title(try member("title")),
            type: try type(try member("type")), place: try place(try member("at"), in: layout),
            query: sql,
            key: try members["key"].map(key) ?? [], options: try members["options"].map(options) ?? Array("{}".utf8),
            queryLine: queryLine(query))
    }

    private func type(_ node: Node) throws -> String {
        let text = try document.text(node, "`type`")
        guard DashboardPanel.types.contains(text) else {
            let hint =
                nearestName(to: text, in: DashboardPanel.types).map { "did you mean `\($0)`?" }
                ?? "the types are " + DashboardPanel.types.joined(separator: ", ")
            throw document.error(node, "unknown_type", "there is no panel type `\(text.prefix(80))`", hint: hint)
        }
        return text
    }

    /// The line of the file that the query's first line stands on: behind `|`, the next one.
    private func queryLine(_ node: Node) -> Int {
        let style = node.scalar?.style
        return (node.mark?.line ?? 1) + (style == .literal || style == .folded ? 1 : 0)
    }

    private func place(_ node: Node, in layout: DashboardLayout) throws -> DashboardPanel.Place {
        let known = ["column", "row", "width", "height"]
        let members = try document.members(node, of: "`at`", known: known)
        let numbers = try known.map { name in
            let lowest = name == "column" || name == "row" ? 0 : 1
            return try document.integer(
                try document.required(name, in: members, of: node, "`at`"), "`\(name)`",
                in: lowest...DashboardLimits.gridCells)
        }
        let place = DashboardPanel.Place(column: numbers[0], row: numbers[1], width: numbers[2], height: numbers[3])
        guard place.column + place.width <= layout.columns, place.row + place.height <= layout.rows else {
            throw document.error(
                node, "outside_layout", "the panel reaches beyond the layout of \(layout.columns) x \(layout.rows)",
                hint: "columns and rows are counted from 0")
        }
        return place
    }

    private func title(_ node: Node) throws -> BilingualText {
        if let scalar = node.scalar { return BilingualText(chinese: scalar.string, english: scalar.string) }
        let members = try document.members(node, of: "`title`", known: ["zh", "en"])
        return BilingualText(
            chinese: try document.text(try document.required("zh", in: members, of: node, "`title`"), "`zh`"),
            english: try document.text(try document.required("en", in: members, of: node, "`title`"), "`en`"))
    }

    private func key(_ node: Node) throws -> [String] {
        try document.list(node, "`key`", limit: DashboardLimits.keyColumns).map {
            try document.text($0, "a key column")
        }
    }

    /// Identifiers stand in addresses: letters, digits, `-` and `_`.
    private func identifier(_ node: Node, _ what: String) throws -> String {
        let text = try document.text(node, what)
        let isPlain = text.utf8.allSatisfy {
            $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
        }
        guard isPlain, text.utf8.count <= DashboardLimits.identifierBytes else {
            throw document.error(
                node, "bad_identifier", "\(what) is `\(text.prefix(80))`",
                hint: "use up to \(DashboardLimits.identifierBytes) letters, digits, `-` and `_`")
        }
        return text
    }

    private func options(_ node: Node) throws -> [UInt8] {
        guard case .mapping = node else { throw document.error(node, "wrong_type", "`options` must be a mapping") }
        var json = JSONWriter()
        try write(node, depth: 0, to: &json)
        return json.bytes
    }

    private func write(_ node: Node, depth: Int, to json: inout JSONWriter) throws {
        guard depth < DashboardLimits.optionDepth, json.bytes.count < DashboardLimits.optionBytes else {
            throw document.error(node, "too_large", "the options are too large or nested too deeply")
        }
        switch node {
        case .mapping(let mapping):
            json.beginObject()
            for (key, value) in mapping {
                json.key(try document.text(key, "a name in `options`"))
                try write(value, depth: depth + 1, to: &json)
            }
            json.endObject()
        case .sequence(let sequence):
            json.beginArray()
            for element in sequence { try write(element, depth: depth + 1, to: &json) }
            json.endArray()
        case .scalar(let scalar): write(scalar, to: &json)
        case .alias: throw document.error(node, "alias", "aliases are not allowed")
        }
    }

    /// Plain scalars are what they look like, by the core schema of YAML 1.2; quoted ones are texts.
    private func write(_ scalar: Node.Scalar, to json: inout JSONWriter) {
        guard scalar.style == .plain || scalar.style == .any else { return json.string(scalar.string) }
        switch scalar.string {
        case "", "~", "null", "Null", "NULL": json.null()
        case "true", "True", "TRUE": json.bool(true)
        case "false", "False", "FALSE": json.bool(false)
        default:
            if let number = Int(scalar.string) {
                json.integer(number)
            } else if scalar.string.utf8.allSatisfy({ "+-.0123456789eE".utf8.contains($0) }),
                let number = Double(scalar.string)
            {
                json.double(number)
            } else {
                json.string(scalar.string)
            }
        }
    }
}

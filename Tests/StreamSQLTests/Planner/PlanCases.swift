import Columnar
import Foundation
import StreamSQL

/// One case of `cases/*.txt`: a script, and the plan, answer or errors it gives.
///
/// A case is a line `--- name`, the script, a line `===`, the expected text. With MILLRACE_RECORD=1 in the
/// environment the expected texts are written anew; what changed is then read before it is committed.
struct PlanCase {
    var name: String
    var script: String
    var expected: String

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("cases")

    static func read(_ file: String) throws -> [PlanCase] {
        let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
        var cases: [PlanCase] = []
        var isExpected = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("--- ") {
                cases.append(PlanCase(name: String(line.dropFirst(4)), script: "", expected: ""))
                isExpected = false
            } else if line == "===" {
                isExpected = true
            } else if let last = cases.indices.last {
                if isExpected { cases[last].expected += line + "\n" } else { cases[last].script += line + "\n" }
            }
        }
        return cases.map { one in
            var one = one
            while one.expected.hasSuffix("\n") { one.expected.removeLast() }
            return one
        }
    }

    static func write(_ cases: [PlanCase], to file: String) throws {
        let text = cases.map { "--- \($0.name)\n\($0.script)===\n\($0.expected)\n" }.joined(separator: "\n")
        try text.write(to: folder.appendingPathComponent(file), atomically: true, encoding: .utf8)
    }

    /// What the planner says to the script.
    func actual() -> String {
        var session = PlanningSession(connectors: Self.connectors)
        do throws(SQLScriptError) {
            let plan = try session.plan(script, file: "case.sql")
            var parts = plan.warnings.map { "warning: " + $0.render(file: "case.sql", text: script) }
            for step in plan.steps {
                switch step {
                case .job(let plan, let description): parts.append("job: \(description)\n\(PlanText.text(plan))")
                case .query(let plan, let fields):
                    let types = fields.map { "\($0.name) \($0.type)" }.joined(separator: ", ")
                    parts.append("query: \(types)\n\(PlanText.text(plan))")
                case .explain(let text): parts.append(text)
                case .analyze(let plan): parts.append("analyze:\n\(PlanText.text(plan))")
                case .message(let result):
                    parts.append(
                        ([result.columns] + result.rows).map { $0.joined(separator: " | ") }.joined(separator: "\n"))
                }
            }
            return parts.joined(separator: "\n")
        } catch {
            return error.render(file: "case.sql", text: script)
        }
    }

    /// Stands for the connectors of the product.
    static let connectors: [ConnectorDescription] = {
        let formats: [String: Set<String>] = [
            "json": ["json.ignore-parse-errors", "json.fail-on-missing-field", "json.timestamp-format.standard"],
            "csv": ["csv.field-delimiter", "csv.ignore-parse-errors"],
        ]
        return [
            ConnectorDescription(
                identifier: "filesystem", canRead: true, canWrite: true, options: ["connector", "path", "format"],
                requiredOptions: ["path", "format"],
                metadata: [Field("file.path", DataType(.string, isNullable: false))], formats: formats, isBounded: true),
            ConnectorDescription(
                identifier: "tail", canRead: true, canWrite: false, options: ["connector", "path", "format", "start"],
                requiredOptions: ["path", "format"], optionValues: ["start": ["earliest", "latest"]],
                metadata: [Field("file.path", DataType(.string, isNullable: false))], formats: formats, isBounded: false
            ),
            ConnectorDescription(
                identifier: "datagen", canRead: true, canWrite: false,
                options: ["connector", "rows-per-second", "number-of-rows"], isBounded: false),
            ConnectorDescription(
                identifier: "blackhole", canRead: false, canWrite: true, options: ["connector"], isBounded: true),
            ConnectorDescription(
                identifier: "print", canRead: false, canWrite: true, options: ["connector"], isBounded: true),
        ]
    }()
}

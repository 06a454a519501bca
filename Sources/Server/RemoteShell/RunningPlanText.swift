import Diagnostics
import Scripts
import Serving

/// The plan of a running job with what each operator has done so far, out of what a server says of the job.
struct RunningPlanText {
    private(set) var lines: [String] = []
    private let operators: [JSONValue]
    private let inputs: [[Int]]
    private let uses: [Int]
    /// Marks of operators that several read, given as they are met.
    private var marks: [Int: Int] = [:]

    /// `job` is the answer of `GET /api/v1/jobs/{id}`.
    init(_ job: JSONValue) {
        operators = Self.items(job["operators"])
        // What an operator reads stands in front of it, or else this would not end.
        inputs = operators.enumerated().map { place, step in
            Self.items(step["inputs"]).compactMap { Self.whole($0) }.filter { (0..<place).contains($0) }
        }
        var uses = [Int](repeating: 0, count: operators.count)
        for read in inputs { for input in read { uses[input] += 1 } }
        self.uses = uses
        for place in operators.indices where uses[place] == 0 { print(place, depth: 0) }
        lines += ["", Self.summary(job)]
    }

    private mutating func print(_ place: Int, depth: Int) {
        let indent = String(repeating: "  ", count: depth)
        if let mark = marks[place] {
            lines.append("\(indent)→ #\(mark)")
            return
        }
        var mark = ""
        if uses[place] > 1 {
            marks[place] = marks.count + 1
            mark = "#\(marks.count) "
        }
        let text = operators[place]["text"]?.stringValue ?? ""
        lines.append(indent + mark + (text.isEmpty ? operators[place]["name"]?.stringValue ?? "" : text))
        lines.append("\(indent)  | \(Self.figures(operators[place]))")
        for input in inputs[place] { print(input, depth: depth + 1) }
    }

    private static func figures(_ step: JSONValue) -> String {
        func count(_ key: String) -> Int { whole(step[key]) ?? 0 }
        var parts = [
            "\(rows(count("rowsIn"))) in \(batches(count("batchesIn"))) in, "
                + "\(rows(count("rowsOut"))) in \(batches(count("batchesOut"))) out",
            "busy \(grouped(count("busyMs"))) ms (\(number(step["busyPercent"])) %)",
        ]
        if number(step["blockedPercent"]) != "0.0" {
            parts.append("waited for room \(number(step["blockedPercent"])) %")
        }
        if count("stateRows") > 0 {
            parts.append("state \(rows(count("stateRows"))), \(grouped(count("stateBytes"))) bytes")
        }
        if count("lateRows") > 0 { parts.append("\(rows(count("lateRows"))) late") }
        if count("refusedRows") > 0 { parts.append("\(rows(count("refusedRows"))) refused") }
        if let time = whole(step["watermark"]) { parts.append("watermark \(moment(time))") }
        return parts.joined(separator: "; ")
    }

    private static func summary(_ job: JSONValue) -> String {
        func count(_ key: String) -> Int { whole(job[key]) ?? 0 }
        let since = whole(job["startedAt"]).map { " since \(moment($0))" } ?? ""
        return
            "\(job["state"]?.stringValue ?? "")\(since), \(rows(count("rowsIn"))) in, \(rows(count("rowsOut"))) out, "
            + "\(grouped(count("lateRows"))) late"
            + (count("refusedRows") > 0 ? ", \(grouped(count("refusedRows"))) refused" : "")
            + (job["error"]?.stringValue.map { "; \($0)" } ?? "")
    }

    // MARK: text

    private static func rows(_ count: Int) -> String { count == 1 ? "1 row" : "\(grouped(count)) rows" }
    private static func batches(_ count: Int) -> String { count == 1 ? "1 batch" : "\(grouped(count)) batches" }
    private static func grouped(_ count: Int) -> String { Figures.grouped(UInt64(max(0, count))) }

    private static func moment(_ milliseconds: Int) -> String {
        CivilTime.timestamp(microseconds: Int64(milliseconds) &* 1_000, precision: 3)
    }

    private static func items(_ value: JSONValue?) -> [JSONValue] {
        if case .array(let items)? = value { return items }
        return []
    }

    private static func whole(_ value: JSONValue?) -> Int? {
        if case .number(let text)? = value { return Int(text) }
        return nil
    }

    private static func number(_ value: JSONValue?) -> String {
        if case .number(let text)? = value, let number = Double(text) { return Figures.decimal(number, 1) }
        return "0.0"
    }
}

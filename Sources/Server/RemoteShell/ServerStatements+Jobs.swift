package import Diagnostics
import Serving
import StreamSQL

// Statements about the jobs of a server: SHOW JOBS, DESCRIBE JOB 'id', EXPLAIN ANALYZE JOB 'id', STOP JOB 'id' [WITH
// SAVEPOINT].
extension ServerStatements {
    /// Nil for every other statement.
    func runOnJobs(_ statement: String) throws(MillraceError) -> StatementResult? {
        guard let (words, id) = Self.parts(of: statement) else { return nil }
        switch (words, id) {
        case (["SHOW", "JOBS"], nil):
            return StatementResult(columns: Self.jobColumns, rows: try jobs().map(Self.row))
        case (["DESCRIBE", "JOB"], let id?), (["DESC", "JOB"], let id?): return try describeJob(id)
        case (["EXPLAIN", "ANALYZE", "JOB"], let id?): return try analyzeJob(id)
        case (["STOP", "JOB"], let id?): return try stop(id, withSavepoint: false)
        case (["STOP", "JOB", "WITH", "SAVEPOINT"], let id?): return try stop(id, withSavepoint: true)
        case (["STOP", "JOB", "WITH", "DRAIN"], _?), (["STOP", "JOB", "WITH", "SAVEPOINT", "WITH", "DRAIN"], _?):
            throw MillraceError(
                .user, code: "unsupported",
                "STOP JOB … WITH DRAIN is not supported: the job could not go on behind the end",
                hint: "STOP JOB '…' WITH SAVEPOINT keeps open windows for the next start")
        default: return nil
        }
    }

    /// Copies the state of a job; gives the directory, as the server sees it.
    package func savepoint(of id: String) throws(MillraceError) -> String {
        let answer = try answer("POST", "/api/v1/jobs/\(Self.escaped(id))/savepoint", Array("{}".utf8))
        guard let path = answer["savepoint"]?.stringValue else { throw Self.unclear }
        return path
    }

    private func stop(_ id: String, withSavepoint: Bool) throws(MillraceError) -> StatementResult {
        let body = withSavepoint ? #"{"withSavepoint":true}"# : "{}"
        let answer = try answer("POST", "/api/v1/jobs/\(Self.escaped(id))/stop", Array(body.utf8))
        guard withSavepoint else { return StatementResult(columns: ["result"], rows: [["OK"]]) }
        guard let path = answer["savepoint"]?.stringValue else { throw Self.unclear }
        return StatementResult(columns: ["savepoint path"], rows: [[path]])
    }

    private static let jobColumns = ["job id", "job name", "status", "start time"]

    private func jobs() throws(MillraceError) -> [JSONValue] {
        guard case .array(let jobs)? = try answer("GET", "/api/v1/jobs")["jobs"] else { throw Self.unclear }
        return jobs
    }

    private static func row(_ job: JSONValue) -> [String] {
        var time = ""
        if case .number(let text)? = job["startedAt"], let at = Int64(text) {
            time = CivilTime.timestamp(microseconds: at &* 1_000, precision: 0)
        }
        return [
            job["id"]?.stringValue ?? "", job["name"]?.stringValue ?? "",
            (job["state"]?.stringValue ?? "").uppercased(), time,
        ]
    }

    /// A job, and a row for each thing that became of the state that it began with.
    private func describeJob(_ id: String) throws(MillraceError) -> StatementResult {
        let job = try Self.job(id, in: jobs())
        var rows = zip(Self.jobColumns, Self.row(job)).map { [$0, $1] }
        if let error = job["error"]?.stringValue { rows.append(["error", error]) }
        if case .array(let lines)? = job["stateBegan"] {
            rows += lines.map { ["state", $0.stringValue ?? ""] }
        }
        return StatementResult(columns: ["name", "value"], rows: rows)
    }

    /// The plan of a job with the rows, batches, state and time of each operator since the job began.
    private func analyzeJob(_ id: String) throws(MillraceError) -> StatementResult {
        let lines = RunningPlanText(try Self.job(id, in: jobs())).lines
        return StatementResult(columns: ["plan"], rows: lines.map { [$0] })
    }

    /// The job with an id, or else the only one with that name.
    static func job(_ id: String, in jobs: [JSONValue]) throws(MillraceError) -> JSONValue {
        if let job = jobs.first(where: { $0["id"]?.stringValue == id }) { return job }
        let named = jobs.filter { $0["name"]?.stringValue == id }
        if named.count == 1 { return named[0] }
        let ids = jobs.compactMap { $0["id"]?.stringValue }
        throw MillraceError(
            .user, code: "unknown_job", "there is no job '\(id)'",
            hint: nearestName(to: id, in: ids).map { "did you mean '\($0)'?" } ?? "SHOW JOBS lists them")
    }

    // MARK: text

    /// The words of a statement in capitals without the one text in quotes, and that text; nil for what has two of them.
    private static func parts(of statement: String) -> (words: [String], id: String?)? {
        func words(_ text: Substring) -> [String] { text.split { $0.isWhitespace }.map { $0.uppercased() } }
        guard let first = statement.firstIndex(of: "'") else { return (words(statement[...]), nil) }
        guard let last = statement.lastIndex(of: "'"), last > first else { return nil }
        let text = statement[statement.index(after: first)..<last]
        let id = text.replacing("''", with: "'")
        return (words(statement[..<first]) + words(statement[statement.index(after: last)...]), String(id))
    }

    /// As a part of a path.
    private static func escaped(_ id: String) -> String {
        id.utf8.map { byte in
            let scalar = Character(Unicode.Scalar(byte))
            let isPlain = scalar.isASCII && (scalar.isLetter || scalar.isNumber || "-_.~".contains(scalar))
            return isPlain ? String(scalar) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}

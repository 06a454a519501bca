import Columnar
import FuzzSupport
import StreamSQL

private let files = ConnectorDescription(
    identifier: "tail", canRead: true, canWrite: true, options: ["connector", "path", "format"],
    requiredOptions: ["path", "format"],
    optionValues: [:], metadata: [Field("file.path", DataType(.string))],
    formats: ["json": ["json.ignore-parse-errors"]], isBounded: false)
private let bounded = ConnectorDescription(
    identifier: "filesystem", canRead: true, canWrite: true, options: ["connector", "path", "format"],
    requiredOptions: ["path", "format"],
    optionValues: [:], metadata: [], formats: ["csv": ["csv.field-delimiter"]], isBounded: true)

/// A session with a stream, a bounded table, a view and a result table, which the inputs speak about.
private let session: PlanningSession = {
    var session = PlanningSession(connectors: [files, bounded])
    do throws(SQLScriptError) {
        _ = try session.plan(
            """
            CREATE TABLE logs (id BIGINT, city STRING, qty INT, price DECIMAL(10, 2), stamp STRING,
              ts AS TO_TIMESTAMP(stamp, 'yyyyMMddHHmmss'), f STRING METADATA FROM 'file.path' VIRTUAL,
              WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'tail', 'path' = 'x', 'format' = 'json');
            CREATE TABLE cities (city STRING, name STRING, PRIMARY KEY (city) NOT ENFORCED)
              WITH ('connector' = 'filesystem', 'path' = 'c', 'format' = 'csv');
            CREATE TABLE totals (city STRING, n BIGINT, PRIMARY KEY (city) NOT ENFORCED);
            CREATE TEMPORARY VIEW sizable AS SELECT * FROM logs WHERE qty > 10;
            """)
    } catch {
        finding("the preamble is refused: \(error.render(file: "preamble", text: ""))")
    }
    return session
}()

/// Any script gives plans or errors inside its text, and the same ones each time.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSQLPlanner(_ bytes: UnsafeRawPointer?, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
    let first = outcome(of: text)
    if outcome(of: text) != first { finding("planned twice, it differs") }
    return 0
}

/// The plans as text, or the errors as text.
private func outcome(of text: String) -> String {
    do throws(SQLScriptError) {
        return try session.explain(text, file: "fuzz.sql")
    } catch {
        if error.errors.isEmpty { finding("refused without an error") }
        for one in error.errors where Int(one.range.end) > text.utf8.count {
            finding("an error outside the text: \(one.message)")
        }
        return error.render(file: "fuzz.sql", text: text)
    }
}

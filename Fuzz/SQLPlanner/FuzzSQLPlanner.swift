import Columnar
import FuzzSupport
import StreamSQL

/// All formats, those of changes apart; each with an option of its own.
private let changeFormats: Set<String> = ["debezium-json", "canal-json", "maxwell-json", "ogg-json"]
private let formats: [String: Set<String>] = {
    let plain = ["json", "csv", "raw", "avro", "nginx", "regex"]
    var options = Dictionary(
        uniqueKeysWithValues: (plain + changeFormats).map { ($0, Set(["\($0).ignore-parse-errors"])) })
    options["csv"] = ["csv.field-delimiter", "csv.null-literal"]
    options["avro"] = ["avro.codec"]
    options["nginx"] = ["nginx.log-format"]
    options["regex"] = ["regex.pattern"]
    options["raw"] = ["raw.charset", "raw.endianness"]
    return options
}()

private func connector(
    _ name: String, reads: Bool = true, writes: Bool = true, _ options: Set<String>, required: Set<String> = [],
    values: [String: [String]] = [:], metadata: [Field] = [], hasFormat: Bool = true, isBounded: Bool = false
) -> ConnectorDescription {
    ConnectorDescription(
        identifier: name, canRead: reads, canWrite: writes,
        options: options.union(hasFormat ? ["connector", "format"] : ["connector"]), requiredOptions: required,
        optionValues: values, metadata: metadata, formats: hasFormat ? formats : [:],
        changelogFormats: hasFormat ? changeFormats : [], isBounded: isBounded)
}

private let path = Field("file.path", DataType(.string))
private let topic: Set<String> = [
    "topic", "scan.startup.mode", "key.format", "value.format", "key.fields", "topic.partitions",
]
private let recordFields = [
    Field("partition", DataType(.integer, isNullable: false)), Field("offset", DataType(.bigint, isNullable: false)),
    Field("timestamp", DataType(.timestampLTZ(precision: 3))),
]
private let connectors = [
    connector("tail", ["path", "on-error"], required: ["path", "format"], metadata: [path]),
    connector(
        "filesystem", ["path", "on-error"], required: ["path", "format"], values: ["on-error": ["fail", "reject"]],
        metadata: [path], isBounded: true),
    connector("kafka", topic, required: ["topic"], metadata: recordFields),
    connector("upsert-kafka", topic, required: ["topic"], metadata: recordFields),
    connector("datagen", writes: false, ["rows-per-second", "number-of-rows"], hasFormat: false),
    connector("print", reads: false, ["print-identifier"], hasFormat: false, isBounded: true),
    connector("blackhole", reads: false, [], hasFormat: false, isBounded: true),
]

/// A session with streams, changing tables, a bounded table, a view and result tables, which the inputs speak about.
private let session: PlanningSession = {
    var session = PlanningSession(connectors: connectors)
    do throws(SQLScriptError) {
        _ = try session.plan(
            """
            CREATE TABLE logs (id BIGINT, city STRING, qty INT, price DECIMAL(10, 2), stamp STRING,
              ts AS TO_TIMESTAMP(stamp, 'yyyyMMddHHmmss'), f STRING METADATA FROM 'file.path' VIRTUAL,
              WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'tail', 'path' = 'x', 'format' = 'json');
            CREATE TABLE cities (city STRING, name STRING, PRIMARY KEY (city) NOT ENFORCED)
              WITH ('connector' = 'filesystem', 'path' = 'c', 'format' = 'csv');
            CREATE TABLE people (id BIGINT, name STRING, tags ARRAY<STRING>, moment TIMESTAMP(9), `timestamp` TIMESTAMP_LTZ(3) METADATA,
              arrived AS PROCTIME(), WATERMARK FOR `timestamp` AS `timestamp`, PRIMARY KEY (id) NOT ENFORCED)
              WITH ('connector' = 'upsert-kafka', 'topic' = 'p', 'key.format' = 'raw', 'value.format' = 'json');
            CREATE TABLE changes (id BIGINT, city STRING, r ROW<a INT, b MAP<STRING, DOUBLE>>, proc AS PROCTIME())
              WITH ('connector' = 'kafka', 'topic' = 'c', 'format' = 'debezium-json');
            CREATE TABLE made (id INT, k CHAR(3), v DOUBLE, ok BOOLEAN, t TIME(0), ts AS TO_TIMESTAMP_LTZ(id, 0), proc AS PROCTIME(), WATERMARK FOR ts AS ts)
              WITH ('connector' = 'datagen', 'number-of-rows' = '9', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '9');
            CREATE TABLE strict (id BIGINT NOT NULL, name VARCHAR(3) NOT NULL, code CHAR(2));
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

import Diagnostics
import Synchronization
import Testing

@testable import Scripts

/// EXPLAIN ANALYZE: what was run is counted, and nothing else is printed.
struct AnalyzeTests {
    private static func printed(_ script: String, parallelism: Int) throws -> String {
        let lines = Mutex<[UInt8]>([])
        let runner = ScriptRunner(
            form: .csv, parallelism: parallelism, print: { bytes in lines.withLock { $0 += bytes } }, warn: { _ in })
        _ = try runner.run(ScriptText(file: "test", text: script))
        return lines.withLock { String(decoding: $0, as: UTF8.self) }
    }

    @Test(arguments: [1, 3])
    func showsWhatEachOperatorDid(parallelism: Int) throws {
        let text = try Self.printed(
            "EXPLAIN ANALYZE SELECT k, SUM(v) FROM (VALUES (1, 2), (1, 3), (2, 4)) AS t (k, v) GROUP BY k;",
            parallelism: parallelism)
        #expect(text.contains("values 3 rows"))
        #expect(text.contains("| 3 rows in 1 batch in"))
        #expect(text.contains("state 2 rows"))
        #expect(text.contains("busy "))
        #expect(text.contains("3 rows in, 2 rows out, 0 rows late") || text.contains("3 rows in, 2 rows out, 0 late"))
    }

    @Test func refusesWhatHasNoEnd() throws {
        let table = "CREATE TABLE t (a STRING) WITH ('connector' = 'tail', 'path' = '/nowhere', 'format' = 'raw');"
        #expect(throws: ScriptFailure.self) {
            try Self.printed("\(table) EXPLAIN ANALYZE SELECT * FROM t;", parallelism: 1)
        }
    }
}

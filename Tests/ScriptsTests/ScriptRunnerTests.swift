import Diagnostics
import TestSupport
import Testing

@testable import Scripts

struct ScriptRunnerTests {
    private static let table = """
        CREATE TABLE sales (city STRING, fee BIGINT)
          WITH ('connector' = 'filesystem', 'path' = 'data/*.csv', 'format' = 'csv', 'on-error' = 'reject');

        """

    private func run(
        _ sql: String, _ form: OutputForm, options: [(key: String, value: String)] = []
    ) throws -> (out: Printed, summary: ScriptRunner.Summary) {
        let disk = try place(["data/a.csv": "北京,3\nX,1\n北京,4\n", "data/b.csv": "X,many\nX,2\n"])
        let out = Printed()
        let runner = ScriptRunner(
            form: form, parallelism: 2, options: options, environment: Environment(files: disk),
            print: { out.add($0) }, warn: { _ in })
        return (out, try runner.run(ScriptText(file: "a.sql", text: Self.table + sql)))
    }

    private static let totals =
        "SELECT city, SUM(fee) AS fee, COUNT(*) AS n FROM sales GROUP BY city ORDER BY city LIMIT 9;"

    @Test func everyFormOfOutput() throws {
        #expect(try run(Self.totals, .csv).out.lines == ["X,3,2", "北京,7,2"])
        #expect(
            try run(Self.totals, .ndjson).out.lines.sorted() == [
                #"{"city":"X","fee":3,"n":2}"#, #"{"city":"北京","fee":7,"n":2}"#,
            ])
        #expect(try run(Self.totals, .table).out.text.contains("| 北京 | 7   | 2 |"))
        #expect(try run(Self.totals, .table).out.text.contains("| city | fee | n |"))
        #expect(try run("SELECT fee FROM sales WHERE city = '北京';", .changelog).out.lines.sorted() == ["+I,3", "+I,4"])
    }

    @Test func theSummaryCounts() throws {
        let summary = try run(Self.totals, .csv).summary
        #expect(summary.rowsIn == 4 && summary.rejected == 1 && summary.lateRows == 0)
    }

    @Test func rowsThatATableRefusesAreNotLate() throws {
        let script = """
            SET 'table.exec.sink.not-null-enforcer' = 'drop';
            CREATE TABLE named (id INT NOT NULL);
            INSERT INTO named VALUES (1), (CAST(NULL AS INT)), (3), (CAST(NULL AS INT));
            """
        let summary = try run(script, .csv).summary
        #expect(summary.refusedRows == 2 && summary.lateRows == 0)
    }

    @Test func noRows() throws {
        let total = "SELECT COUNT(*), SUM(fee) FROM sales WHERE city = 'nowhere';"
        #expect(try run("SET 'execution.runtime-mode' = 'batch'; " + total, .csv).out.lines == ["0,"])
        // A stream that never brought a row has no result to change.
        #expect(try run(total, .csv).out.lines == [])
        #expect(try run("SELECT city, COUNT(*) FROM sales WHERE fee > 100 GROUP BY city;", .csv).out.lines == [])
    }

    @Test func insertsGoBeforeWhatReadsThem() throws {
        let sql = """
            CREATE TABLE kept (city STRING, fee BIGINT, PRIMARY KEY (city) NOT ENFORCED);
            INSERT INTO kept SELECT city, SUM(fee) FROM sales GROUP BY city;
            SELECT * FROM kept ORDER BY city LIMIT 9;
            """
        #expect(try run(sql, .csv).out.lines == ["X,3", "北京,7"])
    }

    @Test func optionsAreApplied() throws {
        let wrong = problem { _ = try run(Self.totals, .csv, options: [("table.local-time-zone", "Mars/Olympus")]) }
        #expect(wrong?.kind == .user)
        let sql = "SELECT DATE_FORMAT(TO_TIMESTAMP_LTZ(0, 3), 'HH:mm') FROM sales WHERE fee = 1;"
        #expect(try run(sql, .csv, options: [("table.local-time-zone", "Asia/Shanghai")]).out.lines == ["08:00"])
    }

    @Test func mistakesAreTheScripts() {
        #expect(problem { _ = try run("SELECT cty FROM sales;", .csv) }?.hint == "did you mean city?")
        #expect(problem { _ = try run("SELECT 1 / 0;", .csv) } != nil)
    }
}

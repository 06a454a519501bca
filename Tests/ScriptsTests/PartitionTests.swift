import Diagnostics
import TestSupport
import Testing

@testable import Scripts

/// Partitioned tables from SQL to files and back.
struct PartitionTests {
    private func run(_ sql: String, on disk: any FileSystem) throws -> [String] {
        let out = Printed()
        let runner = ScriptRunner(
            form: .csv, parallelism: 2, environment: Environment(files: disk), print: { out.add($0) }, warn: { _ in })
        _ = try runner.run(ScriptText(file: "a.sql", text: sql))
        return out.lines.sorted()
    }

    private static let table = """
        SET 'execution.runtime-mode' = 'batch';
        CREATE TABLE days (id INT, dt DATE, price DECIMAL(6, 2), moment TIMESTAMP(3))
        PARTITIONED BY (dt, moment)
        WITH ('connector' = 'filesystem', 'path' = 'out', 'format' = 'json');

        """

    @Test func whatIsWrittenIsRead() throws {
        let disk = try place(["start": ""])
        let sql = """
            INSERT INTO days VALUES
              (1, DATE '2026-08-01', 1.50, TIMESTAMP '2026-08-01 10:00:00.250'),
              (2, CAST(NULL AS DATE), 2, CAST(NULL AS TIMESTAMP(3)));
            INSERT INTO days PARTITION (dt = '2026-08-03') SELECT 3, 3.25, TIMESTAMP '2026-08-01 10:00:00';
            INSERT INTO days PARTITION (moment = TIMESTAMP '2026-01-01 00:00:00', dt) (dt, id) SELECT DATE '2026-08-04', 4;
            SELECT * FROM days;
            """
        #expect(
            try run(Self.table + sql, on: disk) == [
                "1,2026-08-01,1.50,2026-08-01 10:00:00.250", "2,,2.00,",
                "3,2026-08-03,3.25,2026-08-01 10:00:00.000", "4,2026-08-04,,2026-01-01 00:00:00.000",
            ])
    }

    @Test func overwritingTouchesItsPartitionsOnly() throws {
        let disk = try place(["start": ""])
        let sql = """
            INSERT INTO days (id, dt) VALUES (1, DATE '2026-08-01'), (2, DATE '2026-08-02');
            INSERT OVERWRITE days PARTITION (dt = '2026-08-02') (id) SELECT 9;
            SELECT id, dt FROM days;
            """
        #expect(try run(Self.table + sql, on: disk) == ["1,2026-08-01", "9,2026-08-02"])
    }
}

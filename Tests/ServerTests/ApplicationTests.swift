import Columnar
import Diagnostics
import Serving
import Tables
import TestSupport
import Testing

@testable import Server

struct ApplicationTests {
    private static let sql = """
        CREATE TABLE sales (city STRING, fee BIGINT)
          WITH ('connector' = 'tail', 'path' = 'logs/*.log', 'format' = 'json', 'json.fail-on-missing-field' = 'true');
        CREATE TABLE totals (city STRING, fee BIGINT, n BIGINT, PRIMARY KEY (city) NOT ENFORCED);
        INSERT INTO totals SELECT city, SUM(fee), COUNT(*) FROM sales GROUP BY city;
        """
    private static let dashboard = """
        id: sales
        title: Sales
        layout: {columns: 4, rows: 2}
        panels:
          - {id: all, title: All, type: table, at: {column: 0, row: 0, width: 4, height: 2}, key: [city],
             query: 'SELECT city, fee FROM totals'}
        """

    private func files(sql: String = sql, dashboard: String = dashboard) -> [String: String] {
        [
            "app/millrace.yaml": "name: sales", "app/sql/a.sql": sql, "app/dashboards/a.yaml": dashboard,
            "app/logs/a.log": "",
        ]
    }

    /// One life of the application: started, fed, stopped in order.
    private func live(
        on disk: FaultyFileSystem, parallelism: Int = 2, append text: String, rows wanted: [String: [Int64]],
        rejected: UInt64 = 0
    ) throws -> JobReport? {
        let environment = Environment(files: disk)
        let catalog = TableCatalog(random: environment.random)
        let application = try Application(
            manifest: try ApplicationManifest(directory: "app", files: disk),
            settings: .init(dataDirectory: "data", parallelism: parallelism, epochMilliseconds: 10, variables: [:]),
            catalog: catalog, environment: environment)
        try application.start()
        let log = try disk.open("app/logs/a.log", .readWrite)
        let size = try log.status().sizeBytes
        try Array(text.utf8).withUnsafeBytes { try log.write($0, at: size) }
        let runner = TableQueryRunner(sessions: [application.session], catalog: catalog, environment: environment)
        let query = try runner.prepare("SELECT city, fee, n FROM totals")
        let deadline = environment.clock.monotonicNanoseconds() + 20_000_000_000
        var found: [String: [Int64]] = [:]
        repeat {
            found = try rows(of: query)
            environment.clock.sleep(nanoseconds: 2_000_000)
            // What is rejected is counted by the source, which may come a moment after the rows.
        } while (found != wanted || (application.reports.first?.rejected ?? 0) < rejected)
            && environment.clock.monotonicNanoseconds() < deadline
        #expect(found == wanted)
        application.stop(limitMilliseconds: 20_000, clock: environment.clock)
        return application.reports.first
    }

    private func rows(of query: any PreparedQuery) throws -> [String: [Int64]] {
        var rows: [String: [Int64]] = [:]
        for batch in try query.run() {
            for row in 0..<batch.rowCount {
                rows[batch.columns[0].string(row)] = [batch.columns[1].int64[row], batch.columns[2].int64[row]]
            }
        }
        return rows
    }

    @Test func restartsTwiceWithoutLosingOrRepeating() throws {
        let disk = try place(files())
        let first = try live(
            on: disk, append: #"{"city":"a","fee":3}"# + "\n" + #"{"city":"b","fee":1}"# + "\n" + "bad\n",
            rows: ["a": [3, 1], "b": [1, 1]], rejected: 1)
        #expect(first?.rejected == 1)
        #expect(first?.state == .finished)
        #expect(first?.error == nil)
        #expect(first?.sources.first?.samples.first?.text == "bad")
        #expect(first?.lastEpoch != nil && first?.tables == ["totals"])
        // Half a line now, its rest in the next life.
        _ = try live(
            on: disk, parallelism: 1, append: #"{"city":"a","fee":4}"# + "\n" + #"{"city":"#,
            rows: ["a": [7, 2], "b": [1, 1]])
        _ = try live(
            on: disk, parallelism: 4, append: #""c","fee":9}"# + "\n", rows: ["a": [7, 2], "b": [1, 1], "c": [9, 1]])
    }

    @Test func changedSQLSaysWhatToDo() throws {
        let disk = try place(files())
        _ = try live(on: disk, append: #"{"city":"a","fee":3}"# + "\n", rows: ["a": [3, 1]])
        let filtered = Self.sql.replacing("FROM sales", with: "FROM sales WHERE fee > 1")
        try disk.place(Array(filtered.utf8), at: "app/sql/a.sql")
        let error = problem { _ = try live(on: disk, append: "", rows: [:]) }
        #expect(error?.code == "unclaimed_state" && error?.kind == .user)
        #expect(error?.file == "app/sql/a.sql" && error?.message.contains("data/sales/sales-a") == true)
        try disk.rename("data/sales/sales-a", to: "data/sales/old")
        _ = try live(on: disk, append: "", rows: ["a": [3, 1]])
    }

    @Test func changedSQLKeepsWhatFits() throws {
        let disk = try place(files())
        _ = try live(
            on: disk, append: #"{"city":"a","fee":3}"# + "\n" + #"{"city":"b","fee":1}"# + "\n",
            rows: ["a": [3, 1], "b": [1, 1]])
        let wider = Self.sql.replacing("n BIGINT", with: "n BIGINT, most BIGINT")
            .replacing("COUNT(*)", with: "COUNT(*), MAX(fee)")
        try disk.place(Array(wider.utf8), at: "app/sql/a.sql")
        _ = try live(on: disk, append: #"{"city":"a","fee":4}"# + "\n", rows: ["a": [7, 2], "b": [1, 1]])
        // The rewritten state is what the next start begins with, with other columns once more.
        let other = Self.sql.replacing("n BIGINT", with: "x STRING, n BIGINT").replacing(
            "COUNT(*)", with: "'x', COUNT(*)")
        try disk.place(Array(other.utf8), at: "app/sql/a.sql")
        _ = try live(
            on: disk, parallelism: 3, append: #"{"city":"b","fee":5}"# + "\n", rows: ["a": [7, 2], "b": [6, 2]])
    }

    @Test func savepointBeginsAnotherApplication() throws {
        let disk = try place(files())
        _ = try live(on: disk, append: #"{"city":"a","fee":3}"# + "\n", rows: ["a": [3, 1]])
        let environment = Environment(files: disk)
        let lines = try SavepointWriter.write(
            data: "data", application: "sales", to: "app/copies/first", environment: environment)
        #expect(lines.count == 1 && lines[0].hasPrefix("sales-a: epoch "))
        let again = problem {
            _ = try SavepointWriter.write(
                data: "data", application: "sales", to: "app/copies/first", environment: environment)
        }
        #expect(again?.code == "savepoint_exists")
        _ = try live(on: disk, append: #"{"city":"a","fee":5}"# + "\n", rows: ["a": [8, 2]])
        // Without its epochs it goes on from the savepoint, and reads what came since.
        try disk.rename("data/sales", to: "old")
        let beginning = "SET 'execution.state-recovery.path' = 'copies/first/sales-a';\n"
        try disk.place(Array((beginning + Self.sql).utf8), at: "app/sql/a.sql")
        _ = try live(on: disk, append: #"{"city":"a","fee":1}"# + "\n", rows: ["a": [9, 3]])
        _ = try live(on: disk, append: "", rows: ["a": [9, 3]])
        try disk.rename("data/sales", to: "older")
        try disk.place(Array((beginning.replacing("first", with: "none") + Self.sql).utf8), at: "app/sql/a.sql")
        #expect(problem { _ = try live(on: disk, append: "", rows: [:]) }?.code == "no_savepoint")
    }

    @Test func aDirectoryIsUsedByOne() throws {
        let disk = try place(files())
        let environment = Environment(files: disk)
        func start() throws -> MillraceServer {
            try MillraceServer(
                ServeSettings(
                    directories: ["app"], dataDirectory: "data", host: "127.0.0.1", port: 0, parallelism: 1,
                    variables: [:]),
                environment: environment)
        }
        let first = try start()
        #expect(problem { _ = try start() }?.code == "checkpoints_locked")
        #expect(first.problems.isEmpty && first.dashboardIds == ["sales"])
    }

    @Test func applicationsHaveNamesOfTheirOwn() throws {
        let disk = try place(
            files().merging([
                "b/millrace.yaml": "name: sales", "c/millrace.yaml": "name: c", "c/dashboards/x.yaml": Self.dashboard,
            ]) { $1 })
        func error(_ directories: [String]) -> MillraceError? {
            problem {
                _ = try MillraceServer(
                    ServeSettings(
                        directories: directories, dataDirectory: "data", host: "127.0.0.1", port: 0, parallelism: 1,
                        variables: [:]), environment: Environment(files: disk))
            }
        }
        #expect(error(["app", "b"])?.code == "duplicate_application")
        #expect(error(["app", "app"])?.code == "duplicate_application")
        #expect(error(["app", "c"])?.code == "duplicate_dashboard")
    }

    @Test func checkFindsWhatIsWrong() throws {
        func check(_ files: [String: String]) throws -> String {
            try ApplicationCheck.check("app", variables: [:], environment: Environment(files: try place(files)))
        }
        #expect(try check(files()) == "sales: 1 SQL file, 1 result table, 1 job, 1 dashboard: fine")
        let column = problem {
            _ = try check(files(dashboard: Self.dashboard.replacing("city, fee FROM", with: "city, fe FROM")))
        }
        #expect(column?.file == "app/dashboards/a.yaml" && column?.line == 6 && column?.hint == "did you mean fee?")
        let key = problem { _ = try check(files(dashboard: Self.dashboard.replacing("[city]", with: "[town]"))) }
        #expect(key?.code == "unknown_column")
        let type = problem {
            _ = try check(files(dashboard: Self.dashboard.replacing("type: table", with: "type: tabl")))
        }
        #expect(type?.code == "unknown_type" && type?.hint == "did you mean `table`?")
        #expect(problem { _ = try check(files(sql: "SELEC 1")) }?.line == 1)
    }
}

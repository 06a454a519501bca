import Checkpoints
import Columnar
import ConnectorContract
import Diagnostics
import Glibc
import Serving
import Tables
import TestSupport
import Testing

@testable import Server

/// Where the state of jobs lies while the files of an application come, go and change; and what stops, copies and begins
/// it again.
struct JobLifeTests {
    private static let sales = """
        CREATE TABLE sales (city STRING, fee BIGINT)
          WITH ('connector' = 'tail', 'path' = 'logs/*.log', 'format' = 'json');
        CREATE TABLE totals (city STRING, n BIGINT, PRIMARY KEY (city) NOT ENFORCED);
        INSERT INTO totals SELECT city, COUNT(*) FROM sales GROUP BY city;
        """
    private static let fees = """
        CREATE TABLE again (city STRING, fee BIGINT)
          WITH ('connector' = 'tail', 'path' = 'logs/*.log', 'format' = 'json');
        CREATE TABLE fees (fee BIGINT, n BIGINT, PRIMARY KEY (fee) NOT ENFORCED);
        INSERT INTO fees SELECT fee, COUNT(*) FROM again GROUP BY fee;
        """

    private func disk(_ files: [String: String]) throws -> FaultyFileSystem {
        try place(["app/millrace.yaml": "name: sales", "app/logs/a.log": ""].merging(files) { $1 })
    }

    private func application(
        _ disk: FaultyFileSystem, _ catalog: TableCatalog, restoreFrom: String? = nil
    ) throws -> Application {
        try Application(
            manifest: try ApplicationManifest(directory: "app", files: disk),
            settings: .init(
                dataDirectory: "data", parallelism: 2, epochMilliseconds: 10, variables: [:], restoreFrom: restoreFrom),
            catalog: catalog, environment: Environment(files: disk))
    }

    /// One life: a row of the city is appended, and the counts of each table come to what is wanted.
    @discardableResult
    private func live(
        _ disk: FaultyFileSystem, city: String?, _ wanted: [String: Int64], restoreFrom: String? = nil,
        _ body: (Application) throws -> Void = { _ in }
    ) throws -> [JobReport] {
        let environment = Environment(files: disk)
        let catalog = TableCatalog(random: environment.random)
        let application = try application(disk, catalog, restoreFrom: restoreFrom)
        try application.start()
        if let city {
            let log = try disk.open("app/logs/a.log", .readWrite)
            let size = try log.status().sizeBytes
            try Array((#"{"city":"\#(city)","fee":1}"# + "\n").utf8).withUnsafeBytes { try log.write($0, at: size) }
        }
        let runner = TableQueryRunner(sessions: [application.session], catalog: catalog, environment: environment)
        let deadline = environment.clock.monotonicNanoseconds() + 60_000_000_000
        for (table, count) in wanted {
            let query = try runner.prepare("SELECT SUM(n) FROM \(table)")
            var found: Int64 = -1
            repeat {
                let batch = try query.run().first
                found = batch.map { $0.columns[0].isValid(0) ? $0.columns[0].int64[0] : 0 } ?? 0
                environment.clock.sleep(nanoseconds: 2_000_000)
            } while found != count && environment.clock.monotonicNanoseconds() < deadline
            #expect(found == count, "\(table)")
        }
        try body(application)
        application.stop(limitMilliseconds: 60_000, clock: environment.clock)
        return application.reports
    }

    private func jobFolders(_ disk: FaultyFileSystem) throws -> [String] {
        try disk.list("data/sales").filter { $0.hasPrefix("sales-") }.sorted()
    }

    private static let faraway = """
        CREATE TABLE far (city STRING) WITH (
            'connector' = 'kafka', 'topic' = 'far', 'format' = 'json', 'scan.startup.mode' = 'earliest-offset',
            'properties.bootstrap.servers' = '127.0.0.1:1');
        CREATE TABLE cities (city STRING, n BIGINT, PRIMARY KEY (city) NOT ENFORCED);
        INSERT INTO cities SELECT city, COUNT(*) FROM far GROUP BY city;
        """

    @Test(.enabled(if: dlopen("librdkafka.so.1", RTLD_NOW) != nil, "librdkafka is not installed"))
    func aBrokerThatIsAwayKeepsNobodyWaiting() throws {
        let disk = try disk(["app/sql/a.sql": Self.faraway, "app/sql/b.sql": Self.sales])
        let reports = try live(disk, city: "x", ["totals": 1]) { application in
            let clock = Environment().clock
            let deadline = clock.monotonicNanoseconds() + 60_000_000_000
            var waiting: JobReport
            repeat {
                // The first attempt may end before a connection was tried.
                waiting = try #require(application.reports.first { $0.id == "sales-a" })
                clock.sleep(nanoseconds: 2_000_000)
            } while waiting.error?.contains("connection refused") != true && clock.monotonicNanoseconds() < deadline
            #expect(waiting.state == .restarting && waiting.error?.contains("127.0.0.1:1") == true)
            #expect(waiting.error?.contains("connection refused") == true && waiting.tables == ["cities"])
            #expect(application.reports.first { $0.id == "sales-b" }?.state == .running)
            #expect(waiting.sources.map(\.name) == ["far"])
            #expect(waiting.sources.first?.problem?.contains("127.0.0.1:1") == true)
            // Who is stopped while it waits stays so.
            #expect(try application.stop(job: "sales-a", withSavepoint: false, limitMilliseconds: 60_000) == nil)
            #expect(application.reports.first { $0.id == "sales-a" }?.state == .finished)
            let again = #expect(throws: MillraceError.self) {
                try application.stop(job: "sales-a", withSavepoint: false, limitMilliseconds: 60_000)
            }
            #expect(again?.code == "not_running")
        }
        #expect(reports.map(\.state) == [.finished, .finished])
    }

    @Test func filesComeAndGoWithoutMovingState() throws {
        let disk = try disk(["app/sql/b.sql": Self.sales])
        try live(disk, city: "x", ["totals": 1])
        // A file in front, which reads all from the beginning.
        try disk.place(Array(Self.fees.utf8), at: "app/sql/a.sql")
        let reports = try live(disk, city: "x", ["totals": 2, "fees": 2])
        #expect(reports.map(\.id) == ["sales-a", "sales-b"] && reports.allSatisfy(\.beginning.isEmpty))
        #expect(try jobFolders(disk) == ["sales-a", "sales-b"])
        // Without it, and under another name.
        try disk.rename("app/sql/b.sql", to: "app/sql/c.sql")
        try disk.remove("app/sql/a.sql")
        let last = try live(disk, city: "x", ["totals": 3])
        #expect(last.first?.id == "sales-c" && last.first?.beginning == ["goes on with the state of sales-b"])
        #expect(try jobFolders(disk) == ["sales-a", "sales-c"])
        let directories = JobDirectories(application: "sales", directory: "data/sales", files: disk)
        #expect(try directories.placed([]).notes.count == 2)
    }

    @Test func directoriesNumberedByVersionsBeforeAreFound() throws {
        let disk = try disk(["app/sql/a.sql": Self.fees, "app/sql/b.sql": Self.sales])
        try live(disk, city: "x", ["totals": 1, "fees": 1])
        // As the numbering of before had it, in the other order.
        for (name, number) in [("sales-b", "sales-1"), ("sales-a", "sales-2")] {
            let state = try Savepoint(
                reading: "data/sales/" + name, files: disk, formatVersion: Application.stateFormatVersion)
            let store = try FileCheckpointStore(
                directory: "data/sales/" + number, files: disk,
                identity: JobIdentity(name: number, planHash: 0, formatVersion: Application.stateFormatVersion))
            _ = try store.restore()
            _ = try store.replace(epoch: state.epoch.epoch, changes: state.epoch.states.values.flatMap { $0 })
            try disk.rename("data/sales/" + name, to: "data/old" + name)
        }
        let reports = try live(disk, city: "x", ["totals": 2, "fees": 2])
        #expect(
            reports.map(\.beginning) == [["goes on with the state of sales-2"], ["goes on with the state of sales-1"]])
        #expect(try jobFolders(disk) == ["sales-a", "sales-b"])
        #expect(try live(disk, city: "x", ["totals": 3, "fees": 3]).allSatisfy(\.beginning.isEmpty))
    }

    @Test func namesComeFromThePipelineAndOfSeveralJobsFromTheirTables() throws {
        let both =
            Self.sales + "\nSET 'table.local-time-zone' = 'UTC';\nSET 'execution.checkpointing.interval' = '20 ms';\n"
            + Self.fees
        let disk = try disk(["app/sql/1.sql": both, "app/sql/2.sql": ""])
        #expect(try live(disk, city: "x", ["totals": 1, "fees": 1]).map(\.id) == ["sales-1-totals", "sales-1-fees"])
        try disk.place(Array(("SET 'pipeline.name' = 'city totals';\n" + Self.sales).utf8), at: "app/sql/1.sql")
        let named = try live(disk, city: "x", ["totals": 2])
        #expect(named.first?.id == "sales-city_totals" && named.first?.name == "city totals")
        // Versions before numbered the directories: a number is no name.
        try disk.place(Array(("SET 'pipeline.name' = '1';\n" + Self.sales).utf8), at: "app/sql/1.sql")
        #expect(try live(disk, city: "x", ["totals": 3]).map(\.id) == ["sales-1-totals"])
    }

    @Test func aRunningJobIsShownAsAPlanWithFigures() throws {
        let disk = try disk(["app/sql/b.sql": Self.sales])
        try live(disk, city: "x", ["totals": 1]) { application in
            var json = JSONWriter()
            json.job(try #require(application.reports.first))
            let job = try JSONValue(parsing: json.bytes)
            let lines = RunningPlanText(job).lines
            #expect(lines.first?.hasPrefix("sink totals") == true, "\(lines)")
            #expect(lines.contains { $0.contains("aggregate by [city]: ") })
            let scan = try #require(lines.firstIndex { $0.contains("scan sales") })
            #expect(scan == lines.count - 4 && lines[scan].hasPrefix("    "), "\(lines)")
            #expect(lines[scan + 1].contains("| 1 row in 1 batch in, 1 row in 1 batch out; busy "), "\(lines)")
            #expect(lines.last?.hasPrefix("running since ") == true)
            let id = job["id"]?.stringValue
            #expect(try ServerStatements.job("sales-b", in: [job])["id"]?.stringValue == id)
            let missed = problem { _ = try ServerStatements.job("sales-c", in: [job]) }
            #expect(missed?.code == "unknown_job" && missed?.hint == "did you mean 'sales-b'?")
        }
    }

    /// Changes a byte of the newest epochs of a job.
    private func damage(_ disk: FaultyFileSystem, _ folder: String, newest: Int) throws {
        let manifests = try disk.list(folder).filter { $0.hasPrefix("MANIFEST-") }.sorted()
        for name in manifests.suffix(newest) { try disk.place([0xFF], at: folder + "/" + name) }
    }

    @Test func damagedStateIsToldOf() throws {
        let disk = try disk(["app/sql/b.sql": Self.sales])
        // Each life stores an epoch at least.
        for count in 1...2 as ClosedRange<Int64> { try live(disk, city: "x", ["totals": count]) }
        // The newest is damaged: the one before tells whose the state is, and the job goes on from it.
        try damage(disk, "data/sales/sales-b", newest: 1)
        try disk.rename("app/sql/b.sql", to: "app/sql/c.sql")
        let older = try live(disk, city: "x", ["totals": 3])
        #expect(older.first?.beginning.first == "goes on with the state of sales-b")
        #expect(older.first?.beginning.contains { $0.contains("is damaged") } == true)
        // None can be read: the state is left alone, and said to be there.
        try damage(disk, "data/sales/sales-c", newest: .max)
        try disk.rename("app/sql/c.sql", to: "app/sql/d.sql")
        let directories = JobDirectories(application: "sales", directory: "data/sales", files: disk)
        let notes = try directories.placed([]).notes
        #expect(notes.count == 1 && notes[0].contains("sales-c is left alone"))
        // It is the job's own: that must not begin anew as if there were none.
        try disk.rename("app/sql/d.sql", to: "app/sql/c.sql")
        #expect(problem { try live(disk, city: nil, [:]) }?.code == "checkpoints_without_manifest")
    }

    @Test func aJobIsStoppedChangedAndBegunAgainWithItsSavepoint() throws {
        let disk = try disk(["app/sql/b.sql": Self.sales])
        var savepoint: String?
        try live(disk, city: "x", ["totals": 1]) { application in
            #expect(problem { _ = try application.savepoint(of: "sales-x") }?.code == "unknown_job")
            savepoint = try application.stop(job: "sales-b", withSavepoint: true, limitMilliseconds: 60_000)
            #expect(application.reports.first?.state == .finished)
            // Of the same epoch there is one.
            #expect(try application.savepoint(of: "sales-b") == savepoint)
        }
        let path = try #require(savepoint)
        #expect(path.hasPrefix("data/sales/savepoints/sales-b-"))
        // The job's own state goes first.
        let changed = Self.sales.replacing("n BIGINT", with: "n BIGINT, most BIGINT")
            .replacing("COUNT(*)", with: "COUNT(*), MAX(fee)")
        try disk.place(Array(changed.utf8), at: "app/sql/b.sql")
        let own = try live(disk, city: "x", ["totals": 2], restoreFrom: "data/sales/savepoints")
        #expect(own.first?.beginning.contains { $0.hasPrefix("goes on with its own state and not with") } == true)
        #expect(own.first?.beginning.contains { $0.contains("maximum(fee) is new") } == true)
        // Back to where it was stopped: the second row is read again, by the query of before.
        try disk.rename("data/sales/sales-b", to: "data/sales-b")
        try disk.place(Array(Self.sales.utf8), at: "app/sql/b.sql")
        let back = try live(disk, city: "x", ["totals": 3], restoreFrom: path)
        #expect(back.first?.beginning == ["begins with \(path)"])
        #expect(problem { try live(disk, city: nil, [:], restoreFrom: "app") }?.code == "no_savepoint")
    }
}

import CommitLog
import Diagnostics
import KafkaProtocol
import TestSupport
import Testing

@testable import Server

/// `millrace check` compares the columns of JSON tables with the data that is there.
struct SampleCheckTests {
    private func warnings(_ sql: String, _ data: String) throws -> [MillraceError] {
        var found: [MillraceError] = []
        let files = try place(["app/millrace.yaml": "name: x", "app/sql/a.sql": sql, "app/logs/a.ndjson": data])
        _ = try ApplicationCheck.check("app", variables: [:], environment: Environment(files: files)) {
            found.append($0)
        }
        return found
    }

    private func table(_ columns: String, format: String = "json") -> String {
        "CREATE TABLE visits (\n\(columns)) WITH ('connector' = 'tail', 'path' = 'logs/*', 'format' = '\(format)');"
    }

    @Test func aColumnThatTheDataNamesDifferently() throws {
        let found = try warnings(table("  region_code INT,\n  grade INT"), "{\"region\": 1122, \"grade\": 1}\n")
        #expect(found.map(\.code) == ["column_not_in_data"])
        #expect(found.first?.file == "app/sql/a.sql" && found.first?.line == 2 && found.first?.column == 3)
        #expect(found.first?.hint == "name the column region")
        let misspelt = try warnings(table("  grdae INT"), "{\"region\": 1122, \"grade\": 1}\n")
        #expect(misspelt.first?.hint == "name the column grade")
    }

    @Test func columnsThatMayBeMissingGiveNoWarning() throws {
        // One record has it; nothing in the data is like it; no data yet; lines that are no JSON; another format.
        #expect(try warnings(table("  region_code INT"), "{\"region\": 1}\n{\"region_code\": 2}\n").isEmpty)
        #expect(try warnings(table("  room INT"), "{\"region\": 1}\n").isEmpty)
        #expect(try warnings(table("  region_code INT"), "").isEmpty)
        #expect(try warnings(table("  region_code INT"), "region\n{\"region\": \n").isEmpty)
        #expect(try warnings(table("  region_code INT", format: "csv"), "{\"region\": 1}\n").isEmpty)
    }
}

extension SampleCheckTests {
    @Test func aColumnThatTheTopicNamesDifferently() throws {
        let files = try place([
            "app/millrace.yaml": "name: x",
            "app/sql/a.sql": """
            CREATE TABLE visits (
              region_code INT) WITH ('connector' = 'kafka', 'topic' = 'visits', 'format' = 'json');
            """,
        ])
        let environment = Environment(files: files)
        func check(_ data: String) throws -> [MillraceError] {
            var found: [MillraceError] = []
            _ = try ApplicationCheck.check("app", variables: [:], dataDirectory: data, environment: environment) {
                found.append($0)
            }
            return found
        }
        #expect(throws: MillraceError.self) { try check("data") }
        let log = try CommitLog(directory: "data/queue", environment: environment)
        let topic = try log.createTopic("visits", partitions: 2)
        var builder = RecordBatchBuilder()
        builder.append(key: nil, value: Array("{\"region\": 1122}".utf8), timestamp: 1_000)
        for outcome in try log.append([
            AppendWrite(try builder.build(), to: PartitionKey(topic: topic.number, partition: 1))
        ]) {
            _ = try outcome.get()
        }
        // Also while somebody else has it open, and without a change on the disk.
        let names = try files.list("data/queue")
        for isOpen in [true, false] {
            if !isOpen { try log.close() }
            let found = try check("data")
            #expect(found.map(\.code) == ["column_not_in_data"] && found.first?.hint == "name the column region")
            if isOpen { #expect(try files.list("data/queue") == names && log.failure == nil) }
        }
    }
}

/// Which generators `millrace demo` knows.
struct DemoFeedTests {
    private func manifest(_ demo: String) throws -> ApplicationManifest {
        try ApplicationManifest(directory: "app", files: try place(["app/millrace.yaml": "name: x\n\(demo)"]))
    }

    @Test func feedsByTheNameOfTheirWorkload() throws {
        for workload in ["recharge-monitor", "live-show"] {
            let text = "demo: {workload: \(workload), variable: V, rate: 5}"
            _ = try #require(try DemoFeed(try manifest(text), directory: "logs"))
        }
        let none = try DemoFeed(try manifest(""), directory: "logs")
        let isNone = none == nil
        #expect(isNone)
        let unknown = try manifest("demo: {workload: live-shwo, variable: V, rate: 5}")
        #expect(problem { _ = try DemoFeed(unknown, directory: "logs") }?.code == "unknown_workload")
    }

    @Test func theOldestRotatedFilesGo() throws {
        let files = try place([
            "logs/a.ndjson": "", "logs/a.ndjson.1": "", "logs/a.ndjson.2": "", "logs/a.ndjson.10": "", "logs/b.csv": "",
            "logs/node-1/r.log.3": "", "logs/node-1/r.log.4": "", "logs/node-1/r.log.5": "", "logs/node-1/r.log": "",
        ])
        let feed = try #require(
            try DemoFeed(try manifest("demo: {workload: live-show, variable: V, rate: 5}"), directory: "logs"))
        feed.prune(files: files)
        #expect(try files.list("logs") == ["a.ndjson", "a.ndjson.10", "a.ndjson.2", "b.csv", "node-1"])
        #expect(try files.list("logs/node-1") == ["r.log", "r.log.4", "r.log.5"])
    }
}

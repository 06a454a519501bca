import ConnectorContract
import Diagnostics
import Serving
import Synchronization
import Tables
import Testing

@Suite(.serialized) struct HTTPServerTests {
    private static let text = Array("<!doctype html><title>Millrace</title>".utf8)

    /// Assets as the binary would hold them; the memory lives as long as the process, like theirs.
    private static let assets: [WebAsset] = {
        let plain = UnsafeMutableRawBufferPointer.allocate(byteCount: text.count, alignment: 1)
        plain.copyBytes(from: text)
        let gzip = UnsafeMutableRawBufferPointer.allocate(byteCount: 3, alignment: 1)
        gzip.copyBytes(from: [1, 2, 3])
        return ["/app/home.html", "/app/dashboard.html", "/app/jobs.html"].map {
            WebAsset(
                path: $0, contentType: "text/html; charset=utf-8", bytes: UnsafeRawBufferPointer(plain),
                gzip: UnsafeRawBufferPointer(gzip), etag: "\"abc\"")
        }
    }()

    @Test func everyAnswerIsGuarded() async throws {
        let server = try await TestServer()
        for path in ["/healthz", "/metrics", "/nothing", "/api/v1/jobs", "/app/none.js", "/api/v1/openapi.json"] {
            let answer = try await server.request("GET", path)
            #expect(answer.headers["x-content-type-options"] == "nosniff", "\(path)")
            #expect(answer.headers["referrer-policy"] == "no-referrer", "\(path)")
            #expect(
                answer.headers["content-security-policy"]
                    == "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
                "\(path)")
        }
        let health = try await server.request("GET", "/healthz")
        #expect(health.status == 200)
        #expect(try health.json == .object(["status": .string("ok")]))
        let foreign = try await server.request("GET", "/healthz", headers: ["Host": "evil.example"])
        #expect(foreign.status == 421)
        #expect(try foreign.json["error"]?["code"] == .string("unknown_host"))
        let page = ["Host": "localhost:\(server.port)", "Origin": "http://evil.example"]
        #expect(try await server.request("GET", "/api/v1/jobs", headers: page).status == 403)
        let write = try await server.request(
            "DELETE", "/api/v1/jobs", headers: ["Host": "localhost", "Content-Type": "application/json"])
        #expect(write.status == 405)
        #expect(write.headers["allow"] == "GET")
        try await server.stop()
    }

    @Test func queriesAnswerWithColumnsAndRows() async throws {
        let server = try await TestServer(configure: { $0.limits.answerRows = 2 })
        try server.table("orders").makeSink().write(figureBatch([("a", 1), ("b\n", 2), ("c", 3)]))
        let headers = ["Host": "localhost", "Content-Type": "application/json"]
        func ask(_ body: String) async throws -> Answer {
            try await server.request("POST", "/api/v1/query", headers: headers, body: body)
        }
        let answer = try await ask("{\"sql\":\"orders\"}")
        #expect(answer.status == 200)
        #expect(
            answer.text
                == #"{"columns":[{"name":"name","type":"STRING"},{"name":"value","type":"BIGINT"}],"rows":[["a",1],["b\n",2]],"truncated":true}"#
        )
        let wrong = try await ask("{\"sql\":\"nothing\"}")
        #expect(wrong.status == 400)
        #expect(
            wrong.text
                == #"{"error":{"code":"unknown_table","message":"there is no table nothing","line":1,"column":15,"hint":"create it"}}"#
        )
        #expect(try await ask("{\"sql\":1}").status == 400)
        #expect(try await ask("{\"sql\":\"orders\",\"more\":1}").status == 400)
        #expect(try await ask("[[[").status == 400)
        #expect(try await ask(String(repeating: " ", count: 1 << 20 + 1)).status == 413)
        #expect(try await server.request("POST", "/api/v1/query", body: "{}").status == 415)
        try await server.stop()
    }

    @Test func tablesAreListedAndRead() async throws {
        let server = try await TestServer(tables: ["orders", "省 %"])
        try server.table("省 %").makeSink().write(figureBatch([("a", 1), ("b", 2)]))
        let list = try await server.request("GET", "/api/v1/tables").json
        guard case .array(let tables) = list["tables"] else { throw SocketError(description: "no tables") }
        #expect(tables.map { $0["name"] } == [.string("orders"), .string("省 %")])
        #expect(tables[1]["rowCount"] == .number("2"))
        #expect(tables[1]["key"] == .array([.string("name")]))
        let table = try await server.request("GET", "/api/v1/tables/%E7%9C%81%20%25?limit=1").json
        #expect(table["rows"] == .array([.array([.string("a"), .number("1")])]))
        #expect(table["truncated"] == .bool(true))
        #expect(try await server.request("GET", "/api/v1/tables/none").status == 404)
        #expect(try await server.request("GET", "/api/v1/tables/orders?limit=-1").status == 400)
        #expect(try await server.request("GET", "/api/v1/tables/orders?x=1").status == 400)
        try await server.stop()
    }

    @Test func jobsAndFiguresAreTold() async throws {
        let server = try await TestServer()
        var job = JobReport(id: "7", name: "re\"charge", state: .running, startedAt: 5)
        job.rowsIn = 10
        job.lastEpoch = .init(number: 3, at: 9, durationMilliseconds: 4, bytes: 100)
        var source = SourceReport(name: "log")
        source.samples = [RejectedSample(file: "/x/a.log", offset: 12, reason: "malformed_json", text: "{\u{1}")]
        job.sources = [source]
        job.operators = [OperatorReport(name: "group", rowsIn: 1, rowsOut: 2, stateRows: 3)]
        server.jobs.set([job])
        let text = try await server.request("GET", "/api/v1/jobs").text
        #expect(
            text
                == #"{"jobs":[{"id":"7","name":"re\"charge","state":"running","error":null,"startedAt":5,"rowsIn":10,"rowsPerSecond":0,"rowsOut":0,"rejected":0,"lateRows":0,"refusedRows":0,"asOf":null,"lastEpoch":{"number":3,"at":9,"durationMs":4,"bytes":100},"stateBegan":[],"sources":[{"name":"log","files":0,"lagBytes":0,"lagRows":null,"rowsIn":0,"rejected":0,"lastRecordAt":null,"samples":[{"file":"/x/a.log","offset":12,"reason":"malformed_json","text":"{\u0001"}]}],"operators":[{"name":"group","rowsIn":1,"rowsOut":2,"stateRows":3,"stateBytes":0,"batchesIn":0,"batchesOut":0,"lateRows":0,"lateSamples":[],"refusedRows":0,"refusedSamples":[],"busyMs":0,"busyPercent":0,"blockedPercent":0,"watermark":null,"text":"","inputs":[]}]}]}"#
        )
        #expect(try await server.request("GET", "/api/v1/jobs/7").json["name"] == .string("re\"charge"))
        #expect(try await server.request("GET", "/api/v1/jobs/8").status == 404)
        let metrics = try await server.request("GET", "/metrics").text
        #expect(
            metrics.contains(
                "# TYPE millrace_job_rows_in_total counter\nmillrace_job_rows_in_total{job=\"re\\\"charge\"} 10\n"))
        #expect(metrics.contains("millrace_test 1.5\n"))
        #expect(metrics.contains("millrace_table_rows{table=\"orders\"} 0\n"))
        try await server.stop()
    }

    @Test func pagesComeFromTheBinary() async throws {
        let server = try await TestServer(
            dashboards: [try dashboard("screen", tables: ["orders"])], assets: Self.assets)
        for path in ["/", "/jobs", "/d/screen", "/app/home.html"] {
            let answer = try await server.request("GET", path)
            #expect(answer.status == 200, "\(path)")
            #expect(answer.body == Self.text, "\(path)")
        }
        #expect(try await server.request("GET", "/d/other").status == 404)
        #expect(try await server.request("GET", "/app/../app/home.html").status == 404)
        let zipped = try await server.request(
            "GET", "/", headers: ["Host": "localhost", "Accept-Encoding": "br, gzip;q=0.9"])
        #expect(zipped.headers["content-encoding"] == "gzip")
        #expect(zipped.body == [1, 2, 3])
        let known = try await server.request(
            "GET", "/", headers: ["Host": "localhost", "If-None-Match": "\"x\", W/\"abc\""])
        #expect(known.status == 304)
        let head = try await server.request("HEAD", "/")
        #expect(head.status == 200)
        #expect(head.headers["content-length"] == "\(Self.text.count)" || head.headers["content-length"] == nil)
        try await server.stop()
    }

    @Test func dashboardsAreDescribed() async throws {
        let server = try await TestServer(dashboards: [try dashboard("screen", tables: ["orders", "missing"])])
        #expect(
            try await server.request("GET", "/api/v1/dashboards").text
                == #"{"dashboards":[{"id":"screen","title":{"zh":"屏","en":"Screen"},"panels":2}]}"#)
        // The columns of a panel are known once its query was planned, which the server does after it listens.
        var text = ""
        for _ in 0..<3_000 where !text.contains("BIGINT") {
            text = try await server.request("GET", "/api/v1/dashboards/screen").text
        }
        #expect(
            text.hasPrefix(
                #"{"id":"screen","title":{"zh":"屏","en":"Screen"},"layout":{"columns":24,"rows":16},"panels":[{"id":"orders","title":{"zh":"orders","en":"orders"},"type":"table","at":{"column":0,"row":0,"width":1,"height":1},"key":["name"],"columns":[{"name":"name","type":"STRING"},{"name":"value","type":"BIGINT"}],"options":{"limit":5}},{"id":"missing""#
            ),
            "\(text)")
        #expect(text.hasSuffix(#""key":["name"],"columns":[],"options":{"limit":5}}]}"#))
        try await server.stop()
    }

    @Test func openAPIDescribesEveryRoute() async throws {
        let server = try await TestServer()
        let document = try await server.request("GET", "/api/v1/openapi.json").json
        guard case .object(let paths) = document["paths"] else { throw SocketError(description: "no paths") }
        var described: Set<String> = []
        for (path, operations) in paths {
            guard case .object(let methods) = operations else { continue }
            for method in methods.keys {
                let plain = path.replacing(/\{[a-z]+\}/, with: "{}")
                described.insert(method.uppercased() + " " + plain)
            }
        }
        let routes = RouteTable.routes.filter {
            $0.path.hasPrefix("/api") || $0.path == "/healthz" || $0.path == "/metrics"
        }
        #expect(described == Set(routes.map { $0.method + " " + $0.path }))
        try await server.stop()
    }

    @Test func slowQueriesAndFullQueuesAreRefused() async throws {
        let gate = Gate()
        let server = try await TestServer(
            configure: {
                $0.limits.querySeconds = 1
                $0.limits.queryThreads = 1
                $0.limits.queriesWaiting = 1
            }, beforeRun: { gate.pass() })
        let headers = ["Host": "localhost", "Content-Type": "application/json"]
        // One request runs and one waits, both for longer than allowed: those get 504, what comes beside them 503. On a busy
        // machine they may miss each other, so all four ask until both answers were given.
        let seen = Statuses()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<30 where !seen.all.isSuperset(of: [503, 504]) {
                        let answer = try await server.request(
                            "POST", "/api/v1/query", headers: headers, body: "{\"sql\":\"orders\"}")
                        seen.add(answer.status)
                    }
                }
            }
            try await group.waitForAll()
        }
        gate.open()
        #expect(seen.all == [503, 504])
        try await server.stop()
    }

    @Test func portInUseIsAUserError() async throws {
        let server = try await TestServer()
        let port = server.port
        await #expect(throws: MillraceError.self) { _ = try await TestServer(configure: { $0.port = port }) }
        try await server.stop()
    }

    @Test func headersAreBounded() async throws {
        let server = try await TestServer()
        let long = try await server.request(
            "GET", "/healthz", headers: ["Host": "localhost", "X-Long": String(repeating: "x", count: 9_000)])
        #expect(long.status == 400)
        var many = ["Host": "localhost"]
        for number in 0..<110 { many["X-\(number)"] = "1" }
        #expect(try await server.request("GET", "/healthz", headers: many).status == 400)
        try await server.stop()
    }
}

/// The answers that were seen, from any task.
private final class Statuses: Sendable {
    private let held = Mutex<Set<Int>>([])
    var all: Set<Int> { held.withLock { $0 } }
    func add(_ status: Int) { held.withLock { _ = $0.insert(status) } }
}

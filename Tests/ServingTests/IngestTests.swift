import Synchronization
import Testing

@testable import Serving

/// Keeps what it is given.
final class KeptRecords: RecordIngest {
    let deliveries = Mutex<[IngestDelivery]>([])
    let refusal: IngestRefusal?

    init(refusal: IngestRefusal? = nil) { self.refusal = refusal }

    func refusal(user: String?, password: String?, host: String) async -> IngestRefusal? { nil }

    func append(_ delivery: IngestDelivery) async -> Result<IngestReceipt, IngestRefusal> {
        if let refusal { return .failure(refusal) }
        deliveries.withLock { $0.append(delivery) }
        return .success(IngestReceipt(partition: 1, offset: 7, records: delivery.values.count, isRepeat: false))
    }
}

/// Bodies of requests as records.
@Suite struct IngestTests {
    private func values(_ body: String, _ type: String) -> [String]? {
        (try? IngestBody.values(Array(body.utf8), type: type, depth: 8))?.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func bodiesAreTakenApartByTheirType() {
        let lines = "application/x-ndjson"
        #expect(values("{\"a\":1}\n\n [1, 2] \r\n\"x\"", lines) == ["{\"a\":1}", " [1, 2] ", "\"x\""])
        #expect(values("{\"a\":1}\n{\"a\":", lines) == nil)
        #expect(values("", lines) == [])
        let json = "application/json"
        #expect(values(" [ {\"a\": [1,2]} , 3,\"]\" ] ", json) == ["{\"a\": [1,2]}", "3", "\"]\""])
        #expect(values("[]", json) == [])
        #expect(values("{\"a\":1}", json) == ["{\"a\":1}"])
        for wrong in ["[1", "[1,]", "[1]]", "[1 2]", "", "[[[[[[[[[[1]]]]]]]]]]"] {
            #expect(values(wrong, json) == nil)
        }
        #expect(values("any\nbytes", "application/octet-stream") == ["any\nbytes"])
    }

    @Test func aBadLineIsNamed() {
        do throws(IngestBody.Problem) {
            _ = try IngestBody.values(Array("1\n2\nx".utf8), type: "application/x-ndjson", depth: 8)
            Issue.record("a line that is no JSON was taken")
        } catch {
            #expect(error.line == 3)
        }
    }

    @Test func requestsBecomeDeliveries() async throws {
        let records = KeptRecords()
        let server = try await TestServer(ingest: records)
        let headers = [
            "Host": "localhost", "Content-Type": "application/x-ndjson", "Idempotency-Key": "k-1",
            "Authorization": "Basic YW5uOnBlOm5jaWw=",
        ]
        let answer = try await server.request(
            "POST", "/api/v1/ingest/clicks?partition=1", headers: headers, body: "{}\n{}")
        #expect(answer.status == 200)
        #expect(answer.text == #"{"topic":"clicks","partition":1,"offset":7,"records":2,"repeated":false}"#)
        let taken = records.deliveries.withLock { $0 }
        #expect(taken.count == 1)
        #expect(taken.first?.topic == "clicks" && taken.first?.partition == 1 && taken.first?.key == "k-1")
        #expect(taken.first?.user == "ann" && taken.first?.password == "pe:ncil")
        for (type, status) in [
            ("text/plain", 415), ("application/x-www-form-urlencoded", 415), ("application/octet-stream", 200),
            ("application/avro", 200),
        ] {
            let answer = try await server.request(
                "POST", "/api/v1/ingest/clicks", headers: ["Host": "localhost", "Content-Type": type], body: "x")
            #expect(answer.status == status, "\(type)")
        }
        #expect(
            try await server.request("POST", "/api/v1/ingest/clicks?color=red", headers: headers, body: "1").status
                == 400)
        try await server.stop()
    }

    @Test func refusalsHaveTheirCodes() async throws {
        let headers = ["Host": "localhost", "Content-Type": "application/json"]
        let cases: [(IngestRefusal, Int)] = [
            (.busy("full"), 429), (.tooLarge("large"), 413), (.conflict(code: "key_reused", message: ""), 409),
            (.unauthenticated, 401), (.forbidden(""), 403), (.wrong(code: "bad_topic", message: ""), 400),
            (.failed(""), 503),
        ]
        for (refusal, status) in cases {
            let server = try await TestServer(ingest: KeptRecords(refusal: refusal))
            let answer = try await server.request("POST", "/api/v1/ingest/t", headers: headers, body: "[1]")
            #expect(answer.status == status)
            try await server.stop()
        }
        let closed = try await TestServer(configure: { $0.limits.ingestBytes = 100 }, ingest: KeptRecords())
        let large = "[\"" + String(repeating: "x", count: 200) + "\"]"
        #expect(try await closed.request("POST", "/api/v1/ingest/t", headers: headers, body: large).status == 413)
        try await closed.stop()
        let full = try await TestServer(configure: { $0.limits.ingestBytesOfAll = 2 }, ingest: KeptRecords())
        #expect(try await full.request("POST", "/api/v1/ingest/t", headers: headers, body: "[1]").status == 429)
        try await full.stop()
        let without = try await TestServer()
        #expect(try await without.request("POST", "/api/v1/ingest/t", headers: headers, body: "[1]").status == 404)
        try await without.stop()
    }
}

import HTTPTypes
import Hummingbird
import Tables

/// Health, figures and jobs.
extension Responder {
    func health() -> Response {
        var json = JSONWriter()
        json.beginObject()
        json.key("status")
        json.string("ok")
        json.endObject()
        return .json(json)
    }

    func metricsText() -> Response {
        let tables = catalog.names.compactMap { catalog.table(named: $0) }
        let samples = Metrics.samples(jobs: jobs.jobs(), tables: tables, feeds: feeds) + metrics()
        return Response(
            status: .ok,
            headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: MetricSample.text(samples))))
    }

    func jobList() -> Response {
        var json = JSONWriter()
        json.beginObject()
        json.key("jobs")
        json.beginArray()
        for job in jobs.jobs() { json.job(job) }
        json.endArray()
        json.endObject()
        return .json(json)
    }

    func job(_ id: String) throws -> Response {
        guard let job = jobs.jobs().first(where: { $0.id == id }) else { throw ErrorAnswer.unknown("job", id) }
        var json = JSONWriter()
        json.job(job)
        return .json(json)
    }

    /// `{"withSavepoint": true}`; an empty object stops without one.
    func stopJob(_ id: String, _ request: Request) async throws -> Response {
        let document = try await self.document(of: request)
        guard case .object(let members) = document, members.allSatisfy({ $0.key == "withSavepoint" }) else {
            throw ErrorAnswer(.badRequest, "bad_request", "the body is an object with `withSavepoint` or nothing in it")
        }
        var withSavepoint = false
        if let value = document["withSavepoint"] {
            guard case .bool(let wanted) = value else {
                throw ErrorAnswer(.badRequest, "bad_request", "`withSavepoint` is true or false")
            }
            withSavepoint = wanted
        }
        let wanted = withSavepoint
        let directory = try await workers.run(seconds: Self.stopSeconds) { [jobs] in
            try jobs.stop(id, withSavepoint: wanted)
        }
        return Self.stored(id, directory)
    }

    func savepoint(of id: String) async throws -> Response {
        let directory = try await workers.run(seconds: Self.stopSeconds) { [jobs] in try jobs.savepoint(of: id) }
        return Self.stored(id, directory)
    }

    /// Time for a last epoch, and to copy state.
    private static let stopSeconds = 300

    private static func stored(_ id: String, _ directory: String?) -> Response {
        var json = JSONWriter()
        json.beginObject()
        json.key("job")
        json.string(id)
        json.key("savepoint")
        json.optional(directory)
        json.endObject()
        return .json(json)
    }
}

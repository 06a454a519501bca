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
}

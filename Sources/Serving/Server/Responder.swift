import Diagnostics
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Tables

/// Answers requests: guard, route table, handler, security headers; errors take the same way out.
struct Responder: HTTPResponder {
    let configuration: ServingConfiguration
    let guarding: RequestGuard
    let catalog: TableCatalog
    let runner: any QueryRunner
    let jobs: any JobDirectory
    let feeds: LiveFeeds
    let pages: WebPages
    let workers: BlockingWorkers
    let ingest: (any RecordIngest)?
    let ingestBudget = IngestBudget()
    let metrics: @Sendable () -> [MetricSample]
    let logger: Logger

    func respond(to request: Request, context: ServingContext) async throws -> Response {
        var response: Response
        do {
            response = try await answer(request, context)
        } catch {
            let answer = ErrorAnswer(error)
            if answer.status == .internalServerError {
                logger.error("request failed", metadata: ["path": "\(request.head.path ?? "")", "error": "\(error)"])
            }
            response = answer.response
        }
        SecurityHeaders.add(to: &response.headers)
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answer(_ request: Request, _ context: ServingContext) async throws -> Response {
        let target = request.head.path ?? "/"
        let path = target.prefix { $0 != "?" }
        let match = RouteTable.match(method: request.method.rawValue, path: path)
        try check(request, match)
        switch match {
        case .unknown: throw ErrorAnswer(.notFound, "not_found", "there is nothing at \(path.prefix(200))")
        case .wrongMethod(let allowed):
            var answer = ErrorAnswer(
                .methodNotAllowed, "method_not_allowed", "\(request.method.rawValue) is not allowed here")
            answer.allowed = allowed
            throw answer
        case .found(let operation, let parameter):
            return try await run(operation, parameter, request, query: target.dropFirst(path.count), context)
        }
    }

    private func check(_ request: Request, _ match: RouteTable.Match) throws {
        var isPage = false
        var takesAnyData = false
        if case .found(let operation, _) = match {
            takesAnyData = operation == .ingest
            isPage = [.homePage, .dashboardPage, .jobsPage].contains(operation)
        }
        let headers = RequestGuard.Headers(
            host: request.head.authority, origin: request.headers[.origin],
            fetchSite: HTTPField.Name("Sec-Fetch-Site").flatMap { request.headers[$0] },
            contentType: request.headers[.contentType],
            isWrite: request.method != .get && request.method != .head, isPage: isPage, takesAnyData: takesAnyData)
        switch guarding.refusal(headers) {
        case nil: return
        case .unknownHost:
            throw ErrorAnswer(
                .init(code: 421, reasonPhrase: "Misdirected Request"), "unknown_host", "this server is not called that",
                hint: "open it by localhost, or list the name among the allowed hosts")
        case .foreignOrigin: throw ErrorAnswer(.forbidden, "foreign_origin", "requests from other sites are refused")
        case .wrongContentType:
            let types =
                takesAnyData ? "application/x-ndjson, application/json or application/octet-stream" : "application/json"
            throw ErrorAnswer(.unsupportedMediaType, "wrong_content_type", "the Content-Type must be \(types)")
        }
    }

    private func run(
        _ operation: RouteTable.Operation, _ parameter: String, _ request: Request, query: Substring,
        _ context: ServingContext
    ) async throws -> Response {
        switch operation {
        case .health: return health()
        case .metrics: return metricsText()
        case .jobs: return jobList()
        case .job: return try job(parameter)
        case .stopJob: return try await stopJob(parameter, request)
        case .savepoint: return try await savepoint(of: parameter)
        case .query: return try await self.query(request)
        case .ingest: return try await ingest(parameter, request, query: query, context)
        case .tables: return tableList()
        case .table: return try await table(parameter, query: query)
        case .dashboards: return dashboardList()
        case .dashboard: return try dashboard(parameter)
        case .live: return try live(parameter, request, context)
        case .openAPI:
            return Response(
                status: .ok, headers: [.contentType: "application/json; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: OpenAPIDocument.text)))
        case .homePage: return try pages.answer("/app/home.html", request.headers)
        case .jobsPage: return try pages.answer("/app/jobs.html", request.headers)
        case .dashboardPage:
            guard feeds.feed(parameter) != nil else { throw ErrorAnswer.unknown("dashboard", parameter) }
            return try pages.answer("/app/dashboard.html", request.headers)
        case .asset: return try pages.answer(parameter, request.headers)
        }
    }
}

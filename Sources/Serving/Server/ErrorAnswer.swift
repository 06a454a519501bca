import Diagnostics
import HTTPTypes
import Hummingbird

/// An error as an answer: a status and `{"error":{…}}`.
struct ErrorAnswer: Error, Sendable {
    var status: HTTPResponse.Status
    var code: String
    var message: String
    var hint: String?
    var line: Int?
    var column: Int?
    var allowed: [String] = []
    /// Seconds after which the same request may succeed.
    var retryAfter: Int?
    var authenticate: String?

    init(_ status: HTTPResponse.Status, _ code: String, _ message: String, hint: String? = nil) {
        self.status = status
        self.code = code
        self.message = message
        self.hint = hint
    }

    /// What an error that was thrown looks like from outside; surprises keep their details to themselves.
    init(_ error: any Error) {
        if let answer = error as? ErrorAnswer {
            self = answer
            return
        }
        guard let error = error as? MillraceError else {
            self.init(.internalServerError, "internal_error", "the request could not be answered")
            return
        }
        let status: HTTPResponse.Status =
            switch (error.kind, error.code) {
            case (_, "busy"): .serviceUnavailable
            case (_, "unknown_job"): .notFound
            case (_, "not_running"), (_, "savepoint_exists"): .conflict
            case (_, "query_timeout"): .gatewayTimeout
            case (.user, _): .badRequest
            case (.system, _), (.internalError, _): .internalServerError
            }
        self.init(status, error.code, error.message, hint: error.hint)
        line = error.line
        column = error.column
    }

    static func unknown(_ what: String, _ name: String) -> ErrorAnswer {
        ErrorAnswer(.notFound, "not_found", "there is no \(what) \(name)")
    }

    var response: Response {
        var json = JSONWriter()
        json.beginObject()
        json.key("error")
        json.beginObject()
        json.key("code")
        json.string(code)
        json.key("message")
        json.string(message)
        json.key("line")
        json.optional(line)
        json.key("column")
        json.optional(column)
        json.key("hint")
        json.optional(hint)
        json.endObject()
        json.endObject()
        var response = Response.json(json, status: status)
        if let retryAfter { response.headers[.retryAfter] = "\(retryAfter)" }
        if let authenticate { response.headers[.wwwAuthenticate] = authenticate }
        if !allowed.isEmpty { response.headers[.allow] = allowed.joined(separator: ", ") }
        return response
    }
}

extension Response {
    /// An answer of the API; never cached.
    static func json(_ json: JSONWriter, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.bytes)))
    }
}

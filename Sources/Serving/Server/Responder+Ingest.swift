import Digests
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// Records over HTTP.
extension Responder {
    /// Appends the records of the body to a topic; the answer comes after the sync.
    func ingest(
        _ topic: String, _ request: Request, query: Substring, _ context: ServingContext
    ) async throws -> Response {
        guard let ingest else {
            throw ErrorAnswer(
                .notFound, "no_queue", "this server has no queue", hint: "start it with --kafka 127.0.0.1:9092")
        }
        let limits = configuration.limits
        if let encoding = request.headers[.contentEncoding], encoding.lowercased() != "identity" {
            try await Self.drain(request.body)
            throw ErrorAnswer(
                .unsupportedMediaType, "unsupported_encoding",
                "a body with Content-Encoding '\(encoding)' is not taken",
                hint: "send the records as they are")
        }
        let announced = request.headers[.contentLength].flatMap { Int($0) } ?? 0
        guard announced <= limits.ingestBytes else {
            try await Self.drain(request.body)
            throw Self.tooLarge(limits.ingestBytes)
        }
        let host = context.channel.remoteAddress?.ipAddress ?? ""
        let login = Self.login(request)
        if let refusal = await ingest.refusal(user: login.user, password: login.password, host: host) {
            try await Self.drain(request.body)
            throw Self.error(refusal)
        }
        var held = 0
        defer { ingestBudget.give(held) }
        let body = try await receive(request.body, context.channel, held: &held)
        var delivery = IngestDelivery(topic: topic, values: try values(of: body, request))
        delivery.partition = try Self.partition(query)
        delivery.key = HTTPField.Name("Idempotency-Key").flatMap { request.headers[$0] }
        delivery.host = host
        (delivery.user, delivery.password) = login
        switch await ingest.append(delivery) {
        case .success(let receipt): return Self.answer(topic, receipt)
        case .failure(let refusal): throw Self.error(refusal)
        }
    }

    /// Bytes of a body that is refused which are read all the same.
    private static let drainBytes = 64 << 20
    private static let drainSeconds: Int64 = 30

    /// The body. Memory of the budget is taken as bytes come, so that one who announces much and sends little holds
    /// little; one who sends too slowly is sent away.
    private func receive(
        _ body: RequestBody, _ channel: any Channel, held: inout Int
    ) async throws -> ByteBuffer {
        let limits = configuration.limits
        let started = ContinuousClock.now
        var collected = ByteBuffer()
        var count = 0
        var refusal: ErrorAnswer?
        for try await part in body {
            count += part.readableBytes
            let seconds = limits.ingestSeconds + Int64(count / limits.ingestBytesPerSecond)
            guard ContinuousClock.now - started < .seconds(seconds) else {
                // The rest would be waited for as long as it comes: the answer gets a second to leave.
                channel.eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
                throw refusal ?? Self.tooSlow
            }
            if refusal == nil {
                if count > limits.ingestBytes {
                    refusal = Self.tooLarge(limits.ingestBytes)
                } else if !ingestBudget.take(part.readableBytes, limit: limits.ingestBytesOfAll) {
                    refusal = Self.busy("too many records are under way")
                } else {
                    held += part.readableBytes
                    collected.writeImmutableBuffer(part)
                }
            }
            guard refusal != nil else { continue }
            // Nothing of it is kept.
            collected = ByteBuffer()
            ingestBudget.give(held)
            held = 0
            if count > Self.drainBytes { break }
        }
        if let refusal { throw refusal }
        return collected
    }

    /// Much of a body that is refused is read and thrown away, for many clients look at the answer only when they have
    /// sent everything.
    private static func drain(_ body: RequestBody) async throws {
        let started = ContinuousClock.now
        var count = 0
        for try await part in body {
            count += part.readableBytes
            if count > drainBytes || ContinuousClock.now - started > .seconds(drainSeconds) { break }
        }
    }

    private static var tooSlow: ErrorAnswer {
        ErrorAnswer(.requestTimeout, "body_too_slow", "the body comes too slowly", hint: "send fewer records at once")
    }

    private func values(of body: ByteBuffer, _ request: Request) throws -> [[UInt8]] {
        let type = request.headers[.contentType]?.split(separator: ";").first?.lowercased().filter { $0 != " " }
        do throws(IngestBody.Problem) {
            return try IngestBody.values(
                Array(body.readableBytesView), type: type ?? "", depth: configuration.limits.jsonDepth)
        } catch {
            var answer = ErrorAnswer(.badRequest, "bad_json", error.message)
            answer.line = error.line
            throw answer
        }
    }

    private static func tooLarge(_ limit: Int) -> ErrorAnswer {
        ErrorAnswer(
            .contentTooLarge, "body_too_large", "the body has more than \(limit) bytes",
            hint: "send the records in several requests")
    }

    private static func busy(_ message: String) -> ErrorAnswer {
        var answer = ErrorAnswer(.tooManyRequests, "queue_full", message, hint: "send the same request again later")
        answer.retryAfter = 1
        return answer
    }

    /// The value of `?partition=`.
    private static func partition(_ query: Substring) throws -> Int32? {
        for part in query.dropFirst().split(separator: "&") {
            guard part.hasPrefix("partition="), let number = Int32(part.dropFirst(10)) else {
                throw ErrorAnswer(.badRequest, "unknown_parameter", "only `partition`, a number, can be given")
            }
            return number
        }
        return nil
    }

    /// User and password of `Authorization: Basic`.
    private static func login(_ request: Request) -> (user: String?, password: String?) {
        guard let text = request.headers[.authorization], text.lowercased().hasPrefix("basic "),
            let bytes = Base64.decode(text.dropFirst(6), isPaddingOptional: true),
            let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
        else { return (nil, nil) }
        return (
            String(validating: bytes[..<colon], as: UTF8.self),
            String(validating: bytes[(colon + 1)...], as: UTF8.self)
        )
    }

    private static func answer(_ topic: String, _ receipt: IngestReceipt) -> Response {
        var json = JSONWriter()
        json.beginObject()
        json.key("topic")
        json.string(topic)
        json.key("partition")
        json.integer(receipt.partition)
        json.key("offset")
        json.optional(receipt.offset)
        json.key("records")
        json.integer(receipt.records)
        json.key("repeated")
        json.bool(receipt.isRepeat)
        json.endObject()
        return .json(json)
    }

    private static func error(_ refusal: IngestRefusal) -> ErrorAnswer {
        switch refusal {
        case .wrong(let code, let message): return ErrorAnswer(.badRequest, code, message)
        case .tooLarge(let message): return ErrorAnswer(.contentTooLarge, "record_too_large", message)
        case .conflict(let code, let message):
            var answer = ErrorAnswer(.conflict, code, message)
            // Whoever asks again then is told what became of the first request.
            if code == "key_in_use" { answer.retryAfter = 1 }
            return answer
        case .busy(let message): return busy(message)
        case .forbidden(let message): return ErrorAnswer(.forbidden, "forbidden", message)
        case .failed(let message): return ErrorAnswer(.serviceUnavailable, "queue_stopped", message)
        case .unauthenticated:
            var answer = ErrorAnswer(.unauthorized, "unauthenticated", "the queue wants a user and a password")
            answer.authenticate = "Basic realm=\"queue\""
            return answer
        }
    }
}

/// Bytes of records that are being read and written for all requests.
final class IngestBudget: Sendable {
    private let used = Mutex(0)

    func take(_ bytes: Int, limit: Int) -> Bool {
        used.withLock { used in
            guard bytes >= 0, used + bytes <= limit else { return false }
            used += bytes
            return true
        }
    }

    func give(_ bytes: Int) { used.withLock { $0 -= bytes } }
}

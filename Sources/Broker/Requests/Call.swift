import CommitLog
import KafkaProtocol

/// A request whose header is read, on its way through the broker.
struct Call: Sendable {
    let header: RequestHeader
    let api: API
    let connection: ConnectionID
    let clientHost: String
    /// Records may be left in their files.
    let takesRuns: Bool
    /// See ``BrokerRequest/afterwards``.
    let afterwards: BrokerRequest.Afterwards?
    /// What the sender may do.
    var access = Access.everything
    private let frame: [UInt8]
    private let body: Int
    private let reply: @Sendable (BrokerReply) -> Void

    /// nil when the frame cannot be a request; the connection is to be closed then.
    init?(_ request: BrokerRequest, reply: @escaping @Sendable (BrokerReply) -> Void) {
        guard let (header, body) = try? RequestHeader.read(request.frame), let api = header.api else { return nil }
        self.header = header
        self.api = api
        self.body = body
        self.reply = reply
        connection = request.connection
        clientHost = request.clientHost
        takesRuns = request.takesRuns
        afterwards = request.afterwards
        frame = request.frame
    }

    var version: Int16 { header.version }
    var clientID: String { header.clientID ?? "" }

    /// Reads the body and hands it on; a body that does not fit its version closes the connection.
    func with<Message: Request>(_ type: Message.Type, _ body: (Message) -> Void) {
        guard let message = try? Message.read(frame, body: self.body, version: version) else { return close() }
        body(message)
    }

    func answer<Message: Request>(_ type: Message.Type, _ response: Message.Response) {
        answer(type, response, version: version)
    }

    func answer<Message: Request>(_ type: Message.Type, _ response: Message.Response, version: Int16) {
        guard let frame = try? Message.frame(response, version: version, correlationID: header.correlationID) else {
            return close()
        }
        reply(.frame(frame))
    }

    /// Why the sender may not do this; nil when it may.
    func refusal(_ operation: AccessOperation, _ resource: AccessResource, _ name: String) -> ErrorCode? {
        access.may(operation, resource, name) ? nil : resource.refusal
    }

    /// Answers with records, whose bytes count in a budget until they are written. Those in `runs` are not in memory.
    func answer<Message: Request>(
        _ type: Message.Type, _ response: Message.Response, _ runs: [StoredRun], counting budget: RequestBudget
    ) {
        let framed = try? Message.frameWithGaps(response, version: version, correlationID: header.correlationID)
        guard let (frame, gaps) = framed else { return close() }
        let token = AnswerToken(frame.count, of: budget)
        if runs.isEmpty && gaps.isEmpty { return reply(.records(frame, token)) }
        guard takesRuns, let answer = AnswerWithRuns(frame: frame, gaps: gaps, runs: runs) else { return close() }
        reply(.runs(answer, token))
    }

    /// Answers, and trusts the connection from now on.
    func admit<Message: Request>(_ type: Message.Type, _ response: Message.Response) {
        guard let frame = try? Message.frame(response, version: version, correlationID: header.correlationID) else {
            return close()
        }
        reply(.admitted(frame))
    }

    func silence() { reply(.silence) }
    func close() { reply(.close) }
}

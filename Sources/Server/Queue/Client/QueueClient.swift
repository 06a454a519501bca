import Broker
package import Diagnostics
import KafkaProtocol

/// Whom a command trusts that connects encrypted, and what it shows: PEM files.
package struct QueueTrust: Sendable {
    /// nil for those the system trusts.
    package var authority: String?
    package var certificate: (path: String, keyPath: String)?

    package init(authority: String?, certificate: (path: String, keyPath: String)?) {
        self.authority = authority
        self.certificate = certificate
    }
}

/// Where the queue of a command is, and as whom it comes.
package struct QueuePlace: Sendable {
    package enum Kind: Sendable {
        case server(host: String, port: Int)
        /// The data directory of a server that is not running.
        case directory(String)
    }

    package var kind: Kind
    package var user: String?
    package var password: String?
    /// Connects encrypted; nil for an open connection.
    package var trust: QueueTrust?

    package init(_ kind: Kind) { self.kind = kind }
}

/// A client of the queue for the commands: one request at a time, errors as a person wants to read them.
package final class QueueClient {
    let environment: Environment
    private let transport: any QueueTransport
    private var correlation: Int32 = 0

    package init(_ place: QueuePlace, environment: Environment = Environment()) throws {
        self.environment = environment
        switch place.kind {
        case .server(let host, let port):
            transport =
                if let trust = place.trust {
                    try EncryptedTransport(
                        host: host, port: port,
                        trust: EncryptedConnection.Trust(authority: trust.authority, certificate: trust.certificate))
                } else {
                    try SocketTransport(host: host, port: port)
                }
        case .directory(let path): transport = try DirectoryTransport(directory: path, environment: environment)
        }
        if let user = place.user { try logIn(user, place.password ?? "") }
    }

    package func close() throws { try transport.close() }

    func ask<Message: Request>(_ message: Message, version: Int16) throws -> Message.Response {
        correlation &+= 1
        let frame = try message.frame(version: version, correlationID: correlation, clientID: "millrace")
        let (number, response) = try Message.readResponse(try transport.exchange(frame), version: version)
        guard number == correlation else {
            throw MillraceError(.user, code: "bad_answer", "the server answered another request")
        }
        return response
    }

    /// Throws what a code means; nothing for none.
    static func check(_ error: ErrorCode, _ what: String, _ message: String? = nil) throws {
        guard error != .none else { return }
        // The broker's own words may name what it is about.
        let words = message ?? words(for: error)
        throw MillraceError(
            .user, code: "refused", words.contains(what) ? words : "\(what): \(words)", hint: hint(for: error))
    }

    private static func hint(for error: ErrorCode) -> String? {
        switch error {
        case .invalidConfig: "`millrace topics describe` of a topic shows the settings there are, and their values"
        case .invalidPartitions: "a topic has 1 to 10000 partitions, and they can only be made more"
        case .invalidTopic: "a name has 1 to 249 letters of a to z, digits, '.', '_' and '-'"
        default: nil
        }
    }

    static func words(for error: ErrorCode) -> String {
        switch error {
        case .unknownTopicOrPartition: "there is no such topic or partition"
        case .topicAlreadyExists: "it exists"
        case .topicAuthorizationFailed, .groupAuthorizationFailed, .clusterAuthorizationFailed: "not allowed"
        case .invalidTopic: "a topic cannot be called that"
        case .offsetOutOfRange: "the offset is outside of the partition"
        case .nonEmptyGroup: "the group has members"
        case .groupIdNotFound: "there is no such group"
        case .messageTooLarge: "larger than the topic takes (max.message.bytes)"
        case .corruptMessage:
            "records stored there are damaged; with the server stopped `millrace verify` tells which, and `--repair` cuts "
                + "them out so that what lies behind can be read"
        case .kafkaStorageError: "the disk is full, or the queue has stopped"
        default: "\(error)"
        }
    }

    private func logIn(_ user: String, _ password: String) throws {
        var handshake = SaslHandshakeRequest()
        handshake.mechanism = ScramMechanism.sha256.name
        try Self.check(try ask(handshake, version: 1).error, "logging in")
        let random = environment.random
        let nonce = (0..<3).map { _ in String(random.next(), radix: 36) }.joined()
        var scram = ScramClient(.sha256, user: user, password: password, nonce: nonce)
        var token = SaslAuthenticateRequest()
        token.authentication = scram.firstMessage[...]
        let challenge = try ask(token, version: 1)
        try Self.check(challenge.error, "logging in", challenge.errorMessage)
        guard let last = scram.lastMessage(answering: Array(challenge.authentication)) else {
            throw MillraceError(.user, code: "bad_answer", "the server's challenge is not one")
        }
        token.authentication = last[...]
        let final = try ask(token, version: 1)
        try Self.check(final.error, "logging in", final.errorMessage)
        guard scram.accepts(Array(final.authentication)) else {
            throw MillraceError(.user, code: "wrong_server", "the server does not know the password itself")
        }
    }

    // MARK: places

    /// Partitions of a topic; nil when there is no such topic. `creates` makes it.
    func partitions(of topic: String, creates: Bool = false) throws -> [Int32]? {
        var request = MetadataRequest()
        var asked = MetadataRequest.Topic()
        asked.name = topic
        request.topics = [asked]
        request.allowsAutoCreation = creates
        guard let found = try ask(request, version: 9).topics.first else { return nil }
        if found.error == .unknownTopicOrPartition { return nil }
        try Self.check(found.error, "topic '\(topic)'")
        return found.partitions.map(\.index).sorted()
    }

    func requiredPartitions(of topic: String) throws -> [Int32] {
        guard let partitions = try partitions(of: topic) else {
            throw MillraceError(
                .user, code: "unknown_topic", "there is no topic '\(topic)'", hint: "millrace topics list shows all")
        }
        return partitions
    }

    /// An offset by time: -1 is the end, -2 the beginning; nil when nothing is as late.
    func offset(_ topic: String, _ partition: Int32, at time: Int64) throws -> Int64? {
        var request = ListOffsetsRequest()
        var place = ListOffsetsRequest.Topic()
        place.name = topic
        var asked = ListOffsetsRequest.Topic.Partition()
        asked.index = partition
        asked.timestamp = time
        place.partitions = [asked]
        request.topics = [place]
        guard let found = try ask(request, version: 5).topics.first?.partitions.first else { return nil }
        try Self.check(found.error, "\(topic)-\(partition)")
        return found.offset < 0 ? nil : found.offset
    }
}

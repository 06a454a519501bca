import CommitLog
import Diagnostics
import Glibc
import KafkaProtocol
import TestSupport

@testable import Broker

/// A client of a few lines: frames over a blocking socket.
final class WireClient {
    private let descriptor: Int32
    private var correlation: Int32 = 0

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw WireError("cannot connect", at: 0) }
        // A test that waits for ever tells nothing.
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    func sendFrame(_ frame: [UInt8]) { send(withUnsafeBytes(of: Int32(frame.count).bigEndian) { Array($0) } + frame) }

    /// The next frame; nil when the connection was closed.
    func receive() -> [UInt8]? {
        guard let head = read(4) else { return nil }
        return read(head.reduce(0) { $0 << 8 | Int($1) })
    }

    private func read(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress! + filled, count - filled, 0) }
            guard got > 0 else { return nil }
            filled += got
        }
        return bytes
    }

    /// Asks and waits for the answer.
    func ask<Message: Request>(_ message: Message, version: Int16) throws -> Message.Response {
        correlation += 1
        sendFrame(try message.frame(version: version, correlationID: correlation, clientID: "test"))
        guard let frame = receive() else { throw WireError("the connection was closed", at: 0) }
        let (number, response) = try Message.readResponse(frame, version: version)
        guard number == correlation else { throw WireError("the answer to another request", at: 0) }
        return response
    }
}

extension WireClient {
    /// Makes a topic of one partition.
    func makeTopic(_ name: String) throws -> ErrorCode? {
        var request = CreateTopicsRequest()
        var asked = CreateTopicsRequest.Topic()
        asked.name = name
        asked.partitionCount = 1
        request.topics = [asked]
        return try ask(request, version: 5).topics.first?.error
    }

    /// Shows who it is; gives what the broker thinks of it.
    func login(_ user: String, _ password: String, _ mechanism: String = "SCRAM-SHA-256") throws -> ErrorCode {
        var handshake = SaslHandshakeRequest()
        handshake.mechanism = mechanism
        let agreed = try ask(handshake, version: 1)
        guard agreed.error == .none else { return agreed.error }
        var token = SaslAuthenticateRequest()
        guard let scram = ScramMechanism(name: mechanism) else {
            token.authentication = Array("\u{0}\(user)\u{0}\(password)".utf8)[...]
            return try ask(token, version: 2).error
        }
        var client = ScramClient(scram, user: user, password: password, nonce: "fyko+d2lbbFgONRv9qkxdawL")
        token.authentication = client.firstMessage[...]
        let challenge = try ask(token, version: 2)
        guard let last = client.lastMessage(answering: Array(challenge.authentication)) else { return challenge.error }
        token.authentication = last[...]
        let final = try ask(token, version: 2)
        guard final.error == .none else { return final.error }
        return client.accepts(Array(final.authentication)) ? .none : .unknownServerError
    }
}

/// A broker on a free port over a log in a folder of its own.
final class RunningBroker {
    let directory: String
    private(set) var log: CommitLog
    private(set) var broker: Broker
    private(set) var listener: KafkaListener
    private let limits: BrokerLimits
    private let settings: BrokerSettings

    /// With users, which are made before it starts, and with other settings than the usual ones.
    init(
        limits: BrokerLimits = BrokerLimits(), users: [String: String] = [:],
        _ configure: (inout BrokerSettings) -> Void = { _ in }
    ) throws {
        self.limits = limits
        var settings = BrokerSettings()
        configure(&settings)
        self.settings = settings
        var template = Array("/tmp/millrace-broker-XXXXXX".utf8CString)
        guard template.withUnsafeMutableBufferPointer({ mkdtemp($0.baseAddress!) }) != nil else {
            throw WireError("no folder could be made", at: 0)
        }
        directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if !users.isEmpty {
            let log = try CommitLog(directory: directory)
            let store = try UserStore(log: log, environment: Environment())
            for (user, password) in users { try store.set(user, password: password, iterations: 4_096) }
            try log.close()
        }
        (log, broker, listener) = try Self.start(directory, limits, settings)
    }

    private static func start(
        _ directory: String, _ limits: BrokerLimits, _ settings: BrokerSettings
    ) throws -> (CommitLog, Broker, KafkaListener) {
        let log = try CommitLog(directory: directory)
        let door = LateHandler()
        let listener = try KafkaListener.start(
            host: "127.0.0.1", port: 0, threads: 1, handler: door, limits: limits, asksWhoComes: settings.asksWhoComes)
        var settings = settings
        settings.advertisedPort = listener.port
        let broker = try Broker(log: log, settings: settings)
        door.open(broker)
        return (log, broker, listener)
    }

    func client() throws -> WireClient { try WireClient(port: listener.port) }

    /// Ends in order and starts again over the same log.
    func restart() throws {
        listener.stop()
        broker.stop()
        try log.close()
        (log, broker, listener) = try Self.start(directory, limits, settings)
    }

    deinit {
        listener.stop()
        broker.stop()
        try? log.close()
        Self.remove(directory)
    }

    private static func remove(_ path: String) {
        let files = SystemFileSystem()
        if let status = try? files.status(path), status.kind == .directory {
            for name in (try? files.list(path)) ?? [] { remove(path + "/" + name) }
        }
        try? files.remove(path)
    }
}

/// One batch of records for a partition.
func batch(_ values: [String]) throws -> ArraySlice<UInt8> {
    var builder = RecordBatchBuilder()
    for value in values { builder.append(key: nil, value: Array(value.utf8), timestamp: 1_700_000_000_000) }
    return try builder.build().bytes[...]
}

/// A produce request for one partition.
func produceRequest(_ topic: String, _ records: ArraySlice<UInt8>?, acks: Int16 = -1) -> ProduceRequest {
    var request = ProduceRequest()
    request.acks = acks
    request.timeoutMilliseconds = 10_000
    var place = ProduceRequest.Topic()
    place.name = topic
    var partition = ProduceRequest.Topic.Partition()
    partition.records = records
    place.partitions = [partition]
    request.topics = [place]
    return request
}

/// A fetch request for one partition.
func fetchRequest(_ topic: String, from offset: Int64, waitMilliseconds: Int32 = 0) -> FetchRequest {
    var request = FetchRequest()
    request.maxWaitMilliseconds = waitMilliseconds
    request.minBytes = 1
    var place = FetchRequest.Topic()
    place.name = topic
    var partition = FetchRequest.Topic.Partition()
    partition.fetchOffset = offset
    partition.maxBytes = 1 << 20
    place.partitions = [partition]
    request.topics = [place]
    return request
}

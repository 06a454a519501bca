import Broker
import CommitLog
import Diagnostics
import Glibc
import Synchronization

/// How frames of the protocol reach a broker and come back.
protocol QueueTransport: AnyObject {
    /// Sends the frame of a request and waits for that of its response.
    func exchange(_ frame: [UInt8]) throws -> [UInt8]
    func close() throws
}

/// A server elsewhere, or here: a blocking socket.
final class SocketTransport: QueueTransport {
    /// A server that says nothing for so long is given up.
    private static let waitSeconds = 60
    private static let frameLimit = 256 << 20

    private let descriptor: Int32
    private let place: String

    init(host: String, port: Int) throws {
        place = "\(host):\(port)"
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &found) == 0, let found else {
            throw MillraceError(.user, code: "unknown_host", "there is no host \(host)")
        }
        defer { freeaddrinfo(found) }
        var next: UnsafeMutablePointer<addrinfo>? = found
        var connected: Int32 = -1
        while let address = next, connected < 0 {
            let candidate = socket(address.pointee.ai_family, address.pointee.ai_socktype, 0)
            var limit = timeval(tv_sec: Self.waitSeconds, tv_usec: 0)
            setsockopt(candidate, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            setsockopt(candidate, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            if connect(candidate, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0 {
                connected = candidate
            } else {
                Glibc.close(candidate)
            }
            next = address.pointee.ai_next
        }
        guard connected >= 0 else {
            throw MillraceError(
                .user, code: "no_server", "nothing listens at \(place)",
                hint:
                    "start it with: millrace up --kafka \(place); or name the data directory of a stopped one with --data"
            )
        }
        descriptor = connected
    }

    func exchange(_ frame: [UInt8]) throws -> [UInt8] {
        try send(withUnsafeBytes(of: Int32(truncatingIfNeeded: frame.count).bigEndian) { Array($0) } + frame)
        let count = try receive(4).reduce(0) { $0 << 8 | Int($1) }
        guard count <= Self.frameLimit else {
            throw MillraceError(.user, code: "bad_answer", "\(place) does not speak the Kafka protocol")
        }
        return try receive(count)
    }

    private func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(
                    descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw gone() }
            sent += count
        }
    }

    private func receive(_ count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = bytes.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress.map { $0 + filled }, count - filled, 0)
            }
            guard got > 0 else { throw gone() }
            filled += got
        }
        return bytes
    }

    private func gone() -> MillraceError {
        MillraceError(
            .user, code: "connection_lost", "\(place) closed the connection, or does not answer",
            hint: "a server that wants a login needs --user; one that encrypts needs --tls or --tls-ca")
    }

    func close() throws { Glibc.close(descriptor) }
}

/// A server elsewhere, or here, that encrypts.
final class EncryptedTransport: QueueTransport {
    private let connection: EncryptedConnection

    init(host: String, port: Int, trust: EncryptedConnection.Trust) throws {
        connection = try EncryptedConnection(host: host, port: port, trust: trust)
    }

    func exchange(_ frame: [UInt8]) throws -> [UInt8] { try connection.exchange(frame) }
    func close() throws { try connection.close() }
}

/// The data directory of a server that is not running: a broker in this process, without a door.
final class DirectoryTransport: QueueTransport {
    private let log: CommitLog
    private let broker: Broker

    init(directory: String, environment: Environment) throws {
        guard try environment.files.status(directory + "/queue")?.kind == .directory else {
            throw MillraceError(
                .user, code: "no_queue", "there is no queue in \(directory)",
                hint: "name the --data directory of a server that was started with --kafka")
        }
        do throws(LogError) {
            log = try CommitLog(directory: directory + "/queue", environment: environment)
        } catch {
            throw MillraceError(
                .user, code: "queue_unusable", "the queue in \(directory)/queue cannot be opened: \(error)",
                hint: "while its server runs, name the server with --server instead of --data")
        }
        var settings = BrokerSettings()
        settings.createsTopics = true
        broker = try Broker(log: log, settings: settings, environment: environment)
    }

    func exchange(_ frame: [UInt8]) throws -> [UInt8] {
        let answer = PendingAnswer()
        broker.handle(BrokerRequest(connection: 1, clientHost: "", isPrivate: true, frame: frame)) { answer.put($0) }
        switch answer.wait() {
        case .frame(let frame), .records(let frame, _): return frame
        default: throw MillraceError(.internalError, code: "no_answer", "the queue did not understand a request")
        }
    }

    func close() throws {
        broker.stop()
        try log.close()
    }

    private final class PendingAnswer: Sendable {
        private let reply = Mutex<BrokerReply?>(nil)
        private let clock = SystemClock()

        func put(_ reply: BrokerReply) { self.reply.withLock { $0 = reply } }

        /// Asks again each half millisecond: it is a command's only work.
        func wait() -> BrokerReply {
            while true {
                if let reply = reply.withLock({ $0 }) { return reply }
                clock.sleep(nanoseconds: 500_000)
            }
        }
    }
}

import Dispatch
import Glibc
import Serving
import Synchronization

/// What went wrong on a test's socket.
struct SocketError: Error, CustomStringConvertible {
    var description: String
}

/// A blocking HTTP client of a few lines; used on threads of its own, so that the server's are left alone.
final class SocketClient {
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    init(port: Int, receiveBuffer: Int32? = nil, timeoutSeconds: Int = 10) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var timeout = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        if var size = receiveBuffer { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(4)) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw SocketError(description: "cannot connect: \(errno)") }
    }

    deinit { close(descriptor) }

    func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw SocketError(description: "cannot send: \(errno)") }
            sent += count
        }
    }

    /// More bytes into the buffer; false at the end of the stream.
    private func receive() throws -> Bool {
        var chunk = [UInt8](repeating: 0, count: 64 * 1_024)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        if count < 0 {
            throw SocketError(description: errno == EAGAIN ? "nothing came in time" : "cannot receive: \(errno)")
        }
        buffer += chunk.prefix(count)
        return count > 0
    }

    /// All up to and including `mark`.
    func read(until mark: String) throws -> String {
        let wanted = Array(mark.utf8)
        var searched = 0
        while true {
            if let end = Self.end(of: wanted, in: buffer, from: searched) {
                defer { buffer.removeFirst(end) }
                return String(decoding: buffer[..<end], as: UTF8.self)
            }
            searched = max(0, buffer.count - wanted.count)
            guard try receive() else { throw SocketError(description: "the stream ended") }
        }
    }

    func read(count: Int) throws -> [UInt8] {
        while buffer.count < count {
            guard try receive() else { throw SocketError(description: "the stream ended") }
        }
        defer { buffer.removeFirst(count) }
        return Array(buffer[..<count])
    }

    /// Reads to the end of the stream.
    func readAll() throws -> Int {
        var total = buffer.count
        buffer = []
        while try receive() {
            total += buffer.count
            buffer = []
        }
        return total
    }

    private static func end(of mark: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        guard bytes.count >= mark.count else { return nil }
        for place in start...max(start, bytes.count - mark.count) where place + mark.count <= bytes.count {
            if bytes[place..<(place + mark.count)].elementsEqual(mark) { return place + mark.count }
        }
        return nil
    }
}

/// An answer of the server.
struct Answer: Sendable {
    var status: Int
    /// Headers by lower-case name.
    var headers: [String: String]
    var body: [UInt8]
    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSONValue { get throws { try JSONValue(parsing: body) } }
}

extension SocketClient {
    func request(
        _ method: String, _ path: String, headers: [String: String] = ["Host": "localhost"], body: String = ""
    ) throws -> Answer {
        var text = "\(method) \(path) HTTP/1.1\r\n"
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        if !body.isEmpty { text += "Content-Length: \(body.utf8.count)\r\n" }
        try send(text + "\r\n" + body)
        let (status, fields) = try readHead()
        let count = method == "HEAD" || status == 304 ? 0 : Int(fields["content-length"] ?? "0") ?? 0
        return Answer(status: status, headers: fields, body: try read(count: count))
    }

    func readHead() throws -> (Int, [String: String]) {
        let lines = try read(until: "\r\n\r\n").split(separator: "\r\n")
        let parts = lines[0].split(separator: " ")
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            fields[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        return (parts.count > 1 ? Int(parts[1]) ?? 0 : 0, fields)
    }
}

/// Runs what blocks on a thread of its own.
func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue(label: "test.client").async { continuation.resume(with: Result { try body() }) }
    }
}

/// Waits until `condition` holds; false when it does not within the limit.
func eventually(seconds: Double = 10, _ condition: () -> Bool) -> Bool {
    let end = DispatchTime.now() + seconds
    while !condition() {
        if DispatchTime.now() > end { return false }
        usleep(2_000)
    }
    return true
}

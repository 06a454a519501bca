import Diagnostics
import Glibc

/// Requests to a server, one connection each: for a shell, where a person waits for every answer.
struct HTTPExchange: Sendable {
    let host: String
    let port: String

    /// The longest answer that is taken.
    private static let answerBytes = 64 << 20
    private static let waitSeconds = 60

    /// `http://host:port`, without a path.
    init(address: String) throws(MillraceError) {
        let scheme = "http://"
        let wrong = MillraceError(
            .user, code: "bad_address", "'\(address)' is no address of a server", hint: "write http://127.0.0.1:8080")
        guard address.hasPrefix(scheme) else { throw wrong }
        var rest = address.dropFirst(scheme.count)
        while rest.last == "/" { rest.removeLast() }
        guard !rest.isEmpty, !rest.contains("/") else { throw wrong }
        if let colon = rest.lastIndex(of: ":"), !rest.hasSuffix("]") {
            port = String(rest[rest.index(after: colon)...])
            rest = rest[..<colon]
        } else {
            port = "80"
        }
        host = String(rest.filter { $0 != "[" && $0 != "]" })
        guard !host.isEmpty, UInt16(port) != nil else { throw wrong }
    }

    /// Sends a request and waits for the whole answer.
    func send(
        _ method: String, _ path: String, json: [UInt8] = []
    ) throws(MillraceError) -> (status: Int, body: [UInt8]) {
        let socket = try connected()
        defer { close(socket) }
        let isIPv6 = host.contains(":")
        let head = """
            \(method) \(path) HTTP/1.1\r\nHost: \(isIPv6 ? "[\(host)]" : host):\(port)\r\nConnection: close\r\n\
            Accept: application/json\r\nContent-Type: application/json\r\nContent-Length: \(json.count)\r\n\r\n
            """
        try write(Array(head.utf8) + json, to: socket)
        return try Self.parse(try readAll(socket))
    }

    private func failure(_ what: String) -> MillraceError {
        MillraceError(
            .system, code: "no_server", "\(what) http://\(host):\(port)", hint: "is `millrace up` running there?")
    }

    private func connected() throws(MillraceError) -> Int32 {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, port, &hints, &found) == 0 else { throw failure("there is no host for") }
        defer { freeaddrinfo(found) }
        var next = found
        while let entry = next {
            let descriptor = socket(entry.pointee.ai_family, entry.pointee.ai_socktype, entry.pointee.ai_protocol)
            if descriptor >= 0 {
                var limit = timeval(tv_sec: Self.waitSeconds, tv_usec: 0)
                let size = socklen_t(MemoryLayout<timeval>.size)
                _ = setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
                _ = setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
                if connect(descriptor, entry.pointee.ai_addr, entry.pointee.ai_addrlen) == 0 { return descriptor }
                close(descriptor)
            }
            next = entry.pointee.ai_next
        }
        throw failure("nobody answers at")
    }

    private func write(_ bytes: [UInt8], to socket: Int32) throws(MillraceError) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer -> Int in
                guard let base = buffer.baseAddress else { return 0 }
                return Glibc.send(socket, base + sent, buffer.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("the connection broke to") }
            sent += count
        }
    }

    private func readAll(_ socket: Int32) throws(MillraceError) -> [UInt8] {
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = block.withUnsafeMutableBytes { recv(socket, $0.baseAddress, $0.count, 0) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("no answer came in \(Self.waitSeconds) s from") }
            if count == 0 { return bytes }
            bytes += block[..<count]
            guard bytes.count <= Self.answerBytes else {
                throw MillraceError(
                    .user, code: "answer_too_large", "the answer has more than \(Self.answerBytes) bytes",
                    hint: "ask for fewer rows with LIMIT")
            }
        }
    }

    // MARK: Answers

    /// Status and body of an answer that ended with its connection.
    static func parse(_ bytes: [UInt8]) throws(MillraceError) -> (status: Int, body: [UInt8]) {
        let broken = MillraceError(.system, code: "bad_answer", "the answer is not that of an HTTP server")
        guard let end = place(of: "\r\n\r\n", in: bytes[...]) else { throw broken }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else { throw broken }
        let rest = bytes[(end + 4)...]
        let isChunked = lines.contains { line in
            let line = line.lowercased()
            return line.hasPrefix("transfer-encoding:") && line.hasSuffix("chunked")
        }
        guard isChunked else { return (status, Array(rest)) }
        guard let body = joined(chunks: rest) else { throw broken }
        return (status, body)
    }

    private static func place(of text: String, in bytes: ArraySlice<UInt8>) -> Int? {
        let wanted = Array(text.utf8)
        guard bytes.count >= wanted.count else { return nil }
        return (bytes.startIndex...(bytes.endIndex - wanted.count)).first {
            bytes[$0] == wanted[0] && bytes[$0..<($0 + wanted.count)].elementsEqual(wanted)
        }
    }

    /// The body out of pieces that each tell their length; nil when they do not fit.
    private static func joined(chunks: ArraySlice<UInt8>) -> [UInt8]? {
        var body: [UInt8] = []
        var rest = chunks
        while let end = place(of: "\r\n", in: rest) {
            let line = String(decoding: rest[rest.startIndex..<end], as: UTF8.self)
            guard let size = Int(line.prefix { $0 != ";" }, radix: 16), size >= 0 else { return nil }
            rest = rest[(end + 2)...]
            if size == 0 { return body }
            guard size <= rest.count - 2 else { return nil }
            body += rest.prefix(size)
            rest = rest.dropFirst(size + 2)
        }
        return nil
    }
}

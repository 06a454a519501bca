import Serving

/// One server-sent event.
struct Event: Sendable {
    var name: String
    var id: String?
    var data: JSONValue

    /// The part of a panel, if the frame has one.
    func panel(_ id: String) -> JSONValue? { data["panels"]?[id] }
}

/// A live stream as a browser would read it, on a blocking socket.
final class EventStream {
    private let client: SocketClient
    let headers: [String: String]
    private(set) var rows: [String: [JSONValue]] = [:]

    init(port: Int, dashboard: String, lastEventID: String? = nil, receiveBuffer: Int32? = nil) throws {
        client = try SocketClient(port: port, receiveBuffer: receiveBuffer)
        let resume = lastEventID.map { "Last-Event-ID: \($0)\r\n" } ?? ""
        try client.send("GET /api/v1/dashboards/\(dashboard)/live HTTP/1.1\r\nHost: localhost\r\n\(resume)\r\n")
        let (status, fields) = try client.readHead()
        headers = fields
        guard status == 200 else { throw SocketError(description: "status \(status)") }
    }

    /// The next chunk's worth of event lines; nil at the end of the stream.
    func next() throws -> Event? {
        while true {
            guard let size = Int(try client.read(until: "\r\n").dropLast(), radix: 16) else {
                throw SocketError(description: "no chunk")
            }
            let text = String(decoding: try client.read(count: size), as: UTF8.self)
            _ = try client.read(count: 2)
            if size == 0 { return nil }
            var event = Event(name: "", id: nil, data: .null)
            for line in text.split(separator: "\n") {
                if line.hasPrefix("event: ") { event.name = String(line.dropFirst(7)) }
                if line.hasPrefix("id: ") { event.id = String(line.dropFirst(4)) }
                if line.hasPrefix("data: ") { event.data = try JSONValue(parsing: Array(line.dropFirst(6).utf8)) }
            }
            if event.name.isEmpty { continue }
            return event
        }
    }

    /// The next event that is not a mere status.
    func nextFrame() throws -> Event? {
        while let event = try next() {
            if event.name != "status" { return event }
        }
        return nil
    }

    /// The rest of the connection, byte by byte.
    func drain() throws -> Int { try client.readAll() }
}

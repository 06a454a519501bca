import Diagnostics

/// What `millrace up` is asked for.
package struct ServeSettings: Sendable {
    package var directories: [String]
    package var dataDirectory: String
    package var host: String
    package var port: Int
    package var allowsInsecureListen = false
    /// Where Kafka clients may come; nil for no queue.
    package var queue: QueueSettings?
    package var parallelism: Int
    package var epochMilliseconds = 1_000
    /// Savepoints that jobs without state of their own begin with; see ``Application/Settings/restoreFrom``.
    package var restoreFrom: String?
    /// Values of `${NAME}` in SQL files.
    package var variables: [String: String]
    /// Ends by itself after so many seconds; nil runs until stopped.
    package var seconds: Int?

    package init(
        directories: [String], dataDirectory: String, host: String, port: Int, parallelism: Int,
        variables: [String: String]
    ) {
        self.directories = directories
        self.dataDirectory = dataDirectory
        self.host = host
        self.port = port
        self.parallelism = parallelism
        self.variables = variables
    }

    /// Takes `HOST:PORT` or `[V6]:PORT` apart.
    package static func address(_ text: String) throws -> (host: String, port: Int) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port), colon != text.startIndex
        else {
            throw MillraceError(
                .user, code: "bad_address", "'\(text)' is not an address",
                hint: "write it as HOST:PORT, such as 127.0.0.1:8080")
        }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        return (host, port)
    }
}

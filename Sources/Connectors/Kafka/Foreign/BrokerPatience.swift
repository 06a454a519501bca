import Diagnostics

/// How long a job that begins waits for a broker elsewhere, and who is told so.
package struct BrokerPatience: Sendable {
    /// The code of the error that says that no broker could be reached. Trying again later makes sense.
    package static let errorCode = "kafka_unreachable"

    /// After so long the beginning ends with that error.
    package var limitMilliseconds: UInt64
    /// After so long ``notice`` is told what is waited for.
    package var noticeMilliseconds: UInt64 = 2_000
    /// Takes a line for people; nil where somebody else tells it.
    package var notice: (@Sendable (String) -> Void)?

    package init(limitMilliseconds: UInt64 = 30_000, notice: (@Sendable (String) -> Void)? = nil) {
        self.limitMilliseconds = limitMilliseconds
        self.notice = notice
    }

    /// What is said while a broker is waited for.
    static func waiting(for servers: String, _ cause: String) -> String { "waiting for broker \(servers): \(cause)" }

    static func unreachable(_ servers: String, _ cause: String) -> MillraceError {
        MillraceError(
            .system, code: errorCode, "broker '\(servers)' cannot be reached: \(cause)",
            hint: "start it, or correct 'properties.bootstrap.servers'; a table without that option means the queue of "
                + "this process")
    }

    /// The cause out of what librdkafka logs, such as "connection refused" out of
    /// `[thrd:h:1/bootstrap]: h:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection refused (after 0ms in …)`.
    static func cause(_ logged: String) -> String {
        guard !logged.isEmpty else { return "no answer" }
        var text = logged[...]
        if text.hasPrefix("[thrd:"), let end = text.firstRange(of: "]: ") { text = text[end.upperBound...] }
        if let end = text.firstRange(of: " (after ") { text = text[..<end.lowerBound] }
        if let start = text.firstRange(of: "Failed to resolve '") {
            let host = text[start.upperBound...].prefix { $0 != "'" }
            return "unknown host '\(host.lastIndex(of: ":").map { host[..<$0] } ?? host)'"
        }
        if text.contains(": Connect to "), let start = text.firstRange(of: " failed: ") {
            return text[start.upperBound...].lowercased()
        }
        // The address in front is told anyway.
        if let start = text.firstRange(of: ": "), text[..<start.lowerBound].contains("/") {
            text = text[start.upperBound...]
        }
        return String(text)
    }
}

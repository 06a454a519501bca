import Diagnostics
import Synchronization

/// How long a job that begins waits for a broker elsewhere, and who is told so.
package struct BrokerPatience: Sendable {
    /// The code of the error that says that no broker could be reached. Trying again later makes sense.
    package static let errorCode = "kafka_unreachable"
    /// The code of what a broker answered that cannot be gone on with. One that has just come may answer so.
    package static let refusalCode = "kafka_broker"

    /// After so long a question to a broker is given up with ``errorCode``.
    package var limitMilliseconds: UInt64
    /// False ends waiting at once.
    package var isWanted: @Sendable () -> Bool = { true }
    /// After so long ``notice`` is told what is waited for.
    package var noticeMilliseconds: UInt64 = 2_000
    /// Takes a line for people; nil where somebody else tells it.
    package var notice: (@Sendable (String) -> Void)?

    /// When the limit began to count, where it is one for all questions together.
    private let began: Began?
    private var missed = Missed()

    /// `isForAll`: the limit is not for each question but for all that is asked with this value and its copies, from the
    /// first question on.
    package init(
        limitMilliseconds: UInt64 = 30_000, isForAll: Bool = false, notice: (@Sendable (String) -> Void)? = nil
    ) {
        self.limitMilliseconds = limitMilliseconds
        self.notice = notice
        began = isForAll ? Began() : nil
    }

    private final class Began: Sendable { let at = Mutex<UInt64?>(nil) }

    /// What asks the broker that was missed once more. The closure is boxed: a mutex that holds one bare wraps it anew at each look.
    private final class Missed: Sendable { let question = Mutex<Question?>(nil) }

    private final class Question: Sendable {
        let ask: @Sendable (BrokerPatience) throws -> Void
        init(_ ask: @escaping @Sendable (BrokerPatience) throws -> Void) { self.ask = ask }
    }

    /// When a question that is asked now has to be answered, in nanoseconds of the clock.
    func end(_ clock: any TimeSource) -> UInt64 {
        let now = clock.monotonicNanoseconds()
        let start =
            began?.at.withLock { at -> UInt64 in
                let start = at ?? now
                at = start
                return start
            } ?? now
        return start &+ limitMilliseconds &* 1_000_000
    }

    /// The same patience for another job, which may miss another broker.
    package var another: BrokerPatience {
        var copy = self
        copy.missed = Missed()
        return copy
    }

    func miss(_ ask: @escaping @Sendable (BrokerPatience) throws -> Void) {
        let question = Question(ask)
        missed.question.withLock { $0 = question }
    }

    /// Asks the broker that could not be reached with this patience, with another one: throws as long as it does not answer.
    /// Much cheaper than to begin the job anew.
    package func askAgain(_ patience: BrokerPatience) throws { try missed.question.withLock { $0 }?.ask(patience) }

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

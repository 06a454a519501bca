/// How a request ends.
package enum BrokerReply: Sendable {
    /// The frame of the response, without its length.
    case frame([UInt8])
    /// Nothing is sent: a produce request that wants no answer.
    case silence
    /// The connection is closed.
    case close
}

/// A request with what is known of its connection.
package struct BrokerRequest: Sendable {
    package var connection: ConnectionID
    package var clientHost: String
    package var frame: [UInt8]
}

/// Tells connections apart for as long as the process runs.
package typealias ConnectionID = UInt64

/// Answers requests. Calls come in the order of a connection's requests; answers may come later, from any thread and in
/// any order, each exactly once.
package protocol RequestHandling: Sendable {
    func handle(_ request: BrokerRequest, reply: @escaping @Sendable (BrokerReply) -> Void)
    /// A connection is gone: nothing waits for its answers any more.
    func closed(_ connection: ConnectionID)
}

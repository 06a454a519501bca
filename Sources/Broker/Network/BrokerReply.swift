/// How a request ends.
package enum BrokerReply: Sendable {
    /// The frame of the response, without its length.
    case frame([UInt8])
    /// As `frame`, of records; the token is let go when it is written.
    case records([UInt8], AnswerToken)
    /// As `records`, which are left in their files; only for requests that take that.
    case runs(AnswerWithRuns, AnswerToken)
    /// As `frame`; and the client has shown who it is.
    case admitted([UInt8])
    /// Nothing is sent: a produce request that wants no answer.
    case silence
    /// The connection is closed.
    case close
}

/// A request with what is known of its connection.
package struct BrokerRequest: Sendable {
    package var connection: ConnectionID
    package var clientHost: String
    /// Nobody can read along: the connection is encrypted, or does not leave the machine.
    package var isPrivate: Bool
    /// The answer may name records in their files in place of copying them.
    package var takesRuns: Bool
    /// Does something on the thread of the connection once what came with the request is handed on; nil where there is
    /// no such thread.
    package var afterwards: Afterwards?
    package var frame: [UInt8]

    package typealias Afterwards = @Sendable (@escaping @Sendable () -> Void) -> Void

    package init(
        connection: ConnectionID, clientHost: String, isPrivate: Bool, takesRuns: Bool = false,
        afterwards: Afterwards? = nil, frame: [UInt8]
    ) {
        self.connection = connection
        self.afterwards = afterwards
        self.clientHost = clientHost
        self.isPrivate = isPrivate
        self.takesRuns = takesRuns
        self.frame = frame
    }
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

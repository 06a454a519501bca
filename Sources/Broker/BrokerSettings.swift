package import KafkaProtocol

/// What a broker says of itself, and what it does by itself.
package struct BrokerSettings: Sendable {
    package var nodeID: Int32 = 1
    package var clusterID = "millrace"
    /// Where clients are told to connect; they must be able to reach it.
    package var advertisedHost = "127.0.0.1"
    package var advertisedPort = 9_092
    /// Topics that do not exist are made when a client asks for them.
    package var createsTopics = true
    package var defaultPartitions: Int32 = 1
    package var groupLimits = GroupLimits()
    /// Threads that read for consumers.
    package var readThreads = 4
    /// The longest a transaction may stay open.
    package var transactionTimeoutMilliseconds: Int64 = 900_000
    /// Every connection must show who it is, and what no rule allows is refused.
    package var asksWhoComes = false
    /// Users that no rule applies to.
    package var superUsers: Set<String> = []

    /// Told, once for each place, of stored records that could not be read.
    package var reportDamage: @Sendable (String) -> Void = { _ in }

    package init() {}
}

package import ConnectorContract

/// Every outside system Millrace can read or write.
package enum Connectors {
    /// `queue` is the log of this process; nil where nothing is read or written, only planned.
    /// `patience` is for brokers elsewhere.
    package static func all(
        queue: (any LocalQueue)?, patience: BrokerPatience = BrokerPatience()
    ) -> [any Connector] {
        [
            FileSystemConnector(), TailConnector(), PrintConnector(), BlackholeConnector(), GeneratorConnector(),
            KafkaConnector(isUpsert: false, queue: queue, patience: patience),
            KafkaConnector(isUpsert: true, queue: queue, patience: patience),
        ]
    }
}

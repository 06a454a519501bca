package import ConnectorContract

/// Every outside system Millrace can read or write.
package enum Connectors {
    /// `queue` is the log of this process; nil where nothing is read or written, only planned.
    package static func all(queue: (any LocalQueue)?) -> [any Connector] {
        [
            FileSystemConnector(), TailConnector(), PrintConnector(), BlackholeConnector(), GeneratorConnector(),
            KafkaConnector(isUpsert: false, queue: queue), KafkaConnector(isUpsert: true, queue: queue),
        ]
    }
}

package import ConnectorContract

/// Every outside system Millrace can read or write.
package enum Connectors {
    package static let all: [any Connector] = [
        FileSystemConnector(), TailConnector(), PrintConnector(), BlackholeConnector(),
    ]

    /// The connector a WITH clause names.
    package static func named(_ identifier: String) -> (any Connector)? {
        all.first { $0.identifier == identifier }
    }
}

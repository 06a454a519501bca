package import Columnar
package import ConnectorContract
package import Diagnostics

/// `'connector' = 'blackhole'`: takes rows and keeps none.
package struct BlackholeConnector: Connector {
    package init() {}

    package var identifier: String { "blackhole" }
    package var options: [OptionDescription] { [] }
    package var metadata: [Field] { [] }
    package var canRead: Bool { false }
    package var canWrite: Bool { true }
    package func isBounded(_ table: TableDescription) -> Bool { true }

    package func makeSource(_ request: ScanRequest, environment: Environment) throws -> any Source {
        throw MillraceError(.user, code: "not_readable", "connector 'blackhole' cannot be read")
    }

    package func makeSink(_ table: TableDescription, environment: Environment) throws -> any Sink { BlackholeSink() }
}

/// Takes rows and keeps none.
final class BlackholeSink: Sink {
    var guarantee: String { "nothing is kept" }
    func write(_ batch: Batch) throws {}
    func snapshot(epoch: UInt64) throws -> [StateChange] { [] }
    func committed(epoch: UInt64) throws {}
    func restore(_ changes: [StateChange]) throws {}
    func finish() throws {}
}

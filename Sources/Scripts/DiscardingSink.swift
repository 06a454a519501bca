import Columnar
import ConnectorContract

/// The sink of a query that is run for its figures alone.
final class DiscardingSink: Sink {
    var guarantee: String { "keeps nothing" }
    func write(_ batch: Batch) throws {}
    func snapshot(epoch: UInt64) throws -> [StateChange] { [] }
    func committed(epoch: UInt64) throws {}
    func restore(_ changes: [StateChange]) throws {}
    func finish() throws {}
}

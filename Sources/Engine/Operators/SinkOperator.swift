import Columnar
import ConnectorContract

/// The end of a plan: rows go to a connector's sink.
final class SinkOperator: Operator {
    let sink: any Sink
    private let constraints: SinkConstraints?
    /// Rows left out because the table's columns do not allow them.
    private(set) var refusedRows = 0

    /// `constraints` is nil where the target allows everything.
    init(_ sink: any Sink, _ constraints: SinkConstraints? = nil) {
        self.sink = sink
        self.constraints = constraints
    }

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws {
        guard let constraints else { return try sink.write(batch) }
        let allowed = try constraints.allowed(batch, output.counters)
        refusedRows += batch.rowCount - allowed.rowCount
        if allowed.rowCount > 0 { try sink.write(allowed) }
    }

    func advance(to watermark: Int64, output: NodeRuntime) throws { try sink.advance(to: watermark) }
    func snapshot(epoch: UInt64) throws -> [StateChange] { try sink.snapshot(epoch: epoch) }
    func committed(epoch: UInt64) throws { try sink.committed(epoch: epoch) }
    var uncommittedBytes: Int { sink.heldBytes }

    func restore(_ changes: [StateChange], ownership: Ownership) throws {
        var restored: [StateChange] = []
        for change in changes {
            guard change.fold == .replace else {
                restored.append(change)
                continue
            }
            // A sink runs on one instance: the newest of the parts is its own.
            if let bytes = try EpochCoordinator.parts(of: change.bytes).last {
                restored.append(StateChange(name: change.name, fold: .replace, bytes: bytes))
            }
        }
        try sink.restore(restored)
    }
}

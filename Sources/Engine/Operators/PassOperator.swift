import Columnar

/// Scans and unions: rows go through as they come.
final class PassOperator: Operator {
    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws { try output.emit(batch) }
}

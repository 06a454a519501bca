import Columnar
import ConnectorContract
import Synchronization

/// Counts rows, and those of them that are taken back, and forgets them.
final class CountingSink: Sink {
    private let counts = Mutex((rows: 0, takenBack: 0))
    var rows: Int { counts.withLock { $0.rows } }
    var takenBack: Int { counts.withLock { $0.takenBack } }
    var guarantee: String { "for tests" }

    func write(_ batch: Batch) throws {
        let takenBack = (0..<batch.rowCount).filter { !batch.kind($0).isAddition }.count
        counts.withLock {
            $0.rows += batch.rowCount
            $0.takenBack += takenBack
        }
    }

    func snapshot(epoch: UInt64) throws -> [StateChange] { [] }
    func committed(epoch: UInt64) throws {}
    func restore(_ changes: [StateChange]) throws {}
    func finish() throws {}
}

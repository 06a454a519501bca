import Columnar
import ConnectorContract
import StreamSQL
import TestSupport

@testable import Engine

/// Rankings and sides of joins whose rows go into epochs and come back.
enum StoredRows {
    typealias Row = [BatchBuilder.Value]
    static let all = Ownership(index: 0, count: 1, seed: 7)

    /// Partitions by the first column, in falling order of the second.
    static func ranking(_ fields: [Field], to: Int, latest: Bool = false, _ upkeep: StateUpkeep?) -> RankBuffer {
        let plan = RankPlan(
            partition: [0], order: [SortPlan.Key(column: 1, isDescending: true, nullsFirst: false)], to: to,
            prefersLatest: latest)
        return RankBuffer(
            plan, inputFields: fields, seed: 5, emitsChanges: false, entries: StateWriter(), upkeep: upkeep)
    }

    /// What a ranking holds of each partition, in its order.
    static func rows(_ buffer: RankBuffer) -> [Row: [Row]] {
        var result: [Row: [Row]] = [:]
        for group in 0..<buffer.groups.count {
            var ids: [Int32] = []
            buffer.lists.append(0..<Int.max, of: group, to: &ids)
            let rows = BatchBuilder.rows(of: Batch(columns: buffer.store.gathered(ids), rowCount: ids.count))
            if let first = rows.first { result[[first[0]]] = rows }
        }
        return result
    }

    /// One side of a join.
    static func storage(_ store: JoinRowStore, appends: Bool = true, ownNumber: UInt64 = 9) -> JoinStorage {
        JoinStorage("left", store, isAppendOnly: appends, isKept: true, ownNumber: ownNumber)
    }

    static func add(_ batch: Batch, _ store: JoinRowStore, _ storage: JoinStorage) {
        storage.added(append(batch, store))
    }

    private static func append(_ batch: Batch, _ store: JoinRowStore) -> [Int32] {
        var numbers: [Int32] = []
        store.append(batch.columns, rows: (0..<batch.rowCount).map { Int32($0) }, numbers: &numbers)
        return numbers
    }

    /// Takes back what was stored of a side; gives its rows.
    static func restore(_ changes: [StateChange], _ store: JoinRowStore, _ storage: JoinStorage) throws -> [Row] {
        var rows: [Row] = []
        try storage.restore(changes) { batch, _, ids in
            rows += BatchBuilder.rows(of: batch)
            storage.restored(append(batch, store), ids)
        }
        return rows
    }
}

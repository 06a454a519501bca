package import Columnar

/// Where a row of several batches stands; nothing for a row of NULLs.
package struct RowPlace {
    package var batch: Int32
    package var row: Int32

    package static let none = RowPlace(batch: -1, row: -1)

    package init(batch: Int32, row: Int32) {
        self.batch = batch
        self.row = row
    }
}

/// Puts rows of some batches of the same columns together, in a new order; cost is that of copying each value.
package enum RowGathering {
    /// Column `index` of the rows at `places`.
    package static func column(
        _ index: Int, of batches: [Batch], at places: [RowPlace], type: DataType
    ) -> Column {
        let result = Column(type, capacity: places.count)
        for (row, place) in places.enumerated() {
            let item = place.batch < 0 ? .null : batches[Int(place.batch)].columns[index].item(Int(place.row))
            result.set(row, item)
        }
        if result.kind == .text { for batch in batches { result.adoptOwners(of: batch.columns[index]) } }
        return result
    }

    /// The rows of a batch, fewer of them.
    package static func rows(_ rows: [Int32], of batch: Batch) -> Batch {
        let places = rows.map { RowPlace(batch: 0, row: $0) }
        let columns = batch.columns.indices.map {
            column($0, of: [batch], at: places, type: batch.columns[$0].type)
        }
        return Batch(
            columns: columns, rowCount: rows.count, kinds: batch.kinds.map { kinds in rows.map { kinds[Int($0)] } },
            retainedBytes: batch.retainedBytes)
    }
}

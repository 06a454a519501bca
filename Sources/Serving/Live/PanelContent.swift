import Columnar
import Diagnostics

/// One row of a panel, encoded once for everybody.
package struct PanelRow: Sendable, Equatable {
    /// The key cells as a JSON array; empty in panels without a key.
    package var key: [UInt8]
    /// All cells as a JSON array.
    package var json: [UInt8]

    package init(key: [UInt8], json: [UInt8]) {
        self.key = key
        self.json = json
    }
}

/// What a panel shows.
package enum PanelContent: Sendable, Equatable {
    case rows([PanelRow])
    case failed(String)

    /// The rows of a query's result, or why there are none.
    init(batches: [Batch], keyPositions: [Int], maximumRows: Int) {
        let count = batches.reduce(0) { $0 + $1.rowCount }
        guard count <= maximumRows else {
            self = .failed("the query returns \(count) rows, a panel shows \(maximumRows): add a LIMIT")
            return
        }
        var rows: [PanelRow] = []
        rows.reserveCapacity(count)
        for batch in batches {
            let keys = keyPositions.filter(batch.columns.indices.contains).map { batch.columns[$0] }
            for row in 0..<batch.rowCount {
                var cells = JSONWriter(reserving: 64)
                cells.row(batch.columns, row)
                var key = JSONWriter()
                if !keys.isEmpty { key.row(keys, row) }
                rows.append(PanelRow(key: key.bytes, json: cells.bytes))
            }
        }
        self = .rows(rows)
    }
}

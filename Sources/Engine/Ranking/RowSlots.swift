import Columnar

/// Rows in columns, each under a number that is used again when the row is gone.
final class RowSlots {
    let types: [DataType]
    let columns: [GrowableColumn]
    /// Numbers given out so far, those that are free again included.
    private(set) var places = 0
    private var free: [Int32] = []
    private let textColumns: [Int]

    init(types: [DataType]) {
        self.types = types.map { $0.nullable(true) }
        columns = self.types.map { GrowableColumn($0, sharesTexts: true) }
        textColumns = types.indices.filter { types[$0].kind == .text }
    }

    var count: Int { places - free.count }
    var byteSize: Int { columns.reduce(free.count * 4 + places) { $0 + $1.byteSize } }

    /// Copies rows of a batch and writes their numbers to `ids`. The caller reserves its own arrays by ``places``.
    func add(
        _ batch: Batch, rows: UnsafePointer<Int32>, count: Int, ids: UnsafeMutablePointer<Int32>
    ) {
        let reused = min(free.count, count)
        for index in 0..<reused { ids[index] = free[free.count - 1 - index] }
        free.removeLast(reused)
        for index in reused..<count { ids[index] = Int32(truncatingIfNeeded: places + index - reused) }
        places += count - reused
        for (index, column) in columns.enumerated() {
            column.extend(to: places)
            column.set(ids, from: batch.columns[index], rows: rows, count: count)
        }
    }

    /// Gives the number back.
    func remove(_ id: Int32) {
        free.append(id)
        for index in textColumns { columns[index].clear(Int(id)) }
    }

    /// True when two rows hold the same values.
    func areEqual(_ a: Int32, _ b: Int32) -> Bool {
        columns.allSatisfy { $0.equals(Int(a), $0.column, Int(b)) }
    }

    /// The rows as columns.
    func gathered(_ ids: [Int32]) -> [Column] { columns.map { $0.gathered(ids) } }
}

import Columnar
import ConnectorContract

/// COUNT(*) and COUNT(x).
final class CountState: AggregateState {
    private let counts = StateArray<Int64>(zero: 0)

    func reserve(groups: Int) { counts.reserve(groups) }

    func update(_ input: AggregateInput, arguments: [Column]) {
        let counts = self.counts.base
        input.forEach { _, group, sign in counts[group] &+= sign }
    }

    func merge(_ columns: [Column], groups: UnsafePointer<Int32>, rowCount: Int) {
        let counts = self.counts.base
        let partial = columns[0].int64
        for row in 0..<rowCount { counts[Int(groups[row])] &+= partial[row] }
    }

    func absorb(_ other: any AggregateState, groups: [Int32]) {
        guard let other = other as? CountState else { return }
        for (group, target) in groups.enumerated() where target >= 0 {
            counts.base[Int(target)] &+= other.counts.base[group]
        }
    }

    func append(_ group: Int, to column: GrowableColumn) { column.append(int64: counts.base[group]) }

    func result(_ groups: [Int32]) -> Column {
        let column = Column(DataType(.bigint, isNullable: false), capacity: groups.count)
        for (row, group) in groups.enumerated() { column.int64[row] = counts.base[Int(group)] }
        return column
    }

    func partial(_ groups: [Int32]) -> [Column] { [result(groups)] }
    func count(of group: Int) -> Int { Int(counts.base[group]) }
    func clear(_ group: Int) { counts.base[group] = 0 }
    func write(_ group: Int, to writer: inout ByteWriter) { writer.write(counts.base[group]) }

    func read(_ group: Int, from reader: inout ByteReader) throws(DamagedBytesError) {
        counts.base[group] = try reader.read(Int64.self)
    }

    var hasColumns: Bool { true }

    func writeColumns(_ rows: StateRows, to writer: StateWriter) {
        StateColumns.write(counts.base, of: rows, to: writer)
    }

    func readColumns(_ groups: [Int32], from reader: inout ByteReader) throws(DamagedBytesError) {
        try counts.readNumbers(groups, from: &reader)
    }

    var byteSize: Int { counts.capacity * 8 }
}

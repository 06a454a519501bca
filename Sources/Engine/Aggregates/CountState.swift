import Columnar
import ConnectorContract

/// COUNT(*) and COUNT(x).
final class CountState: AggregateState {
    private let counts = StateArray<Int64>(zero: 0)

    func reserve(groups: Int) { counts.reserve(groups) }

    func update(_ input: AggregateInput, argument: Column?) {
        let counts = self.counts.base
        input.forEach { _, group, sign in counts[group] &+= sign }
    }

    func merge(_ columns: [Column], groups: UnsafePointer<Int32>, rowCount: Int) {
        let counts = self.counts.base
        let partial = columns[0].int64
        for row in 0..<rowCount { counts[Int(groups[row])] &+= partial[row] }
    }

    func result(_ groups: [Int32]) -> Column {
        let column = Column(DataType(.bigint, isNullable: false), capacity: groups.count)
        for (row, group) in groups.enumerated() { column.int64[row] = counts.base[Int(group)] }
        return column
    }

    func partial(_ groups: [Int32]) -> [Column] { [result(groups)] }
    func reset() { counts.reset() }
    func write(_ group: Int, to writer: inout ByteWriter) { writer.write(counts.base[group]) }

    func read(_ group: Int, from reader: inout ByteReader) throws(DamagedBytesError) {
        counts.base[group] = try reader.read(Int64.self)
    }

    var byteSize: Int { counts.capacity * 8 }
}

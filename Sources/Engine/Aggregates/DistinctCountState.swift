import Columnar
import ConnectorContract

/// One call of those that share ``DistinctCounts``: its results. Rows reach all of them at once, through
/// ``AggregateSet``.
final class DistinctCountState: AggregateState {
    private let shared: DistinctCounts
    /// Which of the calls that share.
    private let number: Int

    init(_ shared: DistinctCounts, number: Int) {
        self.shared = shared
        self.number = number
    }

    @inline(__always)
    private func count(_ group: Int) -> Int64 { shared.counts.base[group &* shared.width &+ number] }

    func reserve(groups: Int) { if number == 0 { shared.reserve(groups: groups) } }
    func update(_ input: AggregateInput, arguments: [Column]) {}

    func absorb(_ other: any AggregateState, groups: [Int32]) {
        guard number == 0, let other = other as? DistinctCountState else { return }
        shared.absorb(other.shared, groups: groups)
    }

    func append(_ group: Int, to column: GrowableColumn) { column.append(int64: count(group)) }

    func result(_ groups: [Int32]) -> Column {
        let column = Column(DataType(.bigint, isNullable: false), capacity: groups.count)
        for (row, group) in groups.enumerated() { column.int64[row] = count(Int(group)) }
        return column
    }

    func clear(_ group: Int) { if number == 0 { shared.clear(group) } }
    func write(_ group: Int, to writer: inout ByteWriter) { writer.write(count(group)) }

    func read(_ group: Int, from reader: inout ByteReader) throws(DamagedBytesError) {
        shared.counts.base[group &* shared.width &+ number] = try reader.read(Int64.self)
    }

    /// Parts are read only: state of before the calls shared a set.
    func readPart(_ group: Int, key: inout ByteReader, value: inout ByteReader) throws(DamagedBytesError) {
        guard try key.read(UInt8.self) == 0, try key.read(UInt8.self) == 1 else { return }
        shared.restore(group, call: number, value: try key.read(Int64.self))
    }

    var byteSize: Int { number == 0 ? shared.byteSize : 0 }
}

import Columnar
import ConnectorContract
import StreamSQL

/// SUM, SUM0 and AVG: a sum and the count of its values, so that the sum of nothing is NULL.
final class SumState<Number: Summable>: AggregateState {
    private let sums = StateArray<Number>(zero: Number.nothing)
    private let counts = StateArray<Int64>(zero: 0)
    private let call: AggregateCall
    private let form: SumForm
    private let isNeverNull: Bool

    init(_ call: AggregateCall) {
        self.call = call
        form = SumForm(call)
        isNeverNull = call.function == .sumOrZero
    }

    func reserve(groups: Int) {
        sums.reserve(groups)
        counts.reserve(groups)
    }

    func update(_ input: AggregateInput, arguments: [Column]) {
        guard let argument = arguments.first else { return }
        let sums = self.sums.base
        let counts = self.counts.base
        let values = Number.values(of: argument)
        input.forEach { row, group, sign in
            sums[group] = sums[group].adding(values[row], sign: sign)
            counts[group] &+= sign
        }
    }

    func merge(_ columns: [Column], groups: UnsafePointer<Int32>, rowCount: Int) {
        let partialSums = Number.values(of: columns[0])
        let partialCounts = columns[1].int64
        let sums = self.sums.base
        let counts = self.counts.base
        // A partial of no values adds nothing; one that takes back as many as it adds has a count of zero and a sum.
        for row in 0..<rowCount where partialCounts[row] != 0 || partialSums[row] != Number.nothing {
            let group = Int(groups[row])
            sums[group] = sums[group].adding(partialSums[row], sign: 1)
            counts[group] &+= partialCounts[row]
        }
    }

    func absorb(_ other: any AggregateState, groups: [Int32]) {
        guard let other = other as? SumState<Number> else { return }
        for (group, target) in groups.enumerated() where target >= 0 {
            let count = other.counts.base[group]
            guard count != 0 || other.sums.base[group] != Number.nothing else { continue }
            sums.base[Int(target)] = sums.base[Int(target)].adding(other.sums.base[group], sign: 1)
            counts.base[Int(target)] &+= count
        }
    }

    func append(_ group: Int, to column: GrowableColumn) {
        let count = counts.base[group]
        if count != 0 {
            Number.append(sums.base[group], count: count, form, to: column)
        } else if isNeverNull {
            Number.append(Number.nothing, count: 1, form, to: column)
        } else {
            column.appendNull()
        }
    }

    func result(_ groups: [Int32]) -> Column {
        let column = GrowableColumn(call.resultType, capacity: max(1, groups.count))
        for group in groups { append(Int(group), to: column) }
        return column.column
    }

    func partial(_ groups: [Int32]) -> [Column] {
        let sumColumn = Column(call.partialSumType, capacity: groups.count)
        let countColumn = Column(DataType(.bigint, isNullable: false), capacity: groups.count)
        let target = Number.values(of: sumColumn)
        for (row, group) in groups.enumerated() {
            target[row] = sums.base[Int(group)]
            countColumn.int64[row] = counts.base[Int(group)]
        }
        return [sumColumn, countColumn]
    }

    func clear(_ group: Int) {
        sums.base[group] = Number.nothing
        counts.base[group] = 0
    }

    func write(_ group: Int, to writer: inout ByteWriter) {
        sums.base[group].write(to: &writer)
        writer.write(counts.base[group])
    }

    func read(_ group: Int, from reader: inout ByteReader) throws(DamagedBytesError) {
        sums.base[group] = try Number.read(from: &reader)
        counts.base[group] = try reader.read(Int64.self)
    }

    var hasColumns: Bool { true }

    func writeColumns(_ rows: StateRows, to writer: StateWriter) {
        if let sums = sums as? StateArray<Int64> {
            StateColumns.write(sums.base, of: rows, to: writer)
        } else {
            StateColumns.writeRaw(sums.base, of: rows, to: writer)
        }
        StateColumns.write(counts.base, of: rows, to: writer)
    }

    func readColumns(_ groups: [Int32], from reader: inout ByteReader) throws(DamagedBytesError) {
        if let sums = sums as? StateArray<Int64> {
            try sums.readNumbers(groups, from: &reader)
        } else {
            try sums.readRaw(groups, from: &reader)
        }
        try counts.readNumbers(groups, from: &reader)
    }

    var byteSize: Int { sums.capacity * MemoryLayout<Number>.stride + counts.capacity * 8 }
}

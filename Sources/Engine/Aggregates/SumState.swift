import Columnar
import ConnectorContract
import StreamSQL

/// A number that sums are kept in.
protocol Summable: BitwiseCopyable {
    static var nothing: Self { get }
    /// `self + sign * value`; integers wrap.
    func adding(_ value: Self, sign: Int64) -> Self
    static func values(of column: Column) -> UnsafeMutablePointer<Self>
    func write(to writer: inout ByteWriter)
    static func read(from reader: inout ByteReader) throws(DamagedBytesError) -> Self
}

extension Int64: Summable {
    static var nothing: Int64 { 0 }
    @inline(__always) func adding(_ value: Int64, sign: Int64) -> Int64 { self &+ value &* sign }
    static func values(of column: Column) -> UnsafeMutablePointer<Int64> { column.int64 }
    func write(to writer: inout ByteWriter) { writer.write(self) }
    static func read(from reader: inout ByteReader) throws(DamagedBytesError) -> Int64 { try reader.read(Int64.self) }
}

extension Int128: Summable {
    static var nothing: Int128 { 0 }
    @inline(__always) func adding(_ value: Int128, sign: Int64) -> Int128 { sign > 0 ? self &+ value : self &- value }
    static func values(of column: Column) -> UnsafeMutablePointer<Int128> { column.int128 }
    func write(to writer: inout ByteWriter) { writer.write(self) }
    static func read(from reader: inout ByteReader) throws(DamagedBytesError) -> Int128 { try reader.read(Int128.self) }
}

extension Double: Summable {
    static var nothing: Double { 0 }
    @inline(__always) func adding(_ value: Double, sign: Int64) -> Double { sign > 0 ? self + value : self - value }
    static func values(of column: Column) -> UnsafeMutablePointer<Double> { column.float64 }
    func write(to writer: inout ByteWriter) { writer.write(bitPattern) }
    static func read(from reader: inout ByteReader) throws(DamagedBytesError) -> Double {
        Double(bitPattern: try reader.read(UInt64.self))
    }
}

/// SUM and AVG: a sum and the count of its values, so that the sum of nothing is NULL.
final class SumState<Number: Summable>: AggregateState {
    private let sums = StateArray<Number>(zero: Number.nothing)
    private let counts = StateArray<Int64>(zero: 0)
    private let call: AggregateCall

    init(_ call: AggregateCall) { self.call = call }

    func reserve(groups: Int) {
        sums.reserve(groups)
        counts.reserve(groups)
    }

    func update(_ input: AggregateInput, argument: Column?) {
        guard let argument else { return }
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
        for row in 0..<rowCount where partialCounts[row] != 0 {
            let group = Int(groups[row])
            sums.base[group] = sums.base[group].adding(partialSums[row], sign: 1)
            counts.base[group] &+= partialCounts[row]
        }
    }

    func result(_ groups: [Int32]) -> Column {
        let column = Column(call.resultType, capacity: groups.count)
        for (row, group) in groups.enumerated() {
            let count = counts.base[Int(group)]
            if count == 0 {
                column.setNull(row)
            } else {
                Self.store(sums.base[Int(group)], count: count, call: call, into: column, row: row)
            }
        }
        return column
    }

    private static func store(_ sum: Number, count: Int64, call: AggregateCall, into column: Column, row: Int) {
        let isAverage = call.function == .average
        switch sum {
        case let sum as Int64:
            let value = isAverage ? sum / max(1, count) : sum
            column.int64[row] = wrapped(value, to: call.resultType.logical)
        case let sum as Double:
            let value = isAverage ? sum / Double(count) : sum
            column.float64[row] = call.resultType.logical == .float ? Double(Float(value)) : value
        case let sum as Int128:
            guard
                let value = isAverage
                    ? DecimalAverage.average(sum, count: count, call: call) : DecimalAverage.fitting(sum)
            else { return column.setNull(row) }
            column.int128[row] = value
        default: column.setNull(row)
        }
    }

    /// Integer sums wrap at the width of their type.
    private static func wrapped(_ value: Int64, to type: LogicalType) -> Int64 {
        switch type {
        case .tinyint: Int64(Int8(truncatingIfNeeded: value))
        case .smallint: Int64(Int16(truncatingIfNeeded: value))
        case .integer: Int64(Int32(truncatingIfNeeded: value))
        default: value
        }
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

    func reset() {
        sums.reset()
        counts.reset()
    }

    func write(_ group: Int, to writer: inout ByteWriter) {
        sums.base[group].write(to: &writer)
        writer.write(counts.base[group])
    }

    func read(_ group: Int, from reader: inout ByteReader) throws(DamagedBytesError) {
        sums.base[group] = try Number.read(from: &reader)
        counts.base[group] = try reader.read(Int64.self)
    }

    var byteSize: Int { sums.capacity * MemoryLayout<Number>.stride + counts.capacity * 8 }
}

/// Decimal averages: 38 digits, half up.
enum DecimalAverage {
    private static let limit: Int128 = 100_000_000_000_000_000_000_000_000_000_000_000_000

    /// The value, unless it has more than 38 digits.
    static func fitting(_ value: Int128) -> Int128? { value > -limit && value < limit ? value : nil }

    /// `sum / count` at the scale of the result type; nil when it does not fit.
    static func average(_ sum: Int128, count: Int64, call: AggregateCall) -> Int128? {
        guard case .decimal(_, let resultScale) = call.resultType.logical, count != 0 else { return nil }
        var scale = resultScale
        if case .decimal(_, let argumentScale) = call.argumentType?.logical { scale -= argumentScale }
        var scaled = sum
        for _ in 0..<max(0, scale) {
            let (product, overflow) = scaled.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            scaled = product
        }
        let divisor = Int128(count)
        let quotient = scaled / divisor
        let rest = (scaled % divisor).magnitude
        let rounded = rest * 2 >= divisor.magnitude ? quotient + (scaled < 0 ? -1 : 1) : quotient
        return fitting(rounded)
    }
}

import Columnar
import ConnectorContract
import StreamSQL

/// A number that sums are kept in.
protocol Summable: BitwiseCopyable, Equatable {
    static var nothing: Self { get }
    /// `self + sign * value`; integers wrap.
    func adding(_ value: Self, sign: Int64) -> Self
    static func values(of column: Column) -> UnsafeMutablePointer<Self>
    /// Appends the sum, or the average over `count` values, in the form of the result's type.
    static func append(_ sum: Self, count: Int64, _ form: SumForm, to column: GrowableColumn)
    func write(to writer: inout ByteWriter)
    static func read(from reader: inout ByteReader) throws(DamagedBytesError) -> Self
}

/// What becomes of a sum: looked at once for a call, not for each group.
struct SumForm {
    let isAverage: Bool
    let resultType: LogicalType
    /// Digits by which the sum of an average is moved before it is divided.
    let scaleShift: Int

    init(_ call: AggregateCall) {
        isAverage = call.function == .average
        resultType = call.resultType.logical
        var shift = 0
        if case .decimal(_, let scale) = call.resultType.logical {
            shift = scale
            if case .decimal(_, let argumentScale) = call.argumentType?.logical { shift -= argumentScale }
        }
        scaleShift = max(0, shift)
    }
}

extension Int64: Summable {
    static var nothing: Int64 { 0 }
    @inline(__always) func adding(_ value: Int64, sign: Int64) -> Int64 { self &+ value &* sign }
    static func values(of column: Column) -> UnsafeMutablePointer<Int64> { column.int64 }
    func write(to writer: inout ByteWriter) { writer.write(self) }
    static func read(from reader: inout ByteReader) throws(DamagedBytesError) -> Int64 { try reader.read(Int64.self) }

    static func append(_ sum: Int64, count: Int64, _ form: SumForm, to column: GrowableColumn) {
        let value = form.isAverage && count != 0 ? sum.dividedReportingOverflow(by: count).partialValue : sum
        // Integer sums wrap at the width of their type.
        switch form.resultType {
        case .tinyint: column.append(int64: Int64(Int8(truncatingIfNeeded: value)))
        case .smallint: column.append(int64: Int64(Int16(truncatingIfNeeded: value)))
        case .integer: column.append(int64: Int64(Int32(truncatingIfNeeded: value)))
        default: column.append(int64: value)
        }
    }
}

extension Int128: Summable {
    static var nothing: Int128 { 0 }
    @inline(__always) func adding(_ value: Int128, sign: Int64) -> Int128 { sign > 0 ? self &+ value : self &- value }
    static func values(of column: Column) -> UnsafeMutablePointer<Int128> { column.int128 }
    func write(to writer: inout ByteWriter) { writer.write(self) }
    static func read(from reader: inout ByteReader) throws(DamagedBytesError) -> Int128 { try reader.read(Int128.self) }

    static func append(_ sum: Int128, count: Int64, _ form: SumForm, to column: GrowableColumn) {
        let value = form.isAverage ? DecimalAverage.average(sum, count: count, form) : DecimalAverage.fitting(sum)
        if let value { column.append(int128: value) } else { column.appendNull() }
    }
}

extension Double: Summable {
    static var nothing: Double { 0 }
    @inline(__always) func adding(_ value: Double, sign: Int64) -> Double { sign > 0 ? self + value : self - value }
    static func values(of column: Column) -> UnsafeMutablePointer<Double> { column.float64 }
    func write(to writer: inout ByteWriter) { writer.write(bitPattern) }
    static func read(from reader: inout ByteReader) throws(DamagedBytesError) -> Double {
        Double(bitPattern: try reader.read(UInt64.self))
    }

    static func append(_ sum: Double, count: Int64, _ form: SumForm, to column: GrowableColumn) {
        let value = form.isAverage ? sum / Double(count) : sum
        column.append(float64: form.resultType == .float ? Double(Float(value)) : value)
    }
}

/// A sum of FLOATs: rounded to their precision at each step.
struct FloatSum: Summable {
    var value: Double

    static var nothing: FloatSum { FloatSum(value: 0) }

    @inline(__always) func adding(_ other: FloatSum, sign: Int64) -> FloatSum {
        FloatSum(value: Double(Float(sign > 0 ? value + other.value : value - other.value)))
    }

    static func values(of column: Column) -> UnsafeMutablePointer<FloatSum> {
        UnsafeMutableRawPointer(column.float64).assumingMemoryBound(to: FloatSum.self)
    }

    func write(to writer: inout ByteWriter) { value.write(to: &writer) }

    static func read(from reader: inout ByteReader) throws(DamagedBytesError) -> FloatSum {
        FloatSum(value: try Double.read(from: &reader))
    }

    static func append(_ sum: FloatSum, count: Int64, _ form: SumForm, to column: GrowableColumn) {
        column.append(float64: sum.value)
    }
}

/// Decimal averages: 38 digits, half up.
enum DecimalAverage {
    private static let limit: Int128 = 100_000_000_000_000_000_000_000_000_000_000_000_000

    /// The value, unless it has more than 38 digits.
    static func fitting(_ value: Int128) -> Int128? { value > -limit && value < limit ? value : nil }

    /// `sum / count` at the scale of the result type; nil when it does not fit.
    static func average(_ sum: Int128, count: Int64, _ form: SumForm) -> Int128? {
        guard count != 0 else { return nil }
        var scaled = sum
        for _ in 0..<form.scaleShift {
            let (product, overflow) = scaled.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            scaled = product
        }
        let divisor = Int128(count)
        let (quotient, rest) = scaled.quotientAndRemainder(dividingBy: divisor)
        let isHalf = rest.magnitude &* 2 >= divisor.magnitude
        let isNegative = (scaled < 0) != (divisor < 0)
        return fitting(isHalf ? quotient &+ (isNegative ? -1 : 1) : quotient)
    }
}

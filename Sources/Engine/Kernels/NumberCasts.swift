import Columnar
import StreamSQL

/// Casts among numbers and BOOLEAN. None fails: integers wrap, floats saturate, decimals that do not fit are NULL.
enum NumberCasts {
    static func kernel(from: LogicalType, to: LogicalType) -> Kernel? {
        switch (from.kind, to.kind) {
        case (.int64, .int64): integers(to)
        case (.int64, .float64):
            integerToFloat(to)
        case (.int64, .int128):
            decimal(to) { column, row, scale, precision in
                DecimalMath.rescale(Int128(column.int64[row]), from: 0, to: scale, precision: precision)
            }
        case (.int64, .bits): toBoolean { column, row in column.int64[row] != 0 }
        case (.float64, .int64): floatToInteger(to)
        case (.float64, .float64):
            floats(to)
        case (.float64, .int128): floatToDecimal(from, to)
        case (.float64, .bits): toBoolean { column, row in column.float64[row] != 0 }
        case (.int128, .int64): decimalToInteger(from, to)
        case (.int128, .float64): decimalToFloat(from, to)
        case (.int128, .int128): rescale(from, to)
        case (.int128, .bits): toBoolean { column, row in column.int128[row] != 0 }
        case (.bits, .int64): fromBoolean(\.int64, 1)
        case (.bits, .float64): fromBoolean(\.float64, 1)
        case (.bits, .int128):
            decimal(to) { column, row, scale, precision in
                DecimalMath.rescale(column.bit(row) ? 1 : 0, from: 0, to: scale, precision: precision)
            }
        default: nil
        }
    }

    private static func integerToFloat(_ to: LogicalType) -> Kernel {
        if to == .float { return { call in mapUnary(call, \.int64, \.float64) { Double(Float($0)) } } }
        return { call in mapUnary(call, \.int64, \.float64) { Double($0) } }
    }

    private static func floats(_ to: LogicalType) -> Kernel {
        if to == .float { return { call in mapUnary(call, \.float64, \.float64) { Double(Float($0)) } } }
        return { call in mapUnary(call, \.float64, \.float64) { $0 } }
    }

    private static func integers(_ to: LogicalType) -> Kernel {
        switch to {
        case .tinyint: { call in mapUnary(call, \.int64, \.int64) { Int64(Int8(truncatingIfNeeded: $0)) } }
        case .smallint: { call in mapUnary(call, \.int64, \.int64) { Int64(Int16(truncatingIfNeeded: $0)) } }
        case .integer: { call in mapUnary(call, \.int64, \.int64) { Int64(Int32(truncatingIfNeeded: $0)) } }
        default: { call in mapUnary(call, \.int64, \.int64) { $0 } }
        }
    }

    /// Towards zero; beyond the ends the end, of INT for the narrower types, which then wrap.
    private static func floatToInteger(_ to: LogicalType) -> Kernel {
        if to == .bigint { return { call in mapUnary(call, \.float64, \.int64) { saturated($0) } } }
        return { call in
            mapUnary(call, \.float64, \.int64) { to.wrapped(max(-2_147_483_648, min(2_147_483_647, saturated($0)))) }
        }
    }

    @inline(__always)
    private static func saturated(_ value: Double) -> Int64 {
        if value >= 9_223_372_036_854_775_808 { return .max }
        if value <= -9_223_372_036_854_775_808 { return .min }
        return value == value ? Int64(value) : 0
    }

    private static func decimal(
        _ to: LogicalType, _ body: @escaping @Sendable (Column, Int, Int, Int) -> Int128?
    ) -> Kernel? {
        guard case .decimal(let precision, let scale) = to else { return nil }
        return { call in
            let argument = call[0]
            return DecimalKernels.each(call) { body(argument.column, $0 & argument.rowMask, scale, precision) }
        }
    }

    private static func rescale(_ from: LogicalType, _ to: LogicalType) -> Kernel? {
        guard case .decimal(_, let old) = from else { return nil }
        return decimal(to) { column, row, scale, precision in
            DecimalMath.rescale(column.int128[row], from: old, to: scale, precision: precision)
        }
    }

    /// By the shortest digits, as they would be written.
    private static func floatToDecimal(_ from: LogicalType, _ to: LogicalType) -> Kernel? {
        decimal(to) { column, row, scale, precision in
            let value = column.float64[row]
            guard value.isFinite else { return nil }
            return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: NumberText.longest) { buffer in
                let place = buffer.baseAddress!
                let count =
                    from == .float ? FloatText.write(Float(value), to: place) : FloatText.write(value, to: place)
                return NumberParsing.decimal(place, count, precision: precision, scale: scale) ?? nil
            }
        }
    }

    private static func decimalToInteger(_ from: LogicalType, _ to: LogicalType) -> Kernel? {
        guard case .decimal(_, let scale) = from else { return nil }
        let unit = DecimalMath.power(scale)
        return { call in
            mapUnary(call, \.int128, \.int64) { to.wrapped(Int64(truncatingIfNeeded: $0 / unit)) }
        }
    }

    private static func decimalToFloat(_ from: LogicalType, _ to: LogicalType) -> Kernel? {
        guard case .decimal(_, let scale) = from else { return nil }
        if to == .float {
            return { call in mapUnary(call, \.int128, \.float64) { Double(DecimalMath.float($0, scale: scale)) } }
        }
        return { call in mapUnary(call, \.int128, \.float64) { DecimalMath.double($0, scale: scale) } }
    }

    private static func toBoolean(_ test: @escaping @Sendable (Column, Int) -> Bool) -> Kernel {
        { call in
            let result = call.makeResult()
            let argument = call[0]
            fillBits(result.bits, rowCount: call.rowCount) { test(argument.column, $0 & argument.rowMask) }
            propagateNulls(call, into: result)
            return result
        }
    }

    private static func fromBoolean<Value: AdditiveArithmetic & Sendable>(
        _ values: @escaping @Sendable (Column) -> UnsafeMutablePointer<Value>, _ one: Value
    ) -> Kernel {
        { call in
            let result = call.makeResult()
            let argument = call[0]
            let output = values(result)
            for row in 0..<call.rowCount { output[row] = argument.column.bit(row & argument.rowMask) ? one : .zero }
            propagateNulls(call, into: result)
            return result
        }
    }
}

import Columnar
import StreamSQL

/// ROUND and TRUNCATE to a number of digits.
enum RoundingKernels {
    static func kernel(_ arguments: [LogicalType], result: LogicalType, isTruncating: Bool) -> Kernel? {
        switch result {
        case .decimal(let precision, let scale):
            guard case .decimal(_, let from)? = arguments.first else { return nil }
            return { call in
                let (values, valueMask) = (call[0].column.int128, call[0].rowMask)
                let (digits, digitMask) = (call[1].column.int64, call[1].rowMask)
                return DecimalKernels.each(call) { row in
                    let wanted = Int(clamping: digits[row & digitMask])
                    let rounded = decimal(values[row & valueMask], scale: from, digits: wanted, isTruncating)
                    return rounded.flatMap { DecimalMath.rescale($0, from: from, to: scale, precision: precision) }
                }
            }
        case .float: return floats(isTruncating) { Double(FloatRounding.round(Float($0), $1, isTruncating: $2)) }
        case .double: return floats(isTruncating) { FloatRounding.round($0, $1, isTruncating: $2) }
        default:
            // What rounds beyond the ends of the type wraps around, as in Java.
            let type = result
            return { call in
                let result = call.makeResult()
                let (values, valueMask) = (call[0].column.int64, call[0].rowMask)
                let (digits, digitMask) = (call[1].column.int64, call[1].rowMask)
                forEachValid(call, into: result) { row in
                    let rounded = integer(values[row & valueMask], digits: digits[row & digitMask], isTruncating)
                    result.int64[row] = type.wrapped(rounded)
                    return true
                }
                return result
            }
        }
    }

    private static func floats(
        _ isTruncating: Bool, _ round: @escaping @Sendable (Double, Int, Bool) -> Double
    ) -> Kernel {
        { call in
            let result = call.makeResult()
            let (values, valueMask) = (call[0].column.float64, call[0].rowMask)
            let (digits, digitMask) = (call[1].column.int64, call[1].rowMask)
            forEachValid(call, into: result) { row in
                let wanted = Int(clamping: digits[row & digitMask])
                result.float64[row] = round(values[row & valueMask], wanted, isTruncating)
                return true
            }
            return result
        }
    }

    /// The decimal with the digits behind the wanted ones zeroed, at its own scale.
    private static func decimal(_ value: Int128, scale: Int, digits: Int, _ isTruncating: Bool) -> Int128? {
        guard digits < scale else { return value }
        let dropped = scale &- max(digits, -40)
        guard dropped <= 38 else { return 0 }
        let unit = DecimalMath.power(dropped)
        let quotient = isTruncating ? value / unit : DecimalMath.divideHalfUp(value, unit)
        let (result, overflow) = quotient.multipliedReportingOverflow(by: unit)
        return overflow ? nil : result
    }

    private static func integer(_ value: Int64, digits: Int64, _ isTruncating: Bool) -> Int64 {
        guard digits < 0 else { return value }
        guard digits >= -18 else { return 0 }
        let rounded = decimal(Int128(value), scale: 0, digits: Int(digits), isTruncating) ?? 0
        return Int64(truncatingIfNeeded: rounded)
    }
}

/// Rounds floating point numbers by their shortest decimal digits, so that 1.005 to two digits is 1.01.
enum FloatRounding {
    static func round(_ value: Double, _ digits: Int, isTruncating: Bool) -> Double {
        guard value.isFinite, digits < 20, digits < 0 || value.magnitude < 9e15 else { return value }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: NumberText.longest) { buffer in
            let place = buffer.baseAddress!
            return round(place, FloatText.write(value, to: place), digits, isTruncating) ?? value
        }
    }

    static func round(_ value: Float, _ digits: Int, isTruncating: Bool) -> Float {
        guard value.isFinite, digits < 20, digits < 0 || value.magnitude < 9e15 else { return value }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: NumberText.longest) { buffer in
            let place = buffer.baseAddress!
            return round(place, FloatText.write(value, to: place), digits, isTruncating).map { Float($0) } ?? value
        }
    }

    private static func round(
        _ text: UnsafePointer<UInt8>, _ count: Int, _ digits: Int, _ isTruncating: Bool
    ) -> Double? {
        guard digits > -38 else { return 0 }
        let parsed = NumberParsing.decimal(text, count, precision: 38, scale: digits, isTruncating: isTruncating)
        guard let unscaled = parsed ?? nil else { return nil }
        if digits >= 0 { return DecimalMath.double(unscaled, scale: digits) }
        let (product, overflow) = unscaled.multipliedReportingOverflow(by: DecimalMath.power(-digits))
        return overflow ? nil : DecimalMath.double(product, scale: 0)
    }
}

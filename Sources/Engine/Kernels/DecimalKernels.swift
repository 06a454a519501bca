import Columnar
import StreamSQL

/// Arithmetic over DECIMAL; results that do not fit are NULL.
struct DecimalKernels {
    /// Scales of the operands.
    let left: Int
    let right: Int
    let precision: Int
    let scale: Int

    init?(_ arguments: [LogicalType], result: LogicalType) {
        guard case .decimal(let precision, let scale) = result, let first = arguments.first else { return nil }
        self.precision = precision
        self.scale = scale
        left = Self.scale(first)
        right = arguments.count > 1 ? Self.scale(arguments[1]) : 0
    }

    private static func scale(_ type: LogicalType) -> Int {
        if case .decimal(_, let scale) = type { return scale }
        return 0
    }

    func kernel(_ function: ScalarFunction) -> Kernel? {
        switch function {
        case .add: sum { $0 &+ $1 }
        case .subtract: sum { $0 &- $1 }
        case .multiply: product
        case .divide:
            division { [self] in DecimalMath.divide($0, $1, exponent: scale &+ right &- left, precision: precision) }
        case .modulo: remainder
        case .negate: unary { 0 &- $0 }
        case .absolute: unary { $0 < 0 ? 0 &- $0 : $0 }
        case .sign: unary { [one = DecimalMath.power(scale)] in $0 > 0 ? one : $0 < 0 ? 0 &- one : 0 }
        case .ceiling: unary { [unit = DecimalMath.power(left)] in $0 > 0 ? ($0 &- 1) / unit &+ 1 : $0 / unit }
        case .floor: unary { [unit = DecimalMath.power(left)] in $0 < 0 ? ($0 &+ 1) / unit &- 1 : $0 / unit }
        default: nil
        }
    }

    private func unary(_ body: @escaping @Sendable (Int128) -> Int128) -> Kernel {
        { [precision] call in
            Self.each(call) { row in DecimalMath.fitting(body(call[0].column.int128[row & call[0].rowMask]), precision)
            }
        }
    }

    /// Runs a function for each valid row; nil becomes NULL.
    @inline(__always)
    static func each(_ call: KernelCall, _ body: (Int) -> Int128?) -> Column {
        let result = call.makeResult()
        let values = result.int128
        forEachValid(call, into: result) { row in
            guard let value = body(row) else { return false }
            values[row] = value
            return true
        }
        return result
    }

    /// Sums at the larger scale of both, then at that of the result.
    private func sum(_ operation: @escaping @Sendable (Int128, Int128) -> Int128) -> Kernel {
        let common = max(left, right)
        let leftFactor = DecimalMath.power(common - left)
        let rightFactor = DecimalMath.power(common - right)
        let (scale, precision) = (scale, precision)
        let small = Int128(Int64.max)
        return { call in
            let (first, firstMask) = (call[0].column.int128, call[0].rowMask)
            let (second, secondMask) = (call[1].column.int128, call[1].rowMask)
            return Self.each(call) { row in
                let (x, y) = (first[row & firstMask], second[row & secondMask])
                var sum: Int128
                if x.magnitude <= small.magnitude, y.magnitude <= small.magnitude, common <= 18 {
                    sum = operation(x &* leftFactor, y &* rightFactor)
                } else {
                    let (one, overflowOne) = x.multipliedReportingOverflow(by: leftFactor)
                    let (two, overflowTwo) = y.multipliedReportingOverflow(by: rightFactor)
                    let limit = Int128.max / 2
                    if overflowOne || overflowTwo || one.magnitude > limit.magnitude || two.magnitude > limit.magnitude
                    {
                        return Self.roundedSum(x, y, [left, right, scale], precision, operation)
                    }
                    sum = operation(one, two)
                }
                return common == scale
                    ? DecimalMath.fitting(sum, precision)
                    : DecimalMath.rescale(sum, from: common, to: scale, precision: precision)
            }
        }
    }

    /// Operands too large for a common scale: each is brought to the scale of the result first.
    private static func roundedSum(
        _ x: Int128, _ y: Int128, _ scales: [Int], _ precision: Int, _ operation: (Int128, Int128) -> Int128
    ) -> Int128? {
        guard let one = DecimalMath.rescale(x, from: scales[0], to: scales[2], precision: 38),
            let two = DecimalMath.rescale(y, from: scales[1], to: scales[2], precision: 38)
        else { return nil }
        // Both are below 10^38, so their sum stays below the 1.7 * 10^38 of an Int128 only half the time.
        let half = operation(one / 2, two / 2)
        guard half.magnitude < DecimalMath.power(38).magnitude / 2 else { return nil }
        return DecimalMath.fitting(operation(one, two), precision)
    }

    private var product: Kernel {
        let digits = left + right - scale
        return { [precision] call in
            let (first, firstMask) = (call[0].column.int128, call[0].rowMask)
            let (second, secondMask) = (call[1].column.int128, call[1].rowMask)
            return Self.each(call) { row in
                DecimalMath.multiply(
                    first[row & firstMask], second[row & secondMask], dropping: digits, precision: precision)
            }
        }
    }

    private var remainder: Kernel {
        let common = max(left, right)
        let leftFactor = DecimalMath.power(common - left)
        let rightFactor = DecimalMath.power(common - right)
        return division { [scale, precision] in
            guard let rest = DecimalMath.remainder($0, $1, leftFactor, rightFactor) else { return nil }
            return DecimalMath.rescale(rest, from: common, to: scale, precision: precision)
        }
    }

    private func division(_ body: @escaping @Sendable (Int128, Int128) -> Int128?) -> Kernel {
        { call throws(EvaluationError) in
            let (first, firstMask) = (call[0].column.int128, call[0].rowMask)
            let (second, secondMask) = (call[1].column.int128, call[1].rowMask)
            var badRow = -1
            let result = Self.each(call) { row in
                let divisor = second[row & secondMask]
                if divisor == 0 {
                    if badRow < 0 { badRow = row }
                    return nil
                }
                return body(first[row & firstMask], divisor)
            }
            if badRow >= 0 { throw .divisionByZero(row: badRow) }
            return result
        }
    }
}

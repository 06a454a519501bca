import Columnar
import Glibc
import StreamSQL

/// `+ - * / %` and sign functions over integers and floating point numbers.
enum ArithmeticKernels {
    /// The kernel for integers of the width of the result type.
    static func integers(_ function: ScalarFunction, _ type: LogicalType) -> Kernel? {
        switch type {
        case .tinyint: integers(function, Int8.self)
        case .smallint: integers(function, Int16.self)
        case .integer, .intervalMonths, .date, .time: integers(function, Int32.self)
        default: integers(function, Int64.self)
        }
    }

    @inline(__always)
    private static func integers<Width: FixedWidthInteger & Sendable>(
        _ function: ScalarFunction, _ width: Width.Type
    ) -> Kernel? {
        switch function {
        case .add: { call in mapBinary(call, \.int64, \.int64) { Int64(Width(truncatingIfNeeded: $0 &+ $1)) } }
        case .subtract: { call in mapBinary(call, \.int64, \.int64) { Int64(Width(truncatingIfNeeded: $0 &- $1)) } }
        case .multiply: { call in mapBinary(call, \.int64, \.int64) { Int64(Width(truncatingIfNeeded: $0 &* $1)) } }
        case .negate: { call in mapUnary(call, \.int64, \.int64) { Int64(Width(truncatingIfNeeded: 0 &- $0)) } }
        case .absolute:
            { call in mapUnary(call, \.int64, \.int64) { Int64(Width(truncatingIfNeeded: $0 < 0 ? 0 &- $0 : $0)) } }
        case .sign: { call in mapUnary(call, \.int64, \.int64) { $0.signum() } }
        case .ceiling, .floor: { call in mapUnary(call, \.int64, \.int64) { $0 } }
        case .divide:
            { call throws(EvaluationError) in
                try divide(call) { Int64(Width(truncatingIfNeeded: $1 == -1 ? 0 &- $0 : $0 / $1)) }
            }
        case .modulo: { call throws(EvaluationError) in try divide(call) { $1 == -1 ? 0 : $0 % $1 } }
        default: nil
        }
    }

    /// Division; a zero divisor in a row without NULLs is an error.
    @inline(__always)
    private static func divide(
        _ call: KernelCall, _ quotient: (Int64, Int64) -> Int64
    ) throws(EvaluationError) -> Column {
        var zeros: UInt64 = 0
        let divisors = call[1].column.int64
        let mask = call[1].rowMask
        let dividends = NumberOperand(call[0])
        let result = mapBinary(call, \.int64, \.int64) { dividend, divisor in
            zeros |= UInt64(unsafeBitCast(divisor == 0, to: UInt8.self))
            return divisor == 0 ? 0 : quotient(dividend, divisor)
        }
        if zeros != 0 {
            for row in 0..<call.rowCount where divisors[row & mask] == 0 && result.isValid(row) {
                throw .divisionByZero(row: row, "\(dividends[row])")
            }
        }
        return result
    }

    /// The kernel for FLOAT, rounded to it after each operation, and DOUBLE.
    static func floats(_ function: ScalarFunction, _ type: LogicalType) -> Kernel? {
        type == .float
            ? floats(function) { Double(Float($0)) } : floats(function) { $0 }
    }

    @inline(__always)
    private static func floats(
        _ function: ScalarFunction, _ rounded: @escaping @Sendable (Double) -> Double
    ) -> Kernel? {
        switch function {
        case .add: { call in mapBinary(call, \.float64, \.float64) { rounded($0 + $1) } }
        case .subtract: { call in mapBinary(call, \.float64, \.float64) { rounded($0 - $1) } }
        case .multiply: { call in mapBinary(call, \.float64, \.float64) { rounded($0 * $1) } }
        case .divide: { call in mapBinary(call, \.float64, \.float64) { rounded($0 / $1) } }
        case .modulo: { call in mapBinary(call, \.float64, \.float64) { rounded(fmod($0, $1)) } }
        case .negate: { call in mapUnary(call, \.float64, \.float64) { -$0 } }
        case .absolute: { call in mapUnary(call, \.float64, \.float64) { $0.magnitude } }
        case .sign:
            { call in mapUnary(call, \.float64, \.float64) { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 } }
        case .ceiling: { call in mapUnary(call, \.float64, \.float64) { $0.rounded(.up) } }
        case .floor: { call in mapUnary(call, \.float64, \.float64) { $0.rounded(.down) } }
        default: nil
        }
    }

    /// The power as Java has it: C says that 1 to the power of anything is 1, and -1 to that of infinity; there it is NaN.
    @inline(__always)
    private static func javaPower(_ base: Double, _ exponent: Double) -> Double {
        base.magnitude == 1 && !exponent.isFinite ? .nan : pow(base, exponent)
    }

    /// Functions of DOUBLEs.
    static func real(_ function: ScalarFunction) -> Kernel? {
        switch function {
        case .squareRoot: { call in mapUnary(call, \.float64, \.float64) { $0.squareRoot() } }
        case .power: { call in mapBinary(call, \.float64, \.float64) { javaPower($0, $1) } }
        case .naturalLogarithm: { call in mapUnary(call, \.float64, \.float64) { log($0) } }
        case .logarithm10: { call in mapUnary(call, \.float64, \.float64) { log10($0) } }
        case .logarithm2: { call in mapUnary(call, \.float64, \.float64) { log2($0) } }
        case .logarithm: { call in mapBinary(call, \.float64, \.float64) { log($1) / log($0) } }
        case .exponential: { call in mapUnary(call, \.float64, \.float64) { exp($0) } }
        case .sine: { call in mapUnary(call, \.float64, \.float64) { sin($0) } }
        case .cosine: { call in mapUnary(call, \.float64, \.float64) { cos($0) } }
        case .tangent: { call in mapUnary(call, \.float64, \.float64) { tan($0) } }
        case .arcSine: { call in mapUnary(call, \.float64, \.float64) { asin($0) } }
        case .arcCosine: { call in mapUnary(call, \.float64, \.float64) { acos($0) } }
        case .arcTangent: { call in mapUnary(call, \.float64, \.float64) { atan($0) } }
        case .arcTangent2: { call in mapBinary(call, \.float64, \.float64) { atan2($0, $1) } }
        case .hyperbolicSine: { call in mapUnary(call, \.float64, \.float64) { sinh($0) } }
        case .hyperbolicCosine: { call in mapUnary(call, \.float64, \.float64) { cosh($0) } }
        case .hyperbolicTangent: { call in mapUnary(call, \.float64, \.float64) { tanh($0) } }
        case .degrees: { call in mapUnary(call, \.float64, \.float64) { $0 * (180 / Double.pi) } }
        case .radians: { call in mapUnary(call, \.float64, \.float64) { $0 * (Double.pi / 180) } }
        default: nil
        }
    }
}

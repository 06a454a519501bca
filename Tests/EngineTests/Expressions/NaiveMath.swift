import Columnar
import Glibc
import StreamSQL

/// Functions over numbers, one value after the other, by the C library and by digits.
enum NaiveMath {
    /// The value of a call without NULLs; nil for a function that is not here.
    static func value(
        _ function: ScalarFunction, _ values: [LiteralValue], _ types: [LogicalType], _ result: LogicalType
    ) -> LiteralValue? {
        switch function {
        case .greatest, .least:
            let sorted = values.sorted(by: isBefore)
            return function == .greatest ? sorted.last : sorted.first
        case .hexOfInteger, .binaryDigits:
            guard case .int64(let number) = values[0] else { return nil }
            let radix = function == .hexOfInteger ? 16 : 2
            return .text(Array(String(UInt64(bitPattern: number), radix: radix, uppercase: true).utf8))
        default: break
        }
        switch values.first {
        case .float64(let x): return real(function, x, values.dropFirst().first)
        case .int64(let x): return whole(function, x, values.dropFirst().first)
        case .int128(let x): return decimal(function, x, values.dropFirst().first, types[0], result)
        default: return nil
        }
    }

    private static func isBefore(_ a: LiteralValue, _ b: LiteralValue) -> Bool {
        switch (a, b) {
        case (.int64(let x), .int64(let y)): x < y
        case (.int128(let x), .int128(let y)): x < y
        case (.float64(let x), .float64(let y)): x < y
        case (.text(let x), .text(let y)): x.lexicographicallyPrecedes(y)
        default: false
        }
    }

    private static func real(_ function: ScalarFunction, _ x: Double, _ other: LiteralValue?) -> LiteralValue? {
        switch (function, other) {
        case (.absolute, _): return .float64(x < 0 ? -x : x)
        case (.sign, _): return .float64(x > 0 ? 1 : x < 0 ? -1 : x)
        case (.ceiling, _): return .float64(ceil(x))
        case (.floor, _): return .float64(floor(x))
        case (.modulo, .float64(let y)): return .float64(fmod(x, y))
        case (.power, .float64(let y)): return .float64(pow(x, y))
        case (.logarithm, .float64(let y)): return .float64(log(y) / log(x))
        case (.arcTangent2, .float64(let y)): return .float64(atan2(x, y))
        case (.round, .int64(let digits)): return rounded(x, Int(digits), isTruncating: false)
        case (.truncate, .int64(let digits)): return rounded(x, Int(digits), isTruncating: true)
        default: return curve(function, x).map { .float64($0) }
        }
    }

    private static func curve(_ function: ScalarFunction, _ x: Double) -> Double? {
        switch function {
        case .squareRoot: sqrt(x)
        case .naturalLogarithm: log(x)
        case .logarithm10: log10(x)
        case .logarithm2: log2(x)
        case .exponential: exp(x)
        case .sine: sin(x)
        case .cosine: cos(x)
        case .tangent: tan(x)
        case .arcSine: asin(x)
        case .arcCosine: acos(x)
        case .arcTangent: atan(x)
        case .hyperbolicSine: sinh(x)
        case .hyperbolicCosine: cosh(x)
        case .hyperbolicTangent: tanh(x)
        case .degrees: x * (180 / Double.pi)
        case .radians: x * (Double.pi / 180)
        default: nil
        }
    }

    /// By the digits of the number as it is written.
    private static func rounded(_ value: Double, _ digits: Int, isTruncating: Bool) -> LiteralValue? {
        let parts = "\(value.magnitude)".split(separator: ".")
        guard digits >= 0, parts.count == 2, !parts[1].contains("e") else { return nil }
        guard parts[1].count > digits else { return .float64(value) }
        guard var number = Int128(parts[0] + parts[1].prefix(digits)) else { return nil }
        if !isTruncating, parts[1].dropFirst(digits).first ?? "0" >= "5" { number += 1 }
        return Double("\(value < 0 ? "-" : "")\(number)e-\(digits)").map { .float64($0) }
    }

    private static func whole(_ function: ScalarFunction, _ x: Int64, _ other: LiteralValue?) -> LiteralValue? {
        switch (function, other) {
        case (.absolute, _): return .int64(x < 0 ? 0 &- x : x)
        case (.sign, _): return .int64(x.signum())
        case (.ceiling, _), (.floor, _): return .int64(x)
        case (.round, .int64(let digits)), (.truncate, .int64(let digits)):
            let rounded = rounded(Int128(x), from: 0, to: Int(digits), isTruncating: function == .truncate)
            return .int64(Int64(truncatingIfNeeded: rounded))
        default: return nil
        }
    }

    private static func decimal(
        _ function: ScalarFunction, _ x: Int128, _ other: LiteralValue?, _ from: LogicalType, _ result: LogicalType
    ) -> LiteralValue? {
        guard case .decimal(_, let scale) = from, case .decimal(_, let wanted) = result else { return nil }
        let unit = power(scale)
        /// Of the scale of the operand, to that of the result.
        func moved(_ value: Int128) -> LiteralValue {
            .int128(wanted < scale ? value / power(scale - wanted) : value * power(wanted - scale))
        }
        switch (function, other) {
        case (.absolute, _): return moved(x < 0 ? -x : x)
        case (.floor, _): return moved((x / unit - (x % unit < 0 ? 1 : 0)) * unit)
        case (.ceiling, _): return moved((x / unit + (x % unit > 0 ? 1 : 0)) * unit)
        case (.round, .int64(let digits)): return moved(rounded(x, from: scale, to: Int(digits), isTruncating: false))
        case (.truncate, .int64(let digits)):
            return moved(rounded(x, from: scale, to: Int(digits), isTruncating: true))
        default: return nil
        }
    }

    private static func power(_ exponent: Int) -> Int128 { (0..<max(0, exponent)).reduce(1) { value, _ in value * 10 } }

    /// Halves go away from zero.
    private static func rounded(_ value: Int128, from scale: Int, to digits: Int, isTruncating: Bool) -> Int128 {
        guard digits < scale else { return value }
        let unit = power(scale - digits)
        let half = isTruncating ? 0 : value < 0 ? -unit / 2 : unit / 2
        return (value + half) / unit * unit
    }
}
